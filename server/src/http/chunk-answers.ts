/** The answers to `POST /chunk` and `POST /fetch`: at most so many chunks in memory, also while a slow receiver takes one. */

import type { ChunkDesk } from '../rules/chunk-desk.ts';
import type { Answer } from './answer.ts';
import type { Incoming } from './listener.ts';
import { placesFor } from './places.ts';
import { Refusal } from './refusal.ts';

type Run = (incoming: Incoming, bytes: number) => Promise<Answer>;

/** @param chunksMax received or sent at the same time; one more is told `busy` */
export function chunkAnswers(chunks: ChunkDesk, chunksMax: number): { readonly store: Run; readonly fetch: Run } {
  const places = placesFor(chunksMax);

  const store: Run = async (incoming, bytes) => {
    const end = places.take(incoming);
    try {
      const refused = await chunks.store(await incoming.exactBody(bytes));
      if (refused !== null) throw new Refusal(refused);
      return { status: 204, body: new Uint8Array(0) };
    } finally {
      end();
    }
  };

  const fetch: Run = (incoming, bytes) =>
    places.answer(incoming, async () => {
      const chunk = await chunks.fetch(await incoming.exactBody(bytes));
      if (typeof chunk === 'string') throw new Refusal(chunk);
      return { status: 200, type: 'application/octet-stream', body: chunk };
    });

  return { store, fetch };
}
