/** Calls the engine whenever something is due, one call at a time. */

import type { Engine } from './engine-port.ts';

/** Waits; can be cut short. */
export interface Timer {
  after(ms: number, task: () => void): { cancel(): void };
}

export const machineTimer: Timer = {
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** A clock that was set, or a machine that slept, is noticed within this. */
const waitMsMax = 30_000;
const waitMsMin = 250;
const afterFailureMs = 30_000;

export interface EngineLoop {
  /** Whether the last round threw, which a network fault does not. */
  readonly hasFailed: boolean;
  /** Something may be due earlier than was thought. */
  hurry(): void;
  /** Resolves when no round is under way and none will begin. */
  stop(): Promise<void>;
}

/** @param now unix seconds @param done called after each round */
export function startEngineLoop(engine: Engine, now: () => number, timer: Timer, done: () => void): EngineLoop {
  let hasFailed = false;
  let isStopped = false;
  let waiting: { cancel(): void } | null = null;
  let running: Promise<void> | null = null;

  const round = async (): Promise<void> => {
    try {
      await engine.tick();
      hasFailed = false;
    } catch {
      hasFailed = true;
    }
    running = null;
    if (isStopped) return;
    done();
    wait(hasFailed ? afterFailureMs : waitMsMax);
  };
  const start = (): void => {
    waiting = null;
    running = round();
  };
  const wait = (msMax: number): void => {
    const due = hasFailed ? msMax : (engine.nextDue() - now()) * 1000;
    waiting = timer.after(Math.max(waitMsMin, Math.min(due, msMax)), () => {
      if (hasFailed || engine.nextDue() <= now()) start();
      else wait(waitMsMax);
    });
  };
  start();
  return {
    get hasFailed() {
      return hasFailed;
    },
    hurry: () => {
      if (isStopped || running !== null || hasFailed) return;
      waiting?.cancel();
      wait(waitMsMax);
    },
    stop: async () => {
      isStopped = true;
      waiting?.cancel();
      await running;
    },
  };
}
