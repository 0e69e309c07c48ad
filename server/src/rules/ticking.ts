/** Calls the server's tick whenever it is due, one after the other, until stopped. */

import type { Timer } from '../ports/clock.ts';
import type { Counters } from './counters.ts';

/** Just behind the boundary, so that a timer that fires early does not find nothing due. */
const lateSeconds = 0.05;

export interface Ticking {
  /** Looks again when the next tick is due: a roster may have shortened the epoch. */
  readonly replan: () => void;
  /** A tick that is under way goes on. */
  readonly stop: () => void;
}

export function keepTicking(
  timer: Timer | null,
  secondsToNext: () => number,
  tick: () => Promise<void>,
  counters: Counters,
): Ticking {
  if (timer === null) return { replan: () => undefined, stop: () => undefined };
  let isStopped = false;
  let next: { cancel(): void } | null = null;
  const plan = (): void => {
    if (isStopped) return;
    next?.cancel();
    next = timer.after(secondsToNext() + lateSeconds, () => {
      // What failed is due again at the next tick.
      tick()
        .catch(() => counters.add('unexpected'))
        .finally(plan);
    });
  };
  plan();
  return {
    replan: plan,
    stop: () => {
      isStopped = true;
      next?.cancel();
    },
  };
}
