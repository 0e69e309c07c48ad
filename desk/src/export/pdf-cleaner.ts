/** Cleans PDFs in a thread of their own, which also looks into what comes of it. */

import { Worker } from 'node:worker_threads';

const patienceMs = 60_000;

/** @returns null where no copy can be made, or where one would still say something */
export function cleanPdfApart(bytes: Uint8Array): Promise<Uint8Array | null> {
  // What the library has to say of a damaged file goes nowhere.
  const options = { workerData: bytes, stdout: true, stderr: true };
  const worker = new Worker(new URL('./pdf-worker.ts', import.meta.url), options);
  return new Promise<Uint8Array | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), patienceMs);
    worker.once('message', (cleaned: Uint8Array | null) => resolve(cleaned));
    worker.once('error', () => resolve(null));
    worker.once('exit', () => {
      clearTimeout(timer);
      resolve(null);
    });
  }).finally(() => worker.terminate());
}
