import { describe, expect, it } from 'vitest';
import { seededRandom } from '../testing/seeded-random.ts';
import { drawBelow, drawOne, shuffled } from './draw.ts';

describe('drawBelow', () => {
  it('gives every number the same chance', () => {
    const random = seededRandom('draw');
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 12_000; i++) counts[drawBelow(6, random)]! += 1;
    expect(chiSquare(counts)).toBeLessThan(chiSquareLimit5);
  });

  it('has no remainder that makes low numbers likelier', () => {
    // With 3 · 2^30 numbers, a plain remainder would draw the lower third twice as often as each other.
    const random = seededRandom('remainder');
    const thirds = [0, 0, 0];
    for (let i = 0; i < 6000; i++) thirds[Math.floor(drawBelow(3 * 2 ** 30, random) / 2 ** 30)]! += 1;
    expect(chiSquare(thirds)).toBeLessThan(chiSquareLimit2);
  });

  it('refuses to draw from nothing', () => {
    expect(() => drawBelow(0, seededRandom(''))).toThrow(RangeError);
    expect(() => drawBelow(1.5, seededRandom(''))).toThrow(RangeError);
    expect(() => drawOne([], seededRandom(''))).toThrow(RangeError);
  });
});

describe('shuffled', () => {
  it('keeps all items and gives every order the same chance', () => {
    const random = seededRandom('shuffle');
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = shuffled(['a', 'b', 'c'], random).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    expect(chiSquare([...counts.values()])).toBeLessThan(chiSquareLimit5);
  });
});

/** Upper 0.01 % points of the chi-square distribution with 2 and 5 degrees of freedom. */
const chiSquareLimit2 = 18.42;
const chiSquareLimit5 = 25.74;

function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
