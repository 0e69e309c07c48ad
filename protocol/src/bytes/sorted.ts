/** Lists that stand strictly ascending by the bytes of a key (spec/protocol.md section 1, ENC-3). */

import { compare } from './equal.ts';
import { WireError } from './wire-error.ts';

/** A sorted copy, for writing. */
export function sortByKey<Item>(items: readonly Item[], keyOf: (item: Item) => Uint8Array): Item[] {
  return items
    .map((item) => ({ item, key: keyOf(item) }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ item }) => item);
}

/** Refuses another order and repeated keys, and gives the items back. @throws WireError bad-order */
export function requireSorted<Item>(items: Item[], keyOf: (item: Item) => Uint8Array): Item[] {
  let before: Uint8Array | undefined;
  for (const item of items) {
    const key = keyOf(item);
    if (before !== undefined && compare(before, key) >= 0) {
      throw new WireError('bad-order', `read a sorted list: its ${items.length} items are not strictly ascending`);
    }
    before = key;
  }
  return items;
}
