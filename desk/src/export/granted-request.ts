/** Who may export what: the one who asked, what another person has agreed to, for some days (spec/protocol.md, CAS-5, CAS-10). */

import { CLOCK_DAYS } from '@postern/protocol/constants';
import type { ExportTerms } from '@postern/protocol/messages/export-terms';
import type { RequestView, TeamView } from '../engine/case-view.ts';

/** A consent counts for so long. */
export const consentDays = 7;

export interface GrantedExport extends RequestView {
  readonly terms: ExportTerms;
  readonly answer: NonNullable<RequestView['answer']>;
}

/** The request that this device may export by, or null. @param id of the request @param day UTC, today */
export function grantedRequest({ requests, people }: TeamView, id: string, day: number): GrantedExport | null {
  const found = requests.find((request) => request.id === id && request.purpose === 'export');
  const own = people.find(({ isThis }) => isThis)?.device;
  if (found === undefined) return null;
  const { answer, terms } = found;
  if (terms === null || answer === null || !answer.isGranted) return null;
  const age = day - answer.day;
  // Clocks may be a day apart; a consent of the future would have no end.
  const isInTime = age >= -CLOCK_DAYS && age <= consentDays;
  return found.by === own && answer.by !== own && isInTime ? { ...found, terms, answer } : null;
}
