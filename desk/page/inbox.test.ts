import type { InboxRow } from '@postern/desk/app/api';
import type { EngineStatus, ReplyView } from '@postern/desk/engine/view';
import { describe, expect, it } from 'vitest';
import {
  countEnding,
  countRows,
  moveCursor,
  type Narrowing,
  shownRows,
  sortRows,
  suspectedLosses,
  visibleRange,
} from './inbox.ts';
import { newPartsIn } from './merged-cases.ts';
import { replyStep, timelineOf } from './timeline.ts';

function row(id: string, fields: Partial<InboxRow> = {}): InboxRow {
  const work = {
    state: 'new',
    owner: null,
    reminder: null,
    mergedInto: null,
    endDay: null,
    restsSince: 10,
    isHeld: false,
  };
  return { id, lastDay: 10, isUnanswered: false, replies: 1, alike: null, work, ...fields } as InboxRow;
}

const rows = [
  row('a'),
  row('b', { lastDay: 12, isUnanswered: true, replies: 0 }),
  row('c', { lastDay: null, replies: 0 }),
  row('d', { lastDay: 12 }),
];
const byId = (some: readonly InboxRow[]): ReadonlyMap<string, InboxRow> => new Map(some.map((each) => [each.id, each]));
const sorted = sortRows(byId(rows));
const notNarrowed: Narrowing = { found: null, tests: [] };
const holding = (...found: readonly string[]): Narrowing => ({
  found: new Map(found.map((id) => [id, null])),
  tests: [],
});
const ids = (some: readonly InboxRow[]): string => some.map(({ id }) => id).join('');
const place = { losses: new Set(['a']), own: 'me', today: 20 };

describe('list of conversations', () => {
  it('stands newest day first, in one order on every device, what has no day last', () => {
    expect(ids(sorted)).toBe('bdac');
    expect(ids(sortRows(byId([...rows].reverse())))).toBe('bdac');
  });

  it('shows the chosen group of what was found', () => {
    expect(ids(shownRows(sorted, 'unanswered', notNarrowed, place))).toBe('b');
    // One of which only parts have come is neither answered nor to be answered.
    expect(ids(shownRows(sorted, 'answered', notNarrowed, place))).toBe('da');
    expect(ids(shownRows(sorted, 'loss', notNarrowed, place))).toBe('a');
    expect(ids(shownRows(sorted, 'all', holding('c', 'd'), place))).toBe('dc');
    expect(ids(shownRows(sorted, 'answered', holding(), place))).toBe('');
  });

  it('counts each group among what was found', () => {
    const none = { all: 0, changed: 0, unanswered: 0, mine: 0, due: 0, answered: 0, closed: 0, loss: 0 };
    expect(countRows(sorted, notNarrowed, place)).toEqual({ ...none, all: 4, unanswered: 1, answered: 2, loss: 1 });
    expect(countRows(sorted, holding('b'), place)).toEqual({ ...none, all: 1, unanswered: 1 });
  });

  it('shows what is mine, due, closed or changed', () => {
    const base = row('x').work;
    const some = [
      row('mine', { work: { ...base, owner: 'me' } }),
      row('due', { work: { ...base, reminder: 20 } }),
      row('later', { work: { ...base, reminder: 21 } }),
      row('closed', { work: { ...base, state: 'closed', owner: 'me' } }),
      row('news', { hasNews: true }),
    ];
    const shown = (filter: Parameters<typeof shownRows>[1]): string[] =>
      shownRows(some, filter, notNarrowed, place).map(({ id }) => id);
    expect(shown('all')).toEqual(['mine', 'due', 'later', 'news']);
    expect([shown('mine'), shown('due'), shown('closed'), shown('changed')]).toEqual([
      ['mine'],
      ['due'],
      ['closed'],
      ['news'],
    ]);
  });

  it('leaves a part to its case only while nobody waits for anything in it, and never where it was searched for', () => {
    const quiet = { work: { ...row('x').work, mergedInto: 'a', owner: 'me' } };
    const some = [
      row('a'),
      row('quiet', quiet),
      row('unread', { ...quiet, isUnread: true }),
      row('waits', { ...quiet, isUnanswered: true }),
      row('news', { ...quiet, hasNews: true }),
      row('due', { work: { ...quiet.work, reminder: 20 } }),
    ];
    const shown = (filter: Parameters<typeof shownRows>[1], by = notNarrowed): string[] =>
      shownRows(some, filter, by, place).map(({ id }) => id);
    expect(shown('all')).toEqual(['a', 'unread', 'waits', 'news']);
    expect(shown('mine')).toEqual(['unread', 'waits', 'news']);
    expect(shown('changed')).toEqual(['unread', 'news']);
    expect(shown('unanswered')).toEqual(['waits']);
    expect(shown('due')).toEqual(['due']);
    expect(shown('all', holding('quiet', 'due'))).toEqual(['quiet', 'due']);
    for (const by of [notNarrowed, holding('quiet')]) {
      expect(countRows(some, by, place).all).toBe(shown('all', by).length);
    }
  });

  it('says of a case, and of the one above it, which parts have news or wait for an answer', () => {
    const into = (mergedInto: string | null, state = 'open'): Partial<InboxRow> =>
      ({ work: { ...row('x').work, mergedInto, state } }) as Partial<InboxRow>;
    const some = [
      row('top'),
      row('case', into('top')),
      row('part', { ...into('case'), isUnread: true }),
      row('quiet', into('case')),
      row('closed', { ...into('case', 'closed'), isUnanswered: true }),
      row('alone', { isUnread: true }),
    ];
    const parts = newPartsIn(byId(some));
    expect(Object.fromEntries(parts)).toEqual({ case: ['part'], top: ['part'] });
    const circle = [row('one', { ...into('two'), isUnread: true }), row('two', into('one'))];
    expect(newPartsIn(byId(circle)).get('two')).toEqual(['one']);
  });

  it('[CAS-7] counts among what is due what ends within a week, and says how many a new term would end', () => {
    const work = row('x').work;
    const some = [
      row('ends', { work: { ...work, endDay: 27 } }),
      row('later', { work: { ...work, endDay: 28 } }),
      row('old', { work: { ...work, restsSince: 3 } }),
      row('held', { work: { ...work, restsSince: 3, isHeld: true } }),
    ];
    expect(shownRows(some, 'due', notNarrowed, place).map(({ id }) => id)).toEqual(['ends']);
    expect([0, 17, 18, 24, 25].map((days) => countEnding(byId(some), days, 20))).toEqual([0, 3, 1, 1, 0]);
    const part = row('part', { work: { ...row('x').work, mergedInto: 'held', restsSince: 1 } });
    const held = row('held', { work: { ...row('x').work, isHeld: true, restsSince: 1 } });
    expect([countEnding(byId([part]), 5, 20), countEnding(byId([part, held]), 5, 20)]).toEqual([1, 0]);
  });

  it('shows one line for each flood, all of it when asked, and small groups as they are', () => {
    const flood = (id: string, group: string, count: number): InboxRow => row(id, { alike: { group, count } });
    const some = [
      flood('a', 'a', 3),
      row('b'),
      flood('c', 'a', 3),
      flood('d', 'd', 2),
      flood('e', 'a', 3),
      flood('f', 'd', 2),
    ];
    expect(ids(shownRows(some, 'all', notNarrowed, place))).toBe('abdf');
    expect(ids(shownRows(some, 'all', notNarrowed, place, 'a'))).toBe('ace');
  });

  it('takes suspected losses from the alerts that name a conversation', () => {
    const alerts = [
      { code: 'loss-suspected', conversation: 'a' },
      { code: 'loss-suspected', conversation: null },
      { code: 'reply-too-old', conversation: 'b' },
    ];
    expect(suspectedLosses({ alerts } as unknown as EngineStatus)).toEqual(new Set(['a']));
    expect(suspectedLosses(null).size).toBe(0);
  });

  it('is walked line by line and not beyond its ends', () => {
    expect(moveCursor(sorted, null, 1)).toBe('b');
    expect(moveCursor(sorted, 'b', 1)).toBe('d');
    expect(moveCursor(sorted, 'b', -1)).toBe('b');
    expect(moveCursor(sorted, 'c', 1)).toBe('c');
    expect(moveCursor(sorted, 'gone', 1)).toBe('b');
    expect(moveCursor([], null, 1)).toBe(null);
  });

  it('makes the lines in sight, and few others, of however many there are', () => {
    const at = visibleRange(50_000, 800, 100, 10_000);
    expect(at.from).toBeLessThanOrEqual(500);
    expect(at.to).toBeGreaterThanOrEqual(508);
    expect(at.to - at.from).toBeLessThan(30);
    expect(visibleRange(0, 800, 100, 3).to).toBe(3);
    expect(visibleRange(90_000, 800, 100, 3).to).toBe(3);
  });
});

describe('conversation', () => {
  it('[LOG-14] stands in the order of the log, whatever the days say', () => {
    const messages = [
      { id: 'm1', day: 2, repliesBefore: 0 },
      { id: 'again', day: 2, repliesBefore: 1 },
      { id: 'late', day: 1, repliesBefore: 2 },
      { id: 'm2', day: 5, repliesBefore: 2 },
    ];
    const replies = ['r1', 'r2', 'r3'].map((id, at) => ({ id, day: [2, 3, 4][at] }));
    const incomplete = [{ id: 'i1', day: 4 }];
    const days = timelineOf({ summary: { id: 'a' }, messages, incomplete, replies } as never);
    const shown = days.map(({ day, items }) => [
      day,
      ...items.map((item) => (item.kind === 'reply' ? item.reply : item.message).id),
    ]);
    expect(shown).toEqual([
      [2, 'm1', 'r1', 'again'],
      [3, 'r2', 'late'],
      [4, 'i1'],
      [5, 'm2', 'r3'],
    ]);
  });

  it('has what came and was written in its parts, each with the case that it is in', () => {
    const of = (id: string, day: number) =>
      ({
        summary: { id },
        messages: [{ id: `${id}m`, day, repliesBefore: 0 }],
        incomplete: [],
        replies: [{ id: `${id}r`, day }],
      }) as never;
    const shown = timelineOf(of('a', 3), of('b', 3), of('c', 2)).map(({ day, items }) => [
      day,
      ...items.map((item) => `${item.of}${item.kind}`),
    ]);
    expect(shown).toEqual([
      [2, 'cmessage', 'creply'],
      [3, 'amessage', 'areply', 'bmessage', 'breply'],
    ]);
  });

  it('counts a reply as read only when the source has confirmed it', () => {
    const step = (progress: ReplyView['progress'], isConfirmed = false): number =>
      replyStep({ progress, isConfirmed } as ReplyView);
    expect([step('pending'), step('waiting'), step('queued'), step('too-old')]).toEqual([1, 1, 1, 1]);
    expect([step('posted'), step('collected'), step('posted', true)]).toEqual([2, 3, 4]);
  });
});
