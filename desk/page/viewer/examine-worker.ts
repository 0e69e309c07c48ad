/** Looks into a file inside a worker of the frame: a page that shares its thread with the frame does not stand still. */

import { concat } from '@postern/protocol/bytes/encode';
import { type Examined, examine, unexamined } from '@postern/protocol/metadata/examine';
import { cleanMetadata, inspectedBytesMax, inspectMetadata } from '@postern/protocol/metadata/inspect';
import { cleanRecording, inspectRecording, isRecording } from '@postern/protocol/metadata/recordings';
import { MetadataError } from '@postern/protocol/metadata/report';
import type { SlicedFile, Stretch } from '@postern/protocol/metadata/sliced-file';
import { FileSlices } from './file-slices.ts';
import type { ExaminedFile, WantMessage } from './viewer-messages.ts';

/** Bytes of the file, in order; or the file, of which only what is wanted is read; or how large it is, and slices are asked for. */
type ExamineContent = readonly Uint8Array<ArrayBuffer>[] | Blob | { readonly size: number };
export interface ExamineWork {
  readonly content: ExamineContent;
  readonly isCleaned: boolean;
}

const zeroBytesMax = 1024 * 1024;

/** Enough for most boxes of a film, which are asked for one after the other. */
const aheadBytes = 64 * 1024;
const slices = new FileSlices((from, bytes) => postMessage({ kind: 'want', from, bytes } satisfies WantMessage));

addEventListener('message', ({ data }: MessageEvent<ExamineWork | Uint8Array<ArrayBuffer>>) => {
  if (data instanceof Uint8Array) slices.take(data);
  else
    void examineContent(data)
      .catch(() => unexamined('broken'))
      .then((answer) => postMessage(answer satisfies ExaminedFile));
});

function examineContent({ content, isCleaned }: ExamineWork): Promise<ExaminedFile> {
  if (content instanceof Blob) {
    const read = async (from: number, to: number) => new Uint8Array(await content.slice(from, to).arrayBuffer());
    return examineSliced({ size: content.size, read }, content, isCleaned);
  }
  // Where it is not, no copy of it can be made.
  return 'size' in content
    ? examineSliced(askedFor(content.size), null, false)
    : examineBytes(concat(...content), isCleaned);
}

async function examineSliced(sliced: SlicedFile, file: Blob | null, isCleaned: boolean): Promise<ExaminedFile> {
  if (await isRecording(sliced)) {
    const clean = file !== null && isCleaned ? cleanRecording : refuse;
    const seen = await examine({ inspectMetadata: inspectRecording, cleanMetadata: clean }, sliced);
    return withCopy(seen, ({ stretches }) => stretches.flatMap((stretch) => partsOf(file ?? new Blob(), stretch)));
  }
  return sliced.size > inspectedBytesMax
    ? unexamined('large')
    : examineBytes(await sliced.read(0, sliced.size), isCleaned);
}

function askedFor(size: number): SlicedFile {
  let ahead = { from: 0, bytes: new Uint8Array(0) };
  const read = async (from: number, to: number): Promise<Uint8Array> => {
    if (from < ahead.from || to > ahead.from + ahead.bytes.length) {
      const bytes = await slices.read(from, Math.max(to, Math.min(size, from + aheadBytes))).catch((error: unknown) => {
        if (error instanceof RangeError)
          throw new MetadataError('too-large', `read a file: ${to - from} bytes at once`);
        throw error;
      });
      ahead = { from, bytes };
    }
    return ahead.bytes.subarray(from - ahead.from, to - ahead.from);
  };
  return { size, read };
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
