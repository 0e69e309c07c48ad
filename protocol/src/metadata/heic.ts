/** HEIC and AVIF: pictures as items of a `meta` box; EXIF and XMP are items too. Which side is up is a property, not EXIF. */

import { equal } from '../bytes/equal.ts';
import { type Box, boxesIn, freeBox, metaHeader } from './boxes.ts';
import { FileView } from './file-view.ts';
import { readEmbeddedExif } from './png.ts';
import { type FindingSink, MetadataError } from './report.ts';
import { readXmp } from './xmp.ts';

interface Item {
  readonly id: number;
  readonly type: string;
  /** MIME type of an item of type `mime`. */
  readonly contentType: string;
  readonly ranges: readonly (readonly [from: number, to: number])[];
}

const itemsMax = 20_000;
const pictureTypes = new Set(['hvc1', 'av01', 'grid', 'iden', 'iovl', 'jpeg', 'avc1', 'tmap']);
const keptBoxes = new Set(['ftyp', 'meta', 'mdat', 'free', 'skip']);

export function readHeic(bytes: Uint8Array, findings: FindingSink): void {
  const file = new FileView(bytes);
  for (const item of itemsOf(file)) {
    if (pictureTypes.has(item.type) || isEmpty(file, item)) continue;
    const content = concatRanges(file, item);
    if (item.type === 'Exif') readEmbeddedExif(exifIn(content), 'EXIF', findings);
    else if (item.type === 'mime' && /xmp|rdf/.test(item.contentType)) readXmp(content, findings);
    else findings.add('technical', `HEIC ${item.type}`, item.contentType);
  }
  for (const box of boxesIn(file, 0, file.length)) {
    if (!keptBoxes.has(box.name)) findings.add('technical', `HEIC ${box.name}`);
  }
}

/** Descriptions are emptied where they lie, so that no other place in the file moves. */
export function cleanHeic(bytes: Uint8Array): Uint8Array {
  const cleaned = bytes.slice();
  const file = new FileView(bytes);
  for (const item of itemsOf(file)) {
    if (!pictureTypes.has(item.type)) emptyItem(cleaned, item);
  }
  for (const box of boxesIn(file, 0, file.length)) if (!keptBoxes.has(box.name)) freeBox(cleaned, box);
  return cleaned;
}

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

function concatRanges(file: FileView, { ranges }: Item): Uint8Array {
  const pieces = ranges.map(([from, to]) => file.bytes(from, to));
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function itemsOf(file: FileView): readonly Item[] {
  const meta = boxesIn(file, 0, file.length).find(({ name }) => name === 'meta');
  if (meta === undefined) throw new MetadataError('malformed', 'read HEIC: no meta box');
  const inner = boxesIn(file, meta.start + metaHeader(file, meta), meta.end);
  const box = (name: string): Box | undefined => inner.find((candidate) => candidate.name === name);
  const [infos, places, data] = [box('iinf'), box('iloc'), box('idat')];
  if (infos === undefined || places === undefined) throw new MetadataError('malformed', 'read HEIC: no items');
  const ranges = readPlaces(file, places, data);
  return readInfos(file, infos).map((info) => ({ ...info, ranges: ranges.get(info.id) ?? [] }));
}

function readInfos(file: FileView, { start, end }: Box): readonly Omit<Item, 'ranges'>[] {
  const entries = boxesIn(file, start + (file.u8(start) === 0 ? 6 : 8), end).filter(({ name }) => name === 'infe');
  return entries.map((entry) => {
    const isWide = file.u8(entry.start) >= 3;
    const id = isWide ? file.u32(entry.start + 4) : file.u16(entry.start + 4);
    const at = entry.start + (isWide ? 10 : 8);
    const type = file.latin(at, at + 4);
    const name = file.find('\0', at + 4, entry.end);
    const kind = name < 0 || type !== 'mime' ? '' : file.latin(name + 1, entry.end).split('\0')[0];
    return { id, type, contentType: kind ?? '' };
  });
}

/** `iloc`: for each item where its bytes lie, in the file or in `idat`. */
function readPlaces(file: FileView, box: Box, data: Box | undefined): ReadonlyMap<number, Item['ranges']> {
  const version = file.u8(box.start);
  let at = box.start + 4;
  const take = (size: number): number => {
    if (at + size > box.end) throw new MetadataError('malformed', 'read HEIC: places outside of their box');
    const value =
      size === 8 ? file.u64(at) : size === 4 ? file.u32(at) : size === 2 ? file.u16(at) : size === 1 ? file.u8(at) : 0;
    at += size;
    return value;
  };
  const [lengths, more] = [take(1), take(1)];
  const size = { offset: lengths >> 4, length: lengths & 15, base: more >> 4, index: version === 0 ? 0 : more & 15 };
  const count = take(version < 2 ? 2 : 4);
  const places = new Map<number, (readonly [number, number])[]>();
  let total = 0;
  let totalBytes = 0;
  for (let item = 0; item < count; item++) {
    const id = take(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : take(2) & 15;
    take(2);
    const base = take(size.base) + (method === 1 ? (data?.start ?? file.length) : 0);
    const ranges: (readonly [number, number])[] = [];
    for (let extents = take(2); extents > 0; extents--) {
      total += 1;
      if (total > itemsMax) throw new MetadataError('malformed', 'read HEIC: too many places');
      take(size.index);
      const from = base + take(size.offset);
      const length = take(size.length);
      file.bytes(from, from + length);
      // Many that lie upon each other would each be read.
      totalBytes += length;
      if (totalBytes > 2 * file.length) throw new MetadataError('malformed', 'read HEIC: places upon each other');
      ranges.push([from, from + length]);
    }
    places.set(id, ranges);
  }
  return places;
}
