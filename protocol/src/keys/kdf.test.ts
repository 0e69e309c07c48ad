/** The key derivation against Node's own HKDF with the info field built by hand. */

import { hkdfSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../testing/seeded-random.ts';
import { importKdfSecret, kdf, subkey } from './kdf.ts';

const random = seededRandom('kdf');
const secret = random(32);

function lp(part: Uint8Array | string): Buffer {
  const bytes = Buffer.from(part);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

describe('kdf', () => {
  test('is HKDF-SHA256 with the salt as text and every part behind its length', async () => {
    const parts = [random(32), random(0), random(300)];
    const info = Buffer.concat([lp('label'), ...parts.map(lp)]);
    const wanted = new Uint8Array(hkdfSync('sha256', secret, 'postern/1 test', info, 77));
    expect(await kdf(secret, 'postern/1 test', 'label', parts, 77)).toEqual(wanted);
    const derive = await importKdfSecret(secret);
    expect(await derive('postern/1 test', 'label', parts, 77)).toEqual(wanted);
  });

  test('moving a byte from one part to the next gives another key', async () => {
    const one = await kdf(secret, 's', 'l', [Uint8Array.of(1, 2), Uint8Array.of(3)], 32);
    const other = await kdf(secret, 's', 'l', [Uint8Array.of(1), Uint8Array.of(2, 3)], 32);
    expect(one).not.toEqual(other);
  });
});

describe('subkey', () => {
  test('[ENC-4] another salt, label or part gives another key and another nonce', async () => {
    const salt = random(32);
    const part = random(8);
    const first = await subkey(secret, 'log', salt, [part]);
    expect(first.key).toHaveLength(32);
    expect(first.nonce).toHaveLength(12);
    const others = [
      await subkey(secret, 'log', random(32), [part]),
      await subkey(secret, 'reply', salt, [part]),
      await subkey(secret, 'log', salt, [random(8)]),
      await subkey(random(32), 'log', salt, [part]),
    ];
    for (const other of others) {
      expect(other.key).not.toEqual(first.key);
      expect(other.nonce).not.toEqual(first.nonce);
    }
  });

  test('[ENC-4] a salt of any other length than 32 bytes is refused', async () => {
    for (const length of [0, 31, 33]) {
      await expect(subkey(secret, 'log', random(length), [])).rejects.toThrow(RangeError);
    }
  });

  test('is 44 bytes of the kdf under its own salt', async () => {
    const salt = random(32);
    const info = Buffer.concat([lp('log'), lp(salt), lp('part')]);
    const wanted = Buffer.from(hkdfSync('sha256', secret, 'postern/1 subkey', info, 44));
    const { key, nonce } = await subkey(secret, 'log', salt, [Buffer.from('part')]);
    expect(Buffer.concat([key, nonce]).toString('hex')).toBe(wanted.toString('hex'));
  });
});
