/** Cleans PDFs in a thread of their own, and looks into what comes back. */

import { Worker } from 'node:worker_threads';
import { inspectMetadata } from '@postern/protocol/metadata/inspect';

const patienceMs = 60_000;

/** @returns null where no copy can be made, or where one would still say something */
export async function cleanPdfApart(bytes: Uint8Array): Promise<Uint8Array | null> {
  const cleaned = await inThread(bytes);
  if (cleaned === null) return null;
  const { findings } = await inspectMetadata(cleaned);
  return findings.length === 0 ? cleaned : null;
}

function inThread(bytes: Uint8Array): Promise<Uint8Array | null> {
  // What the library has to say of a damaged file goes nowhere.
  const options = { workerData: bytes, stdout: true, stderr: true };
  const worker = new Worker(new URL('./pdf-worker.ts', import.meta.url), options);
  return new Promise<Uint8Array | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), patienceMs);
    worker.once('message', (cleaned: Uint8Array) => resolve(cleaned));
    worker.once('error', () => resolve(null));
    worker.once('exit', () => {
      clearTimeout(timer);
      resolve(null);
    });
  }).finally(() => worker.terminate());
}
