/** Seals a file that comes as a stream and stores it chunk by chunk: one chunk of it is in memory (spec/protocol.md, section 6.3). */
import { concat } from '@postern/protocol/bytes/encode';
import { CHUNK_DATA_BYTES, FILE_BYTES_MAX, FILE_KEY_BYTES } from '@postern/protocol/constants';
import { FileSealer } from '@postern/protocol/files/chunks';
import type { Random } from '@postern/protocol/primitives/random';
import { type Answer, insist, type MoveState } from '@postern/source/file-move';

export type StoreParts = {
  readonly post: (path: string, body: Uint8Array) => Promise<Answer>;
  readonly fingerprint: Uint8Array;
  readonly random: Random;
  readonly wait: (seconds: number) => Promise<void>;
};

/** What a descriptor says of a content, or why it is not stored. */
export type Stored =
  | { readonly key: Uint8Array; readonly hash: Uint8Array; readonly bytes: number }
  | { readonly problem: Extract<MoveState, 'large' | 'full' | 'changed'>; readonly bytes: number };

/**
 * Reads all of a content, also what cannot be stored.
 * @param isStopped asked before a chunk is tried again
 * @throws whatever reading throws when the content breaks off; nothing names what was stored until then
 */
export async function storeStream(
  content: AsyncIterable<Uint8Array>,
  parts: StoreParts,
  isStopped: () => boolean,
): Promise<Stored> {
  const key = parts.random(FILE_KEY_BYTES);
  const sealer = new FileSealer(key, parts.fingerprint, null);
  const room = new Uint8Array(CHUNK_DATA_BYTES);
  const store = (index: number, data: Uint8Array): Promise<Problem> =>
    storeChunk(sealer, index, data, parts, isStopped);
  let [bytes, filled, index] = [0, 0, 0];
  let problem: Problem = null;
  for await (const piece of content) {
    bytes += piece.length;
    if (bytes > FILE_BYTES_MAX) problem ??= 'large';
    for (let at = 0; at < piece.length && problem === null; ) {
      // A full chunk waits until more has come: only then it is certain not to be the last.
      if (filled === room.length) {
        problem = await store(index++, room);
        filled = 0;
      }
      const taken = piece.subarray(at, at + room.length - filled);
      room.set(taken, filled);
      filled += taken.length;
      at += taken.length;
    }
    piece.fill(0);
  }
  if (problem === null) {
    sealer.end(bytes);
    for (; index < sealer.chunks && problem === null; index++) {
      problem = await store(index, room.subarray(0, filled));
      filled = 0;
    }
  }
  room.fill(0);
  return problem === null ? { key, hash: await sealer.contentHash(), bytes } : { problem, bytes };
}

type Problem = Extract<Stored, { readonly problem: unknown }>['problem'] | null;

async function storeChunk(
  sealer: FileSealer,
  index: number,
  data: Uint8Array,
  { post, wait }: StoreParts,
  isStopped: () => boolean,
): Promise<Problem> {
  const { id, chunk } = await sealer.seal(index, data);
  const body = concat(id, chunk);
  const answer = await insist(() => post('/chunk', body), wait, isStopped);
  if (answer?.status === 204) return null;
  return answer?.status === 507 ? 'full' : 'changed';
}
