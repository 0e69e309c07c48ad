import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foreignVectors } from '../../../vectors/foreign/read.ts';
import { bytesToHex, hexToBytes } from '../bytes/encode.ts';
import { sha256 } from './hash.ts';

const vectors = foreignVectors<{ nist: { message: string; digest: string }[] }>('sha-256');

describe('SHA-256', () => {
  test('gives NIST’s digests', async () => {
    for (const { message, digest } of vectors.nist) expect(bytesToHex(await sha256(hexToBytes(message)))).toBe(digest);
  });

  test('agrees with OpenSSL, also on views into larger arrays', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(300), async (bytes, start) => {
        const view = bytes.subarray(Math.min(start, bytes.length));
        expect(bytesToHex(await sha256(view))).toBe(createHash('sha256').update(view).digest('hex'));
      }),
    );
  });
});
