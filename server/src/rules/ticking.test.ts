/** When the next tick is due, on a clock of the test's own. */

import { describe, expect, it } from 'vitest';
import { Counters } from './counters.ts';
import { keepTicking } from './ticking.ts';

function clock() {
  const planned: { seconds: number; task: () => void; isCancelled: boolean }[] = [];
  const after = (seconds: number, task: () => void) => {
    const one = { seconds, task, isCancelled: false };
    planned.push(one);
    return {
      cancel: () => {
        one.isCancelled = true;
      },
    };
  };
  const due = () => planned.filter(({ isCancelled }) => !isCancelled);
  return { timer: { after }, due };
}

describe('ticking', () => {
  it('comes at the end of a shorter epoch as soon as one is known, and not at the old time as well', () => {
    let seconds = 60;
    const { timer, due } = clock();
    const ticking = keepTicking(
      timer,
      () => seconds,
      async () => undefined,
      new Counters(),
    );
    expect(due().map((one) => one.seconds)).toEqual([60.05]);
    seconds = 10;
    ticking.replan();
    expect(due().map((one) => one.seconds)).toEqual([10.05]);
    ticking.stop();
    ticking.replan();
    expect(due()).toEqual([]);
  });
});
