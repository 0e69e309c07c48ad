// Changes bytes at random as a careless or hostile writer would.
import { concat } from '@postern/protocol/bytes/encode';
import type { Random } from '@postern/protocol/primitives/random';

const lengthMax = 400_000;

/** One to four changes: bytes overwritten, removed, put in, repeated, cut off, or a number made larger. */
export function scramble(bytes: Uint8Array, random: Random): Uint8Array {
  let result = bytes;
  for (let times = 1 + draw(4, random); times > 0; times--) result = change(result, random);
  return result.slice(0, lengthMax);
}

function change(bytes: Uint8Array, random: Random): Uint8Array {
  // Half of all places are near the beginning, where the lengths and counts stand.
  const reach = draw(2, random) === 0 ? Math.min(bytes.length, 64) : bytes.length;
  const at = draw(reach + 1, random);
  const length = draw(2, random) === 0 ? 1 : draw(64, random);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const rest = after.subarray(length);
  switch (draw(7, random)) {
    case 0:
      return concat(before, random(Math.min(length, after.length)), rest);
    case 1:
      return concat(before, rest);
    case 2:
      return concat(before, random(length), after);
    case 3:
      return concat(before, bytes.subarray(draw(at + 1, random), at), after);
    case 4:
      return concat(before, new Uint8Array(Math.min(length, after.length, 4)).fill(0xff), after.subarray(4));
    case 5:
      return before;
    default: {
      const changed = bytes.slice();
      if (at < changed.length) changed[at] = (changed[at] ?? 0) ^ (1 << draw(8, random));
      return changed;
    }
  }
}

/** Below the bound; that some numbers are a little likelier does not matter here. */
function draw(bound: number, random: Random): number {
  return random(4).reduce((sum, byte) => (sum * 0x100 + byte) % 0x1_0000_0000, 0) % bound;
}
