/** Looks into a file inside a worker of the frame: a page that shares its thread with the frame does not stand still. */

import { concat } from '@postern/protocol/bytes/encode';
import { type Examined, examine, unexamined } from '@postern/protocol/metadata/examine';
import { cleanMetadata, inspectedBytesMax, inspectMetadata } from '@postern/protocol/metadata/inspect';
import { cleanRecording, inspectRecording, isRecording } from '@postern/protocol/metadata/recordings';
import type { Stretch } from '@postern/protocol/metadata/sliced-file';
import type { ExaminedFile } from './viewer-messages.ts';

/** Bytes of the file, in order, or the file, of which only what is wanted is read. */
export type ExamineContent = readonly Uint8Array<ArrayBuffer>[] | Blob;
export interface ExamineWork {
  readonly content: ExamineContent;
  readonly isCleaned: boolean;
}

const zeroBytesMax = 1024 * 1024;

addEventListener('message', ({ data: { content, isCleaned } }: MessageEvent<ExamineWork>) => {
  const examined =
    content instanceof Blob ? examineBlob(content, isCleaned) : examineBytes(concat(...content), isCleaned);
  void examined.catch(() => unexamined('broken')).then((answer) => postMessage(answer satisfies ExaminedFile));
});

async function examineBlob(file: Blob, isCleaned: boolean): Promise<ExaminedFile> {
  const read = async (from: number, to: number) => new Uint8Array(await file.slice(from, to).arrayBuffer());
  const sliced = { size: file.size, read };
  if (await isRecording(sliced)) {
    const clean = isCleaned ? cleanRecording : refuse;
    const seen = await examine({ inspectMetadata: inspectRecording, cleanMetadata: clean }, sliced);
    return withCopy(seen, ({ stretches }) => stretches.flatMap((stretch) => partsOf(file, stretch)));
  }
  return file.size > inspectedBytesMax ? unexamined('large') : examineBytes(await read(0, file.size), isCleaned);
}

async function examineBytes(bytes: Uint8Array, isCleaned: boolean): Promise<ExaminedFile> {
  const seen = await examine({ inspectMetadata, cleanMetadata: isCleaned ? cleanMetadata : refuse }, bytes);
  return withCopy(seen, (cleaned) => [cleaned as Uint8Array<ArrayBuffer>]);
}

/** The copy goes by reference, so that the page has nothing to copy. */
function withCopy<Copy>({ cleaned, ...seen }: Examined<Copy>, partsIn: (copy: Copy) => BlobPart[]): ExaminedFile {
  return { ...seen, cleaned: cleaned === null ? null : new Blob(partsIn(cleaned)) };
}

function partsOf(file: Blob, stretch: Stretch): BlobPart[] {
  if ('bytes' in stretch) return [stretch.bytes as Uint8Array<ArrayBuffer>];
  if ('from' in stretch) return [file.slice(stretch.from, stretch.to)];
  const pieces = Math.ceil(stretch.zeros / zeroBytesMax);
  const zeros = new Uint8Array(Math.min(stretch.zeros, zeroBytesMax));
  const last = zeros.subarray(0, stretch.zeros - (pieces - 1) * zeros.length);
  return [...Array.from({ length: pieces - 1 }, () => zeros), last];
}

function refuse(): Promise<never> {
  return Promise.reject(new Error('clean a file: nobody asked'));
}
