/** Puts the mode without scripts together. */

import { totalmem } from 'node:os';
import type { Random } from '@postern/protocol/primitives/random';
import type { Handler, Incoming } from '../http/listener.ts';
import type { Pages } from '../http/pages.ts';
import type { ParserMemory } from '../http/parser-memory.ts';
import { problem } from '../http/problem.ts';
import { Refusal } from '../http/refusal.ts';
import type { Timer } from '../ports/clock.ts';
import { launchVisit } from './launch.ts';
import { withPlain } from './plain-routes.ts';
import type { Call } from './visit-process.ts';
import { type VisitLimits, Visits, visitLimits } from './visits.ts';

export interface PlainMode {
  /** Passes on to this what is not below `/plain/`. */
  readonly over: (next: Handler) => Handler;
  readonly stop: () => void;
}

/** @param open answers what the visits' processes ask for */
export function startPlain(
  parts: {
    readonly pages: Pages;
    readonly parser: ParserMemory;
    readonly fingerprint: Uint8Array;
    readonly timer: Timer;
    readonly random: Random;
    readonly limits: Partial<VisitLimits>;
  },
  open: Handler,
): PlainMode {
  const { pages, parser, fingerprint, timer, random } = parts;
  const call: Call = async (path, body) => {
    try {
      return await open(asked(path, body));
    } catch (error) {
      // As a page is told it: a chunk that is not there is something else than a server that is away.
      if (error instanceof Refusal) return problem(error.problem);
      throw error;
    }
  };
  const limits = { ...visitLimits(machineBytes()), ...parts.limits };
  const visits = new Visits({ launch: launchVisit, call, timer, random, limits });
  return { over: (next) => withPlain({ visits, pages, fingerprint, parser }, next), stop: () => visits.stop() };
}

/** What the system allows this process and those that it starts, where that is less than the machine has. */
function machineBytes(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

/** What a process asks for, as if it came over the network. */
function asked(path: string, body: Uint8Array): Incoming {
  return {
    method: body.length === 0 ? 'GET' : 'POST',
    target: path,
    headers: {},
    isBehind: false,
    body: () => Promise.resolve(body),
    exactBody: async (_bytes, begun) => {
      begun?.();
      return body;
    },
    pieces: async function* () {
      yield body;
    },
  };
}
