// A film of any size that no memory holds, without the programs that make real ones: a title, then pictures to the end.
import type { SlicedFile } from '../metadata/sliced-file.ts';

export const filmMarker = 'MarkerTitle';
/** Of which its pictures are. */
export const filmFill = 7;
/** All before the pictures; its last eight bytes are the head of their box. */
export const filmHead: Uint8Array = Buffer.from(
  `\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x25udta\0\0\0\x1d\xa9nam\0\x11\0\0${filmMarker} of it\0\0\0\0mdat`,
  'latin1',
);

export function largeFilm(size: number): SlicedFile {
  const read = async (from: number, to: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(to - from).fill(filmFill);
    bytes.set(filmHead.subarray(from, to));
    return bytes;
  };
  return { size, read };
}
