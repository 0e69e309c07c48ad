// The check of visits against those of people who only look sees each way in which they could differ.
import { expect, it } from 'vitest';
import { type Attempt, shadowOf } from '../network.ts';
import { checkShadows } from './wire.ts';

const attempt: Attempt = {
  at: 1_000,
  circuit: 'visit',
  method: 'POST',
  path: '/request',
  bytesUp: 6_007,
  kind: 0,
  outcome: '200 8368',
  written: ['envelope done'],
};
const visit = [attempt, { ...attempt, at: 1_060, outcome: 'lostAfter' }, { ...attempt, at: 1_120 }];
const shadow = (change: (at: number) => Partial<Attempt>): Attempt[] =>
  visit.map((one, at) => ({ ...one, circuit: shadowOf(one.circuit), ...change(at) }));
const idsOf = (other: readonly Attempt[]): string[] => checkShadows([...visit, ...other]).breaches.map(({ id }) => id);

it('is content with two that are alike, and says how many requests it compared', () => {
  expect(checkShadows([...visit, ...shadow(() => ({}))])).toEqual({ breaches: [], compared: 3 });
  expect(checkShadows(visit)).toEqual({ breaches: [], compared: 0 });
});

it('sees another moment, size, address, answer and number of requests', () => {
  const changes: Partial<Attempt>[] = [{ at: 1_121 }, { bytesUp: 6_008 }, { path: '/other' }, { outcome: '200 8369' }];
  for (const change of changes) expect(idsOf(shadow((at) => (at === 2 ? change : {})))).toEqual(['THR-4']);
  expect(idsOf(shadow(() => ({})).slice(0, 2))).toEqual(['THR-4']);
  expect(idsOf([...shadow(() => ({})), ...shadow(() => ({})).slice(2)])).toEqual(['THR-4']);
});

it('sees an envelope that is sent again where the other’s is new', () => {
  expect(idsOf(shadow((at) => (at === 2 ? { written: ['envelope already'] } : {})))).toEqual(['THR-3']);
});

it('compares nothing behind a moment at which one found no server, or killed it', () => {
  for (const outcome of ['no server', 'server killed']) {
    const away = shadow((at) => (at === 1 ? { outcome } : { at: attempt.at + 60 * at, bytesUp: 6_007 }));
    expect(checkShadows([...visit, ...away])).toEqual({ breaches: [], compared: 1 });
  }
});
