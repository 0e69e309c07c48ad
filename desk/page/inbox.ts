/** Which conversations the list shows, in which order, and how the keys move in it. */
import type { InboxRow } from '@postern/desk/app/api';
import { caseName } from '@postern/desk/app/case-name';
import type { EngineStatus } from '@postern/desk/engine/view';
import { TERM_NOTICE_DAYS } from '@postern/protocol/constants';
import { type Filter, filters, type Order } from './model.ts';
import { countFields, type FieldCounts, type FieldTest, hasAll, type RecordWords } from './record-filter.ts';

/** From so many near copies on one of them stands for all. */
export const floodMin = 3;

/** What stands first where the newest day does not; a lower number stands before a higher. */
const ranks: Readonly<Record<Order, (row: InboxRow) => number>> = {
  newest: () => 0,
  graded: ({ work: { grade } }) => (grade === null ? Number.POSITIVE_INFINITY : gradeRank(grade)),
  waiting: ({ waitsSince }) => waitsSince ?? Number.POSITIVE_INFINITY,
};

/** Where the order leaves it open, newest day first; within a day the order is the same on every device and says nothing. */
export function sortRows(rows: ReadonlyMap<string, InboxRow>, order: Order = 'newest'): readonly InboxRow[] {
  const ranked = [...rows.values()].map((row) => ({ row, rank: ranks[order](row) }));
  ranked.sort(
    (a, b) =>
      (a.rank === b.rank ? 0 : a.rank - b.rank) ||
      (b.row.lastDay ?? -1) - (a.row.lastDay ?? -1) ||
      (a.row.id < b.row.id ? -1 : a.row.id > b.row.id ? 1 : 0),
  );
  return ranked.map(({ row }) => row);
}

/** From 2 for A1 to 12 for F6; of two grades the middle. */
function gradeRank(grades: string): number {
  const given = grades.split(' ').map((grade) => grade.charCodeAt(0) - 64 + Number(grade.charAt(1)));
  return given.reduce((sum, one) => sum + one, 0) / given.length;
}

/** Ids of conversations in which the engine suspects that a reply was lost. */
export function suspectedLosses(status: EngineStatus | null): ReadonlySet<string> {
  const alerts = status?.alerts.filter(({ code }) => code === 'loss-suspected') ?? [];
  return new Set(alerts.flatMap(({ conversation }) => conversation ?? []));
}

/** What the groups of the list depend on beside the line itself. */
export interface InboxPlace {
  readonly losses: ReadonlySet<string>;
  /** Hex of this device. */
  readonly own: string;
  readonly today: number;
}

/** Whether its texts and keys are erased within a week, unless somebody does something. */
export function endsSoon({ work: { endDay } }: InboxRow, today: number): boolean {
  return endDay !== null && endDay - today <= TERM_NOTICE_DAYS;
}

/** Ids of this case and of those that it is part of, each once; nothing from null. */
export function* upwards(rows: ReadonlyMap<string, InboxRow>, id: string | null): Generator<string> {
  const seen = new Set<string>();
  // Lines come one by one, so that for a moment they may make a circle.
  for (let at = id; at !== null && !seen.has(at); at = rows.get(at)?.work.mergedInto ?? null) {
    seen.add(at);
    yield at;
  }
}

/** The case whose hold keeps this one, itself or one that it is part of; null where none does. */
export function heldCase(rows: ReadonlyMap<string, InboxRow>, id: string): string | null {
  for (const at of upwards(rows, id)) if (rows.get(at)?.work.isHeld === true) return at;
  return null;
}

/** How many cases a new term would end as soon as it may end any (CAS-7). */
export function countEnding(rows: ReadonlyMap<string, InboxRow>, days: number, today: number): number {
  if (days === 0) return 0;
  const isDue = ({ id, work }: InboxRow): boolean =>
    work.restsSince + days <= today + TERM_NOTICE_DAYS && heldCase(rows, id) === null;
  return [...rows.values()].filter(isDue).length;
}

/** Whether somebody must look at it. */
export function isStirring({ isUnread, hasNews, isUnanswered }: InboxRow): boolean {
  return isUnread || hasNews || isUnanswered;
}

/** What a search has left of the list. */
export interface Narrowing {
  /** Ids that hold the words and answers of the search; null: it has none. */
  readonly found: ReadonlyMap<string, unknown> | null;
  /** Of the record. */
  readonly tests: readonly FieldTest[];
}

function isLeft(row: InboxRow, { found, tests }: Narrowing): boolean {
  return (found === null || found.has(row.id)) && hasAll(row, tests);
}

/** @param by what a search asks: then no part of a case is left out because it stands under that case, nor a closed one whose state was asked for */
function isIn(filter: Filter, row: InboxRow, by: Narrowing, { losses, own, today }: InboxPlace): boolean {
  const { state, owner, reminder, mergedInto } = row.work;
  if (filter === 'closed') return state === 'closed';
  if (filter !== 'loss' && state === 'closed' && !by.tests.some(({ key }) => key === 'state')) return false;
  const isShown = mergedInto === null || by.found !== null || by.tests.length > 0 || isStirring(row);
  switch (filter) {
    case 'all':
      return isShown;
    case 'changed':
      return row.isUnread || row.hasNews;
    case 'mine':
      return isShown && owner === own;
    case 'due':
      return (reminder !== null && reminder <= today) || endsSoon(row, today);
    case 'unanswered':
      return row.isUnanswered;
    case 'answered':
      return isShown && !row.isUnanswered && row.replies > 0;
    case 'loss':
      return losses.has(row.id);
  }
}

export function shownRows(
  sorted: readonly InboxRow[],
  filter: Filter,
  by: Narrowing,
  place: InboxPlace,
  group: string | null = null,
): readonly InboxRow[] {
  const some = sorted.filter((row) => isLeft(row, by) && isIn(filter, row, by, place));
  if (group !== null) return some.filter(({ alike }) => alike?.group === group);
  const groups = new Set<string>();
  return some.filter(({ alike }) => {
    if (alike === null || alike.count < floodMin) return true;
    const isSample = !groups.has(alike.group);
    groups.add(alike.group);
    return isSample;
  });
}

export function countRows(
  sorted: readonly InboxRow[],
  by: Narrowing,
  place: InboxPlace,
): Readonly<Record<Filter, number>> {
  const counts = { all: 0, changed: 0, unanswered: 0, mine: 0, due: 0, answered: 0, closed: 0, loss: 0 };
  for (const row of sorted) {
    if (!isLeft(row, by)) continue;
    for (const filter of filters) if (isIn(filter, row, by, place)) counts[filter] += 1;
  }
  return counts;
}

/** What occurs in the fields of the group that is shown. */
export function countShown(
  sorted: readonly InboxRow[],
  filter: Filter,
  by: Narrowing,
  place: InboxPlace,
  words: RecordWords,
): FieldCounts {
  const { found, tests } = by;
  const asked = { found, tests: [...tests, anyState] };
  const mayShow = (row: InboxRow, asksState: boolean): boolean => isIn(filter, row, asksState ? asked : by, place);
  const some = found === null ? sorted : sorted.filter(({ id }) => found.has(id));
  return countFields(some, tests, mayShow, words);
}

const anyState: FieldTest = { key: 'state', has: () => true };

export function countUnread(rows: readonly InboxRow[]): number {
  return rows.reduce((count, { isUnread }) => count + Number(isUnread), 0);
}

/** All that are in use, each once. */
export function tagsIn(rows: readonly InboxRow[]): readonly string[] {
  return [...new Set(rows.flatMap(({ work }) => work.tags))].sort();
}

/** The case of this name, as somebody types it; undefined for one that is not here, and for this one. */
export function caseNamed(name: string, rows: ReadonlyMap<string, InboxRow>, but: string): string | undefined {
  const wanted = name.trim().toUpperCase();
  // Ten thousand names are made only for what may be one.
  if (!/^[0-9A-Z]{3}-[0-9A-Z]{3}$/.test(wanted)) return undefined;
  return [...rows.keys()].find((id) => id !== but && caseName(id) === wanted);
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
