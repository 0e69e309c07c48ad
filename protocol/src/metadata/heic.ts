/** HEIC and AVIF: pictures as items of a `meta` box; EXIF and XMP are items too. Which side is up is a property, not EXIF. */

import { concatAll } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { boxesIn, freeBox } from './boxes.ts';
import { FileView } from './file-view.ts';
import { type Item, readHeicItems } from './heic-items.ts';
import { isPicture, otherPictures, shownPictures, tellPictures } from './heic-pictures.ts';
import { metaWithout } from './heic-tables.ts';
import { readEmbeddedExif } from './png.ts';
import type { FindingSink } from './report.ts';
import { readXmp } from './xmp.ts';

/** Also where somebody calls one the picture that is shown. */
const descriptions = new Set(['Exif', 'mime', 'uri ']);
const keptBoxes = new Set(['ftyp', 'meta', 'mdat', 'free', 'skip']);

export function readHeic(bytes: Uint8Array, findings: FindingSink): void {
  const file = new FileView(bytes);
  const heic = readHeicItems(file);
  const shown = shownPictures(heic);
  tellPictures(heic, shown, findings);
  for (const item of heic.items) {
    if (isSeen(item, shown) || isPicture(item) || isEmpty(file, item)) continue;
    const content = concatAll(item.ranges.map(([from, to]) => file.bytes(from, to)));
    if (item.type === 'Exif') readEmbeddedExif(exifIn(content), 'EXIF', findings);
    else if (item.type === 'mime' && /xmp|rdf/.test(item.contentType)) readXmp(content, findings);
    else findings.add('technical', `HEIC ${item.type}`, item.contentType);
  }
  for (const box of boxesIn(file, 0, file.length)) {
    if (!keptBoxes.has(box.name)) findings.add('technical', `HEIC ${box.name}`);
  }
}

/** Descriptions and pictures that are not shown are emptied where they lie, so that no other place in the file moves; such pictures are taken out of its tables. */
export function cleanHeic(bytes: Uint8Array): Uint8Array {
  const cleaned = bytes.slice();
  const file = new FileView(bytes);
  const heic = readHeicItems(file);
  const shown = shownPictures(heic);
  const others = otherPictures(heic, shown);
  for (const { ranges } of others) for (const [from, to] of ranges) cleaned.fill(0, from, to);
  // Bytes that two pictures share are of the one that is shown.
  for (const item of heic.items) {
    if (isSeen(item, shown)) for (const [from, to] of item.ranges) cleaned.set(file.bytes(from, to), from);
  }
  for (const item of heic.items) if (!isSeen(item, shown) && !isPicture(item)) emptyItem(cleaned, item);
  if (others.length > 0) {
    const removed = new Set(others.map(({ id }) => id));
    cleaned.set(metaWithout(new FileView(cleaned), heic.meta, removed), heic.meta.from);
  }
  for (const box of boxesIn(file, 0, file.length)) if (!keptBoxes.has(box.name)) freeBox(cleaned, box);
  return cleaned;
}

const isSeen = ({ id, type }: Item, shown: ReadonlySet<number>): boolean => shown.has(id) && !descriptions.has(type);

function emptyItem(bytes: Uint8Array, { type, ranges }: Item): void {
  for (const [at, [from, to]] of ranges.entries()) bytes.set(emptyPiece(type, at, to - from), from);
}

/** Whether a copy would have the same in its place. */
function isEmpty(file: FileView, { type, ranges }: Item): boolean {
  return ranges.every(([from, to], at) => equal(file.bytes(from, to), emptyPiece(type, at, to - from)));
}

/** An EXIF item keeps the form of one without fields, where it has the room; everything else becomes blank. */
function emptyPiece(type: string, at: number, length: number): Uint8Array {
  const piece = new Uint8Array(length).fill(type === 'Exif' ? 0 : 0x20);
  const bare = Uint8Array.of(0, 0, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0);
  if (type === 'Exif' && at === 0 && length >= bare.length) piece.set(bare);
  return piece;
}

function exifIn(content: Uint8Array): Uint8Array {
  const view = new FileView(content);
  return view.bytes(4 + view.u32(0));
}
