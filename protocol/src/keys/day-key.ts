/** Day keys, to which a desk's envelopes of one day are sealed (spec/protocol.md section 2.4). */

import { type DeskId, deskId, type Fingerprint, fingerprint } from '../bytes/brand.ts';
import { equal } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import { Writer } from '../bytes/writer.ts';
import {
  DESK_ID_BYTES,
  FINGERPRINT_BYTES,
  HASH_BYTES,
  HYBRID_PUBLIC_KEY_BYTES,
  XWING_PUBLIC_KEY_BYTES,
} from '../constants.ts';
import { sha256 } from '../primitives/hash.ts';
import type { HybridKey } from '../primitives/hybrid-signature.ts';
import type { Random } from '../primitives/random.ts';
import type { Day } from '../time.ts';
import { openDeskDocument, requireSealable } from './desk-document.ts';
import { DocumentError } from './document-error.ts';
import type { RosterDevice } from './roster.ts';
import type { VerifiedRoster } from './roster-chain.ts';
import { type DocumentHash, documentHash, signDocument } from './signed.ts';

/** What a day key says, whoever wrote it. */
export type DayKey = {
  readonly fingerprint: Fingerprint;
  readonly rosterHash: DocumentHash;
  readonly desk: DeskId;
  /** The signer's hybrid key, 1,984 bytes. */
  readonly devicePublicKey: Uint8Array;
  readonly day: Day;
  /** X-Wing, 1,216 bytes. */
  readonly publicKey: Uint8Array;
};

declare const verified: unique symbol;

/** A day key that a device of its desk has signed under the roster it was verified with. */
export type VerifiedDayKey = DayKey & {
  readonly device: RosterDevice;
  readonly hash: DocumentHash;
  /** H(X-Wing public key), 32 bytes. */
  readonly publicKeyHash: Uint8Array;
  /** The signed document, as it was read. */
  readonly signed: Uint8Array;
  readonly [verified]: true;
};

const version = 1;

/** @returns the payload to sign @throws RangeError for fields of another length */
export function encodeDayKey(dayKey: DayKey): Uint8Array {
  return new Writer()
    .u8(version)
    .bytes(dayKey.fingerprint, FINGERPRINT_BYTES)
    .bytes(dayKey.rosterHash, HASH_BYTES)
    .bytes(dayKey.desk, DESK_ID_BYTES)
    .bytes(dayKey.devicePublicKey, HYBRID_PUBLIC_KEY_BYTES)
    .u32(dayKey.day)
    .bytes(dayKey.publicKey, XWING_PUBLIC_KEY_BYTES)
    .done();
}

/** @param payload whose signature has been verified @throws WireError */
export function decodeDayKey(payload: Uint8Array): DayKey {
  const reader = new Reader(payload);
  reader.version(version);
  const dayKey: DayKey = {
    fingerprint: fingerprint(reader.bytes(FINGERPRINT_BYTES)),
    rosterHash: documentHash(reader.bytes(HASH_BYTES)),
    desk: deskId(reader.bytes(DESK_ID_BYTES)),
    devicePublicKey: reader.bytes(HYBRID_PUBLIC_KEY_BYTES),
    day: reader.u32(),
    publicKey: reader.bytes(XWING_PUBLIC_KEY_BYTES),
  };
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
  const { fields, device, hash } = await openDeskDocument('day key', bytes, roster, decodeDayKey);
  if (!equal(fields.rosterHash, roster.hash)) {
    throw new DocumentError('wrong-roster', 'verify a day key: it names another roster');
  }
  if (fields.day < firstDay || fields.day > lastDay) {
    throw new DocumentError(
      'wrong-day',
      `verify a day key: its day is ${fields.day - firstDay} days from the first wanted`,
    );
  }
  requireSealable(fields.publicKey);
  const publicKeyHash = await sha256(fields.publicKey);
  return { ...fields, device, hash, publicKeyHash, signed: new Uint8Array(bytes) } as VerifiedDayKey;
}
