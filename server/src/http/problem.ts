/** The short errors that are all the server ever says about a fault (http 4). */

import type { CounterName } from '../rules/counters.ts';
import type { Answer } from './answer.ts';

interface ProblemForm {
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly counter: CounterName;
}

const problems = {
  malformed: { status: 400, type: 'malformed', title: 'The request cannot be read.', counter: 'malformed' },
  signature: { status: 401, type: 'signature', title: 'The signature does not hold.', counter: 'signature' },
  'not-found': { status: 404, type: 'not-found', title: 'There is nothing here.', counter: 'notFound' },
  method: { status: 405, type: 'method', title: 'This address has another method.', counter: 'malformed' },
  slow: { status: 408, type: 'slow', title: 'The request did not arrive in time.', counter: 'slow' },
  clock: { status: 409, type: 'clock', title: 'Sign again with the time of now.', counter: 'clock' },
  changed: { status: 409, type: 'changed', title: 'Something else is stored there.', counter: 'refused' },
  'too-large': { status: 413, type: 'too-large', title: 'The request is too large.', counter: 'tooLarge' },
  'ohttp-key': {
    status: 422,
    type: 'https://iana.org/assignments/http-problem-types#ohttp-key',
    title: 'The key is gone. Load the bundle again.',
    counter: 'keyGone',
  },
  internal: { status: 500, type: 'internal', title: 'The server failed.', counter: 'unexpected' },
  unreachable: {
    status: 502,
    type: 'unreachable',
    title: 'This mirror cannot reach the organisation now.',
    counter: 'busy',
  },
  stale: {
    status: 504,
    type: 'stale',
    title: 'This mirror has nothing that is fresh and verified.',
    counter: 'busy',
  },
  busy: { status: 503, type: 'busy', title: 'The server is busy. Try again later.', counter: 'busy' },
  full: { status: 507, type: 'full', title: 'There is no room for files now.', counter: 'busy' },
  'no-roster': { status: 503, type: 'no-roster', title: 'There is no valid roster.', counter: 'busy' },
  'no-day-keys': { status: 503, type: 'no-day-keys', title: 'A desk has no key for today yet.', counter: 'busy' },
} as const satisfies Record<string, ProblemForm>;

export type ProblemName = keyof typeof problems;

const encoder = new TextEncoder();

/** @param allow for `method`: what the address takes */
export function problem(name: ProblemName, allow?: string): Answer {
  const { status, type, title } = problems[name];
  return {
    status,
    type: 'application/problem+json',
    body: encoder.encode(JSON.stringify({ type, title })),
    ...(allow === undefined ? {} : { headers: [['Allow', allow]] }),
  };
}

export function problemCounter(name: ProblemName): CounterName {
  return problems[name].counter;
}
