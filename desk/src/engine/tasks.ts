/** Anonymous requests that are under way: each goes on by itself, and nothing waits for its answer (spec/protocol.md, section 5, RPL-8). */

import { drawBelow } from '@postern/protocol/messages/draw';
import { Unreachable } from './desk-server.ts';
import type { DeskPorts, EngineOptions } from './ports.ts';
import { GivenUp } from './turns.ts';

/** What is due by itself; whoever has a timer calls it when it is. */
export interface Work {
  /** Carries out what is due; safe to call at any time. Rejects only when the store fails. */
  tick(): Promise<void>;
  /** Unix seconds at which `tick` has something to do. */
  nextDue(): number;
}

export interface Task {
  /** What the server can link it by. */
  readonly circuit: string;
  /** Never rejects. */
  readonly done: Promise<void>;
}

/** Fewer than the circuits that are kept open at a time. A request ends with its time-out, so there are never as many in calm. */
const tasksMax = 48;

export class Tasks {
  readonly #alive = new Set<Task>();
  /** Called after each, with what broke it, if that was not the network. */
  onEnd: (fault: unknown) => void = () => undefined;

  /** Whether one more may begin. */
  get hasRoom(): boolean {
    return this.#alive.size < tasksMax;
  }

  get alive(): readonly Task[] {
    return [...this.#alive];
  }

  /** Begins it and does not wait. That the server is not reached ends it and is no fault. */
  begin(circuit: string, work: () => Promise<void>): void {
    const task: Task = { circuit, done: this.#run(work, () => this.#alive.delete(task)) };
    this.#alive.add(task);
  }

  async #run(work: () => Promise<void>, ended: () => void): Promise<void> {
    let fault: unknown = null;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof GivenUp)) fault = error;
    }
    ended();
    this.onEnd(fault);
  }
}

/** What did not begin within a minute of its time: the machine slept, or documents to send with were not here. */
export function isLate(at: number, now: number): boolean {
  return now - at > 60;
}

/** Unix seconds, between half a tick and one and a half from now: when something is tried again follows from nothing that anybody sees. */
export function drawLater({
  ports,
  options: { tickSeconds },
}: {
  readonly ports: DeskPorts;
  readonly options: EngineOptions;
}): number {
  return ports.now() + Math.ceil(tickSeconds / 2) + drawBelow(Math.max(1, Math.floor(tickSeconds)), ports.random);
}
