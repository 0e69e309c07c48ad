/** What a receipt confirms: numbers of replies that a source has been shown (spec/protocol.md, section 4.2). */

import { u32be } from '../bytes/encode.ts';
import { Reader } from '../bytes/reader.ts';
import { requireSorted } from '../bytes/sorted.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';

/** Numbers in one receipt at the most. */
export const receiptNumbersMax = 255;

/** The piece of a receipt. @param numbers 1 to 255 of them, from 1, ascending @throws RangeError for others */
export function encodeReceipt(numbers: readonly number[]): Uint8Array {
  const isAscending = numbers.every((number, at) => number > (numbers[at - 1] ?? 0));
  if (numbers.length < 1 || numbers.length > receiptNumbersMax || !isAscending) {
    throw new RangeError(`encode a receipt: ${numbers.length} numbers, wanted 1 to 255, ascending`);
  }
  return new Writer().list8(numbers, (number, writer) => writer.u32(number)).done();
}

/** Reads a whole piece. @throws WireError */
export function decodeReceipt(piece: Uint8Array): number[] {
  const reader = new Reader(piece);
  const numbers = requireSorted(
    reader.list8(receiptNumbersMax, (r) => r.u32()),
    u32be,
  );
  reader.end();
  if (numbers.length === 0 || numbers[0] === 0) {
    throw new WireError(
      'bad-value',
      `read a receipt: ${numbers.length} numbers from ${numbers[0] ?? 0}, wanted from 1`,
    );
  }
  return [...numbers];
}
