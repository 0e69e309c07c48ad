/** Calls one kind of the engine's work whenever some of it is due, one call at a time. */

import type { Work } from '../engine/tasks.ts';
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
const waitMsMin = 10;
const afterFailureMs = 30_000;

type RunnableEngine = Pick<Engine, 'named' | 'anonymous' | 'settled' | 'onChange'>;

export interface EngineLoop {
  /** Whether the last round threw, which a network fault does not. */
  readonly hasFailed: boolean;
  /** Something may be due earlier than was thought. */
  hurry(): void;
  /** Resolves when no round is under way and none will begin. */
  stop(): Promise<void>;
}

/** Both kinds of work, at their own times. */
export interface RunningEngine {
  /** Whether the last round of one of them threw, which a network fault does not. */
  readonly hasFailed: boolean;
  /** Resolves when nothing is under way and nothing will begin; what waits for the network ends with that. */
  stop(): Promise<void>;
}

/** Neither kind waits for the other (RPL-8). @param now unix seconds @param done called after each round */
export function runEngine(engine: RunnableEngine, now: () => number, timer: Timer, done: () => void): RunningEngine {
  const named = startEngineLoop(engine.named, now, timer, done);
  const anonymous = startEngineLoop(engine.anonymous, now, timer, done);
  // Documents that have come, or a page that has loaded, make something due earlier than was thought.
  const unlisten = engine.onChange(() => anonymous.hurry());
  return {
    get hasFailed() {
      return named.hasFailed || anonymous.hasFailed;
    },
    stop: async () => {
      unlisten();
      await Promise.all([named.stop(), anonymous.stop()]);
      await engine.settled();
    },
  };
}

/** @param now unix seconds @param done called after each round */
export function startEngineLoop(work: Work, now: () => number, timer: Timer, done: () => void): EngineLoop {
  let hasFailed = false;
  let isStopped = false;
  let waiting: { cancel(): void } | null = null;
  let running: Promise<void> | null = null;

  const round = async (): Promise<void> => {
    try {
      await work.tick();
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
    const due = hasFailed ? msMax : (work.nextDue() - now()) * 1000;
    waiting = timer.after(Math.max(waitMsMin, Math.min(due, msMax)), () => {
      if (hasFailed || work.nextDue() <= now()) start();
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
