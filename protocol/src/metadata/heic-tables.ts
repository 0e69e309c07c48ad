/** Takes items out of the tables of a HEIC file. What is left in `meta` moves up and free space follows it, so that no place outside of it moves. */

import { concatAll, u16be, u32be } from '../bytes/encode.ts';
import { type Box, boxesIn } from './boxes.ts';
import type { FileView } from './file-view.ts';
import { infoLines, metaBoxes, propertyLines, readPlaces, readReferences, type TableLine } from './heic-items.ts';
import { MetadataError } from './report.ts';

/**
 * The `meta` box without these items, of which there is at least one, as long as it was.
 * @throws MetadataError where a picture that is left lies in it by its place in the file: it would move
 */
export function metaWithout(file: FileView, meta: Box, removed: ReadonlySet<number>): Uint8Array {
  const boxes = metaBoxes(file, meta);
  const head = file.bytes(meta.from, boxes[0]?.from ?? meta.end);
  const left = concatAll([head, ...boxes.map((box) => boxWithout(file, box, removed, meta))]);
  // A line of `iinf` has room for the head of a box.
  const spare = meta.end - meta.from - left.length - 8;
  if (spare < 0) throw new MetadataError('malformed', 'clean HEIC: its tables lie upon each other');
  return concatAll([left, writeBox('free', new Uint8Array(spare))]);
}

function boxWithout(file: FileView, box: Box, removed: ReadonlySet<number>, meta: Box): Uint8Array {
  const { name, from, start, end } = box;
  const isLeft = ({ id }: TableLine): boolean => !removed.has(id);
  const version = file.u8(start);
  switch (name) {
    case 'iinf':
      return writeTable(file, box, 4, version === 0 ? u16be : u32be, infoLines(file, box).filter(isLeft));
    case 'iloc': {
      const places = readPlaces(
        file,
        box,
        metaBoxes(file, meta).find((one) => one.name === 'idat'),
      ).filter(isLeft);
      const isInMeta = ([at, to]: readonly [number, number]): boolean => at < meta.end && to > meta.from;
      if (places.some(({ method, ranges }) => method === 0 && ranges.some(isInMeta)))
        throw new MetadataError('malformed', 'clean HEIC: a picture lies among the tables');
      return writeTable(file, box, 6, version < 2 ? u16be : u32be, places);
    }
    case 'iref':
      return writeBox(name, concatAll([file.bytes(start, start + 4), ...referencesWithout(file, box, removed)]));
    case 'iprp':
      return writeBox(name, concatAll(propertiesWithout(file, box, removed)));
    case 'grpl': {
      const groups = boxesIn(file, start, end).filter((group) => !namesAny(file, group, removed));
      return writeBox(name, concatAll(groups.map((group) => file.bytes(group.from, group.end))));
    }
    default:
      return file.bytes(from, end);
  }
}

/** @param countAt where in the box the number of lines begins */
function writeTable(
  file: FileView,
  { name, start }: Box,
  countAt: number,
  toBytes: (count: number) => Uint8Array,
  lines: readonly TableLine[],
): Uint8Array {
  const rows = lines.map(({ from, end }) => file.bytes(from, end));
  return writeBox(name, concatAll([file.bytes(start, start + countAt), toBytes(lines.length), ...rows]));
}

/** From items that are left to items that are left. */
function referencesWithout(file: FileView, box: Box, removed: ReadonlySet<number>): readonly Uint8Array[] {
  const toBytes = file.u8(box.start) === 0 ? u16be : u32be;
  return readReferences(file, box).flatMap(({ kind, from, to }) => {
    const left = to.filter((id) => !removed.has(id));
    if (removed.has(from) || left.length === 0) return [];
    return writeBox(kind, concatAll([toBytes(from), u16be(left.length), ...left.map(toBytes)]));
  });
}

/** Properties keep their numbers: one that no item has any more becomes free space. */
function propertiesWithout(file: FileView, { start, end }: Box, removed: ReadonlySet<number>): readonly Uint8Array[] {
  const inner = boxesIn(file, start, end);
  const lines = inner.filter(({ name }) => name === 'ipma').flatMap((table) => propertyLines(file, table));
  const used = new Set(lines.filter(({ id }) => !removed.has(id)).flatMap(({ numbers }) => numbers));
  return inner.map((box) => {
    if (box.name === 'ipma') {
      const left = propertyLines(file, box).filter(({ id }) => !removed.has(id));
      return writeTable(file, box, 4, u32be, left);
    }
    if (box.name !== 'ipco') return file.bytes(box.from, box.end);
    const all = boxesIn(file, box.start, box.end).map((one, at) =>
      used.has(at + 1) ? file.bytes(one.from, one.end) : writeBox('free', new Uint8Array(one.end - one.from - 8)),
    );
    return writeBox(box.name, concatAll(all));
  });
}

/** A group of items that belong together: its number, then how many they are, then they. */
function namesAny(file: FileView, { start, end }: Box, removed: ReadonlySet<number>): boolean {
  const count = Math.min(file.u32(start + 8), Math.floor((end - start - 12) / 4));
  return Array.from({ length: count }, (_, at) => file.u32(start + 12 + 4 * at)).some((id) => removed.has(id));
}

function writeBox(name: string, content: Uint8Array): Uint8Array {
  const letters = Uint8Array.from(name, (letter) => letter.charCodeAt(0));
  return concatAll([u32be(8 + content.length), letters, content]);
}
