/** What day keys and transport keys share: a device signs them for its own desk (spec/protocol.md sections 2.3, 2.4). */

import type { DeskId, Fingerprint } from '../bytes/brand.ts';
import { equal } from '../bytes/equal.ts';
import { ED25519_PUBLIC_KEY_BYTES } from '../constants.ts';
import { isXWingPublicKey } from '../primitives/x-wing-key.ts';
import { DocumentError } from './document-error.ts';
import { deskOf, type RosterDevice, signerOf } from './roster.ts';
import type { VerifiedRoster } from './roster-chain.ts';
import { type DocumentHash, openSelfKeyed } from './signed.ts';

type DeskDocument = { readonly fingerprint: Fingerprint; readonly desk: DeskId };

/** A document with its signer, who is a device of the desk that the document names. */
export type OpenedDeskDocument<Fields> = {
  readonly fields: Fields;
  readonly device: RosterDevice;
  readonly hash: DocumentHash;
};

/**
 * Verifies the signature by a device of the roster, then parses, then compares organisation and desk.
 * @throws WireError; DocumentError unknown-signer, signature, wrong-organisation, unknown-desk
 */
export async function openDeskDocument<Fields extends DeskDocument>(
  kind: 'day key' | 'transport key',
  bytes: Uint8Array,
  roster: VerifiedRoster,
  decode: (payload: Uint8Array) => Fields,
): Promise<OpenedDeskDocument<Fields>> {
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
  return { fields, device: signer.device, hash: opened.hash };
}

/** Refuses a public key to which nothing can be sealed. @throws DocumentError bad-key */
export function requireSealable(publicKey: Uint8Array): void {
  if (!isXWingPublicKey(publicKey)) throw new DocumentError('bad-key', 'verify a document: its X-Wing key is none');
}
