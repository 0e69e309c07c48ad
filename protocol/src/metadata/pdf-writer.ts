/** A PDF of these objects, in their order, with one table and nothing that names the file (ISO 32000-1, 7.5). */

import { concatAll, utf8ToBytes } from '../bytes/encode.ts';
import type { CopiedObject } from './pdf-copy.ts';
import { writtenValue } from './pdf-values.ts';

const textMax = 65_536;

/** @param objects by their numbers from 1 on; the first is the catalogue */
export function writePdf(objects: readonly CopiedObject[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  // In few pieces, since each takes more memory than a small object.
  let text = '';
  const flush = (): void => {
    pieces.push(utf8ToBytes(text));
    text = '';
  };
  const add = (piece: Uint8Array | string): void => {
    length += piece.length;
    if (typeof piece === 'string') text += piece;
    if (typeof piece !== 'string' || text.length > textMax) flush();
    if (typeof piece !== 'string') pieces.push(piece);
  };
  add('%PDF-1.7\n');
  // Bytes that no text has, so that nobody takes it for one.
  add(Uint8Array.of(0x25, 0xe2, 0xe3, 0xcf, 0xd3, 0x0a));
  const places = objects.map(({ value, content }, index) => {
    const place = length;
    add(`${index + 1} 0 obj\n${writtenValue(value)}\n`);
    if (content !== undefined) for (const piece of ['stream\n', content, '\nendstream\n']) add(piece);
    add('endobj\n');
    return place;
  });
  const rows = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`);
  const table = length;
  add(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows.join('')}`);
  add(`trailer\n<</Size ${objects.length + 1} /Root 1 0 R>>\nstartxref\n${table}\n%%EOF\n`);
  flush();
  return concatAll(pieces);
}
