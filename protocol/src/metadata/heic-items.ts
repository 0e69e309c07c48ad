/** The items of a HEIF `meta` box (ISO/IEC 14496-12 and 23008-12): pictures and what describes them, where their bytes lie, and how they refer to one another. */

import { type Box, boxesIn, findBox, metaHeader } from './boxes.ts';
import type { FileView } from './file-view.ts';
import { MetadataError } from './report.ts';

export interface Item {
  readonly id: number;
  readonly type: string;
  /** MIME type of an item of type `mime`. */
  readonly contentType: string;
  readonly ranges: readonly (readonly [from: number, to: number])[];
  /** Width and height, such as `160x120`; empty where it does not say. */
  readonly size: string;
  /** What it is for, beside another picture: a URN; empty where it stands for itself. */
  readonly purpose: string;
}

/** `thmb`: is a small picture of; `auxl`: belongs to; `dimg`: is made of; `cdsc`: describes. */
export interface Reference {
  readonly kind: string;
  readonly from: number;
  readonly to: readonly number[];
}

/** One line of a table, whose bytes go from `from` to `end`, and the item that it is of. */
export interface TableLine {
  readonly id: number;
  readonly from: number;
  readonly end: number;
}

export interface HeicItems {
  readonly meta: Box;
  readonly items: readonly Item[];
  /** The one that is shown. */
  readonly main: number;
  readonly references: readonly Reference[];
}

interface Place extends TableLine {
  readonly ranges: Item['ranges'];
  /** 0: counted from the file's begin. */
  readonly method: number;
}

const itemsMax = 20_000;

/** @throws MetadataError */
export function readHeicItems(file: FileView): HeicItems {
  const meta = boxesIn(file, 0, file.length).find(({ name }) => name === 'meta');
  if (meta === undefined) throw new MetadataError('malformed', 'read HEIC: no meta box');
  const boxes = metaBoxes(file, meta);
  const box = (name: string): Box | undefined => boxes.find((candidate) => candidate.name === name);
  const [infos, places, main, links] = [box('iinf'), box('iloc'), box('pitm'), box('iref')];
  if (infos === undefined || places === undefined || main === undefined)
    throw new MetadataError('malformed', 'read HEIC: no items');
  const ranges = new Map<number, (readonly [number, number])[]>();
  for (const place of readPlaces(file, places, box('idat'))) {
    const own = ranges.get(place.id);
    if (own === undefined) ranges.set(place.id, [...place.ranges]);
    else own.push(...place.ranges);
  }
  const properties = readProperties(file, meta);
  const items = infoLines(file, infos).map((line) => ({
    ...readInfo(file, line),
    ranges: ranges.get(line.id) ?? [],
    ...readMeaning(file, properties.get(line.id) ?? []),
  }));
  const references = links === undefined ? [] : readReferences(file, links);
  return { meta, items, main: readId(file, main.start + 4, file.u8(main.start) > 0), references };
}

export const metaBoxes = (file: FileView, meta: Box): readonly Box[] =>
  boxesIn(file, meta.start + metaHeader(file, meta), meta.end);

/** Of `iinf`: each line is a box. */
export function infoLines(file: FileView, { start, end }: Box): readonly TableLine[] {
  const entries = boxesIn(file, start + (file.u8(start) === 0 ? 6 : 8), end).filter(({ name }) => name === 'infe');
  return entries.map((entry) => ({
    id: readId(file, entry.start + 4, isWide(file, entry)),
    from: entry.from,
    end: entry.end,
  }));
}

/** Of `iref`: from one item to others, each in a box. */
export function readReferences(file: FileView, { start, end }: Box): readonly Reference[] {
  const wide = file.u8(start) > 0;
  const size = wide ? 4 : 2;
  return boxesIn(file, start + 4, end).map((box) => {
    const count = file.u16(box.start + size);
    if (box.start + size + 2 + count * size > box.end)
      throw new MetadataError('malformed', 'read HEIC: a reference is cut');
    const to = Array.from({ length: count }, (_, at) => readId(file, box.start + size + 2 + at * size, wide));
    return { kind: box.name, from: readId(file, box.start, wide), to };
  });
}

/** Of `ipma`: which numbers of properties an item has. */
export function propertyLines(
  file: FileView,
  box: Box,
): readonly (TableLine & { readonly numbers: readonly number[] })[] {
  const wide = file.u8(box.start) > 0;
  const size = (file.u8(box.start + 3) & 1) === 1 ? 2 : 1;
  const lines: (TableLine & { readonly numbers: readonly number[] })[] = [];
  let at = box.start + 8;
  for (let left = file.u32(box.start + 4); left > 0; left--) {
    const from = at;
    const id = readId(file, at, wide);
    at += wide ? 4 : 2;
    const count = file.u8(at);
    const numbers = Array.from({ length: count }, (_, index) =>
      size === 2 ? file.u16(at + 1 + index * 2) & 0x7fff : file.u8(at + 1 + index) & 0x7f,
    );
    at += 1 + count * size;
    if (at > box.end) throw new MetadataError('malformed', 'read HEIC: properties outside of their box');
    lines.push({ id, from, end: at, numbers });
  }
  return lines;
}

const isWide = (file: FileView, infe: Box): boolean => file.u8(infe.start) >= 3;

function readId(file: FileView, at: number, wide: boolean): number {
  return wide ? file.u32(at) : file.u16(at);
}

function readInfo(file: FileView, { id, from, end }: TableLine): Pick<Item, 'id' | 'type' | 'contentType'> {
  const [entry] = boxesIn(file, from, end);
  if (entry === undefined) throw new MetadataError('malformed', 'read HEIC: an item is cut');
  const at = entry.start + (isWide(file, entry) ? 10 : 8);
  const type = file.latin(at, at + 4);
  const name = file.find('\0', at + 4, end);
  const kind = name < 0 || type !== 'mime' ? '' : file.latin(name + 1, end).split('\0')[0];
  return { id, type, contentType: kind ?? '' };
}

function readMeaning(file: FileView, properties: readonly Box[]): Pick<Item, 'size' | 'purpose'> {
  const [extent, auxiliary] = ['ispe', 'auxC'].map((name) => properties.find((box) => box.name === name));
  const size = extent === undefined ? '' : `${file.u32(extent.start + 4)}x${file.u32(extent.start + 8)}`;
  const purpose = auxiliary === undefined ? '' : file.latin(auxiliary.start + 4, auxiliary.end).split('\0')[0];
  return { size, purpose: purpose ?? '' };
}

function readProperties(file: FileView, meta: Box): ReadonlyMap<number, readonly Box[]> {
  const [all, holder] = [findBox(file, meta, 'iprp'), findBox(file, meta, 'iprp', 'ipco')];
  if (all === undefined || holder === undefined) return new Map();
  const boxes = boxesIn(file, holder.start, holder.end);
  const found = new Map<number, Box[]>();
  for (const table of boxesIn(file, all.start, all.end).filter(({ name }) => name === 'ipma')) {
    for (const { id, numbers } of propertyLines(file, table)) {
      const own = found.get(id) ?? [];
      own.push(...numbers.flatMap((number) => boxes[number - 1] ?? []));
      found.set(id, own);
    }
  }
  return found;
}

/** Of `iloc`: for each item where its bytes lie, in the file or in `idat`. */
export function readPlaces(file: FileView, box: Box, data: Box | undefined): readonly Place[] {
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
  const places: Place[] = [];
  let total = 0;
  let totalBytes = 0;
  for (let item = 0; item < count; item++) {
    const start = at;
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
    places.push({ id, from: start, end: at, ranges, method });
  }
  return places;
}
