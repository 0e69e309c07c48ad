/** Transport keys, under which the devices of a desk give each other what is secret (spec/protocol.md section 2.3). */

import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { CLOCK_DAYS, HASH_BYTES, TRANSPORT_KEY_GRACE_DAYS } from '../constants.ts';
import type { HybridKey } from '../primitives/hybrid-signature.ts';
import type { Random } from '../primitives/random.ts';
import type { Day } from '../time.ts';
import { type DeskKey, type OpenedDeskKey, openDeskKey, readDeskKey, writeDeskKey } from './desk-key.ts';
import { DocumentError } from './document-error.ts';
import type { VerifiedRoster } from './roster-chain.ts';
import { signDocument } from './signed.ts';

/** What a transport key says, whoever wrote it. */
export type TransportKey = DeskKey & {
  /** Entries that the device has read. */
  readonly logLength: number;
  /** Hash of the last of them, 32 bytes; zeros if there is none, or if the device cannot read on from it. */
  readonly head: Uint8Array;
};

/** Whether its device can read the log no further by itself, or has not begun. */
export function cannotReadOn({ head }: Pick<TransportKey, 'head'>): boolean {
  return head.every((byte) => byte === 0);
}

declare const verified: unique symbol;

/** A transport key that a device of its desk has signed and that is in use. */
export type VerifiedTransportKey = OpenedDeskKey<TransportKey> & { readonly [verified]: true };

/** @returns the payload to sign @throws WireError, RangeError for contents that {@link decodeTransportKey} refuses */
export function encodeTransportKey(key: TransportKey): Uint8Array {
  const payload = writeDeskKey(key).u32(key.logLength).bytes(key.head, HASH_BYTES).done();
  decodeTransportKey(payload);
  return payload;
}

/** @param payload whose signature has been verified @throws WireError */
export function decodeTransportKey(payload: Uint8Array): TransportKey {
  const reader = new Reader(payload);
  const key: TransportKey = { ...readDeskKey(reader), logLength: reader.u32(), head: reader.bytes(HASH_BYTES) };
  reader.end();
  if (key.logLength === 0 && !cannotReadOn(key)) {
    throw new WireError('bad-value', 'read a transport key: the head of an empty log is not zeros');
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
  const key = await openDeskKey('transport key', bytes, roster, decodeTransportKey);
  const age = day - key.day;
  if (age > TRANSPORT_KEY_GRACE_DAYS) {
    throw new DocumentError('expired', `verify a transport key: it is ${age} days old`);
  }
  if (age < -CLOCK_DAYS) {
    throw new DocumentError('not-yet-valid', `verify a transport key: its day is ${-age} days ahead`);
  }
  return key as VerifiedTransportKey;
}
