/** Calls the server's tick whenever it is due, one after the other, until stopped. */

import type { Timer } from '../ports/clock.ts';
import type { Counters } from './counters.ts';

/** Just behind the boundary, so that a timer that fires early does not find nothing due. */
const lateSeconds = 0.05;

/** @returns stops it; a tick that is under way goes on */
export function keepTicking(
  timer: Timer | null,
  secondsToNext: () => number,
  tick: () => Promise<void>,
  counters: Counters,
): () => void {
  if (timer === null) return () => undefined;
  let isStopped = false;
  let next: { cancel(): void } | null = null;
  const plan = (): void => {
    if (isStopped) return;
    next = timer.after(secondsToNext() + lateSeconds, () => {
      // What failed is due again at the next tick.
      tick()
        .catch(() => counters.add('unexpected'))
        .finally(plan);
    });
  };
  plan();
  return () => {
    isStopped = true;
    next?.cancel();
  };
}
