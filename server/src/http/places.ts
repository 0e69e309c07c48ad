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
    const free = isBehind ? null : room();
    if (free === null) throw new Refusal('busy');
    return free;
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
  };
}
