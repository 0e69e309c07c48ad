import { expect, test } from 'vitest';
import { foreignVectors } from '../../../vectors/foreign/read.ts';
import { bytesToHex, hexToBytes } from '../bytes/encode.ts';
import { pbkdf2 } from './pbkdf2.ts';

type Case = { password: string; salt: string; iterations: number; length: number; key: string };
const vectors = foreignVectors<{ wycheproof: Case[] }>('pbkdf2-hmac-sha-256');

test('PBKDF2-HMAC-SHA256 gives the keys of Wycheproof', async () => {
  for (const { password, salt, iterations, length, key } of vectors.wycheproof) {
    expect(bytesToHex(await pbkdf2(hexToBytes(password), hexToBytes(salt), iterations, length))).toBe(key);
  }
});
