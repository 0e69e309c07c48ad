/** Randomness that repeats, for tests, vectors and simulations only. */

import { utf8ToBytes } from '../bytes/encode.ts';
import type { Random } from '../primitives/random.ts';

/**
 * Marsaglia's xorshift32 (shifts 13, 17, 5), of whose states each gives its top byte; it starts from the FNV-1a hash of
 * the seed (1 if that is 0). Anybody can predict it: no key of a real organisation may come from here.
 */
export function seededRandom(seed: string): Random {
  let state = 0x811c9dc5;
  for (const byte of utf8ToBytes(seed)) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  if (state === 0) state = 1;
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      state >>>= 0;
      bytes[i] = state >>> 24;
    }
    return bytes;
  };
}
