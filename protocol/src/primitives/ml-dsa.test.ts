import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import { describe, expect, test } from 'vitest';
import { foreignVectors } from '../../../vectors/foreign/read.ts';
import { bytesToHex, concat, hexToBytes, utf8ToBytes } from '../bytes/encode.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { mlDsaKey, mlDsaVerify, mlDsaVerifyPortable } from './ml-dsa.ts';

const vectors = foreignVectors<{
  acvpKeyGen: { seed: string; publicKey: string }[];
  acvpSigGen: { privateKey: string; message: string; random: string; signature: string }[];
  acvpSigVer: { publicKey: string; message: string; signature: string; valid: boolean }[];
  wycheproofKeys: string[];
  wycheproofVerify: { publicKey: number; message: string; signature: string; valid: boolean; comment: string }[];
  wycheproofSign: { seed: string; publicKey: string; message: string; random: string; signature: string }[];
}>('ml-dsa-65');

const random = seededRandom('ML-DSA');

describe('ML-DSA-65', () => {
  test('derives NIST’s keys', () => {
    for (const one of vectors.acvpKeyGen) {
      expect(bytesToHex(mlDsaKey(hexToBytes(one.seed)).publicKey)).toBe(one.publicKey);
    }
  });

  test('the library’s inner functions sign and verify as NIST’s vectors', () => {
    for (const one of vectors.acvpSigGen) {
      const options = { extraEntropy: hexToBytes(one.random) };
      const signature = ml_dsa65.internal.sign(hexToBytes(one.message), hexToBytes(one.privateKey), options);
      expect(bytesToHex(signature)).toBe(one.signature);
    }
    for (const one of vectors.acvpSigVer) {
      const [signature, message, publicKey] = [one.signature, one.message, one.publicKey].map(hexToBytes);
      expect(ml_dsa65.internal.verify(signature!, message!, publicKey!)).toBe(one.valid);
    }
  });

  test('signs as Wycheproof does, with its randomness', () => {
    for (const one of vectors.wycheproofSign) {
      const key = mlDsaKey(hexToBytes(one.seed));
      expect(bytesToHex(key.publicKey)).toBe(one.publicKey);
      expect(bytesToHex(key.sign(hexToBytes(one.message), () => hexToBytes(one.random)))).toBe(one.signature);
    }
  });

  test('the engine and the script judge signatures alike, and as Wycheproof does', async () => {
    // Else both columns would be the script's.
    expect(Reflect.get(SubtleCrypto, 'supports').call(SubtleCrypto, 'verify', 'ML-DSA-65')).toBe(true);
    for (const one of vectors.wycheproofVerify) {
      const publicKey = hexToBytes(vectors.wycheproofKeys[one.publicKey]!);
      const [message, signature] = [hexToBytes(one.message), hexToBytes(one.signature)];
      const verdicts = [await mlDsaVerify(publicKey, message, signature)];
      verdicts.push(mlDsaVerifyPortable(publicKey, message, signature));
      expect([one.comment, ...verdicts]).toEqual([one.comment, one.valid, one.valid]);
    }
  });

  test('refuses another message, key or signature, in the engine and in script', async () => {
    const key = mlDsaKey(random(32));
    const message = utf8ToBytes('Nachricht');
    const signature = key.sign(message, random);
    const other = mlDsaKey(random(32)).publicKey;
    const damaged = [0, 47, 48, 2000, 3248, 3300, 3308].map((at) => signature.with(at, signature[at]! ^ 4));
    const cases: [Uint8Array, Uint8Array, Uint8Array, boolean][] = [
      [key.publicKey, message, signature, true],
      [key.publicKey, concat(message, Uint8Array.of(0)), signature, false],
      [other, message, signature, false],
      [key.publicKey.slice(1), message, signature, false],
      [key.publicKey, message, signature.slice(1), false],
      [key.publicKey, message, concat(signature, Uint8Array.of(0)), false],
      ...damaged.map((bad): [Uint8Array, Uint8Array, Uint8Array, boolean] => [key.publicKey, message, bad, false]),
    ];
    for (const [publicKey, text, bytes, valid] of cases) {
      expect(await mlDsaVerify(publicKey, text, bytes)).toBe(valid);
      expect(mlDsaVerifyPortable(publicKey, text, bytes)).toBe(valid);
    }
  });

  test('each signature draws 32 bytes of its own', () => {
    const key = mlDsaKey(random(32));
    const drawn: number[] = [];
    const counting = (length: number) => {
      drawn.push(length);
      return random(length);
    };
    const message = new Uint8Array();
    expect(key.sign(message, counting)).not.toEqual(key.sign(message, counting));
    expect(drawn).toEqual([32, 32]);
  });

  test('a seed of another length is the caller’s mistake', () => {
    expect(() => mlDsaKey(new Uint8Array(31))).toThrow(RangeError);
  });
});
