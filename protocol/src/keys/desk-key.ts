/** What day keys and transport keys share: a device signs an X-Wing key for its own desk (spec/protocol.md sections 2.3, 2.4). */

import { type DeskId, deskId, type Fingerprint, fingerprint } from '../bytes/brand.ts';
import { equal } from '../bytes/equal.ts';
import type { Reader } from '../bytes/reader.ts';
import { Writer } from '../bytes/writer.ts';
import {
  DESK_ID_BYTES,
  ED25519_PUBLIC_KEY_BYTES,
  FINGERPRINT_BYTES,
  HASH_BYTES,
  HYBRID_PUBLIC_KEY_BYTES,
  XWING_PUBLIC_KEY_BYTES,
} from '../constants.ts';
import { sha256 } from '../primitives/hash.ts';
import { isXWingPublicKey } from '../primitives/x-wing-key.ts';
import type { Day } from '../time.ts';
import { DocumentError } from './document-error.ts';
import { deskOf, type RosterDevice, signerOf } from './roster.ts';
import type { VerifiedRoster } from './roster-chain.ts';
import { type DocumentHash, documentHash, openSelfKeyed } from './signed.ts';

/** What such a key says, whoever wrote it. */
export type DeskKey = {
  readonly fingerprint: Fingerprint;
  /** The roster that the device knew when it signed. */
  readonly rosterHash: DocumentHash;
  readonly desk: DeskId;
  /** The signer's hybrid key, 1,984 bytes. */
  readonly devicePublicKey: Uint8Array;
  readonly day: Day;
  /** X-Wing, 1,216 bytes. */
  readonly publicKey: Uint8Array;
};

/** A key that a device of its desk has signed, and to which can be sealed. */
export type OpenedDeskKey<Key extends DeskKey> = Key & {
  readonly device: RosterDevice;
  readonly hash: DocumentHash;
  /** H(X-Wing public key), 32 bytes. */
  readonly publicKeyHash: Uint8Array;
  /** The signed document, as it was read. */
  readonly signed: Uint8Array;
};

const version = 1;

/** The beginning of the payload, for more to be written. */
export function writeDeskKey(key: DeskKey): Writer {
  return new Writer()
    .u8(version)
    .bytes(key.fingerprint, FINGERPRINT_BYTES)
    .bytes(key.rosterHash, HASH_BYTES)
    .bytes(key.desk, DESK_ID_BYTES)
    .bytes(key.devicePublicKey, HYBRID_PUBLIC_KEY_BYTES)
    .u32(key.day)
    .bytes(key.publicKey, XWING_PUBLIC_KEY_BYTES);
}

/** The same, read. @throws WireError */
export function readDeskKey(reader: Reader): DeskKey {
  reader.version(version);
  return {
    fingerprint: fingerprint(reader.bytes(FINGERPRINT_BYTES)),
    rosterHash: documentHash(reader.bytes(HASH_BYTES)),
    desk: deskId(reader.bytes(DESK_ID_BYTES)),
    devicePublicKey: reader.bytes(HYBRID_PUBLIC_KEY_BYTES),
    day: reader.u32(),
    publicKey: reader.bytes(XWING_PUBLIC_KEY_BYTES),
  };
}

/**
 * Verifies the signature by a device of the roster, then parses, then compares organisation and desk.
 * @throws WireError; DocumentError unknown-signer, signature, wrong-organisation, unknown-desk, bad-key
 */
export async function openDeskKey<Key extends DeskKey>(
  kind: 'day key' | 'transport key',
  bytes: Uint8Array,
  roster: VerifiedRoster,
  decode: (payload: Uint8Array) => Key,
): Promise<OpenedDeskKey<Key>> {
  const opened = await openSelfKeyed(kind, bytes, (keyHash) => signerOf(roster, keyHash) !== null);
  const fields = decode(opened.payload);
  if (!equal(fields.fingerprint, roster.fingerprint)) {
    throw new DocumentError('wrong-organisation', `verify a ${kind}: it is for another organisation`);
  }
  if (deskOf(roster, fields.desk) === null) {
    throw new DocumentError('unknown-desk', `verify a ${kind}: the roster does not have its desk`);
  }
  const signer = signerOf(roster, opened.keyHash);
  if (signer === null || !equal(signer.desk.id, fields.desk)) {
    throw new DocumentError('unknown-signer', `verify a ${kind}: its signer is not a device of its desk`);
  }
  if (!equal(signer.device.ed25519, opened.publicKey.subarray(0, ED25519_PUBLIC_KEY_BYTES))) {
    throw new DocumentError('unknown-signer', `verify a ${kind}: the roster gives its signer another Ed25519 key`);
  }
  if (!isXWingPublicKey(fields.publicKey)) {
    throw new DocumentError('bad-key', `verify a ${kind}: nothing can be sealed to its X-Wing key`);
  }
  const publicKeyHash = await sha256(fields.publicKey);
  return { ...fields, device: signer.device, hash: opened.hash, publicKeyHash, signed: new Uint8Array(bytes) };
}
