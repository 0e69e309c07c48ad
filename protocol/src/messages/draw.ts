/** Uniform draws and orders from a source of random bytes (spec/protocol.md: ENV-2, REQ-4, IDX-3). */

import type { Random } from '../primitives/random.ts';

const span = 2 ** 32;

/** A number from 0 to `count` − 1, each as likely as the others. @throws RangeError for a count outside 1 … 2^32 */
export function drawBelow(count: number, random: Random): number {
  if (!Number.isInteger(count) || count < 1 || count > span) {
    throw new RangeError(`draw a number: a count of ${count}, wanted 1 to 2^32`);
  }
  // What is left over above the last whole multiple would make low numbers likelier, so it is drawn again.
  const limit = span - (span % count);
  for (;;) {
    const [a = 0, b = 0, c = 0, d = 0] = random(4);
    const drawn = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
    if (drawn < limit) return drawn % count;
  }
}

/** One of the items. @throws RangeError if there is none */
export function drawOne<Item>(items: readonly Item[], random: Random): Item {
  return items[drawBelow(items.length, random)] as Item;
}

/** The same items in a random order, each order as likely as the others. */
export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = drawBelow(last + 1, random);
    [result[last], result[other]] = [result[other] as Item, result[last] as Item];
  }
  return result;
}
