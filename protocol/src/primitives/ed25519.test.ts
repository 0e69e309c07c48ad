import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foreignVectors } from '../../../vectors/foreign/read.ts';
import { bytesToHex, concat, hexToBytes, utf8ToBytes } from '../bytes/encode.ts';
import { ed25519Key, ed25519Verify } from './ed25519.ts';

type Rfc = { seed: string; publicKey: string; message: string; signature: string };
type Wycheproof = { publicKey: string; message: string; signature: string; valid: boolean; comment: string };
const vectors = foreignVectors<{ rfc8032: Rfc[]; wycheproof: Wycheproof[] }>('ed25519');

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });
const message = fc.uint8Array({ maxLength: 100 });
const pkcs8Prefix = hexToBytes('302e020100300506032b657004220420');

describe('Ed25519', () => {
  test('derives, signs and verifies RFC 8032’s vectors', async () => {
    for (const one of vectors.rfc8032) {
      const key = await ed25519Key(hexToBytes(one.seed));
      expect(bytesToHex(key.publicKey)).toBe(one.publicKey);
      expect(bytesToHex(await key.sign(hexToBytes(one.message)))).toBe(one.signature);
      expect(await ed25519Verify(key.publicKey, hexToBytes(one.message), hexToBytes(one.signature))).toBe(true);
    }
  });

  test('judges signatures as Wycheproof does', async () => {
    for (const one of vectors.wycheproof) {
      const [publicKey, text, signature] = [one.publicKey, one.message, one.signature].map(hexToBytes);
      expect([one.comment, await ed25519Verify(publicKey!, text!, signature!)]).toEqual([one.comment, one.valid]);
    }
  });

  test('agrees with OpenSSL and with a second implementation in script', async () => {
    await fc.assert(
      fc.asyncProperty(seed, message, async (s, text) => {
        const key = await ed25519Key(s);
        const native = createPrivateKey({ key: Buffer.from(concat(pkcs8Prefix, s)), format: 'der', type: 'pkcs8' });
        const signature = await key.sign(text);
        expect(bytesToHex(signature)).toBe(sign(null, text, native).toString('hex'));
        expect(verify(null, text, createPublicKey(native), signature)).toBe(true);
        expect(key.publicKey).toEqual(ed25519.getPublicKey(s));
        expect(ed25519.verify(signature, text, key.publicKey, { zip215: false })).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('refuses another message, key or signature, and other lengths', async () => {
    await fc.assert(
      fc.asyncProperty(seed, message, fc.nat(511), async (s, text, bit) => {
        const key = await ed25519Key(s);
        const signature = await key.sign(text);
        const damaged = signature.with(bit >> 3, signature[bit >> 3]! ^ (1 << (bit & 7)));
        expect(await ed25519Verify(key.publicKey, text, signature)).toBe(true);
        expect(await ed25519Verify(key.publicKey, text, damaged)).toBe(false);
        expect(await ed25519Verify(key.publicKey, concat(text, Uint8Array.of(0)), signature)).toBe(false);
        expect(await ed25519Verify(key.publicKey.slice(1), text, signature)).toBe(false);
        expect(await ed25519Verify(key.publicKey, text, signature.slice(1))).toBe(false);
        expect(await ed25519Verify(concat(key.publicKey, Uint8Array.of(0)), text, signature)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  test('refuses keys and R of small order, in every encoding, where one signature fits any message', async () => {
    const identity = Uint8Array.of(1, ...new Array<number>(31).fill(0));
    const forged = concat(identity, new Uint8Array(32));
    const texts = [utf8ToBytes('one'), utf8ToBytes('another')];
    // The loose rule shows that the forgery is one: identity + k × identity = 0 × base, whatever the message.
    for (const text of texts) expect(ed25519.verify(forged, text, identity, { zip215: true })).toBe(true);
    for (const weak of weakPoints()) {
      for (const text of texts) {
        expect(await ed25519Verify(weak, text, forged)).toBe(false);
        expect(await ed25519Verify(identity, text, concat(weak, new Uint8Array(32)))).toBe(false);
      }
    }
  });

  test('refuses a good signature once its key or R is written in a way that is not canonical', async () => {
    const p = 2n ** 255n - 19n;
    for (let y = p; y < 2n ** 255n; y++) {
      for (const sign of [0, 0x80]) {
        const point = littleEndian(y);
        point[31] = point[31]! | sign;
        expect(await ed25519Verify(point, new Uint8Array(), concat(point, new Uint8Array(32)))).toBe(false);
      }
    }
  });

  test('a seed of another length is the caller’s mistake', async () => {
    await expect(ed25519Key(new Uint8Array(31))).rejects.toThrow(RangeError);
    await expect(ed25519Key(new Uint8Array(64))).rejects.toThrow(RangeError);
  });
});

/** The eight points of small order, with either sign bit. */
function weakPoints(): Uint8Array[] {
  const points = ED25519_TORSION_SUBGROUP.map(hexToBytes);
  expect(points).toHaveLength(8);
  return points.flatMap((point) => [point, point.with(31, point[31]! ^ 0x80)]);
}

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}
