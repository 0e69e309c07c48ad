/** Clears from the process's memory what is left of the heads of requests: what browsers and proxies say of a visitor (THR-1). */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Timer } from '../ports/clock.ts';
import type { ParserMemory } from './parser-memory.ts';

export interface Remains {
  /** A head was received: what it leaves is cleared before long. */
  readonly left: () => void;
  readonly close: () => void;
}

/**
 * Node turns every header into strings, which nobody can overwrite. V8 writes zeros over what it frees, is told to free
 * all that it can, and the parser reads zeros over what it read last. A connection that is open keeps its newest head.
 * Twice after the last head, at half of the time and at its end: what work in progress holds at first is free then.
 * @param seconds how long what a connection that has ended leaves may stay
 */
export function clearRemains(timer: Timer, parser: ParserMemory, seconds: number): Remains {
  setFlagsFromString('--clear-free-memory');
  // Without it a gap between objects that live keeps what was there, until something else fits into it.
  setFlagsFromString('--zero-unused-memory');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as NonNullable<typeof globalThis.gc>;
  let next: { cancel(): void } | null = null;
  let isClosed = false;
  let clearings = 0;
  const clear = (): void => {
    clearings -= 1;
    next = clearings > 0 ? timer.after(seconds / 2, clear) : null;
    // What one collection moves to the old part of the heap, only the last resort frees.
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    void parser.clear();
  };
  return {
    left: () => {
      // A connection may close after the listener has stopped.
      if (isClosed) return;
      clearings = 2;
      next ??= timer.after(seconds / 2, clear);
    },
    close: () => {
      isClosed = true;
      next?.cancel();
    },
  };
}
