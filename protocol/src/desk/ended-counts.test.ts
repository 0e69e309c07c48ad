import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hexToBytes } from '../bytes/encode.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import { ENDED_COUNTS_MAX } from '../constants.ts';
import { readerFaults } from '../testing/reader-faults.ts';
import { countEnded, type EndedCount, type EndedCounts, mondayOf, readCounts, writeCounts } from './ended-counts.ts';

const monday = 20_780;
const call = 'ab'.repeat(8);
const ended = (day: number, campaigns: readonly (string | null)[], replies = 0) => ({
  messages: campaigns.map((id, at) => ({ day: day + at, content: { campaign: id === null ? null : hexToBytes(id) } })),
  replies: Array<null>(replies).fill(null),
});
const counted = (...cases: readonly ReturnType<typeof ended>[]): EndedCounts => {
  const counts: EndedCounts = new Map();
  for (const one of cases) countEnded(counts, one);
  return counts;
};
const bytesOf = (counts: EndedCounts): Uint8Array => {
  const writer = new Writer();
  writeCounts(counts, writer);
  return writer.done();
};
const read = (bytes: Uint8Array): EndedCounts => {
  const reader = new Reader(bytes);
  const counts = readCounts(reader);
  reader.end();
  return counts;
};

describe('counts of ended cases [CAS-11]', () => {
  it('go by the Monday of the first message and the first call that is named', () => {
    expect([new Date(monday * 86_400_000).getUTCDay(), mondayOf(monday), mondayOf(monday + 6)]).toEqual([
      1,
      monday,
      monday,
    ]);
    const none = { messages: [], replies: [null] };
    const counts = counted(
      ended(monday + 6, [null, call, 'cd'.repeat(8)], 2),
      ended(monday, [call]),
      ended(monday - 1, [null]),
      none,
    );
    expect([...counts.values()]).toEqual([
      { monday, campaign: call, cases: 2, answered: 1 },
      { monday: monday - 7, campaign: null, cases: 1, answered: 0 },
    ]);
  });

  it('are the same bytes in whatever order cases ended, come back as they were, and are refused otherwise', () => {
    const anyCase = fc
      .tuple(fc.nat(40), fc.constantFrom(null, call, 'cd'.repeat(8)), fc.nat(1))
      .map(([later, id, replies]) => ended(monday + later, [id], replies));
    const anyOrder = fc
      .array(anyCase, { maxLength: 20 })
      .chain((cases) => fc.tuple(fc.constant(cases), fc.shuffledSubarray(cases, { minLength: cases.length })));
    fc.assert(
      fc.property(anyOrder, ([one, other]) => {
        expect(bytesOf(counted(...one))).toEqual(bytesOf(counted(...other)));
        expect(bytesOf(read(bytesOf(counted(...one))))).toEqual(bytesOf(counted(...one)));
      }),
    );
    const some = bytesOf(counted(ended(monday, [call], 1), ended(monday, [null]), ended(monday + 7, [null])));
    expect(readerFaults(some, (bytes) => bytesOf(read(bytes)))).toEqual([]);
    const row = (count: EndedCount): EndedCounts => new Map([['', count]]);
    for (const wrong of [
      { monday: monday + 1, campaign: null, cases: 1, answered: 0 },
      { monday, campaign: null, cases: 0, answered: 0 },
      { monday, campaign: null, cases: 1, answered: 2 },
    ]) {
      expect(() => read(bytesOf(row(wrong)))).toThrow(WireError);
    }
  });

  it('have an end, whatever calls whoever writes names', () => {
    const id = (at: number): string => at.toString(16).padStart(16, '0');
    const counts = counted(...Array.from({ length: ENDED_COUNTS_MAX }, (_, at) => ended(monday, [id(at + 1)])));
    expect(counts.size).toBe(ENDED_COUNTS_MAX);
    countEnded(counts, ended(monday + 7, [null]));
    expect(counts.size).toBe(ENDED_COUNTS_MAX);
    const sum = (): number => [...counts.values()].reduce((all, { cases }) => all + cases, 0);
    expect(sum()).toBe(ENDED_COUNTS_MAX + 1);
    expect(counts.get(`${monday}/`)).toEqual({ monday, campaign: null, cases: 2, answered: 0 });
    for (let week = 2; week < ENDED_COUNTS_MAX + 2; week++) countEnded(counts, ended(monday + 7 * week, [null]));
    expect(counts.size).toBe(ENDED_COUNTS_MAX);
    expect(Math.min(...[...counts.values()].map((count) => count.monday))).toBeGreaterThan(monday);
  });

  it('lose nothing of other weeks, and no call of theirs, to a flood of calls that strangers make up', () => {
    const id = (at: number): string => at.toString(16).padStart(16, '0');
    const counts: EndedCounts = new Map();
    for (let week = 0; week < 100; week++)
      for (let at = 0; at < 20; at++) countEnded(counts, ended(monday + 7 * week, [call]));
    for (let at = 1; at <= ENDED_COUNTS_MAX + 76; at++) countEnded(counts, ended(monday + 7 * 100, [id(at)]));
    expect(counts.size).toBe(ENDED_COUNTS_MAX);
    const kept = [...counts.values()].filter(({ campaign }) => campaign === call);
    expect(kept.map(({ cases }) => cases)).toEqual(Array<number>(100).fill(20));
  });

  it('leave out a day of which no week begins, which a device can write', () => {
    expect([...counted(ended(2, [call])).values()]).toEqual([]);
    expect(() => bytesOf(counted(ended(2, [call]), ended(monday, [call])))).not.toThrow();
  });
});
