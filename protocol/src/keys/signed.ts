/** Signed documents: one payload, one kind, two signatures that must both verify (spec/protocol.md section 2). */

import { type Branded, brander } from '../bytes/brand.ts';
import { Reader } from '../bytes/reader.ts';
import { Writer } from '../bytes/writer.ts';
import { HASH_BYTES, HYBRID_PUBLIC_KEY_BYTES, HYBRID_SIGNATURE_BYTES } from '../constants.ts';
import { dssePae } from '../primitives/dsse.ts';
import { sha256 } from '../primitives/hash.ts';
import { type HybridKey, verifyHybrid } from '../primitives/hybrid-signature.ts';
import type { Random } from '../primitives/random.ts';
import { DocumentError } from './document-error.ts';

/** SHA-256 of a document's payload: 32 bytes. */
export type DocumentHash = Branded<'DocumentHash'>;
/** SHA-256 of a hybrid public key: 32 bytes. */
export type KeyHash = Branded<'KeyHash'>;

export const documentHash: (bytes: Uint8Array) => DocumentHash = brander('DocumentHash', HASH_BYTES);
export const keyHash: (bytes: Uint8Array) => KeyHash = brander('KeyHash', HASH_BYTES);

export type DocumentKind = keyof typeof payloadTypes;

/** A kind whose payload holds the whole key of its signer, of which the reader knows the hash beforehand. */
export type SelfKeyedKind = keyof typeof keyOffsets;

/** What was verified: the exact bytes, and by whose key. */
export type OpenedDocument = {
  readonly payload: Uint8Array;
  /** Of the payload. */
  readonly hash: DocumentHash;
  /** The signer's hybrid key, 1,984 bytes. */
  readonly publicKey: Uint8Array;
  readonly keyHash: KeyHash;
};

const documentVersion = 1;

const payloadTypes = {
  roster: 'application/vnd.postern.roster',
  'day key': 'application/vnd.postern.day-key',
  'transport key': 'application/vnd.postern.transport-key',
  index: 'application/vnd.postern.index',
} as const;

/** Where the signer's key stands in a payload: behind version, fingerprint, hashes and ids of fixed length. */
const keyOffsets = {
  roster: 1,
  'day key': 1 + 32 + 32 + 8,
  'transport key': 1 + 32 + 32 + 8,
} as const;

/** Signs a payload of a kind; draws 32 bytes. @returns `u8 version ‖ var32 payload ‖ signature[3373]` */
export async function signDocument(
  kind: DocumentKind,
  payload: Uint8Array,
  key: HybridKey,
  random: Random,
): Promise<Uint8Array> {
  const signature = await key.sign(dssePae(payloadTypes[kind], payload), random);
  return new Writer().u8(documentVersion).var32(payload).bytes(signature, HYBRID_SIGNATURE_BYTES).done();
}

/**
 * Verifies both signatures by a key that is known beforehand and gives the payload to parse (DOC-1, DOC-2).
 * @param publicKey 1,984 bytes
 * @throws WireError for bytes of another form; DocumentError signature
 */
export async function openDocument(kind: DocumentKind, bytes: Uint8Array, publicKey: Uint8Array): Promise<Uint8Array> {
  const { payload, signature } = splitDocument(bytes);
  if (!(await verifyHybrid(publicKey, dssePae(payloadTypes[kind], payload), signature))) {
    throw new DocumentError('signature', `open a ${kind}: its signature does not verify`);
  }
  return payload;
}

/**
 * The same for a document that holds its signer's key. Nothing but that key is taken from the payload before the
 * signature is verified, and it is used only once its hash is known to be a trusted one.
 * @param isTrusted whether a hybrid key of this hash may sign this document
 * @throws WireError for bytes of another form; DocumentError unknown-signer, signature
 */
export async function openSelfKeyed(
  kind: SelfKeyedKind,
  bytes: Uint8Array,
  isTrusted: (hash: KeyHash) => boolean,
): Promise<OpenedDocument> {
  const reader = new Reader(splitDocument(bytes).payload);
  reader.bytes(keyOffsets[kind]);
  const publicKey = reader.bytes(HYBRID_PUBLIC_KEY_BYTES);
  const hash = await keyHashOf(publicKey);
  if (!isTrusted(hash)) throw new DocumentError('unknown-signer', `open a ${kind}: its signer is not a trusted one`);
  const payload = await openDocument(kind, bytes, publicKey);
  return { payload, publicKey, keyHash: hash, hash: documentHash(await sha256(payload)) };
}

/** The payload of a document that the caller has verified before, or made. @throws WireError for bytes of another form */
export function payloadOf(bytes: Uint8Array): Uint8Array {
  return splitDocument(bytes).payload;
}

/** H(hybrid public key). @param publicKey 1,984 bytes */
export async function keyHashOf(publicKey: Uint8Array): Promise<KeyHash> {
  return keyHash(await sha256(publicKey));
}

function splitDocument(bytes: Uint8Array): { payload: Uint8Array; signature: Uint8Array } {
  const reader = new Reader(bytes);
  reader.version(documentVersion);
  const payload = reader.var32();
  const signature = reader.bytes(HYBRID_SIGNATURE_BYTES);
  reader.end();
  return { payload, signature };
}
