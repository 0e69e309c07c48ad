import { describe, expect, it } from 'vitest';
import { startEngineLoop, type Timer } from './engine-loop.ts';
import type { Engine } from './engine-port.ts';

/** A clock and timers that are moved by hand. */
function handTimer() {
  let now = 1_000;
  let tasks: { at: number; task: () => void }[] = [];
  const timer: Timer = {
    after: (ms, task) => {
      const entry = { at: now + ms / 1000, task };
      tasks.push(entry);
      return {
        cancel: () => {
          tasks = tasks.filter((other) => other !== entry);
        },
      };
    },
  };
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const pass = async (seconds: number): Promise<void> => {
    const end = now + seconds;
    for (;;) {
      await settle();
      const next = tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      now = Math.max(now, next.at);
      tasks = tasks.filter((other) => other !== next);
      next.task();
    }
    now = end;
  };
  return { timer, pass, now: () => now, waiting: () => tasks.length };
}

function engineWith(tick: () => Promise<void>, nextDue: () => number): Engine {
  return { tick, nextDue } as Engine;
}

describe('engine loop', () => {
  it('ticks at once and then when something is due, not before', async () => {
    const hand = handTimer();
    const ticks: number[] = [];
    let due = 1_060;
    const engine = engineWith(
      async () => {
        ticks.push(hand.now());
        due = hand.now() + 60;
      },
      () => due,
    );
    const loop = startEngineLoop(engine, hand.now, hand.timer, () => undefined);
    await hand.pass(59);
    expect(ticks).toEqual([1_000]);
    await hand.pass(62);
    expect(ticks).toEqual([1_000, 1_060, 1_120]);
    due = hand.now() + 1;
    loop.hurry();
    await hand.pass(2);
    expect(ticks).toHaveLength(4);
    await loop.stop();
    expect(hand.waiting()).toBe(0);
  });

  it('shows a failure, waits, and goes on', async () => {
    const hand = handTimer();
    let isBroken = true;
    let ticks = 0;
    const engine = engineWith(
      async () => {
        ticks += 1;
        if (isBroken) throw new Error('the disk is full');
      },
      () => hand.now() + 60,
    );
    const loop = startEngineLoop(engine, hand.now, hand.timer, () => undefined);
    await hand.pass(29);
    expect([ticks, loop.hasFailed]).toEqual([1, true]);
    isBroken = false;
    await hand.pass(2);
    expect([ticks, loop.hasFailed]).toEqual([2, false]);
    await loop.stop();
  });

  it('ends the round that is under way before it says that it has stopped', async () => {
    const hand = handTimer();
    let finish = (): void => undefined;
    const engine = engineWith(
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
      () => hand.now(),
    );
    const loop = startEngineLoop(engine, hand.now, hand.timer, () => undefined);
    let isStopped = false;
    const stopping = loop.stop().then(() => {
      isStopped = true;
    });
    await hand.pass(1);
    expect(isStopped).toBe(false);
    finish();
    await stopping;
    expect(hand.waiting()).toBe(0);
  });
});
