/** Counts that a manager may see: of cases by week and campaign, from what this device has and nothing else. */

import type { ConversationSummary } from '../engine/view.ts';

export interface WeekCount {
  /** UTC day of the week's Monday. */
  readonly monday: number;
  /** Hex, or null for none. */
  readonly campaign: string | null;
  /** Cases of which the first message came in that week. */
  readonly cases: number;
  readonly answered: number;
  readonly closed: number;
}

/** 1970-01-01 was a Thursday. */
const mondayOf = (day: number): number => day - ((day + 3) % 7);

/** Newest week first. */
export function countWeeks(
  lines: Iterable<ConversationSummary & { readonly work: { readonly state: string } }>,
): readonly WeekCount[] {
  const counts = new Map<string, { -readonly [Field in keyof WeekCount]: WeekCount[Field] }>();
  for (const { firstDay, campaign, replies, work } of lines) {
    if (firstDay === null) continue;
    const monday = mondayOf(firstDay);
    const key = `${monday}/${campaign ?? ''}`;
    const count = counts.get(key) ?? { monday, campaign, cases: 0, answered: 0, closed: 0 };
    counts.set(key, count);
    count.cases += 1;
    if (replies > 0) count.answered += 1;
    if (work.state === 'closed') count.closed += 1;
  }
  return [...counts.values()].sort((a, b) => b.monday - a.monday || (a.campaign ?? '').localeCompare(b.campaign ?? ''));
}
