/** The end of a case: its texts and keys go, what keeps the protocol right stays (spec/protocol.md, section 7.3, CAS-6, CAS-7). */

import { LINKS, TERM_NOTICE_DAYS } from '../constants.ts';
import { type CaseRecord, caseOf, emptyCase, type Team, type TrailItem } from './case-work.ts';
import type { Conversation, DeskState } from './state.ts';

/**
 * Erases a conversation's messages, replies, keys, notes and grades. Its id, its numbers and the day of its newest
 * root stay, since no link and no number may be given twice (CHN-1, LOG-7).
 *
 * @returns hex ids of it and of the cases that were linked to it
 */
export function endCase(state: DeskState, id: string, last: TrailItem): string[] {
  const conversation = state.conversations.get(id);
  if (conversation === undefined) return [];
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
  return changed;
}

/** Whether the desk's term has passed since anything was written in the case, and nobody holds it. */
export function hasTermPassed(state: DeskState, id: string, day: number): boolean {
  const conversation = state.conversations.get(id);
  if (conversation === undefined) return false;
  const end = endDayOf(conversation, caseOf(state.work, id), state.work.team);
  return end !== null && day > end;
}

/**
 * The last day on which a case is kept; null: as long as one likes. Never one so soon after the term was changed, or a
 * hold released, that nobody could have taken that back (CAS-7).
 */
export function endDayOf(conversation: Conversation, record: CaseRecord, team: Term): number | null {
  const { retentionDays, retentionSince } = team;
  if (retentionDays === 0 || record.isHeld || record.endedDay !== null) return null;
  const released = record.trail.findLast(({ what }) => what === 'hold')?.day ?? 0;
  const end = lastDayOf(conversation, record.notes) + retentionDays;
  return Math.max(end, ...[retentionSince, released].map((day) => (day === 0 ? 0 : day + TERM_NOTICE_DAYS)));
}

type Term = Pick<Team, 'retentionDays' | 'retentionSince'>;

/** The day of the newest of its messages, parts of such, replies and notes; 0 without any. */
export function lastDayOf(
  { messages, partial, replies }: Conversation,
  notes: readonly { readonly day: number }[],
): number {
  return Math.max(0, ...[...messages, ...partial, ...replies, ...notes].map(({ day }) => day));
}
