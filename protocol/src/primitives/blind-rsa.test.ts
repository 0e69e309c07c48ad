import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  type JsonWebKeyInput,
  privateDecrypt,
} from 'node:crypto';
import { RSABSSA } from '@cloudflare/blindrsa-ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { foreignVectors } from '../../../vectors/foreign/read.ts';
import { bytesToHex, concat, hexToBytes, u16be } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  blindToken,
  finalizeToken,
  type IssuerPublicKey,
  importIssuerPublicKey,
  issuerSpki,
  verifyToken,
} from './blind-rsa.ts';
import { generateIssuerKey, type IssuerKey, importIssuerKey } from './blind-rsa-native.ts';

type Rfc9474 = Record<'p' | 'q' | 'n' | 'e' | 'd' | 'input_msg' | 'inv' | 'blinded_msg' | 'blind_sig' | 'sig', string>;
type Rfc9578 = Record<
  'skS' | 'pkS' | 'tokenChallenge' | 'nonce' | 'blind' | 'tokenRequest' | 'tokenResponse' | 'token',
  string
>;
const vectors = foreignVectors<{ rfc9474: Rfc9474[]; rfc9578: Rfc9578[] }>('blind-rsa');

const random = seededRandom('blind RSA');
let issuer: IssuerKey;
let publicKey: IssuerPublicKey;

beforeAll(async () => {
  issuer = importIssuerKey(await generateIssuerKey());
  publicKey = await importIssuerPublicKey(issuer.spki);
});

async function issue(challengeDigest: Uint8Array, nonce = random(32)): Promise<Uint8Array> {
  const request = await blindToken(publicKey, nonce, challengeDigest);
  const answer = issuer.blindSign(request.blinded);
  const token = answer && (await finalizeToken(publicKey, request, answer));
  if (!token) throw new Error('no token');
  return token;
}

describe('RFC 9578’s vectors', () => {
  const [{ skS, pkS }] = vectors.rfc9578 as [Rfc9578];
  const pem = Buffer.from(skS, 'hex').toString();
  const key = importIssuerKey(createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' }));

  test('the key travels in the form that they give', () => {
    expect(bytesToHex(key.spki)).toBe(pkS);
  });

  test.each(vectors.rfc9578)('a token is issued, finished and verified (nonce $nonce)', async (vector) => {
    const known = await importIssuerPublicKey(key.spki);
    const challengeDigest = sha256Of(hexToBytes(vector.tokenChallenge));
    const [blinded, response] = [hexToBytes(vector.tokenRequest).slice(3), hexToBytes(vector.tokenResponse)];
    expect(key.blindSign(blinded)).toEqual(response);
    // The token request begins with the type and the last byte of the key id.
    expect(bytesToHex(concat(u16be(2), known.keyId.subarray(31)))).toBe(vector.tokenRequest.slice(0, 6));
    const input = concat(u16be(2), hexToBytes(vector.nonce), challengeDigest, known.keyId);
    const inverse = inverseOf(vector.blind, pkS);
    const token = await finalizeToken(known, { blinded, input, inverse }, response);
    expect(token && bytesToHex(token)).toBe(vector.token);
    expect(await verifyToken(known, challengeDigest, hexToBytes(vector.token))).toBe(true);
  });
});

test('RFC 9474’s vector of the same variant is signed and finished', async () => {
  for (const vector of vectors.rfc9474) {
    const [modulus, blinded, signature] = [vector.n, vector.blinded_msg, vector.blind_sig].map(hexToBytes);
    const { p, q, n, e, d } = vector;
    const privateKey = createPrivateKey({ key: privateJwk(p, q, n, e, d), format: 'jwk' });
    // A modulus of 4,096 bits, so by the operation beneath, and by the library.
    const raw = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, blinded!);
    expect(bytesToHex(raw)).toBe(vector.blind_sig);
    const spki = createPublicKey(privateKey).export({ format: 'jwk' });
    const algorithm = { name: 'RSA-PSS', hash: 'SHA-384' };
    const key = await crypto.subtle.importKey('jwk', spki, algorithm, true, ['verify']);
    const message = hexToBytes(vector.input_msg) as Uint8Array<ArrayBuffer>;
    const inverse = hexToBytes(vector.inv) as Uint8Array<ArrayBuffer>;
    const suite = RSABSSA.SHA384.PSS.Deterministic();
    const finished = await suite.finalize(key, message, signature as Uint8Array<ArrayBuffer>, inverse);
    expect(bytesToHex(finished)).toBe(vector.sig);
    expect(modulus).toHaveLength(512);
  }
});

describe('tokens', () => {
  test('are 354 bytes: type, nonce, challenge digest, key id, authenticator', async () => {
    const [nonce, digest] = [random(32), random(32)];
    const token = await issue(digest, nonce);
    expect(token).toHaveLength(354);
    expect(token.slice(0, 98)).toEqual(concat(u16be(2), nonce, digest, sha256Of(issuer.spki)));
    expect(await verifyToken(publicKey, digest, token)).toBe(true);
  });

  test('[TOK-3] two requests for the same token share nothing that the issuer sees', async () => {
    const [nonce, digest] = [random(32), random(32)];
    const [a, b] = [await blindToken(publicKey, nonce, digest), await blindToken(publicKey, nonce, digest)];
    expect(a.blinded).not.toEqual(b.blinded);
    expect(a.inverse).not.toEqual(b.inverse);
    for (const { blinded } of [a, b]) {
      expect(blinded).toHaveLength(256);
      expect(bytesToHex(blinded)).not.toContain(bytesToHex(nonce));
    }
    // Unblinded, both answers are good for the same message: what the issuer saw fits either.
    for (const request of [a, b]) {
      const token = await finalizeToken(publicKey, request, issuer.blindSign(request.blinded)!);
      expect(await verifyToken(publicKey, digest, token!)).toBe(true);
    }
  });

  test('are refused for another challenge, under another key, damaged, or of another length', async () => {
    const digest = random(32);
    const token = await issue(digest);
    const other = await importIssuerPublicKey(importIssuerKey(await generateIssuerKey()).spki);
    expect(await verifyToken(publicKey, random(32), token)).toBe(false);
    expect(await verifyToken(other, digest, token)).toBe(false);
    for (const at of [0, 1, 2, 33, 34, 65, 66, 97, 98, 200, 353]) {
      expect(await verifyToken(publicKey, digest, token.with(at, token[at]! ^ 1))).toBe(false);
    }
    expect(await verifyToken(publicKey, digest, token.slice(0, 353))).toBe(false);
    expect(await verifyToken(publicKey, digest, concat(token, Uint8Array.of(0)))).toBe(false);
    expect(await verifyToken(publicKey, digest, new Uint8Array(354))).toBe(false);
  });

  test('are not finished from an answer that is not the signature', async () => {
    const request = await blindToken(publicKey, random(32), random(32));
    const other = await blindToken(publicKey, random(32), random(32));
    const answer = issuer.blindSign(request.blinded)!;
    for (const bad of [
      answer.with(255, answer[255]! ^ 1),
      issuer.blindSign(other.blinded)!,
      new Uint8Array(256),
      new Uint8Array(256).fill(255),
      answer.slice(1),
      new Uint8Array(),
    ]) {
      expect(await finalizeToken(publicKey, request, bad)).toBeNull();
    }
    expect(await finalizeToken(publicKey, request, answer)).toHaveLength(354);
  });
});

describe('the issuer', () => {
  test('signs as the library does', async () => {
    const { blinded } = await blindToken(publicKey, random(32), random(32));
    const pkcs8 = await generateIssuerKey();
    const algorithm = { name: 'RSA-PSS', hash: 'SHA-384' };
    const source = pkcs8 as Uint8Array<ArrayBuffer>;
    const key = await crypto.subtle.importKey('pkcs8', source, algorithm, true, ['sign']);
    const small = blinded.with(0, 0) as Uint8Array<ArrayBuffer>;
    const suite = RSABSSA.SHA384.PSS.Deterministic();
    expect(importIssuerKey(pkcs8).blindSign(small)).toEqual(await suite.blindSign(key, small));
  });

  test('refuses what is no number below its modulus', () => {
    for (const bad of [new Uint8Array(256).fill(255), new Uint8Array(255), new Uint8Array(257), new Uint8Array()]) {
      expect(issuer.blindSign(bad)).toBeNull();
    }
  });
});

describe('an issuer’s key from outside', () => {
  test('is accepted in exactly one form', async () => {
    const spki = issuer.spki;
    for (let at = 0; at < 342 - 5 - 256; at++) {
      await expect(importIssuerPublicKey(spki.with(at, spki[at]! ^ 1))).rejects.toThrow(WireError);
    }
    for (const bad of [
      spki.slice(1),
      concat(spki, Uint8Array.of(0)),
      spki.with(341, 3),
      issuerSpki(new Uint8Array(256).fill(0x7f)),
      issuerSpki(new Uint8Array(256).fill(0xfe)),
    ]) {
      await expect(importIssuerPublicKey(bad)).rejects.toThrow(WireError);
    }
  });

  test('is read by OpenSSL as RSASSA-PSS with the hash and salt of the variant', () => {
    const key = createPublicKey({ key: Buffer.from(issuer.spki), format: 'der', type: 'spki' });
    expect(key.asymmetricKeyType).toBe('rsa-pss');
    expect(key.asymmetricKeyDetails).toMatchObject({
      modulusLength: 2048,
      publicExponent: 65_537n,
      hashAlgorithm: 'sha384',
      mgf1HashAlgorithm: 'sha384',
      saltLength: 48,
    });
  });
});

function sha256Of(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

/** 1 / blind modulo the modulus inside an SPKI. */
function inverseOf(blind: string, spki: string): Uint8Array {
  const modulus = BigInt(`0x${spki.slice(-522, -10)}`);
  let [r, s] = [
    [modulus, BigInt(`0x${blind}`)],
    [0n, 1n],
  ] as [[bigint, bigint], [bigint, bigint]];
  while (r[1] !== 0n) {
    const quotient = r[0] / r[1];
    r = [r[1], r[0] - quotient * r[1]];
    s = [s[1], s[0] - quotient * s[1]];
  }
  const inverse = ((s[0] % modulus) + modulus) % modulus;
  return hexToBytes(inverse.toString(16).padStart(512, '0'));
}

/** Node wants the exponents of the Chinese remainder theorem too. */
function privateJwk(...[p, q, n, e, d]: string[]): JsonWebKeyInput['key'] {
  const [P, Q, D] = [p, q, d].map((hex) => BigInt(`0x${hex}`)) as [bigint, bigint, bigint];
  const encode = (value: bigint) => {
    const hex = value.toString(16);
    return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
  };
  const power = (base: bigint, exponent: bigint, modulus: bigint) => {
    let [result, square] = [1n, base % modulus];
    for (let left = exponent; left > 0n; left >>= 1n) {
      if (left & 1n) result = (result * square) % modulus;
      square = (square * square) % modulus;
    }
    return result;
  };
  const [N, E] = [BigInt(`0x${n}`), BigInt(`0x${e}`)];
  const crt = { dp: encode(D % (P - 1n)), dq: encode(D % (Q - 1n)), qi: encode(power(Q, P - 2n, P)) };
  return { kty: 'RSA', n: encode(N), e: encode(E), d: encode(D), p: encode(P), q: encode(Q), ...crt };
}
