/** Transport keys, under which the devices of a desk give each other what is secret (spec/protocol.md section 2.3). */

import { type DeskId, deskId, type Fingerprint, fingerprint } from '../bytes/brand.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import {
  CLOCK_DAYS,
  DESK_ID_BYTES,
  FINGERPRINT_BYTES,
  HASH_BYTES,
  HYBRID_PUBLIC_KEY_BYTES,
  TRANSPORT_KEY_GRACE_DAYS,
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

/** What a transport key says, whoever wrote it. */
export type TransportKey = {
  readonly fingerprint: Fingerprint;
  /** The roster that the device knew when it signed. */
  readonly rosterHash: DocumentHash;
  readonly desk: DeskId;
  /** The signer's hybrid key, 1,984 bytes. */
  readonly devicePublicKey: Uint8Array;
  readonly day: Day;
  /** X-Wing, 1,216 bytes. */
  readonly publicKey: Uint8Array;
  /** Entries up to and with the head. */
  readonly logLength: number;
  /** Hash of the last log entry that the device has verified, 32 bytes; zeros if none. */
  readonly head: Uint8Array;
};

declare const verified: unique symbol;

/** A transport key that a device of its desk has signed and that is in use. */
export type VerifiedTransportKey = TransportKey & {
  readonly device: RosterDevice;
  readonly hash: DocumentHash;
  /** H(X-Wing public key), 32 bytes. */
  readonly publicKeyHash: Uint8Array;
  /** The signed document, as it was read. */
  readonly signed: Uint8Array;
  readonly [verified]: true;
};

const version = 1;

/** @returns the payload to sign @throws WireError, RangeError for contents that {@link decodeTransportKey} refuses */
export function encodeTransportKey(key: TransportKey): Uint8Array {
  const payload = new Writer()
    .u8(version)
    .bytes(key.fingerprint, FINGERPRINT_BYTES)
    .bytes(key.rosterHash, HASH_BYTES)
    .bytes(key.desk, DESK_ID_BYTES)
    .bytes(key.devicePublicKey, HYBRID_PUBLIC_KEY_BYTES)
    .u32(key.day)
    .bytes(key.publicKey, XWING_PUBLIC_KEY_BYTES)
    .u32(key.logLength)
    .bytes(key.head, HASH_BYTES)
    .done();
  decodeTransportKey(payload);
  return payload;
}

/** @param payload whose signature has been verified @throws WireError */
export function decodeTransportKey(payload: Uint8Array): TransportKey {
  const reader = new Reader(payload);
  reader.version(version);
  const key: TransportKey = {
    fingerprint: fingerprint(reader.bytes(FINGERPRINT_BYTES)),
    rosterHash: documentHash(reader.bytes(HASH_BYTES)),
    desk: deskId(reader.bytes(DESK_ID_BYTES)),
    devicePublicKey: reader.bytes(HYBRID_PUBLIC_KEY_BYTES),
    day: reader.u32(),
    publicKey: reader.bytes(XWING_PUBLIC_KEY_BYTES),
    logLength: reader.u32(),
    head: reader.bytes(HASH_BYTES),
  };
  reader.end();
  if ((key.logLength === 0) !== key.head.every((byte) => byte === 0)) {
    throw new WireError('bad-value', 'read a transport key: only an empty log has zeros as its head');
  }
  return key;
}

/** Signs the public half of a transport key pair. @param deviceKey the device's own */
export async function signTransportKey(
  fields: Omit<TransportKey, 'devicePublicKey'>,
  deviceKey: HybridKey,
  random: Random,
): Promise<Uint8Array> {
  const payload = encodeTransportKey({ ...fields, devicePublicKey: deviceKey.publicKey });
  return signDocument('transport key', payload, deviceKey, random);
}

/**
 * The signer must be in the roster in use, but may have signed under the one before: after a change of the roster its
 * peers need to reach it before it has seen the new one.
 * @param day today, by the client's own clock; older keys than the last two days' have lost their private half
 * @throws WireError; DocumentError unknown-signer, signature, wrong-organisation, unknown-desk, expired, not-yet-valid,
 * bad-key
 */
export async function verifyTransportKey(
  bytes: Uint8Array,
  roster: VerifiedRoster,
  day: Day,
): Promise<VerifiedTransportKey> {
  const { fields, device, hash } = await openDeskDocument('transport key', bytes, roster, decodeTransportKey);
  const age = day - fields.day;
  if (age > TRANSPORT_KEY_GRACE_DAYS) {
    throw new DocumentError('expired', `verify a transport key: it is ${age} days old`);
  }
  if (age < -CLOCK_DAYS) {
    throw new DocumentError('not-yet-valid', `verify a transport key: its day is ${-age} days ahead`);
  }
  requireSealable(fields.publicKey);
  const publicKeyHash = await sha256(fields.publicKey);
  return { ...fields, device, hash, publicKeyHash, signed: new Uint8Array(bytes) } as VerifiedTransportKey;
}
