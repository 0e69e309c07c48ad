/** The answers to `POST /chunk` and `POST /fetch`: at most so many chunks in memory, also while a slow receiver takes one. */

import type { ChunkDesk } from '../rules/chunk-desk.ts';
import type { Answer } from './answer.ts';
import { Refusal } from './refusal.ts';

type Run = (body: () => Promise<Uint8Array>) => Promise<Answer>;

/** @param chunksMax received or sent at the same time; one more is told `busy` */
export function chunkAnswers(chunks: ChunkDesk, chunksMax: number): { readonly store: Run; readonly fetch: Run } {
  let open = 0;
  const begin = (): (() => void) => {
    if (open >= chunksMax) throw new Refusal('busy');
    open += 1;
    return () => {
      open -= 1;
    };
  };

  const store: Run = async (body) => {
    const end = begin();
    try {
      const refused = await chunks.store(await body());
      if (refused !== null) throw new Refusal(refused);
      return { status: 204, body: new Uint8Array(0) };
    } finally {
      end();
    }
  };

  const fetch: Run = async (body) => {
    const end = begin();
    let chunk: Uint8Array | 'malformed' | 'not-found' = 'not-found';
    try {
      chunk = await chunks.fetch(await body());
    } finally {
      if (typeof chunk === 'string') end();
    }
    if (typeof chunk === 'string') throw new Refusal(chunk);
    return { status: 200, type: 'application/octet-stream', body: chunk, sent: end };
  };

  return { store, fetch };
}
