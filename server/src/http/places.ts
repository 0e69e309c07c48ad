/** Room for what is large and held in memory while it is received or sent (HTTP-5). */

import type { Answer } from './answer.ts';
import type { Incoming } from './listener.ts';
import { Refusal } from './refusal.ts';

type Asker = Pick<Incoming, 'isBehind'>;

export interface Places {
  /**
   * @returns gives the place back; more than once does nothing
   * @throws Refusal busy: all are taken, or the connection has not taken what it asked for before, and would hold several
   */
  readonly take: (incoming: Asker) => () => void;
  /** An answer that has a place from before it is made until it has gone out; none if there is no answer. */
  readonly answer: <Made extends Answer | null>(incoming: Asker, make: () => Promise<Made>) => Promise<Made>;
  /**
   * The same for the answer to a body of just this length: it has its place from when the body has begun to come, so that
   * one which never comes keeps nobody out.
   */
  readonly answerBody: (
    incoming: Pick<Incoming, 'isBehind' | 'exactBody'>,
    bytes: number,
    make: (body: Uint8Array) => Promise<Answer>,
  ) => Promise<Answer>;
}

/** Work that takes a place when it calls what it is given, and gives it back when it is done. */
export async function inPlace<Done>(take: () => () => void, work: (begun: () => void) => Promise<Done>): Promise<Done> {
  const place = laterPlace(take);
  try {
    return await work(place.begun);
  } finally {
    place.free();
  }
}

/** A place that is taken when the work for it has begun, and none to give back until then. */
function laterPlace(take: () => () => void): { readonly begun: () => void; readonly free: () => void } {
  let free = (): void => undefined;
  return {
    begun: () => {
      free = take();
    },
    free: () => free(),
  };
}

/** @throws Refusal busy: all are taken */
export function takePlace(room: Room): () => void {
  const free = room();
  if (free === null) throw new Refusal('busy');
  return free;
}

/** Takes a place; null when all are taken. @returns gives the place back; more than once does nothing */
export type Room = () => (() => void) | null;

export function roomFor(max: number): Room {
  let taken = 0;
  return () => {
    if (taken >= max) return null;
    taken += 1;
    let isTaken = true;
    return () => {
      if (isTaken) taken -= 1;
      isTaken = false;
    };
  };
}

export function placesFor(max: number): Places {
  const room = roomFor(max);
  const take = ({ isBehind }: Asker): (() => void) => {
    if (isBehind) throw new Refusal('busy');
    return takePlace(room);
  };
  return {
    take,
    answer: async (incoming, make) => {
      const sent = take(incoming);
      try {
        const made = await make();
        if (made === null) sent();
        return made === null ? made : { ...made, sent };
      } catch (error) {
        sent();
        throw error;
      }
    },
    answerBody: async (incoming, bytes, make) => {
      const place = laterPlace(() => take(incoming));
      try {
        const body = await incoming.exactBody(bytes, place.begun);
        return { ...(await make(body)), sent: place.free };
      } catch (error) {
        place.free();
        throw error;
      }
    },
  };
}
