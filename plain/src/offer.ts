/** A file of an answer, fetched, opened and handed on chunk by chunk (FIL-4). */
import { chunkId, FileOpener } from '@postern/protocol/files/chunks';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { insist } from '@postern/source/file-move';
import type { Offered } from './frames.ts';
import { paddedBytes, padGzip } from './padded-gzip.ts';
import type { StoreParts } from './sealed-stream.ts';

/** Firefox leaves these as they are when it saves them, and so would keep the padding. */
const keptPacked = /\.(gz|tgz|svgz)$/i;

export class Offer {
  readonly offered: Offered;
  readonly #pieces: AsyncIterator<Uint8Array>;
  #isStopped = false;

  /** @param gzip whether the browser takes it */
  constructor(file: FileDescriptor, gzip: boolean, parts: Omit<StoreParts, 'random'>) {
    const isPacked = gzip && !keptPacked.test(file.name);
    this.offered = { name: file.name, bytes: isPacked ? paddedBytes(file.bytes) : file.bytes, isPacked };
    const content = contentOf(file, parts, () => this.#isStopped);
    this.#pieces = isPacked ? padGzip(content, file.bytes) : content;
  }

  /** Null behind the last piece. @throws FileError or RangeError where the file cannot be had whole */
  async next(): Promise<Uint8Array | null> {
    const { done, value } = await this.#pieces.next();
    return done === true ? null : value;
  }

  stop(): void {
    this.#isStopped = true;
  }
}

async function* contentOf(
  file: FileDescriptor,
  { post, fingerprint, wait }: Omit<StoreParts, 'random'>,
  isStopped: () => boolean,
): AsyncGenerator<Uint8Array> {
  const opener = new FileOpener(file);
  let last: Uint8Array | null = null;
  for (let index = 0; index < opener.chunks; index++) {
    const id = await chunkId(file.key, fingerprint, index);
    const answer = await insist(() => post('/fetch', id), wait, isStopped);
    if (answer?.status !== 200) throw new RangeError('fetch a file: a chunk is not there');
    const data = await opener.open(index, answer.body);
    if (data.length === 0) continue;
    if (last !== null) yield last;
    last = data;
  }
  await opener.finish();
  // Without its end a file that is not the one which the answer names is no file.
  if (last !== null) yield last;
}
