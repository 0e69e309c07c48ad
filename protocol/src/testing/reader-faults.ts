/** What a reader does with damaged bytes that it must not, for tests of readers (spec/protocol.md section 1, ENC-1). */

import { equal } from '../bytes/equal.ts';
import { WireError } from '../bytes/wire-error.ts';
import { bitFlips, extensions, truncations } from './damage.ts';

/** Copies with every kind of damage: of long bytes about a thousand of each, beginning and end among them. */
export function* damaged(bytes: Uint8Array): Generator<Uint8Array> {
  const step = Math.max(1, Math.floor(bytes.length / 1000));
  yield* truncations(bytes, step);
  yield* extensions(bytes);
  yield* bitFlips(bytes, step);
  for (const at of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((place) => place < bytes.length)) {
    for (const value of [0, 0x7f, 0xff]) {
      const changed = bytes.slice();
      changed[at] = value;
      yield changed;
    }
  }
}

/**
 * Reads and writes again each damaged copy. A fault is another error than WireError, and bytes that were read but come
 * back as others: then something in them was overlooked.
 * @param again reads and writes; throws WireError for what it does not read
 */
export function readerFaults(valid: Uint8Array, again: (bytes: Uint8Array) => Uint8Array): string[] {
  const faults: string[] = [];
  for (const bytes of [valid, ...damaged(valid)]) {
    try {
      if (!equal(again(bytes), bytes)) faults.push(`overlooks something in ${bytes.length} bytes`);
    } catch (error) {
      if (!(error instanceof WireError)) faults.push(`${String(error)} for ${bytes.length} bytes`);
      else if (bytes === valid) faults.push(`refuses valid bytes: ${error.message}`);
    }
  }
  return faults;
}
