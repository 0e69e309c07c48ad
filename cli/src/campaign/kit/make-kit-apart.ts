/** Makes a kit in a thread of its own, so that whoever waits for it can do other things: drawing takes seconds. */

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Failure, refused } from '../../terminal/failure.ts';
import type { KitText } from './kit-text.ts';
import { makeKit } from './make-kit.ts';

interface KitOrder {
  readonly folder: string;
  readonly texts: readonly KitText[];
  readonly films: boolean;
}

/** @returns how many files @throws Failure; the system's error for a folder that cannot be written */
export async function makeKitApart(folder: string, texts: readonly KitText[], films: boolean): Promise<number> {
  const workerData = { folder, texts, films } satisfies KitOrder;
  const worker = new Worker(new URL(import.meta.url), { workerData });
  const [answer] = (await once(worker, 'message')) as [number | string];
  if (typeof answer === 'string') throw refused(answer);
  return answer;
}

if (!isMainThread && parentPort !== null) {
  const { folder, texts, films } = workerData as KitOrder;
  makeKit(folder, texts, films).then(
    (files) => parentPort?.postMessage(files.length),
    (error: unknown) => {
      // Others end the thread, which gives them to whoever waits.
      if (!(error instanceof Failure)) throw error;
      parentPort?.postMessage(error.message);
    },
  );
}
