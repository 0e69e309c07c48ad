/** Day keys, to which a desk's envelopes of one day are sealed (spec/protocol.md section 2.4). */

import { equal } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import type { HybridKey } from '../primitives/hybrid-signature.ts';
import type { Random } from '../primitives/random.ts';
import type { Day } from '../time.ts';
import { type DeskKey, type OpenedDeskKey, openDeskKey, readDeskKey, writeDeskKey } from './desk-key.ts';
import { DocumentError } from './document-error.ts';
import type { VerifiedRoster } from './roster-chain.ts';
import { signDocument } from './signed.ts';

/** What a day key says, whoever wrote it. */
export type DayKey = DeskKey;

declare const verified: unique symbol;

/** A day key that a device of its desk has signed under the roster it was verified with. */
export type VerifiedDayKey = OpenedDeskKey<DayKey> & { readonly [verified]: true };

/** @returns the payload to sign @throws RangeError for fields of another length */
export function encodeDayKey(dayKey: DayKey): Uint8Array {
  return writeDeskKey(dayKey).done();
}

/** @param payload whose signature has been verified @throws WireError */
export function decodeDayKey(payload: Uint8Array): DayKey {
  const reader = new Reader(payload);
  const dayKey = readDeskKey(reader);
  reader.end();
  return dayKey;
}

/** Signs the public half of a day key pair as a device of the desk. @param deviceKey the device's own */
export function signDayKey(
  fields: Omit<DayKey, 'devicePublicKey'>,
  deviceKey: HybridKey,
  random: Random,
): Promise<Uint8Array> {
  const payload = encodeDayKey({ ...fields, devicePublicKey: deviceKey.publicKey });
  return signDocument('day key', payload, deviceKey, random);
}

/**
 * @param firstDay the earliest day for which a key is wanted
 * @param lastDay the latest; by default only the first
 * @throws WireError; DocumentError unknown-signer, signature, wrong-organisation, wrong-roster, unknown-desk, wrong-day,
 * bad-key
 */
export async function verifyDayKey(
  bytes: Uint8Array,
  roster: VerifiedRoster,
  firstDay: Day,
  lastDay: Day = firstDay,
): Promise<VerifiedDayKey> {
  const dayKey = await openDeskKey('day key', bytes, roster, decodeDayKey);
  if (!equal(dayKey.rosterHash, roster.hash)) {
    throw new DocumentError('wrong-roster', 'verify a day key: it names another roster');
  }
  if (dayKey.day < firstDay || dayKey.day > lastDay) {
    throw new DocumentError(
      'wrong-day',
      `verify a day key: its day is ${dayKey.day - firstDay} days from the first wanted`,
    );
  }
  return dayKey as VerifiedDayKey;
}
