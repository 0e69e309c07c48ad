/** Which bytes are X-Wing public keys, against the library that seals to them. */

import { describe, expect, test } from 'vitest';
import { seededRandom } from '../testing/seeded-random.ts';
import { hpkeKeyPair, hpkeSeal } from './hpke.ts';
import { isXWingPublicKey } from './x-wing-key.ts';

const random = seededRandom('x-wing keys');
const nothing = new Uint8Array();

describe('X-Wing public keys', () => {
  test('a generated key is one, and none of another length', async () => {
    const { publicKey } = await hpkeKeyPair(random(32));
    expect(isXWingPublicKey(publicKey)).toBe(true);
    expect(isXWingPublicKey(publicKey.slice(1))).toBe(false);
    expect(isXWingPublicKey(Uint8Array.of(...publicKey, 0))).toBe(false);
  });

  test('a coefficient of 3,328 is reduced, one of 3,329 is not, in either half of the three bytes', async () => {
    const { publicKey } = await hpkeKeyPair(random(32));
    for (const [at, largest, over] of [
      [300, [0x00, 0x0d], [0x01, 0x0d]],
      [301, [0x00, 0xd0], [0x10, 0xd0]],
    ] as const) {
      expect(isXWingPublicKey(publicKey.with(at, largest[0]).with(at + 1, largest[1]))).toBe(true);
      expect(isXWingPublicKey(publicKey.with(at, over[0]).with(at + 1, over[1]))).toBe(false);
    }
  });

  test('sealing refuses exactly what is refused here', async () => {
    const { publicKey } = await hpkeKeyPair(random(32));
    for (const at of [0, 1, 575, 1150]) {
      const damaged = publicKey.with(at, 0xff).with(at + 1, 0xff);
      expect(isXWingPublicKey(damaged)).toBe(false);
      await expect(hpkeSeal(damaged, nothing, nothing, nothing, random)).rejects.toThrow();
    }
    await expect(hpkeSeal(publicKey, nothing, nothing, nothing, random)).resolves.toHaveLength(1136);
  });
});
