/** Sorted lists, in writing and in reading. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requireSorted, sortByKey } from './sorted.ts';
import { WireError } from './wire-error.ts';

const itself = (item: Uint8Array) => item;
const a = Uint8Array.of(1);
const b = Uint8Array.of(1, 0);
const c = Uint8Array.of(2);

describe('sorted lists', () => {
  test('[ENC-3] another order and repeated keys are refused', () => {
    expect(requireSorted([a, b, c], itself)).toEqual([a, b, c]);
    for (const wrong of [
      [b, a],
      [a, a],
      [a, c, b],
      [c, c],
    ]) {
      expect(() => requireSorted(wrong, itself)).toThrow(WireError);
    }
  });

  test('writing puts any list of distinct keys in the order that reading wants', () => {
    const distinct = fc.uniqueArray(fc.uint8Array({ maxLength: 3 }), { selector: (key) => key.join() });
    fc.assert(
      fc.property(distinct, (items) => {
        const before = [...items];
        const sorted = sortByKey(items, itself);
        expect(requireSorted(sorted, itself)).toHaveLength(items.length);
        expect(items).toEqual(before);
      }),
    );
  });
});
