import { createPrivateKey } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../bytes/encode.ts';
import {
  type BlindedToken,
  finalizeToken,
  type IssuerPublicKey,
  importIssuerPublicKey,
  verifyToken,
} from '../primitives/blind-rsa.ts';
import { generateIssuerKey, type IssuerKey, importIssuerKey } from '../primitives/blind-rsa-native.ts';
import { sha256 } from '../primitives/hash.ts';
import { bitFlips, extensions } from '../testing/damage.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  acceptedPeriods,
  challengeDigest,
  encodeTokenChallenge,
  isTokenFor,
  requestToken,
  type TokenScope,
  tokenPeriod,
} from './token.ts';

const hex = (text: string): Uint8Array => hexToBytes(text.replaceAll(/\s/g, ''));
const random = seededRandom('token 5');
const fingerprint = random(32);
const scope: TokenScope = { fingerprint, purpose: 'reply', period: 20_780 };

// RFC 9578 appendix A.2, the first vector.
const vector = {
  publicKey: hex(`
    30820152303d06092a864886f70d01010a3030a00d300b0609608648016503040202a11a301806092a864886f70d010108300b0609608648
    016503040202a2030201300382010f003082010a0282010100cb1aed6b6a95f5b1ce013a4cfcab25b94b2e64a23034e4250a7eab43c0df3a
    8c12993af12b111908d4b471bec31d4b6c9ad9cdda90612a2ee903523e6de5a224d6b02f09e5c374d0cfe01d8f529c500a78a2f67908fa68
    2b5a2b430c81eaf1af72d7b5e794fc98a3139276879757ce453b526ef9bf6ceb99979b8423b90f4461a22af37aab0cf5733f7597abe44d31
    c732db68a181c6cbbe607d8c0e52e0655fd9996dc584eca0be87afbcd78a337d17b1dba9e828bbd81e291317144e7ff89f55619709b096cb
    b9ea474cead264c2073fe49740c01f00e109106066983d21e5f83f086e2e823c879cd43cef700d2a352a9babd612d03cad02db134b7e225a
    5f0203010001`),
  issuer: 'issuer.example',
  redemptionContext: hex('8e7acc900e393381e8810b7c9e4a68b5163f1f880ab6688a6ffe780923609e88'),
  origin: 'origin.example',
  tokenChallenge: `0002000e6973737565722e6578616d706c65208e7acc900e393381e8810b7c9e4a68b5163f1f880ab6688a6ffe780923
    609e88000e6f726967696e2e6578616d706c65`,
  token: hex(`
    0002aa72019d1f951df197021ce63876fe8b0a02dc1c31a12b0a2dd1508d07827f055969f643b4cfda5196d4aa86aeb5368834f4f06de469
    50ed435b3b81bd036d44ca572f8982a9ca248a3056186322d93ca147266121ddeb5632c07f1f71cd2708bc6a21b533d07294b5e900faf553
    7dd3eb33cee4e08c9670d1e5358fd184b0e00c637174f5206b14c7bb0e724ebf6b56271e5aa2ed94c051c4a433d302b23bc52460810d489f
    b050f9de5c868c6c1b06e3849fd087629f704cc724bc0d0984d5c339686fcdd75f9a9cdd25f37f855f6f4c584d84f716864f546b696d620c
    5bd41a811498de84ff9740ba3003ba2422d26b91eb745c084758974642a42078201543246ddb58030ea8e722376aa82484dca9610a8fb7e0
    18e396165462e17a03e40ea7e128c090a911ecc708066cb201833010c1ebd4e910fc8e27a1be467f78671836a508257123a45e4e0ae2180a
    434bd1037713466347a8ebe46439d3da1970`),
};

let pkcs8: Uint8Array;
let issuerKey: IssuerKey;
let issuer: IssuerPublicKey;
beforeAll(async () => {
  pkcs8 = await generateIssuerKey();
  issuerKey = importIssuerKey(pkcs8);
  issuer = await importIssuerPublicKey(issuerKey.spki);
});

type Issued = { readonly request: BlindedToken; readonly signature: Uint8Array; readonly token: Uint8Array };

async function issue(): Promise<Issued> {
  const request = await requestToken(issuer, scope, random);
  const signature = issuerKey.blindSign(request.blinded);
  const token = signature === null ? null : await finalizeToken(issuer, request, signature);
  if (signature === null || token === null) throw new Error('not issued');
  return { request, signature, token };
}

describe('the challenge', () => {
  it('is written as in RFC 9578 appendix A.2', () => {
    const challenge = encodeTokenChallenge(vector.issuer, vector.redemptionContext, vector.origin);
    expect(challenge).toEqual(hex(vector.tokenChallenge));
  });

  it('names the organisation, the purpose and the period, and no origin', async () => {
    const text = (value: string): string => Buffer.from(value).toString('hex');
    const number = scope.period.toString(16).padStart(8, '0');
    const redemption = await sha256(hex(`000f${text('postern/1 token')}0005${text('reply')}0004${number}`));
    const challenge = `00020040${text(bytesToHex(fingerprint))}20${bytesToHex(redemption)}0000`;
    expect(await challengeDigest(scope)).toEqual(await sha256(hex(challenge)));
  });

  it('differs with each of them', async () => {
    const scopes: readonly TokenScope[] = [
      scope,
      { ...scope, period: scope.period + 1 },
      { ...scope, purpose: 'admission' },
      { ...scope, fingerprint: random(32) },
    ];
    const digests = await Promise.all(scopes.map(async (other) => bytesToHex(await challengeDigest(other))));
    expect(new Set(digests).size).toBe(4);
  });

  it('is not made for a fingerprint of another length', async () => {
    await expect(challengeDigest({ ...scope, fingerprint: random(31) })).rejects.toThrow(RangeError);
  });
});

describe('periods', () => {
  it('are days for replies, accepted for one day more', () => {
    expect(tokenPeriod('reply', 20_780)).toBe(20_780);
    expect(acceptedPeriods('reply', 20_780)).toEqual([20_780, 20_779]);
  });

  it('are spans of 32 days for admission, accepted for two more', () => {
    expect([20_767, 20_768, 20_799, 20_800].map((day) => tokenPeriod('admission', day))).toEqual([648, 649, 649, 650]);
    expect(acceptedPeriods('admission', 20_780)).toEqual([649, 648, 647]);
  });

  it('begin with the first', () => {
    expect(acceptedPeriods('reply', 0)).toEqual([0]);
    expect(acceptedPeriods('admission', 40)).toEqual([1, 0]);
  });
});

describe('a token', () => {
  it('of RFC 9578 appendix A.2 is good', async () => {
    const key = await importIssuerPublicKey(vector.publicKey);
    const digest = await sha256(hex(vector.tokenChallenge));
    expect(await verifyToken(key, digest, vector.token)).toBe(true);
    expect(await isTokenFor(key, scope, vector.token)).toBe(false);
  });

  it('[TOK-1] is good for its organisation, purpose, period and issuer only', async () => {
    const { token } = await issue();
    expect(token.length).toBe(354);
    expect(await isTokenFor(issuer, scope, token)).toBe(true);
    expect(await isTokenFor(issuer, { ...scope, period: scope.period + 1 }, token)).toBe(false);
    expect(await isTokenFor(issuer, { ...scope, purpose: 'admission' }, token)).toBe(false);
    expect(await isTokenFor(issuer, { ...scope, fingerprint: random(32) }, token)).toBe(false);
    const other = await importIssuerPublicKey(importIssuerKey(await generateIssuerKey()).spki);
    expect(await isTokenFor(other, scope, token)).toBe(false);
  });

  it('[TOK-1] is bad with any byte changed, added or missing, or made up', async () => {
    const { token } = await issue();
    const wrong = [...[...bitFlips(token)].filter((_, at) => at % 3 === 2), ...extensions(token), token.slice(0, -1)];
    for (const other of [...wrong, random(354), new Uint8Array(354), new Uint8Array(0)]) {
      expect(await isTokenFor(issuer, scope, other)).toBe(false);
    }
  });

  it('does not come from an answer that is not its own', async () => {
    const [first, second] = [await issue(), await issue()];
    expect(await finalizeToken(issuer, first.request, second.signature)).toBeNull();
    expect(await finalizeToken(issuer, first.request, random(256))).toBeNull();
    expect(await finalizeToken(issuer, first.request, new Uint8Array(0))).toBeNull();
  });
});

describe('[TOK-3] what the issuer has seen', () => {
  const big = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(bytes)}`);

  function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
    let result = 1n;
    for (const bit of exponent.toString(2)) {
      result = (result * result) % modulus;
      if (bit === '1') result = (result * base) % modulus;
    }
    return result;
  }

  function privateNumbers(): { n: bigint; d: bigint } {
    const { n = '', d = '' } = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }).export({
      format: 'jwk',
    });
    return { n: big(Buffer.from(n, 'base64url')), d: big(Buffer.from(d, 'base64url')) };
  }

  /** What an issuer that compares bytes can tell: pairs of a request and a token that share eight bytes in a row. */
  function linksByBytes(
    issued: readonly Pick<Issued, 'request' | 'signature'>[],
    tokens: readonly Uint8Array[],
  ): number[][] {
    const windows = (bytes: Uint8Array): string[] =>
      Array.from({ length: bytes.length - 7 }, (_, at) => bytesToHex(bytes.subarray(at, at + 8)));
    return issued.flatMap(({ request, signature }, i) => {
      const seen = new Set([...windows(request.blinded), ...windows(signature)]);
      return tokens.flatMap((token, j) => (windows(token).some((window) => seen.has(window)) ? [[i, j]] : []));
    });
  }

  it('shares no bytes with a token; it would if messages were signed without blinding', async () => {
    const issued = [await issue(), await issue(), await issue()];
    const tokens = issued.map(({ token }) => token);
    expect(linksByBytes(issued, tokens)).toEqual([]);
    // The control: a client that sends what is to be signed as it is.
    const unblinded = issued.map(({ token, request }) => ({ request, signature: token.slice(98) }));
    expect(linksByBytes(unblinded, tokens)).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it('fits every token equally, even for who holds the private key', async () => {
    const { n, d } = privateNumbers();
    const e = 65_537n;
    const issued = [await issue(), await issue(), await issue()];
    const factors = new Set<bigint>();
    for (const { request, signature } of issued) {
      for (const { token } of issued) {
        // The one blinding factor with which this request would have given this token.
        const tokenSignature = big(token.subarray(98));
        const message = power(tokenSignature, e, n);
        const factor = power((big(request.blinded) * inverse(message, n)) % n, d, n);
        expect((message * power(factor, e, n)) % n).toBe(big(request.blinded));
        expect((tokenSignature * factor) % n).toBe(big(signature));
        expect(factor).not.toBe(1n);
        factors.add(factor);
      }
    }
    expect(factors.size).toBe(9);
  });

  function inverse(value: bigint, modulus: bigint): bigint {
    let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
    while (b > 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
    return ((x % modulus) + modulus) % modulus;
  }
});
