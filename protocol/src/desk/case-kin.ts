/** Cases that are part of one another are kept and end together (spec/protocol.md, section 7.3, CAS-9). */

import { type CaseRecord, type CaseWork, caseOf } from './case-work.ts';
import type { Conversation, DeskState } from './state.ts';

/** By hex of a case: those that were merged into it. */
export type PartsByCase = ReadonlyMap<string, readonly string[]>;

/** Looks at every case: made once for many questions. */
export function partsByCase({ cases }: Pick<CaseWork, 'cases'>): PartsByCase {
  const parts = new Map<string, string[]>();
  for (const [id, { mergedInto }] of cases) {
    if (mergedInto === null) continue;
    const known = parts.get(mergedInto);
    if (known === undefined) parts.set(mergedInto, [id]);
    else known.push(id);
  }
  return parts;
}

/** Hex ids of the case, and of what it is part of, the nearest first; each once, also in a circle, which a state that was read may hold. */
export function withAbove(work: Pick<CaseWork, 'cases'>, id: string): string[] {
  const ids = new Set<string>();
  for (let at: string | null = id; at !== null && !ids.has(at); at = work.cases.get(at)?.mergedInto ?? null)
    ids.add(at);
  return [...ids];
}

/** Hex ids of the case and of all that is part of it, through others too; each once, also in a circle. */
export function withParts(parts: PartsByCase, id: string): string[] {
  const ids = new Set([id]);
  // It grows while it is gone through.
  for (const one of ids) for (const part of parts.get(one) ?? []) ids.add(part);
  return [...ids];
}

/** Whether it, or a case that it is part of, is on hold. */
export function isKept(work: Pick<CaseWork, 'cases'>, id: string): boolean {
  return withAbove(work, id).some((one) => work.cases.get(one)?.isHeld === true);
}

/** By the parts, which are gathered anew whenever a case may have changed: each of a thousand parts would count all of them. */
const rests = new WeakMap<PartsByCase, Map<string, number>>();

/** The day of the newest of its messages, parts of such, replies and notes, and of all cases that are part of one another with it; 0 without any. */
export function restsSince(
  { conversations, work }: Pick<DeskState, 'conversations' | 'work'>,
  parts: PartsByCase,
  id: string,
): number {
  const top = withAbove(work, id).at(-1) ?? id;
  const known = rests.get(parts) ?? new Map<string, number>();
  rests.set(parts, known);
  const before = known.get(top);
  if (before !== undefined) return before;
  const days = withParts(parts, top).map((one) => lastDayOf(conversations.get(one), caseOf(work, one)));
  const day = days.reduce((last, one) => Math.max(last, one), 0);
  known.set(top, day);
  return day;
}

function lastDayOf(conversation: Conversation | undefined, { notes }: CaseRecord): number {
  if (conversation === undefined) return 0;
  const { messages, partial, replies } = conversation;
  return Math.max(0, ...[...messages, ...partial, ...replies, ...notes].map(({ day }) => day));
}
