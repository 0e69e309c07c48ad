import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compare, equal } from './equal.ts';

const bytes = fc.uint8Array({ maxLength: 6, max: 2 });

describe('comparison', () => {
  test('agrees with Node on equality and order', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equal(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(Math.sign(compare(a, b))).toBe(Buffer.compare(a, b));
      }),
      { numRuns: 1000 },
    );
  });

  test('every single bit counts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), (a, at) => {
        const b = a.slice();
        b[at % a.length] = a[at % a.length]! ^ (1 << (at % 8));
        expect(equal(a, b)).toBe(false);
      }),
    );
  });
});
