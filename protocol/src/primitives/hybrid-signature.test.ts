import { describe, expect, test } from 'vitest';
import { concat, utf8ToBytes } from '../bytes/encode.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { ed25519Key } from './ed25519.ts';
import { hybridKey, signHybrid, verifyHybrid } from './hybrid-signature.ts';
import { mlDsaKey } from './ml-dsa.ts';

const random = seededRandom('hybrid signatures');
const message = utf8ToBytes('Nachricht');

describe('hybrid signatures', () => {
  test('[DOC-1] a key is the two keys, a signature the two signatures, in the lengths of the specification', async () => {
    const seed = random(64);
    const key = await hybridKey(seed);
    const classical = await ed25519Key(seed.slice(0, 32));
    const quantum = mlDsaKey(seed.slice(32));
    const drawn = random(32);
    expect(key.publicKey).toEqual(concat(classical.publicKey, quantum.publicKey));
    expect(key.publicKey).toHaveLength(1984);
    const signature = await key.sign(message, () => drawn);
    expect(signature).toEqual(
      concat(
        await classical.sign(message),
        quantum.sign(message, () => drawn),
      ),
    );
    expect(signature).toHaveLength(3373);
    expect(await signHybrid(seed, message, () => drawn)).toEqual(signature);
    expect(await verifyHybrid(key.publicKey, message, signature)).toBe(true);
  });

  test('[DOC-1] both halves must be good: neither alone is enough', async () => {
    const [key, other] = [await hybridKey(random(64)), await hybridKey(random(64))];
    const good = await key.sign(message, random);
    const foreign = await other.sign(message, random);
    const elsewhere = await key.sign(utf8ToBytes('etwas anderes'), random);
    for (const bad of [foreign, elsewhere, new Uint8Array(3373)]) {
      const onlyClassical = concat(good.subarray(0, 64), bad.subarray(64));
      const onlyQuantum = concat(bad.subarray(0, 64), good.subarray(64));
      expect(await verifyHybrid(key.publicKey, message, onlyClassical)).toBe(false);
      expect(await verifyHybrid(key.publicKey, message, onlyQuantum)).toBe(false);
    }
    const mixedKey = concat(key.publicKey.subarray(0, 32), other.publicKey.subarray(32));
    expect(await verifyHybrid(mixedKey, message, good)).toBe(false);
    expect(await verifyHybrid(key.publicKey, message, good)).toBe(true);
  });

  test('other lengths are refused', async () => {
    const key = await hybridKey(random(64));
    const signature = await key.sign(message, random);
    expect(await verifyHybrid(key.publicKey, message, concat(signature, Uint8Array.of(0)))).toBe(false);
    expect(await verifyHybrid(key.publicKey, message, signature.slice(0, 64))).toBe(false);
    expect(await verifyHybrid(key.publicKey.slice(0, 32), message, signature)).toBe(false);
    await expect(hybridKey(random(32))).rejects.toThrow(RangeError);
  });
});
