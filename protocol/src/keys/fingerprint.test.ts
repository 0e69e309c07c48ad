/** Fingerprint, verification words and QR text. */

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fingerprint as asFingerprint } from '../bytes/brand.ts';
import { WireError } from '../bytes/wire-error.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  fingerprintOf,
  fingerprintToQr,
  qrToFingerprint,
  verificationNumbers,
  verificationWords,
} from './fingerprint.ts';
import { loadWordList, wordListIds } from './word-lists.ts';

const random = seededRandom('fingerprint');

describe('fingerprint', () => {
  test('is SHA-256 of all 1,984 bytes of the root key', async () => {
    const rootKey = random(1984);
    const wanted = new Uint8Array(createHash('sha256').update(rootKey).digest());
    expect(await fingerprintOf(rootKey)).toEqual(wanted);
    await expect(fingerprintOf(rootKey.slice(1))).rejects.toThrow(RangeError);
  });
});

describe('verification words', () => {
  test('are the first 88 bits, eleven at a time', () => {
    const bits = Array.from({ length: 8 }, (_, i) => (i * 251 + 1).toString(2).padStart(11, '0')).join('');
    const bytes = new Uint8Array(32).fill(0xff);
    for (let i = 0; i < 11; i++) bytes[i] = Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2);
    expect(verificationNumbers(asFingerprint(bytes))).toEqual([1, 252, 503, 754, 1005, 1256, 1507, 1758]);
  });

  test('[FPR-1] a change of any one of the first 88 bits changes the words in every list', async () => {
    const original = random(32);
    for (const id of wordListIds) {
      const { words } = await loadWordList(id);
      const shown = verificationWords(asFingerprint(original), words).join(' ');
      for (let bit = 0; bit < 88; bit++) {
        const changed = original.slice();
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
        expect(verificationWords(asFingerprint(changed), words).join(' ')).not.toBe(shown);
      }
    }
  });

  test('[FPR-1] the words of one key stand at the same eight numbers in every list', async () => {
    const fingerprint = asFingerprint(random(32));
    const numbers = verificationNumbers(fingerprint);
    expect(numbers).toHaveLength(8);
    for (const id of wordListIds) {
      const { words } = await loadWordList(id);
      const shown = verificationWords(fingerprint, words);
      expect(shown.map((word) => words.indexOf(word))).toEqual(numbers);
    }
  });

  test('a list that is not complete is refused', () => {
    expect(() => verificationWords(asFingerprint(random(32)), ['one'])).toThrow(RangeError);
  });
});

describe('QR text', () => {
  test('carries all of the fingerprint and nothing else is read as one', () => {
    const fingerprint = asFingerprint(random(32));
    const text = fingerprintToQr(fingerprint);
    expect(text).toBe(`postern:${Buffer.from(fingerprint).toString('base64url')}`);
    expect(qrToFingerprint(text)).toEqual(fingerprint);
    const wrong = [
      '',
      'postern:',
      text.slice(0, -1),
      `${text}A`,
      `${text}=`,
      text.toUpperCase(),
      ` ${text}`,
      text.slice(8),
    ];
    for (const other of wrong) expect(() => qrToFingerprint(other), other).toThrow(WireError);
  });
});
