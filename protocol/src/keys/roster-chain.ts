/** From signed bytes to a roster that may be relied on, and from one roster to the next (spec/protocol.md section 2.2). */

import { fingerprint as asFingerprint, type Fingerprint } from '../bytes/brand.ts';
import { equal } from '../bytes/equal.ts';
import type { HybridKey } from '../primitives/hybrid-signature.ts';
import type { Random } from '../primitives/random.ts';
import type { Day } from '../time.ts';
import { DocumentError } from './document-error.ts';
import { decodeRoster, encodeRoster, type Roster } from './roster.ts';
import { type DocumentHash, openSelfKeyed, signDocument } from './signed.ts';

declare const verified: unique symbol;

/** A roster that the pinned root key has signed and that was in use on the day for which it was verified. */
export type VerifiedRoster = Roster & {
  readonly fingerprint: Fingerprint;
  readonly hash: DocumentHash;
  /** The signed document, as it was read. */
  readonly signed: Uint8Array;
  readonly [verified]: true;
};

/** Signs a roster with the organisation's root key. @throws as encodeRoster; RangeError for another root key */
export async function signRoster(roster: Roster, rootKey: HybridKey, random: Random): Promise<Uint8Array> {
  if (!equal(roster.rootPublicKey, rootKey.publicKey)) throw new RangeError('sign a roster: it names another root key');
  return signDocument('roster', encodeRoster(roster), rootKey, random);
}

/**
 * Verifies a roster by the pinned fingerprint alone (ROS-2, ROS-4).
 * @param day today, by the client's own clock
 * @throws WireError; DocumentError wrong-organisation, signature, duplicate, expired, not-yet-valid
 */
export async function verifyRoster(bytes: Uint8Array, fingerprint: Uint8Array, day: Day): Promise<VerifiedRoster> {
  const roster = await openRoster(bytes, asFingerprint(fingerprint));
  requireDay(roster, day);
  return roster;
}

/**
 * Goes step by step from a known roster to the newest one that is in use today (ROS-1 to ROS-3).
 *
 * Rosters still to come are followed but not returned, nor remembered: whoever wants to hold the organisation to them
 * passes the bytes seen earlier again, before the new ones. One that has begun replaces its predecessor for good.
 * @param signedRosters in order of their numbers; the known one may be among them
 * @param day today, by the client's own clock
 * @returns the known roster if nothing newer is in use
 * @throws WireError; DocumentError wrong-organisation, signature, duplicate, rolled-back, same-number, not-linked, and
 * expired or not-yet-valid if the newest that has begun is not in use
 */
export async function acceptRosters(
  known: VerifiedRoster,
  signedRosters: readonly Uint8Array[],
  day: Day,
): Promise<VerifiedRoster> {
  let last = known;
  let inUse = known;
  for (const bytes of signedRosters) {
    const next = await openRoster(bytes, known.fingerprint);
    if (!follows(last, next)) continue;
    last = next;
    if (next.firstDay <= day) inUse = next;
  }
  requireDay(inUse, day);
  return inUse;
}

/** True for the next step, false for the same roster once more. */
function follows(before: VerifiedRoster, next: VerifiedRoster): boolean {
  const step = `accept roster ${next.number} after ${before.number}`;
  if (next.number < before.number) throw new DocumentError('rolled-back', `${step}: its number is lower`);
  if (next.number === before.number) {
    if (equal(next.hash, before.hash)) return false;
    throw new DocumentError('same-number', `${step}: they differ`);
  }
  if (next.number !== before.number + 1 || !equal(next.previous, before.hash)) {
    throw new DocumentError('not-linked', `${step}: it does not follow`);
  }
  return true;
}

async function openRoster(bytes: Uint8Array, fingerprint: Fingerprint): Promise<VerifiedRoster> {
  const { payload, hash } = await openSelfKeyed('roster', bytes, (keyHash) => {
    if (equal(keyHash, fingerprint)) return true;
    throw new DocumentError('wrong-organisation', 'open a roster: its root key is not the pinned one');
  });
  return { ...decodeRoster(payload), fingerprint, hash, signed: new Uint8Array(bytes) } as VerifiedRoster;
}

function requireDay(roster: Roster, day: Day): void {
  if (day < roster.firstDay) {
    throw new DocumentError(
      'not-yet-valid',
      `use roster ${roster.number}: its first day is ${roster.firstDay - day} days ahead`,
    );
  }
  if (day > roster.lastDay) {
    throw new DocumentError(
      'expired',
      `use roster ${roster.number}: its last day is ${day - roster.lastDay} days past`,
    );
  }
}
