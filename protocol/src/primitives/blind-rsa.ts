/** Privacy Pass tokens of type 0x0002 (RFC 9578 section 6): RSABSSA-SHA384-PSS-Deterministic (RFC 9474), 2,048 bits. */

import { RSABSSA } from '@cloudflare/blindrsa-ts';
import { bytesToBase64url, concat, u16be } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { WireError } from '../bytes/wire-error.ts';
import { sha256 } from './hash.ts';
import { checkLength, source, subtle } from './web-crypto.ts';

export const tokenType = 0x0002;
export const tokenBytes = 354;
export const tokenNonceBytes = 32;
/** Of what a token's authenticator signs: type, nonce, challenge digest, key id. */
export const tokenInputBytes = 98;
/** Of a blinded message and of its signature. */
export const blindedBytes = 256;
export const issuerPublicKeyBytes = 342;

/** An issuer's public key, checked and imported once. */
export type IssuerPublicKey = {
  /** The SubjectPublicKeyInfo that travels, as RFC 9578 section 6.5 encodes it: 342 bytes. */
  readonly spki: Uint8Array;
  /** SHA-256 of it: 32 bytes. */
  readonly keyId: Uint8Array;
  readonly key: CryptoKey;
};

/** What a client keeps between asking for a token and the answer. */
export type BlindedToken = {
  /** 256 bytes for the issuer, which show it nothing. */
  readonly blinded: Uint8Array;
  readonly input: Uint8Array;
  readonly inverse: Uint8Array;
};

const suite = RSABSSA.SHA384.PSS.Deterministic();

/** SubjectPublicKeyInfo with RSASSA-PSS, SHA-384, MGF1 and a salt of 48 bytes, up to the 256 bytes of the modulus. */
const spkiPrefix = Uint8Array.of(
  ...[0x30, 0x82, 0x01, 0x52, 0x30, 0x3d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30, 0x30],
  ...[0xa0, 0x0d, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0xa1, 0x1a, 0x30, 0x18],
  ...[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01],
  ...[0x65, 0x03, 0x04, 0x02, 0x02, 0xa2, 0x03, 0x02, 0x01, 0x30, 0x03, 0x82, 0x01, 0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a],
  ...[0x02, 0x82, 0x01, 0x01, 0x00],
);
/** The exponent 65,537, the only one accepted. */
const spkiSuffix = Uint8Array.of(0x02, 0x03, 0x01, 0x00, 0x01);

/** The form in which a 2,048-bit modulus travels. @param modulus 256 bytes */
export function issuerSpki(modulus: Uint8Array): Uint8Array {
  checkLength('RSA modulus', modulus, 256);
  return concat(spkiPrefix, modulus, spkiSuffix);
}

/** Reads a key in exactly the form of {@link issuerSpki}. @throws WireError bad-length, bad-value */
export async function importIssuerPublicKey(spki: Uint8Array): Promise<IssuerPublicKey> {
  if (spki.length !== issuerPublicKeyBytes) {
    throw new WireError('bad-length', `read issuer key: ${spki.length} bytes, wanted ${issuerPublicKeyBytes}`);
  }
  const modulus = spki.slice(spkiPrefix.length, -spkiSuffix.length);
  const isFull = (modulus[0] ?? 0) >= 0x80 && (modulus[255] ?? 0) % 2 === 1;
  if (!isFull || !equal(issuerSpki(modulus), spki)) {
    throw new WireError('bad-value', 'read issuer key: not RSASSA-PSS with SHA-384, 2,048 bits and exponent 65,537');
  }
  const jwk: JsonWebKey = { kty: 'RSA', n: bytesToBase64url(modulus), e: 'AQAB', ext: true };
  // The library reads the numbers back out of the key.
  const key = await subtle.importKey('jwk', jwk, { name: 'RSA-PSS', hash: 'SHA-384' }, true, ['verify']);
  return { spki: new Uint8Array(spki), keyId: await sha256(spki), key };
}

/**
 * Makes the request for one token. The blinding factor and salt come from the library, which takes no other source
 * than the engine's generator.
 * @param nonce 32 fresh random bytes
 * @param challengeDigest SHA-256 of the TokenChallenge (RFC 9577 section 2.1): 32 bytes
 */
export async function blindToken(
  issuer: IssuerPublicKey,
  nonce: Uint8Array,
  challengeDigest: Uint8Array,
): Promise<BlindedToken> {
  checkLength('token nonce', nonce, tokenNonceBytes);
  checkLength('token challenge digest', challengeDigest, 32);
  const input = concat(u16be(tokenType), nonce, challengeDigest, issuer.keyId);
  const { blindedMsg, inv } = await suite.blind(issuer.key, source(input));
  return { blinded: new Uint8Array(blindedMsg), input, inverse: new Uint8Array(inv) };
}

/** The token: type ‖ nonce ‖ challenge digest ‖ key id ‖ authenticator. Null if the issuer's answer is not good. */
export async function finalizeToken(
  issuer: IssuerPublicKey,
  request: BlindedToken,
  blindSignature: Uint8Array,
): Promise<Uint8Array | null> {
  try {
    const { key } = issuer;
    const signature = await suite.finalize(key, source(request.input), source(blindSignature), source(request.inverse));
    return concat(request.input, signature);
  } catch {
    return null;
  }
}

/** The key id (SHA-256 of the issuer's key, 32 bytes) that a token names, whoever made it. */
export function keyIdOfToken(token: Uint8Array): Uint8Array {
  checkLength('token', token, tokenBytes);
  return token.slice(tokenInputBytes - 32, tokenInputBytes);
}

/** Whether a token was issued under this key for this challenge. Never throws for foreign bytes. */
export async function verifyToken(
  issuer: IssuerPublicKey,
  challengeDigest: Uint8Array,
  token: Uint8Array,
): Promise<boolean> {
  if (token.length !== tokenBytes) return false;
  const input = token.subarray(0, tokenInputBytes);
  const expected = concat(u16be(tokenType), token.subarray(2, 34), challengeDigest, issuer.keyId);
  if (!equal(input, expected)) return false;
  const params = { name: 'RSA-PSS', saltLength: 48 };
  return subtle.verify(params, issuer.key, source(token.subarray(tokenInputBytes)), source(input));
}
