/** Oblivious HTTP: key configurations, encapsulated requests and responses (RFC 9458; spec: protocol section 6). */

import { concat, u16be, utf8ToBytes } from '../bytes/encode.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import {
  AES_KEY_BYTES,
  AES_NONCE_BYTES,
  AES_TAG_BYTES,
  OHTTP_HEADER_BYTES,
  XWING_ENC_BYTES,
  XWING_PUBLIC_KEY_BYTES,
} from '../constants.ts';
import { aesGcmOpen, aesGcmSeal } from '../primitives/aes-gcm.ts';
import { hkdf } from '../primitives/hkdf.ts';
import { type HpkePrivateKey, type HpkeRecipient, type HpkeSender, hpkeSetupSender } from '../primitives/hpke.ts';
import type { Random } from '../primitives/random.ts';

/** The identifiers and operations that RFC 9458 leaves open; the key derivation is always HKDF-SHA256. */
export type OhttpSuite = {
  readonly kemId: number;
  readonly aeadId: number;
  readonly publicKeyBytes: number;
  readonly encBytes: number;
  readonly keyBytes: number;
  readonly nonceBytes: number;
  readonly tagBytes: number;
  readonly setupSender: (publicKey: Uint8Array, info: Uint8Array, random: Random) => Promise<HpkeSender>;
  readonly hkdf: (
    ikm: Uint8Array,
    salt: Uint8Array,
    info: Uint8Array,
    length: number,
  ) => Promise<Uint8Array> | Uint8Array;
  readonly aeadSeal: (...args: Parameters<typeof aesGcmSeal>) => Promise<Uint8Array> | Uint8Array;
  readonly aeadOpen: typeof aesGcmOpen;
};

/** The protocol's one suite: X-Wing, HKDF-SHA256, AES-256-GCM. */
export const ohttpSuite: OhttpSuite = {
  kemId: 0x647a,
  aeadId: 0x0002,
  publicKeyBytes: XWING_PUBLIC_KEY_BYTES,
  encBytes: XWING_ENC_BYTES,
  keyBytes: AES_KEY_BYTES,
  nonceBytes: AES_NONCE_BYTES,
  tagBytes: AES_TAG_BYTES,
  setupSender: hpkeSetupSender,
  hkdf,
  aeadSeal: aesGcmSeal,
  aeadOpen: aesGcmOpen,
};

/** What a client needs to know of the server's key. */
export type KeyConfig = {
  /** 0 … 255. */
  readonly keyId: number;
  /** 1,216 bytes. */
  readonly publicKey: Uint8Array;
};

/** One of the server's private keys, under the id that its configuration gave it. */
export type OhttpKey = { readonly keyId: number; readonly privateKey: HpkePrivateKey };

/** What either side keeps of a request to seal or open its response. The secret is 32 bytes; it opens that response. */
export type OhttpContext = { readonly enc: Uint8Array; readonly secret: Uint8Array };

/** `key-unknown`: the client must load the bundle again (http section 4). `malformed`: it cannot be read. */
export type OhttpRefusal = 'key-unknown' | 'malformed';

const kdfId = 0x0001;
const requestLabel = utf8ToBytes('message/bhttp request');
const responseLabel = utf8ToBytes('message/bhttp response');
const nothing = new Uint8Array(0);

/** One key configuration (section 3.1) with one pair of algorithms, without the length that a list puts before it. */
export function encodeKeyConfig(config: KeyConfig, suite: OhttpSuite = ohttpSuite): Uint8Array {
  return new Writer()
    .u8(config.keyId)
    .u16(suite.kemId)
    .bytes(config.publicKey, suite.publicKeyBytes)
    .u16(4)
    .u16(kdfId)
    .u16(suite.aeadId)
    .done();
}

/** @throws WireError for any other algorithms, or more than the one pair */
export function decodeKeyConfig(bytes: Uint8Array, suite: OhttpSuite = ohttpSuite): KeyConfig {
  const reader = new Reader(bytes);
  const keyId = reader.u8();
  expect(reader.u16(), suite.kemId, 'KEM');
  const publicKey = reader.bytes(suite.publicKeyBytes);
  expect(reader.u16(), 4, 'length of the algorithms');
  expect(reader.u16(), kdfId, 'KDF');
  expect(reader.u16(), suite.aeadId, 'AEAD');
  reader.end();
  return { keyId, publicKey };
}

/** Client: seals a binary request (section 4.3). */
export async function encapsulateRequest(
  config: KeyConfig,
  inner: Uint8Array,
  random: Random,
  suite: OhttpSuite = ohttpSuite,
): Promise<{ readonly bytes: Uint8Array; readonly context: OhttpContext }> {
  const header = encodeHeader(config.keyId, suite);
  const sender = await suite.setupSender(config.publicKey, requestInfo(header), random);
  const ciphertext = await sender.seal(nothing, inner);
  const context = { enc: sender.enc, secret: await sender.export(responseLabel, responseNonceBytes(suite)) };
  return { bytes: concat(header, sender.enc, ciphertext), context };
}

/**
 * Server: opens an encapsulated request.
 *
 * A request that no key of its id opens is `key-unknown` as well: after a restart a new key may have an old one's id,
 * and a client can only tell that its configuration is gone if it is told so (section 5.3).
 */
export async function decapsulateRequest(
  recipient: HpkeRecipient,
  keys: readonly OhttpKey[],
  bytes: Uint8Array,
  suite: OhttpSuite = ohttpSuite,
): Promise<{ readonly inner: Uint8Array; readonly context: OhttpContext } | { readonly refused: OhttpRefusal }> {
  const sealedAt = OHTTP_HEADER_BYTES + suite.encBytes;
  if (bytes.length < sealedAt + suite.tagBytes) return { refused: 'malformed' };
  const keyId = bytes[0] ?? 0;
  const header = encodeHeader(keyId, suite);
  if (header.some((byte, at) => byte !== bytes[at])) return { refused: 'malformed' };
  const enc = bytes.slice(OHTTP_HEADER_BYTES, sealedAt);
  for (const key of keys) {
    if (key.keyId !== keyId) continue;
    const receiver = await recipient.setupRecipient(key.privateKey, enc, requestInfo(header));
    const inner = receiver === null ? null : await receiver.open(nothing, bytes.subarray(sealedAt));
    if (receiver === null || inner === null) continue;
    return { inner, context: { enc, secret: await receiver.export(responseLabel, responseNonceBytes(suite)) } };
  }
  return { refused: 'key-unknown' };
}

/** Server: seals the binary response to the request of this context (section 4.4); once for each context. */
export async function encapsulateResponse(
  context: OhttpContext,
  inner: Uint8Array,
  random: Random,
  suite: OhttpSuite = ohttpSuite,
): Promise<Uint8Array> {
  const responseNonce = random(responseNonceBytes(suite));
  const { key, nonce } = await responseKey(context, responseNonce, suite);
  return concat(responseNonce, await suite.aeadSeal(key, nonce, nothing, inner));
}

/** Client: opens the response; null for anything that was not sealed for the request of this context. */
export async function decapsulateResponse(
  context: OhttpContext,
  bytes: Uint8Array,
  suite: OhttpSuite = ohttpSuite,
): Promise<Uint8Array | null> {
  const sealedAt = responseNonceBytes(suite);
  if (bytes.length < sealedAt + suite.tagBytes) return null;
  const { key, nonce } = await responseKey(context, bytes.subarray(0, sealedAt), suite);
  return suite.aeadOpen(key, nonce, nothing, bytes.subarray(sealedAt));
}

/** HKDF's extract and expand with the same salt and secret for both, as section 4.4 derives them. */
async function responseKey(
  context: OhttpContext,
  responseNonce: Uint8Array,
  suite: OhttpSuite,
): Promise<{ key: Uint8Array; nonce: Uint8Array }> {
  const salt = concat(context.enc, responseNonce);
  const [key, nonce] = await Promise.all([
    suite.hkdf(context.secret, salt, utf8ToBytes('key'), suite.keyBytes),
    suite.hkdf(context.secret, salt, utf8ToBytes('nonce'), suite.nonceBytes),
  ]);
  return { key, nonce };
}

function responseNonceBytes(suite: OhttpSuite): number {
  return Math.max(suite.keyBytes, suite.nonceBytes);
}

function encodeHeader(keyId: number, suite: OhttpSuite): Uint8Array {
  return concat(Uint8Array.of(keyId), u16be(suite.kemId), u16be(kdfId), u16be(suite.aeadId));
}

function requestInfo(header: Uint8Array): Uint8Array {
  return concat(requestLabel, Uint8Array.of(0), header);
}

function expect(value: number, wanted: number, what: string): void {
  if (value !== wanted) throw new WireError('bad-value', `read a key configuration: ${what} is not ${wanted}`);
}
