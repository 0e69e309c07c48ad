/** Cleans a file in a thread of its own: one that was made to hang ends with the thread. */

import { Thread } from '../thread/thread.ts';

const patienceMs = 60_000;

/**
 * @param original of at most `inspectedBytesMax`; empty afterwards
 * @returns null where no copy can be made, or where that of a PDF would still say something
 */
export async function cleanApart(original: Uint8Array<ArrayBuffer>): Promise<Uint8Array | null> {
  const thread = new Thread<Uint8Array, Uint8Array | null>(new URL('./clean-worker.ts', import.meta.url));
  const timer = setTimeout(() => thread.close(), patienceMs);
  try {
    return await thread.ask(original, [original.buffer]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
    thread.close();
  }
}
