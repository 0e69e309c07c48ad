/** Colour profiles (ICC.1), which can name a screen, a camera and the day when either was measured: copied with their numbers alone. */

import { concat } from '../bytes/encode.ts';
import { FileView } from './file-view.ts';
import { MetadataError } from './report.ts';

const headerBytes = 128;
const tagsMax = 100;
const kept = new Set([
  ...['A2B0', 'A2B1', 'A2B2', 'B2A0', 'B2A1', 'B2A2', 'D2B0', 'D2B1', 'D2B2', 'D2B3', 'B2D0', 'B2D1', 'B2D2', 'B2D3'],
  ...['rXYZ', 'gXYZ', 'bXYZ', 'rTRC', 'gTRC', 'bTRC', 'kTRC', 'wtpt', 'bkpt', 'chad', 'gamt'],
]);
/** Of the header: who computes with it, when it was made, on what, for which device, by whom, and its hash. */
const blanked = [
  [4, 8],
  [24, 36],
  [40, 44],
  [48, 56],
  [80, 100],
] as const;

/** The same colours. @throws MetadataError */
export function cleanProfile(bytes: Uint8Array): Uint8Array {
  const view = new FileView(bytes);
  const count = view.u32(headerBytes);
  if (view.latin(36, 40) !== 'acsp' || count > tagsMax)
    throw new MetadataError('malformed', 'clean profile: it is none');
  const header = view.bytes(0, headerBytes).slice();
  for (const [from, to] of blanked) header.fill(0, from, to);
  const tags = Array.from({ length: count }, (_, index) => headerBytes + 4 + 12 * index)
    .map((at) => ({ name: view.latin(at, at + 4), from: view.u32(at + 4), length: view.u32(at + 8) }))
    .filter(({ name }) => kept.has(name));
  // Programs differ in which of two they take.
  if (new Set(tags.map(({ name }) => name)).size < tags.length)
    throw new MetadataError('malformed', 'clean profile: it says one thing twice');
  const parts: Uint8Array[] = [];
  const table = new Uint8Array(4 + 12 * tags.length);
  const fields = new DataView(table.buffer);
  fields.setUint32(0, tags.length);
  // Curves of several colours are often one.
  const places = new Map<string, number>();
  let end = headerBytes + table.length;
  for (const [index, { name, from, length }] of tags.entries()) {
    const key = `${from} ${length}`;
    const place = places.get(key) ?? end;
    if (place === end) {
      const padded = new Uint8Array(Math.ceil(length / 4) * 4);
      padded.set(view.bytes(from, from + length));
      parts.push(padded);
      end += padded.length;
      // What is written apart does not lie in one place.
      if (end > bytes.length + 4 * tags.length)
        throw new MetadataError('malformed', 'clean profile: what it says lies in one place');
    }
    places.set(key, place);
    table.set(new TextEncoder().encode(name), 4 + 12 * index);
    fields.setUint32(8 + 12 * index, place);
    fields.setUint32(12 + 12 * index, length);
  }
  new DataView(header.buffer).setUint32(0, end);
  return concat(header, table, ...parts);
}
