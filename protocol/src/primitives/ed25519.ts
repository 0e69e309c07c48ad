/** Ed25519 (RFC 8032), with one rule for weak keys on every engine. */

import { base64urlToBytes, concat } from '../bytes/encode.ts';
import { checkLength, source, subtle } from './web-crypto.ts';

export const ed25519SeedBytes = 32;
export const ed25519PublicKeyBytes = 32;
export const ed25519SignatureBytes = 64;

/** A private key, imported once. */
export type Ed25519Key = {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The 64-byte signature, which is deterministic. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

/** Everything of a PKCS #8 private key (RFC 8410 section 7) that stands before the seed. */
const pkcs8Prefix = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);

/** @param seed 32 bytes, the private key as RFC 8032 calls it */
export async function ed25519Key(seed: Uint8Array): Promise<Ed25519Key> {
  checkLength('Ed25519 seed', seed, ed25519SeedBytes);
  const pkcs8 = concat(pkcs8Prefix, seed);
  const exportable = await subtle.importKey('pkcs8', source(pkcs8), 'Ed25519', true, ['sign']);
  pkcs8.fill(0);
  const { x } = await subtle.exportKey('jwk', exportable);
  if (x === undefined) throw new Error('derive an Ed25519 public key: the engine exported none');
  return {
    publicKey: base64urlToBytes(x),
    sign: async (message) => new Uint8Array(await subtle.sign('Ed25519', exportable, source(message))),
  };
}

/**
 * Whether the signature is good. Never throws for what an outsider sent.
 *
 * Engines disagree on encodings that no honest signer makes: y coordinates of p and above, and points of small order,
 * under which one signature may fit many messages. Both are refused here before the engine is asked, in the public key
 * and in the signature's R. What remains open between engines is whether the equation is multiplied by the cofactor;
 * that needs a key or R with a small-order component, so only a signer can make signatures that engines judge
 * differently, never an outsider forge one. S must be below the group's order on every engine (RFC 8032 section 5.1.7).
 */
export async function ed25519Verify(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (publicKey.length !== ed25519PublicKeyBytes || signature.length !== ed25519SignatureBytes) return false;
  if (isWeakPoint(publicKey) || isWeakPoint(signature.subarray(0, 32))) return false;
  try {
    const key = await subtle.importKey('raw', source(publicKey), 'Ed25519', false, ['verify']);
    return await subtle.verify('Ed25519', key, source(signature), source(message));
  } catch {
    return false;
  }
}

const fieldPrime = 2n ** 255n - 19n;

/** The y coordinates of the eight points of small order: the orders 1, 2, 4 (two points), 8 (two points each). */
const smallOrderY: readonly bigint[] = [
  1n,
  fieldPrime - 1n,
  0n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7n,
];

/** Whether an encoded point is not canonical (y ≥ p) or of small order. The sign bit of x does not matter for either. */
function isWeakPoint(point: Uint8Array): boolean {
  let y = 0n;
  for (let i = 31; i >= 0; i--) y = (y << 8n) | BigInt(point[i] ?? 0);
  y &= 2n ** 255n - 1n;
  return y >= fieldPrime || smallOrderY.includes(y);
}
