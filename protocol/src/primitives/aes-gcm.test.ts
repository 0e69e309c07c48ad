import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foreignVectors } from '../../../vectors/foreign/read.ts';
import { bytesToHex, concat, hexToBytes } from '../bytes/encode.ts';
import { aesGcmOpen as openPortable, aesGcmSeal as sealPortable } from './aes-gcm.ts';
import { aesGcmOpenNative, aesGcmSealNative } from './aes-gcm-native.ts';

type Nist = { key: string; nonce: string; aad: string; sealed: string; plaintext: string | null };
type Wycheproof = { key: string; nonce: string; aad: string; sealed: string; plaintext: string; valid: boolean };
const vectors = foreignVectors<{ nist: Nist[]; wycheproof: Wycheproof[] }>('aes-256-gcm');

const bytes = fc.uint8Array({ maxLength: 100 });
const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const nonce = fc.uint8Array({ minLength: 12, maxLength: 12 });

const native: { seal: typeof sealPortable; open: typeof openPortable } = {
  seal: async (...args) => aesGcmSealNative(...args),
  open: async (...args) => aesGcmOpenNative(...args),
};
const implementations = Object.entries({ portable: { seal: sealPortable, open: openPortable }, native });

describe.each(implementations)('AES-256-GCM, %s', (_, { seal: aesGcmSeal, open: aesGcmOpen }) => {
  test('opens what NIST’s vectors seal, and refuses what they damage', async () => {
    for (const one of vectors.nist) {
      const [k, n, aad, sealed] = [one.key, one.nonce, one.aad, one.sealed].map(hexToBytes) as Uint8Array[];
      const opened = await aesGcmOpen(k!, n!, aad!, sealed!);
      expect(opened === null ? null : bytesToHex(opened)).toBe(one.plaintext);
    }
  });

  test('seals and opens as Wycheproof says', async () => {
    for (const one of vectors.wycheproof) {
      const [k, n, aad] = [one.key, one.nonce, one.aad].map(hexToBytes) as Uint8Array[];
      const sealed = await aesGcmSeal(k!, n!, aad!, hexToBytes(one.plaintext));
      expect(bytesToHex(sealed) === one.sealed).toBe(one.valid);
      const opened = await aesGcmOpen(k!, n!, aad!, hexToBytes(one.sealed));
      expect(opened === null ? null : bytesToHex(opened)).toBe(one.valid ? one.plaintext : null);
    }
  });

  test('agrees with OpenSSL', async () => {
    await fc.assert(
      fc.asyncProperty(key, nonce, bytes, bytes, async (k, n, aad, plaintext) => {
        const cipher = createCipheriv('aes-256-gcm', k, n).setAAD(aad);
        const expected = concat(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
        expect(await aesGcmSeal(k, n, aad, plaintext)).toEqual(expected);
        expect(await aesGcmOpen(k, n, aad, expected)).toEqual(plaintext);
      }),
    );
  });

  test('one changed bit anywhere, or a missing byte, and nothing opens', async () => {
    await fc.assert(
      fc.asyncProperty(key, nonce, bytes, bytes, fc.nat(), async (k, n, aad, plaintext, at) => {
        const sealed = await aesGcmSeal(k, n, aad, plaintext);
        const inputs = [k, n, aad, sealed];
        for (const [i, input] of inputs.entries()) {
          if (input.length === 0) continue;
          const [a, b, c, d] = inputs.with(i, flip(input, at)) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
          expect(await aesGcmOpen(a, b, c, d)).toBeNull();
        }
        expect(await aesGcmOpen(k, n, aad, sealed.subarray(0, at % sealed.length))).toBeNull();
      }),
      { numRuns: 50 },
    );
  });

  test('keys and nonces of other lengths are the caller’s mistake', async () => {
    const none = new Uint8Array();
    await expect(aesGcmSeal(new Uint8Array(16), new Uint8Array(12), none, none)).rejects.toThrow(RangeError);
    await expect(aesGcmSeal(new Uint8Array(32), new Uint8Array(16), none, none)).rejects.toThrow(RangeError);
    await expect(aesGcmOpen(new Uint8Array(31), new Uint8Array(12), none, none)).rejects.toThrow(RangeError);
  });
});

function flip(input: Uint8Array, at: number): Uint8Array {
  const index = at % input.length;
  return input.with(index, input[index]! ^ (1 << (at % 8)));
}
