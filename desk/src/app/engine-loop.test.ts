import { describe, expect, it } from 'vitest';
import { runEngine, startEngineLoop, type Timer } from './engine-loop.ts';

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

describe('engine loop', () => {
  it('ticks at once and then when something is due, not before', async () => {
    const hand = handTimer();
    const ticks: number[] = [];
    let due = 1_060;
    const work = {
      tick: async () => {
        ticks.push(hand.now());
        due = hand.now() + 60;
      },
      nextDue: () => due,
    };
    const loop = startEngineLoop(work, hand.now, hand.timer, () => undefined);
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
    const work = {
      tick: async () => {
        ticks += 1;
        if (isBroken) throw new Error('the disk is full');
      },
      nextDue: () => hand.now() + 60,
    };
    const loop = startEngineLoop(work, hand.now, hand.timer, () => undefined);
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
    const work = {
      tick: () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
      nextDue: () => hand.now(),
    };
    const loop = startEngineLoop(work, hand.now, hand.timer, () => undefined);
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

describe('both kinds of work', () => {
  /** A kind of work of which each round takes as long as whoever holds it likes. */
  function heldWork(hand: ReturnType<typeof handTimer>) {
    const rounds: number[] = [];
    let due = hand.now();
    let finish: (() => void) | null = null;
    const isHeld = { value: false };
    const tick = (): Promise<void> => {
      rounds.push(hand.now());
      due = hand.now() + 60;
      if (!isHeld.value) return Promise.resolve();
      return new Promise((resolve) => {
        finish = resolve;
      });
    };
    return { work: { tick, nextDue: () => due }, rounds, isHeld, finish: () => finish?.() };
  }

  it.each(['named', 'anonymous'] as const)(
    '[RPL-8] go on at their times while a round of the %s is held',
    async (held) => {
      const hand = handTimer();
      const works = { named: heldWork(hand), anonymous: heldWork(hand) };
      const free = works[held === 'named' ? 'anonymous' : 'named'];
      const engine = {
        named: works.named.work,
        anonymous: works.anonymous.work,
        settled: async () => undefined,
        onChange: () => () => undefined,
      };
      works[held].isHeld.value = true;
      const running = runEngine(engine, hand.now, hand.timer, () => undefined);
      await hand.pass(125);
      expect(works[held].rounds).toEqual([1_000]);
      expect(free.rounds).toEqual([1_000, 1_060, 1_120]);
      works[held].finish();
      await running.stop();
      expect(hand.waiting()).toBe(0);
    },
  );

  it('waits for what goes on by itself before it says that it has stopped', async () => {
    const hand = handTimer();
    const work = { tick: async () => undefined, nextDue: () => hand.now() + 60 };
    let end = (): void => undefined;
    const settled = (): Promise<void> =>
      new Promise((resolve) => {
        end = resolve;
      });
    const engine = { named: work, anonymous: work, settled, onChange: () => () => undefined };
    const running = runEngine(engine, hand.now, hand.timer, () => undefined);
    let isStopped = false;
    const stopping = running.stop().then(() => {
      isStopped = true;
    });
    await hand.pass(1);
    expect(isStopped).toBe(false);
    end();
    await stopping;
  });
});
