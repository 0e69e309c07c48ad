import type { InboxRow } from '@postern/desk/app/api';
import type { EngineStatus, ReplyView } from '@postern/desk/engine/view';
import { describe, expect, it } from 'vitest';
import { countRows, moveCursor, shownRows, sortRows, suspectedLosses, visibleRange } from './inbox.ts';
import { replyStep, timelineOf } from './timeline.ts';

function row(id: string, fields: Partial<InboxRow> = {}): InboxRow {
  return { id, lastDay: 10, isUnanswered: false, replies: 1, ...fields } as InboxRow;
}

const rows = [
  row('a'),
  row('b', { lastDay: 12, isUnanswered: true, replies: 0 }),
  row('c', { lastDay: null, replies: 0 }),
  row('d', { lastDay: 12 }),
];
const sorted = sortRows(new Map(rows.map((each) => [each.id, each])));
const ids = (some: readonly InboxRow[]): string => some.map(({ id }) => id).join('');
const losses = new Set(['a']);

describe('list of conversations', () => {
  it('stands newest day first, in one order on every device, what has no day last', () => {
    expect(ids(sorted)).toBe('bdac');
    expect(ids(sortRows(new Map([...rows].reverse().map((each) => [each.id, each]))))).toBe('bdac');
  });

  it('shows the chosen group of what was found', () => {
    expect(ids(shownRows(sorted, 'unanswered', null, losses))).toBe('b');
    // One of which only parts have come is neither answered nor to be answered.
    expect(ids(shownRows(sorted, 'answered', null, losses))).toBe('da');
    expect(ids(shownRows(sorted, 'loss', null, losses))).toBe('a');
    expect(ids(shownRows(sorted, 'all', new Set(['c', 'd']), losses))).toBe('dc');
    expect(ids(shownRows(sorted, 'answered', new Set(), losses))).toBe('');
  });

  it('counts each group among what was found', () => {
    expect(countRows(sorted, null, losses)).toEqual({ all: 4, unanswered: 1, answered: 2, loss: 1 });
    expect(countRows(sorted, new Set(['b']), losses)).toEqual({ all: 1, unanswered: 1, answered: 0, loss: 0 });
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
