/** Which chunks are stored, in memory: names, days and where each is. About a hundred bytes a chunk. */

import type { Day } from '@postern/protocol/time';

/** What both stores need to know without asking: a chunk's day, and a number of their own. */
export class ChunkIndex {
  readonly #places = new Map<string, number>();
  readonly #counts = new Map<Day, number>();

  /** @param slot 0 to 2^20 − 1 */
  add(name: Uint8Array, day: Day, slot: number): void {
    this.#places.set(keyOf(name), day * slotsMax + slot);
    this.#counts.set(day, (this.#counts.get(day) ?? 0) + 1);
  }

  find(name: Uint8Array): { readonly day: Day; readonly slot: number } | null {
    const place = this.#places.get(keyOf(name));
    if (place === undefined) return null;
    return { day: Math.floor(place / slotsMax), slot: place % slotsMax };
  }

  get counts(): ReadonlyMap<Day, number> {
    return this.#counts;
  }

  removeThrough(day: Day): void {
    for (const [key, place] of this.#places) if (place < (day + 1) * slotsMax) this.#places.delete(key);
    for (const counted of this.#counts.keys()) if (counted <= day) this.#counts.delete(counted);
  }
}

const slotsMax = 2 ** 20;

function keyOf(name: Uint8Array): string {
  return Buffer.from(name.buffer, name.byteOffset, name.length).toString('latin1');
}
