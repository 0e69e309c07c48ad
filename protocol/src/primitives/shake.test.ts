/** SHAKE and SHA3 as the source's page has it, against OpenSSL's and against noble's, whose place it takes there. */

import { createHash } from 'node:crypto';
import * as noble from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat } from '../bytes/encode.ts';
import { sha3_256, sha3_512, shake128, shake256 } from './shake.ts';

const functions = [
  ['shake128', shake128, noble.shake128],
  ['shake256', shake256, noble.shake256],
] as const;

const bytes = fc.uint8Array({ maxLength: 700 });
const lengths = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 12 });

describe.each(functions)('%s', (name, ours, theirs) => {
  test('gives what OpenSSL gives, of any length', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 900 }), (message, dkLen) => {
        const wanted = createHash(name, { outputLength: dkLen }).update(message).digest();
        expect(ours(message, { dkLen })).toEqual(new Uint8Array(wanted));
        const [first, second] = [message.subarray(0, message.length / 2), message.subarray(message.length / 2)];
        const inPieces = ours.create({ dkLen }).update(first).update(second).digest();
        // Of all of its buffer: there are callers that take that.
        expect(new Uint8Array(inPieces.buffer)).toEqual(new Uint8Array(wanted));
      }),
    );
  });

  test('read in pieces it goes on as noble’s does, far beyond the first blocks', () => {
    expect(ours.blockLen).toBe(theirs.blockLen);
    fc.assert(
      fc.property(bytes, lengths, (message, pieces) => {
        const [one, other] = [ours.create({}).update(message), theirs.create({}).update(message)];
        for (const length of pieces) {
          expect(one.xofInto(new Uint8Array(length))).toEqual(other.xofInto(new Uint8Array(length)));
        }
      }),
    );
  });

  test('keeps what it was given, though the caller writes over it', () => {
    const seed = Uint8Array.of(1, 2, 3);
    const reading = ours.create({}).update(seed);
    seed.fill(0);
    const pieces = Array.from({ length: 9 }, () => reading.xofInto(new Uint8Array(200)).slice());
    const whole = createHash(name, { outputLength: 1800 })
      .update(Uint8Array.of(1, 2, 3))
      .digest();
    expect(concat(...pieces)).toEqual(new Uint8Array(whole));
  });
});

const fixed = [
  ['sha3-256', sha3_256],
  ['sha3-512', sha3_512],
] as const;

test.each(fixed)('%s gives what OpenSSL gives', (name, ours) => {
  fc.assert(
    fc.property(bytes, fc.nat(), (message, cut) => {
      const wanted = new Uint8Array(createHash(name).update(message).digest());
      expect(ours(message)).toEqual(wanted);
      const at = cut % (message.length + 1);
      const inPieces = ours.create().update(message.subarray(0, at)).update(message.subarray(at)).digest();
      expect(inPieces).toEqual(wanted);
    }),
  );
});
