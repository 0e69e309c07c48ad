/** A PDF of these objects, in their order, with one table and nothing that names the file (ISO 32000-1, 7.5). */

import { utf8ToBytes } from '../bytes/encode.ts';
import type { CopiedObject } from './pdf-copy.ts';
import { writtenValue } from './pdf-values.ts';

/** @param objects by their numbers from 1 on; the first is the catalogue */
export function writePdf(objects: readonly CopiedObject[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const add = (piece: Uint8Array | string): void => {
    const bytes = typeof piece === 'string' ? utf8ToBytes(piece) : piece;
    pieces.push(bytes);
    length += bytes.length;
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
  const file = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    file.set(piece, at);
    at += piece.length;
  }
  return file;
}
