/** Which conversations the list shows, in which order, and how the keys move in it. */
import type { InboxRow } from '@postern/desk/app/api';
import type { EngineStatus } from '@postern/desk/engine/view';
import { type Filter, filters } from './model.ts';

/** Newest day first; within a day the order is the same on every device and says nothing. */
export function sortRows(rows: ReadonlyMap<string, InboxRow>): readonly InboxRow[] {
  return [...rows.values()].sort(
    (a, b) => (b.lastDay ?? -1) - (a.lastDay ?? -1) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}

/** Ids of conversations in which the engine suspects that a reply was lost. */
export function suspectedLosses(status: EngineStatus | null): ReadonlySet<string> {
  const alerts = status?.alerts.filter(({ code }) => code === 'loss-suspected') ?? [];
  return new Set(alerts.flatMap(({ conversation }) => conversation ?? []));
}

function isIn(filter: Filter, row: InboxRow, losses: ReadonlySet<string>): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'unanswered':
      return row.isUnanswered;
    case 'answered':
      return !row.isUnanswered && row.replies > 0;
    case 'loss':
      return losses.has(row.id);
  }
}

/** @param found null for all */
export function shownRows(
  sorted: readonly InboxRow[],
  filter: Filter,
  found: ReadonlySet<string> | null,
  losses: ReadonlySet<string>,
): readonly InboxRow[] {
  return sorted.filter((row) => (found === null || found.has(row.id)) && isIn(filter, row, losses));
}

export function countRows(
  sorted: readonly InboxRow[],
  found: ReadonlySet<string> | null,
  losses: ReadonlySet<string>,
): Readonly<Record<Filter, number>> {
  const counts = { all: 0, unanswered: 0, answered: 0, loss: 0 };
  for (const row of sorted) {
    if (found !== null && !found.has(row.id)) continue;
    for (const filter of filters) if (isIn(filter, row, losses)) counts[filter] += 1;
  }
  return counts;
}

/** The line so many further from the cursor, within the list; its first one without a cursor. */
export function moveCursor(shown: readonly InboxRow[], cursor: string | null, steps: number): string | null {
  const at = shown.findIndex(({ id }) => id === cursor);
  const next = at < 0 ? 0 : Math.max(0, Math.min(shown.length - 1, at + steps));
  return shown[next]?.id ?? null;
}

/** Lines that are worth making for a list that is scrolled so far: those in sight and some around. */
export function visibleRange(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
): { readonly from: number; readonly to: number } {
  const spare = 6;
  const from = Math.max(0, Math.min(count, Math.floor(scrollTop / rowHeight)) - spare);
  return { from, to: Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + spare) };
}
