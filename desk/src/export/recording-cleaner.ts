/** Cleans a film or an MP3 of any size: a thread of its own asks for parts of it, and the copy is made while the original passes by (decision 0139). */

import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { SlicedFile, SplicedFile, Stretch } from '@postern/protocol/metadata/sliced-file';
import type { PlainHash } from '../files/plain-hash.ts';
import { Thread } from '../thread/thread.ts';

const patienceMs = 60_000;
const pieceBytes = 262_144;

/** To the thread: the size of a file, and where to ask for parts of it. */
export interface RecordingWork {
  readonly size: number;
  readonly slices: MessagePort;
}
/** Answered with the bytes, or null where they cannot be read. */
export type SliceAsked = readonly [from: number, to: number];

/** Of what a copy is made. */
export type RecordingCopy = Pick<SplicedFile, 'size' | 'stretches'>;

/** @returns null where there can be no copy, or it would still say something */
export async function spliceApart(file: SlicedFile): Promise<RecordingCopy | null> {
  const thread = new Thread<RecordingWork, RecordingCopy | null>(new URL('./recording-worker.ts', import.meta.url));
  const timer = setTimeout(() => thread.close(), patienceMs);
  const { port1: own, port2: slices } = new MessageChannel();
  own.on('message', ([from, to]: SliceAsked) => {
    void file.read(from, to).then(
      (bytes) => own.postMessage(bytes),
      () => own.postMessage(null),
    );
  });
  try {
    return await thread.ask({ size: file.size, slices }, [slices]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
    own.close();
    thread.close();
  }
}

/** The copy, of an original that comes in order and is taken to its end, where it is verified. @param stretches in the original's order @param hash gets the original */
export async function* splicePassing(
  original: AsyncIterable<Uint8Array>,
  hash: PlainHash,
  stretches: readonly Stretch[],
): AsyncGenerator<Uint8Array> {
  let [at, next] = [0, 0];
  for await (const piece of original) {
    hash.update(piece);
    const end = at + piece.length;
    for (;;) {
      for (let own = stretches[next]; own !== undefined && !('from' in own); own = stretches[++next])
        yield* piecesOf(own);
      const kept = stretches[next];
      if (kept === undefined || !('from' in kept) || kept.from >= end) break;
      yield piece.subarray(Math.max(kept.from, at) - at, Math.min(kept.to, end) - at);
      if (kept.to > end) break;
      next += 1;
    }
    at = end;
  }
}

function* piecesOf(own: Exclude<Stretch, { readonly from: number }>): Generator<Uint8Array> {
  if ('bytes' in own) yield own.bytes;
  else for (let left = own.zeros; left > 0; left -= pieceBytes) yield new Uint8Array(Math.min(left, pieceBytes));
}
