/** A text too long to be held, in pages that end where a line does. */

import { concat } from '@postern/protocol/bytes/encode';
import { decodeText, type ReadText } from './text-encoding.ts';

/** Of a page, before its last line. */
const pageBytes = 1024 * 1024;
/** A line that goes on for longer is cut between letters. */
const seamBytes = 64 * 1024;

export const pagesOf = (bytes: number): number => Math.ceil(bytes / pageBytes);

/** @param read from byte `from` up to, without it, `to` @param bytes of the whole text @returns null for what is none, which the first page alone tells */
export async function readTextPage(
  page: number,
  bytes: number,
  read: (from: number, to: number) => Promise<Uint8Array>,
): Promise<ReadText | null> {
  const from = page * pageBytes;
  const [slice, mark] = [await read(from, Math.min(bytes, from + pageBytes + seamBytes)), await read(0, 2)];
  const isWide = (mark[0] === 0xff && mark[1] === 0xfe) || (mark[0] === 0xfe && mark[1] === 0xff);
  const start = page === 0 ? 0 : lineFrom(slice, 0, isWide);
  const end = from + pageBytes >= bytes ? slice.length : lineFrom(slice, pageBytes, isWide);
  const lines = slice.subarray(start, end);
  const decoded = decodeText(isWide && page > 0 ? concat(mark, lines) : lines);
  if (decoded !== null || page === 0) return decoded;
  return { text: new TextDecoder().decode(lines), guessed: null };
}

/** Where the next line begins, or else the next letter. */
function lineFrom(slice: Uint8Array, at: number, isWide: boolean): number {
  const most = Math.min(slice.length, at + seamBytes);
  for (let end = at; end < most; end++) {
    if (slice[end] !== 0x0a) continue;
    if (!isWide) return end + 1;
    const [low, other] = [end % 2, slice[end % 2 === 0 ? end + 1 : end - 1]];
    if (other === 0) return low === 0 ? end + 2 : end + 1;
  }
  if (isWide) return at;
  let letter = at;
  while (letter < at + 3 && ((slice[letter] ?? 0) & 0xc0) === 0x80) letter += 1;
  return letter;
}
