/** JPEG 2000 (ISO 15444-1), as it lies in PDFs: boxes around the picture, and comments before its first tile. */

import { concat, concatAll, u32be, utf8ToBytes } from '../bytes/encode.ts';
import { boxesIn } from './boxes.ts';
import { FileView } from './file-view.ts';
import { MetadataError } from './report.ts';

/** What says how the picture is coded and shown; others describe, or hold what some program put there. */
const keptBoxes = new Set(['jP  ', 'ftyp', 'rreq', 'jp2h', 'jpch', 'jplh', 'jp2c']);
/** Before the first tile; there are some ten. */
const segmentsMax = 10_000;
const marker = { start: 0xff4f, comment: 0xff64, tile: 0xff90 };

/** The same picture. @throws MetadataError */
export function cleanJpeg2000(bytes: Uint8Array): Uint8Array {
  const view = new FileView(bytes);
  if (view.u16(0) === marker.start) return cleanCodestream(view);
  const boxes = boxesIn(view, 0, view.length).filter(({ name }) => keptBoxes.has(name));
  const parts = boxes.map(({ name, from, start, end }) => {
    if (name !== 'jp2c') return view.bytes(from, end);
    const stream = cleanCodestream(view.part(start, end));
    return concat(u32be(8 + stream.length), utf8ToBytes(name), stream);
  });
  return concatAll(parts);
}

function cleanCodestream(view: FileView): Uint8Array {
  if (view.u16(0) !== marker.start) throw new MetadataError('malformed', 'clean JPEG 2000: it has no beginning');
  const kept: Uint8Array[] = [view.bytes(0, 2)];
  let at = 2;
  while (view.u16(at) !== marker.tile) {
    const end = at + 2 + view.u16(at + 2);
    if (view.u8(at) !== 0xff || end < at + 4 || kept.length > segmentsMax)
      throw new MetadataError('malformed', 'clean JPEG 2000: it is damaged');
    if (view.u16(at) !== marker.comment) kept.push(view.bytes(at, end));
    at = end;
  }
  return concatAll([...kept, view.bytes(at)]);
}
