import type { InboxRow } from '@postern/desk/app/api';
import type { EngineStatus, ReplyView } from '@postern/desk/engine/view';
import { describe, expect, it } from 'vitest';
import { countRows, moveCursor, shownRows, sortRows, suspectedLosses, visibleRange } from './inbox.ts';
import { replyStep, timelineOf } from './timeline.ts';

function row(id: string, fields: Partial<InboxRow> = {}): InboxRow {
  const work = { state: 'new', owner: null, reminder: null, mergedInto: null };
  return { id, lastDay: 10, isUnanswered: false, replies: 1, alike: null, work, ...fields } as InboxRow;
}

const rows = [
  row('a'),
  row('b', { lastDay: 12, isUnanswered: true, replies: 0 }),
  row('c', { lastDay: null, replies: 0 }),
  row('d', { lastDay: 12 }),
];
const sorted = sortRows(new Map(rows.map((each) => [each.id, each])));
const ids = (some: readonly InboxRow[]): string => some.map(({ id }) => id).join('');
const place = { losses: new Set(['a']), own: 'me', today: 20 };

describe('list of conversations', () => {
  it('stands newest day first, in one order on every device, what has no day last', () => {
    expect(ids(sorted)).toBe('bdac');
    expect(ids(sortRows(new Map([...rows].reverse().map((each) => [each.id, each]))))).toBe('bdac');
  });

  it('shows the chosen group of what was found', () => {
    expect(ids(shownRows(sorted, 'unanswered', null, place))).toBe('b');
    // One of which only parts have come is neither answered nor to be answered.
    expect(ids(shownRows(sorted, 'answered', null, place))).toBe('da');
    expect(ids(shownRows(sorted, 'loss', null, place))).toBe('a');
    expect(ids(shownRows(sorted, 'all', new Set(['c', 'd']), place))).toBe('dc');
    expect(ids(shownRows(sorted, 'answered', new Set(), place))).toBe('');
  });

  it('counts each group among what was found', () => {
    const none = { all: 0, changed: 0, unanswered: 0, mine: 0, due: 0, answered: 0, closed: 0, loss: 0 };
    expect(countRows(sorted, null, place)).toEqual({ ...none, all: 4, unanswered: 1, answered: 2, loss: 1 });
    expect(countRows(sorted, new Set(['b']), place)).toEqual({ ...none, all: 1, unanswered: 1 });
  });

  it('shows what is mine, due, closed or changed, and leaves out what is part of another case', () => {
    const base = row('x').work;
    const some = [
      row('mine', { work: { ...base, owner: 'me' } }),
      row('due', { work: { ...base, reminder: 20 } }),
      row('later', { work: { ...base, reminder: 21 } }),
      row('closed', { work: { ...base, state: 'closed', owner: 'me' } }),
      row('part', { work: { ...base, mergedInto: 'mine' }, isUnread: true }),
      row('news', { hasNews: true }),
    ];
    const shown = (filter: Parameters<typeof shownRows>[1]): string[] =>
      shownRows(some, filter, null, place).map(({ id }) => id);
    expect(shown('all')).toEqual(['mine', 'due', 'later', 'news']);
    expect([shown('mine'), shown('due'), shown('closed'), shown('changed')]).toEqual([
      ['mine'],
      ['due'],
      ['closed'],
      ['news'],
    ]);
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
    expect(ids(shownRows(some, 'all', null, place))).toBe('abdf');
    expect(ids(shownRows(some, 'all', null, place, 'a'))).toBe('ace');
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
  it('stands in order of days, what came before what was written', () => {
    const [m1, m2, i1, r1, r2] = [
      { id: 'm1', day: 2 },
      { id: 'm2', day: 5 },
      { id: 'i1', day: 4 },
      { id: 'r1', day: 2 },
      { id: 'r2', day: 3 },
    ] as const;
    const days = timelineOf({ messages: [m1, m2], incomplete: [i1], replies: [r2, r1] } as never);
    const shown = days.map(({ day, items }) => [
      day,
      ...items.map((item) => (item.kind === 'reply' ? item.reply : item.message).id),
    ]);
    expect(shown).toEqual([
      [2, 'm1', 'r1'],
      [3, 'r2'],
      [4, 'i1'],
      [5, 'm2'],
    ]);
  });

  it('counts a reply as read only when the source has confirmed it', () => {
    const step = (progress: ReplyView['progress'], isConfirmed = false): number =>
      replyStep({ progress, isConfirmed } as ReplyView);
    expect([step('pending'), step('waiting'), step('queued'), step('too-old')]).toEqual([1, 1, 1, 1]);
    expect([step('posted'), step('collected'), step('posted', true)]).toEqual([2, 3, 4]);
  });
});
