// The numbers of a receipt: what is written is read, and nothing else is.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WireError } from '../bytes/wire-error.ts';
import { decodeInside, encodeInside, type Inside } from './inside.ts';
import { decodeReceipt, encodeReceipt } from './receipt.ts';

const numbers = fc
  .uniqueArray(fc.integer({ min: 1, max: 0xffff_ffff }), { minLength: 1, maxLength: 255 })
  .map((all) => all.sort((a, b) => a - b));

it('comes back as it was written', () => {
  const run = (all: number[]): void => {
    expect(decodeReceipt(encodeReceipt(all))).toEqual(all);
  };
  fc.assert(fc.property(numbers, run));
});

it('[ENC-3] has at least one number, from 1, ascending, on both ends', () => {
  for (const wrong of [[], [0], [0, 1], [2, 1], [4, 4]]) {
    expect(() => encodeReceipt(wrong)).toThrow(RangeError);
    const bytes = Uint8Array.from([wrong.length, ...wrong.flatMap((number) => [0, 0, 0, number])]);
    expect(() => decodeReceipt(bytes)).toThrow(WireError);
  }
});

it('[ENC-1] gives its own error or numbers on any bytes', () => {
  const run = (bytes: Uint8Array): void => {
    try {
      expect(encodeReceipt(decodeReceipt(bytes))).toEqual(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(WireError);
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 30 }), run));
});

it('makes an inside of one part that holds nothing else', () => {
  const fields = { part: 0, parts: 1, day: 9, lane: 3, messageId: new Uint8Array(16), root: new Uint8Array(32) };
  const receipt: Inside = {
    ...fields,
    kind: 'receipt',
    conversationId: new Uint8Array(32),
    piece: encodeReceipt([2, 7]),
  };
  expect(decodeInside(encodeInside(receipt))).toEqual(receipt);
  for (const change of [{ parts: 2 }, { piece: new Uint8Array(0) }, { piece: new Uint8Array(9) }]) {
    expect(() => decodeInside(encodeInside({ ...receipt, ...change }))).toThrow(WireError);
  }
});
