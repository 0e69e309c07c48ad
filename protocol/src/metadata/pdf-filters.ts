/** How streams of a PDF are packed, as far as that is undone here: Flate with its predictors, and bytes as text (ISO 32000-1, 7.4). */

import { WireError } from '../bytes/wire-error.ts';
import { inflate, isZlib } from '../primitives/deflate.ts';
import { latinOf } from './file-view.ts';
import { malformedPdf } from './pdf-values.ts';
import { MetadataError } from './report.ts';

/**
 * @returns nothing for what is damaged, and how much came out of it at most
 * @throws MetadataError too-large where more than `max` comes out
 */
export async function inflateStream(
  bytes: Uint8Array,
  max: number,
): Promise<{ readonly content: Uint8Array; readonly cost: number }> {
  let cost = 0;
  // Between the checksum and `endstream` there may be a line's end.
  for (const tail of [4, 5, 6]) {
    let length = 0;
    const count = (came: number): void => {
      length += came;
      cost = Math.max(cost, length);
    };
    try {
      return { content: await inflate(bytes.subarray(2, Math.max(2, bytes.length - tail)), max, count), cost };
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      if (error.code === 'too-many') throw new MetadataError('too-large', 'read PDF: a stream grows too large');
    }
  }
  return { content: new Uint8Array(0), cost };
}

/**
 * Whether nothing lies around what these bytes unpack to.
 * @param came told how much comes out
 * @throws MetadataError too-large where that is more than `max`
 */
export async function isWholeStream(bytes: Uint8Array, max: number, came: (length: number) => void): Promise<boolean> {
  try {
    return await isZlib(bytes, max, came);
  } catch (error) {
    if (error instanceof WireError) throw new MetadataError('too-large', 'read PDF: a stream grows too large');
    throw error;
  }
}

/** Undoes the filters of PNG, which each row names before its bytes. @throws MetadataError */
export function undoPrediction(
  bytes: Uint8Array,
  { colors = 1, bits = 8, columns = 1 }: Readonly<Record<'colors' | 'bits' | 'columns', number | undefined>>,
): Uint8Array {
  const pixel = Math.ceil((colors * bits) / 8);
  const width = Math.ceil((colors * bits * columns) / 8);
  const isSound = pixel >= 1 && width >= 1 && width <= bytes.length && bytes.length % (width + 1) === 0;
  if (!isSound) throw malformedPdf('a predictor that is not understood');
  const plain = new Uint8Array((bytes.length / (width + 1)) * width);
  for (let from = 0, to = 0; from < bytes.length; from += width + 1, to += width) {
    const predict = predictors[bytes[from] ?? 0];
    if (predict === undefined) throw malformedPdf('a predictor that is not understood');
    for (let column = 0; column < width; column++) {
      const hasLeft = column >= pixel;
      const left = hasLeft ? (plain[to + column - pixel] ?? 0) : 0;
      const corner = hasLeft ? (plain[to + column - pixel - width] ?? 0) : 0;
      const above = plain[to + column - width] ?? 0;
      plain[to + column] = (bytes[from + 1 + column] ?? 0) + predict(left, above, corner);
    }
  }
  return plain;
}

/** From what stands left, above, and above left (PNG, 9.2). */
const predictors: readonly ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_left, above) => above,
  (left, above) => (left + above) >> 1,
  (left, above, corner) => {
    const [byLeft, byAbove] = [Math.abs(above - corner), Math.abs(left - corner)];
    const byCorner = Math.abs(left + above - 2 * corner);
    if (byLeft <= byAbove && byLeft <= byCorner) return left;
    return byAbove <= byCorner ? above : corner;
  },
];

/** @throws MetadataError for signs that are none of the filter's */
export function fromHex(bytes: Uint8Array): Uint8Array {
  const digits = latinOf(bytes).replaceAll(/[\s\0]/g, '');
  const end = digits.indexOf('>');
  const plain = end < 0 ? digits : digits.slice(0, end);
  if (!/^[0-9A-Fa-f]*$/.test(plain)) throw malformedPdf('a stream in digits has others in it');
  return Uint8Array.from({ length: Math.ceil(plain.length / 2) }, (_, at) =>
    Number.parseInt(plain.slice(2 * at, 2 * at + 2).padEnd(2, '0'), 16),
  );
}

/** Four bytes from five signs. @throws MetadataError for signs that are none of the filter's */
export function fromBase85(bytes: Uint8Array): Uint8Array {
  const zeros = bytes.reduce((count, sign) => count + (sign === 0x7a ? 1 : 0), 0);
  const plain = new Uint8Array(4 * zeros + 4 * Math.ceil((bytes.length - zeros) / 5));
  let [length, group, signs] = [0, 0, 0];
  const give = (count: number): void => {
    if (group >= 2 ** 32) throw malformedPdf('a stream in base 85 is damaged');
    for (let at = 0; at < count; at++) plain[length + at] = Math.floor(group / 256 ** (3 - at));
    length += count;
    group = signs = 0;
  };
  for (const sign of bytes) {
    if (sign <= 0x20) continue;
    if (sign === 0x7e) break;
    if (sign === 0x7a && signs === 0) give(4);
    else {
      if (sign < 0x21 || sign > 0x75) throw malformedPdf('a stream in base 85 has other signs');
      group = 85 * group + sign - 0x21;
      signs += 1;
      if (signs === 5) give(4);
    }
  }
  if (signs === 0) return plain.subarray(0, length);
  const count = signs - 1;
  for (; signs < 5; signs++) group = 85 * group + 84;
  give(count);
  return plain.subarray(0, length);
}
