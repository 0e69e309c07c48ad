/** The end of a case: its texts and keys go, what keeps the protocol right stays (spec/protocol.md, section 7.3, CAS-6, CAS-7, CAS-9). */

import { LINKS, TERM_NOTICE_DAYS } from '../constants.ts';
import { isKept, partsByCase, restsSince, withAbove } from './case-kin.ts';
import { type CaseWork, caseOf, emptyCase, type TrailItem } from './case-work.ts';
import { countEnded } from './ended-counts.ts';
import type { DeskState } from './state.ts';

/**
 * Erases a conversation's messages, replies, keys, notes and grades. Its id, its numbers and the day of its newest
 * root stay, since no link and no number may be given twice (CHN-1, LOG-7), and it is counted (CAS-11).
 *
 * @returns hex ids of it and of the cases that were linked to it
 */
export function endCase(state: DeskState, id: string, last: TrailItem): string[] {
  const conversation = state.conversations.get(id);
  if (conversation === undefined) return [];
  countEnded(state.work.team.ended, conversation);
  const { replies, messages, partial, links } = conversation;
  for (const { tagKey, ackKey, replyKey } of replies) for (const key of [tagKey, ackKey, replyKey]) key?.fill(0);
  links?.keys.fill(0);
  conversation.links = links === null ? null : { day: links.day, next: LINKS, keys: new Uint8Array(0) };
  for (const list of [replies, messages, partial]) list.length = 0;
  const before = caseOf(state.work, id);
  const changed = [id];
  for (const [other, record] of state.work.cases) {
    const isMerged = record.mergedInto === id;
    if (!isMerged && !record.links.includes(id)) continue;
    if (isMerged) record.mergedInto = null;
    record.links = record.links.filter((end) => end !== id);
    changed.push(other);
  }
  const ended = { ...emptyCase(), state: 'closed', activity: before.activity + 1, endedDay: last.day } as const;
  state.work.cases.set(id, { ...ended, trail: [last] });
  forgetTerms(state.work);
  return changed;
}

/** For whom, and under which names of files, cases were to go out is of no use when all of them have ended. */
function forgetTerms({ cases, team }: CaseWork): void {
  const isOver = (id: string): boolean => (cases.get(id)?.endedDay ?? null) !== null;
  for (const [key, request] of team.requests) {
    if (request.terms !== null && request.cases.every(isOver)) team.requests.set(key, { ...request, terms: null });
  }
}

/** Hex ids of those cases for which the desk's term has passed since anything was written in them, or in those they are one with, and that nobody holds. */
export function withTermPassed(state: DeskState, ids: Iterable<string>, day: number): string[] {
  const parts = partsByCase(state.work);
  return [...ids].filter((id) => {
    if (!state.conversations.has(id)) return false;
    const end = endDayOf(state.work, id, restsSince(state, parts, id));
    return end !== null && day > end;
  });
}

/**
 * The last day on which a case is kept; null: as long as one likes. Never one so soon after the term was changed, a
 * hold released, or the case merged or taken out, that nobody could have taken that back (CAS-7).
 *
 * @param rests the day from which its term counts
 */
export function endDayOf(work: CaseWork, id: string, rests: number): number | null {
  const { retentionDays, retentionSince } = work.team;
  if (retentionDays === 0 || caseOf(work, id).endedDay !== null || isKept(work, id)) return null;
  const steps = withAbove(work, id).flatMap((one) => lastKeeping(caseOf(work, one).trail).map(({ day }) => day));
  return Math.max(
    rests + retentionDays,
    ...[retentionSince, ...steps].map((day) => (day === 0 ? 0 : day + TERM_NOTICE_DAYS)),
  );
}

/** The last hold or release, and the last merging or taking out: a week counts from each of these (CAS-7). */
export function lastKeeping(trail: readonly TrailItem[]): TrailItem[] {
  return (['hold', 'merge'] as const).flatMap((kind) => trail.findLast(({ what }) => what === kind) ?? []);
}
