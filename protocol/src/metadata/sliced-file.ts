/** A file that is read in parts, so that what is large in it is never in memory, and copies of such that differ in places (decision 0139). */

import { MetadataError } from './report.ts';

export interface SlicedFile {
  readonly size: number;
  /** The bytes from `from` up to `to`, none of them written to by whoever asks. */
  readonly read: (from: number, to: number) => Promise<Uint8Array>;
}

/** Part of a copy: what the original has from `from` up to `to`, bytes of the copy's own, or so many zeros. */
export type Stretch =
  | { readonly from: number; readonly to: number }
  | { readonly bytes: Uint8Array }
  | { readonly zeros: number };

/** A copy that is made where it is read. */
export interface SplicedFile extends SlicedFile {
  /** One after the other they are the copy; none is empty. */
  readonly stretches: readonly Stretch[];
}

/** At once. */
export const readBytesMax = 128 * 1024 * 1024;

export function slicesOf(bytes: Uint8Array): SlicedFile {
  return { size: bytes.length, read: async (from, to) => bytes.subarray(from, to) };
}

/** @throws MetadataError for a place that the file does not have, and for more than is read at once */
export async function readSlice(file: SlicedFile, from: number, to: number): Promise<Uint8Array> {
  if (from > to || to > file.size)
    throw new MetadataError('malformed', `read bytes: ${file.size} bytes do not hold the range`);
  if (to - from > readBytesMax) throw new MetadataError('too-large', `read bytes: ${to - from} at once`);
  const bytes = await file.read(from, to);
  if (bytes.length !== to - from)
    throw new MetadataError('malformed', `read bytes: ${bytes.length} came, wanted ${to - from}`);
  return bytes;
}

export function splice(original: SlicedFile, stretches: readonly Stretch[]): SplicedFile {
  const starts: number[] = [];
  let size = 0;
  for (const stretch of stretches) {
    starts.push(size);
    size += lengthOf(stretch);
  }
  const read = async (from: number, to: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(to - from);
    for (let index = indexAt(starts, from), at = from; at < to; index++) {
      const stretch = stretches[index];
      if (stretch === undefined)
        throw new MetadataError('malformed', `read a copy: ${size} bytes do not hold the range`);
      const start = starts[index] ?? 0;
      const end = Math.min(to, start + lengthOf(stretch));
      if ('bytes' in stretch) bytes.set(stretch.bytes.subarray(at - start, end - start), at - from);
      else if ('from' in stretch)
        bytes.set(await readSlice(original, stretch.from + at - start, stretch.from + end - start), at - from);
      at = end;
    }
    return bytes;
  };
  return { size, stretches, read };
}

/** The last place in rising order that is not beyond `at`; -1 where all are. */
export function indexAt(starts: readonly number[], at: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function lengthOf(stretch: Stretch): number {
  if ('bytes' in stretch) return stretch.bytes.length;
  return 'zeros' in stretch ? stretch.zeros : stretch.to - stretch.from;
}
