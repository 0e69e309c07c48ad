/** Who may export what: the one who asked, what another person has agreed to, for some days (spec/protocol.md, CAS-5). */

import type { RequestView, TeamView } from '../engine/case-view.ts';

/** A consent counts for so long. */
export const consentDays = 7;

/** The request that this device may export by, or null. @param id of the request @param day UTC, today */
export function grantedRequest({ requests, people }: TeamView, id: string, day: number): RequestView | null {
  const found = requests.find((request) => request.id === id && request.purpose === 'export');
  const own = people.find(({ isThis }) => isThis)?.device;
  const answer = found?.answer;
  if (found === undefined || answer == null || !answer.isGranted) return null;
  const isInTime = day - answer.day <= consentDays;
  return found.by === own && answer.by !== own && isInTime ? found : null;
}
