import { describe, expect, it } from 'vitest';
import type { CaseLine } from '../engine/view.ts';
import { countWeeks } from './statistics.ts';

const line = (firstDay: number | null, campaign: string | null, replies: number, state: string): CaseLine =>
  ({ firstDay, campaign, replies, work: { state } }) as CaseLine;

describe('statistics', () => {
  it('count by week from Monday, and by campaign, the newest first, and those that have ended too', () => {
    // 2026-11-23 is a Monday: 20,780 days after 1970-01-01.
    expect(new Date(20_780 * 86_400_000).getUTCDay()).toBe(1);
    const lines = [
      line(20_779, null, 0, 'new'),
      line(20_780, null, 2, 'closed'),
      line(20_786, null, 0, 'open'),
      line(20_786, 'ab', 1, 'open'),
      line(20_787, null, 0, 'new'),
      line(null, null, 0, 'new'),
    ];
    const ended = [
      { monday: 20_780, campaign: 'ab', cases: 3, answered: 2 },
      { monday: 20_766, campaign: null, cases: 1, answered: 0 },
    ];
    expect(countWeeks(lines, ended)).toEqual([
      { monday: 20_787, campaign: null, cases: 1, answered: 0, closed: 0 },
      { monday: 20_780, campaign: null, cases: 2, answered: 1, closed: 1 },
      { monday: 20_780, campaign: 'ab', cases: 4, answered: 3, closed: 3 },
      { monday: 20_773, campaign: null, cases: 1, answered: 0, closed: 0 },
      { monday: 20_766, campaign: null, cases: 1, answered: 0, closed: 1 },
    ]);
  });
});
