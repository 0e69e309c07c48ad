/** The chain of rosters that the server knows, and which of them counts today (protocol 2.2). */

import { equal } from '@postern/protocol/bytes/equal';
import { DocumentError } from '@postern/protocol/keys/document-error';
import { decodeRoster, deviceIdOf, type RosterDesk, type RosterDevice } from '@postern/protocol/keys/roster';
import { type VerifiedRoster, verifyRoster } from '@postern/protocol/keys/roster-chain';
import { payloadOf } from '@postern/protocol/keys/signed';
import type { Day } from '@postern/protocol/time';

/**
 * Opens a roster whose days may be past or still to come.
 * @throws WireError; DocumentError as verifyRoster, but for its days
 */
export async function openRosterOfAnyDay(bytes: Uint8Array, fingerprint: Uint8Array): Promise<VerifiedRoster> {
  try {
    // No roster begins on the first of all days, so this ends behind the signature and before the return.
    return await verifyRoster(bytes, fingerprint, 0);
  } catch (error) {
    if (!(error instanceof DocumentError) || error.code !== 'not-yet-valid') throw error;
    return verifyRoster(bytes, fingerprint, decodeRoster(payloadOf(bytes)).firstDay);
  }
}

/**
 * The chain with one more roster; the same chain for one that is in it [ROS-1].
 * @param chain in order of number, without a hole
 * @throws DocumentError rolled-back, same-number, not-linked
 */
export function addRoster(chain: readonly VerifiedRoster[], next: VerifiedRoster): readonly VerifiedRoster[] {
  const newest = chain.at(-1);
  if (newest === undefined) return [next];
  const known = chain.find(({ number }) => number === next.number);
  if (known !== undefined) {
    if (equal(known.hash, next.hash)) return chain;
    throw new DocumentError('same-number', `add roster ${next.number}: another one of that number is known`);
  }
  if (next.number < newest.number)
    throw new DocumentError('rolled-back', `add roster ${next.number}: a later is known`);
  if (next.number !== newest.number + 1 || !equal(next.previous, newest.hash)) {
    throw new DocumentError('not-linked', `add roster ${next.number}: it does not follow roster ${newest.number}`);
  }
  return [...chain, next];
}

/** Those whose days include this one, the newest first. */
export function rostersOfDay(chain: readonly VerifiedRoster[], day: Day): VerifiedRoster[] {
  return chain.filter(({ firstDay, lastDay }) => firstDay <= day && day <= lastDay).reverse();
}

/** A device of a roster and its desk; null if there is none of this id. @param device 8 bytes */
export function findDevice(
  roster: VerifiedRoster,
  device: Uint8Array,
): { readonly desk: RosterDesk; readonly device: RosterDevice } | null {
  for (const desk of roster.desks) {
    const found = desk.devices.find(({ keyHash }) => equal(deviceIdOf(keyHash), device));
    if (found !== undefined) return { desk, device: found };
  }
  return null;
}
