/** All chance of a run, from one seed: the same seed gives the same run. */

import { concat } from '@postern/protocol/bytes/encode';
import { drawBelow, drawOne } from '@postern/protocol/messages/draw';
import { hmacSha256Native, streamOf } from '@postern/protocol/primitives/hmac-native';
import type { Random } from '@postern/protocol/primitives/random';

const utf8 = new TextEncoder();

/** A stream of chance. Whoever draws has one of his own, so that what one does never moves what another draws. */
export class Dice {
  readonly random: Random;
  readonly #key: Uint8Array;
  #count = 0;

  constructor(seed: string | Uint8Array) {
    this.#key = hmacSha256Native(
      utf8.encode('postern simulation'),
      typeof seed === 'string' ? utf8.encode(seed) : seed,
    );
    this.random = (length) => {
      const counter = new Uint8Array(8);
      new DataView(counter.buffer).setBigUint64(0, BigInt(this.#count++));
      return streamOf(hmacSha256Native(this.#key, concat(utf8.encode('draw'), counter)), length);
    };
  }

  /** Another stream; the same name gives the same one. */
  fork(name: string): Dice {
    return new Dice(hmacSha256Native(this.#key, utf8.encode(`fork ${name}`)));
  }

  /** 0 … count − 1 */
  below(count: number): number {
    return drawBelow(count, this.random);
  }

  /** From the first to the last, both included. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  one<Item>(items: readonly Item[]): Item {
    return drawOne(items, this.random);
  }

  chance(probability: number): boolean {
    return this.below(1_000_000) < probability * 1_000_000;
  }
}
