/** The answers to `POST /chunk` and `POST /fetch`: at most so many chunks in memory, also while a slow receiver takes one. */

import type { ChunkDesk } from '../rules/chunk-desk.ts';
import type { Answer } from './answer.ts';
import type { Incoming } from './listener.ts';
import { inPlace, placesFor } from './places.ts';
import { Refusal } from './refusal.ts';

type Run = (incoming: Incoming, bytes: number) => Promise<Answer>;

/** @param chunksMax received or sent at the same time; one more is told `busy` */
export function chunkAnswers(chunks: ChunkDesk, chunksMax: number): { readonly store: Run; readonly fetch: Run } {
  const places = placesFor(chunksMax);

  const store: Run = (incoming, bytes) =>
    inPlace(
      () => places.take(incoming),
      async (begun) => {
        const refused = await chunks.store(await incoming.exactBody(bytes, begun));
        if (refused !== null) throw new Refusal(refused);
        return { status: 204, body: new Uint8Array(0) };
      },
    );

  const fetch: Run = (incoming, bytes) =>
    places.answerBody(incoming, bytes, async (id) => {
      const chunk = await chunks.fetch(id);
      if (typeof chunk === 'string') throw new Refusal(chunk);
      return { status: 200, type: 'application/octet-stream', body: chunk };
    });

  return { store, fetch };
}
