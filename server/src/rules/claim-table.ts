/** The claims of one epoch and the tag keys that they stand for (protocol 5.1). */

import { CLAIM_BYTES } from '@postern/protocol/constants';

const tagKeyBytes = 32;
const empty = -1;

/**
 * A hash table in three flat arrays, 60 bytes a claim, where a Map of objects would take five times as much. Claims are
 * pseudorandom, so their first bytes are their hash; a stranger who cannot make a claim cannot make a long probe either.
 */
export class ClaimTable {
  readonly epoch: number;
  readonly #claims: Uint8Array;
  readonly #tagKeys: Uint8Array;
  readonly #slots: Int32Array;
  readonly #mask: number;

  /** @param claims 16 bytes each @param tagKeys 32 bytes each, in the same order; both are kept, not copied */
  constructor(epoch: number, claims: Uint8Array, tagKeys: Uint8Array) {
    const count = claims.length / CLAIM_BYTES;
    let slots = 16;
    while (slots < 2 * count) slots *= 2;
    this.epoch = epoch;
    this.#claims = claims;
    this.#tagKeys = tagKeys;
    this.#mask = slots - 1;
    this.#slots = new Int32Array(slots).fill(empty);
    for (let at = 0; at < count; at++) this.#insert(at);
  }

  /** The tag key, 32 bytes, or null. */
  find(claim: Uint8Array): Uint8Array | null {
    for (let slot = this.#slotOf(claim, 0); ; slot = (slot + 1) & this.#mask) {
      const at = this.#slots[slot] ?? empty;
      if (at === empty) return null;
      if (this.#isAt(at, claim)) return this.#tagKeys.slice(at * tagKeyBytes, (at + 1) * tagKeyBytes);
    }
  }

  #insert(at: number): void {
    let slot = this.#slotOf(this.#claims, at * CLAIM_BYTES);
    while (this.#slots[slot] !== empty) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = at;
  }

  #slotOf(bytes: Uint8Array, from: number): number {
    const head = ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0);
    return head & this.#mask;
  }

  #isAt(at: number, claim: Uint8Array): boolean {
    let difference = 0;
    for (let i = 0; i < CLAIM_BYTES; i++) {
      difference |= (this.#claims[at * CLAIM_BYTES + i] ?? 0) ^ (claim[i] ?? 0);
    }
    return difference === 0;
  }
}
