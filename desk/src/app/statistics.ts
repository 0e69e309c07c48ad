/** Counts that a manager may see: of cases by week and campaign, from what this device has and nothing else. */

import { type EndedCount, mondayOf } from '@postern/protocol/desk/ended-counts';
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

/** Newest week first. @param ended cases that are gone, each of which counts as closed (CAS-11) */
export function countWeeks(
  lines: Iterable<ConversationSummary & { readonly work: { readonly state: string } }>,
  ended: readonly EndedCount[],
): readonly WeekCount[] {
  const counts = new Map<string, { -readonly [Field in keyof WeekCount]: WeekCount[Field] }>();
  const add = ({ monday, campaign, cases, answered, closed }: WeekCount): void => {
    const key = `${monday}/${campaign ?? ''}`;
    const count = counts.get(key) ?? { monday, campaign, cases: 0, answered: 0, closed: 0 };
    counts.set(key, count);
    count.cases += cases;
    count.answered += answered;
    count.closed += closed;
  };
  for (const { firstDay, campaign, replies, work } of lines) {
    if (firstDay === null) continue;
    const monday = mondayOf(firstDay);
    add({ monday, campaign, cases: 1, answered: replies > 0 ? 1 : 0, closed: work.state === 'closed' ? 1 : 0 });
  }
  for (const count of ended) add({ ...count, closed: count.cases });
  return [...counts.values()].sort((a, b) => b.monday - a.monday || (a.campaign ?? '').localeCompare(b.campaign ?? ''));
}
