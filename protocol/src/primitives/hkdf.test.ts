import { hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foreignVectors } from '../../../vectors/foreign/read.ts';
import { bytesToHex, hexToBytes } from '../bytes/encode.ts';
import { hkdf, importHkdfKey } from './hkdf.ts';

type Case = { ikm: string; salt: string; info: string; okm: string; size?: number; valid?: boolean };
const vectors = foreignVectors<{ rfc5869: Case[]; wycheproof: Case[] }>('hkdf-sha-256');

describe('HKDF-SHA256', () => {
  test.each(Object.entries({ 'RFC 5869': vectors.rfc5869, Wycheproof: vectors.wycheproof }))(
    'gives the keys of %s',
    async (_, cases) => {
      for (const { ikm, salt, info, okm, size = okm.length / 2, valid = true } of cases) {
        const key = hkdf(hexToBytes(ikm), hexToBytes(salt), hexToBytes(info), size);
        if (valid) expect(bytesToHex(await key)).toBe(okm);
        else await expect(key).rejects.toThrow(RangeError);
      }
    },
  );

  test('agrees with OpenSSL, once and prepared for many', async () => {
    const bytes = fc.uint8Array({ maxLength: 100 });
    await fc.assert(
      fc.asyncProperty(bytes, bytes, bytes, fc.integer({ min: 1, max: 200 }), async (ikm, salt, info, length) => {
        const expected = Buffer.from(hkdfSync('sha256', ikm, salt, info, length)).toString('hex');
        expect(bytesToHex(await hkdf(ikm, salt, info, length))).toBe(expected);
        const derive = await importHkdfKey(ikm);
        expect(bytesToHex(await derive(salt, info, length))).toBe(expected);
      }),
    );
  });

  test.each([0, -1, 1.5, 8161])('%d bytes cannot be had', async (length) => {
    const nothing = new Uint8Array();
    await expect(hkdf(nothing, nothing, nothing, length)).rejects.toThrow(RangeError);
  });
});
