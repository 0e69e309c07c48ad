import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foreignVectors } from '../../../vectors/foreign/read.ts';
import { bytesToHex, hexToBytes } from '../bytes/encode.ts';
import { hmacSha256, importHmacKey } from './hmac.ts';

type Case = { key: string; data: string; mac: string; valid?: boolean };
const vectors = foreignVectors<{ rfc4231: Case[]; wycheproof: Case[] }>('hmac-sha-256');

describe('HMAC-SHA256', () => {
  test.each(Object.entries({ 'RFC 4231': vectors.rfc4231, Wycheproof: vectors.wycheproof }))(
    'gives the MACs of %s',
    async (_, cases) => {
      for (const { key, data, mac, valid = true } of cases) {
        const actual = bytesToHex(await hmacSha256(hexToBytes(key), hexToBytes(data)));
        // A vector may hold only the first half of a MAC.
        expect(actual.startsWith(mac)).toBe(valid);
      }
    },
  );

  test('an imported key gives the same for each of many messages, and as OpenSSL', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), bytes, bytes, async (key, a, b) => {
        const mac = await importHmacKey(key);
        for (const data of [a, b, a]) {
          const expected = createHmac('sha256', key).update(data).digest('hex');
          expect(bytesToHex(await mac(data))).toBe(expected);
          expect(bytesToHex(await hmacSha256(key, data))).toBe(expected);
        }
      }),
    );
  });

  test('an imported key does not follow changes of the array it came from', async () => {
    const key = Uint8Array.of(1, 2, 3);
    const mac = await importHmacKey(key);
    const before = await mac(key.slice());
    key.fill(0);
    expect(await mac(Uint8Array.of(1, 2, 3))).toEqual(before);
  });

  test('an empty key is the caller’s mistake', async () => {
    await expect(importHmacKey(new Uint8Array())).rejects.toThrow(RangeError);
  });
});
