/** Puts the mode without scripts together. */

import type { Random } from '@postern/protocol/primitives/random';
import type { Handler } from '../http/listener.ts';
import type { Pages } from '../http/pages.ts';
import type { Timer } from '../ports/clock.ts';
import { launchVisit } from './launch.ts';
import { parserMemory } from './parser-memory.ts';
import { withPlain } from './plain-routes.ts';
import type { Call } from './visit-process.ts';
import { defaultVisitLimits, type VisitLimits, Visits } from './visits.ts';

export interface PlainMode {
  readonly handler: Handler;
  readonly stop: () => void;
}

/** @param next answers everything else, and what the visits' processes ask for */
export async function startPlain(
  parts: {
    readonly pages: Pages;
    readonly fingerprint: Uint8Array;
    readonly timer: Timer;
    readonly random: Random;
    readonly limits: Partial<VisitLimits>;
  },
  next: Handler,
): Promise<PlainMode> {
  const { pages, fingerprint, timer, random } = parts;
  const call: Call = async (path, body) =>
    next({
      method: body.length === 0 ? 'GET' : 'POST',
      target: path,
      headers: {},
      body: () => Promise.resolve(body),
    });
  const limits = { ...defaultVisitLimits, ...parts.limits };
  const visits = new Visits({ launch: launchVisit, call, timer, random, limits });
  const parser = await parserMemory(random);
  const stop = (): void => {
    visits.stop();
    parser.close();
  };
  return { handler: withPlain({ visits, pages, fingerprint, parser }, next), stop };
}
