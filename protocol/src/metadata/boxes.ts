/** The boxes of ISO base media files (HEIC, MP4, MOV): a length, a name, content; some hold further boxes. */

import type { FileView } from './file-view.ts';
import { MetadataError } from './report.ts';

export interface Box {
  readonly name: string;
  /** Where the box begins in the whole file, where its content begins, and where it ends. */
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

export const boxesMax = 10_000;

/** The boxes between two places of the file. @throws MetadataError */
export function boxesIn(file: FileView, from: number, to: number): readonly Box[] {
  const boxes: Box[] = [];
  let at = from;
  // QuickTime ends some lists with four zero bytes.
  while (at + 8 <= to) {
    const box = boxAt(file, at, to);
    boxes.push(box);
    if (boxes.length > boxesMax) throw new MetadataError('malformed', 'read boxes: too many');
    at = box.end;
  }
  return boxes;
}

/** The box at a place, by its head alone. @throws MetadataError */
export function boxAt(file: FileView, at: number, to: number): Box {
  const short = file.u32(at);
  const start = short === 1 ? at + 16 : at + 8;
  const length = short === 0 ? to - at : short === 1 ? file.u64(at + 8) : short;
  if (length < start - at || at + length > to) throw new MetadataError('malformed', 'read boxes: one does not fit');
  return { name: file.latin(at + 4, at + 8), from: at, start, end: at + length };
}

/** The first box along a path of names. */
export function findBox(file: FileView, within: Box, ...path: readonly string[]): Box | undefined {
  let box: Box | undefined = within;
  for (const name of path) {
    if (box === undefined) return undefined;
    box = boxesIn(file, box.start + (box.name === 'meta' ? metaHeader(file, box) : 0), box.end).find(
      (inner) => inner.name === name,
    );
  }
  return box;
}

/** Which kind of media a track holds, in four signs; none where it does not say. */
export function handlerOf(file: FileView, track: Box): string {
  const handler = findBox(file, track, 'mdia', 'hdlr');
  return handler === undefined ? '' : file.latin(handler.start + 8, handler.start + 12);
}

/** ISO's `meta` has four bytes of version and flags before its boxes, QuickTime's has not. */
export function metaHeader(file: FileView, box: Box): number {
  return box.end - box.start >= 8 && file.latin(box.start + 4, box.start + 8) === 'hdlr' ? 0 : 4;
}

/** Turns a box into free space of the same length, so that no other place in the file moves. */
export function freeBox(bytes: Uint8Array, box: Box): void {
  bytes.set(new TextEncoder().encode('free'), box.from + 4);
  bytes.fill(0, box.start, box.end);
}
