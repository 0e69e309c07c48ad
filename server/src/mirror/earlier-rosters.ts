/** The rosters behind the one that a mirror serves, for clients that know only an older one (protocol 2.2, http 5). */

import { equal } from '@postern/protocol/bytes/equal';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { openRosterOfAnyDay } from '../rules/rosters.ts';

/** A client, or a mirror, that was away for more is to be set up anew. */
export const rostersMissedMax = 64;

/**
 * Goes back from a roster as far as the server gives what the next one names [MIR-5]. Nobody who is up to date needs
 * them: what is missing or does not hold ends the row, and is asked for again with the next roster or bundle.
 * @param known rosters that were verified before, which are not fetched again
 * @param fetch gives the signed roster of a number
 * @returns in order of number, without a hole
 */
export async function takeEarlierRosters(
  roster: VerifiedRoster,
  known: readonly VerifiedRoster[],
  fetch: (number: number) => Promise<Uint8Array>,
): Promise<readonly VerifiedRoster[]> {
  const earlier: VerifiedRoster[] = [];
  let next = roster;
  while (next.number > 1 && earlier.length < rostersMissedMax) {
    const number = next.number - 1;
    const before =
      known.find((one) => one.number === number) ?? (await opened(() => fetch(number), roster.fingerprint));
    if (before?.number !== number || !equal(before.hash, next.previous)) break;
    earlier.unshift(before);
    next = before;
  }
  return earlier;
}

async function opened(fetch: () => Promise<Uint8Array>, fingerprint: Uint8Array): Promise<VerifiedRoster | null> {
  try {
    return await openRosterOfAnyDay(await fetch(), fingerprint);
  } catch {
    return null;
  }
}
