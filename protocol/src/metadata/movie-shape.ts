/** How much room and time an MP4 takes, by its own boxes. */

import { type Box, boxesIn, findBox, handlerOf } from './boxes.ts';
import { FileView } from './file-view.ts';
import { MetadataError } from './report.ts';

export interface MovieShape {
  /** Pixels as shown. */
  readonly width: number;
  readonly height: number;
  /** At least 1. */
  readonly seconds: number;
}

/** @throws MetadataError for a damaged file, and one without pictures that move */
export function movieShape(bytes: Uint8Array): MovieShape {
  const file = new FileView(bytes);
  const movie = boxesIn(file, 0, file.length).find(({ name }) => name === 'moov');
  const header = movie === undefined ? undefined : findBox(file, movie, 'mvhd');
  if (movie === undefined || header === undefined) throw new MetadataError('malformed', 'read MP4: it has no header');
  // In fragments the header has the length of the first alone, or none.
  if (findBox(file, movie, 'mvex') !== undefined) throw unknownLength();
  const tracks = boxesIn(file, movie.start, movie.end).filter(({ name }) => name === 'trak');
  const shown = tracks.find((track) => handlerOf(file, track) === 'vide');
  const track = shown === undefined ? undefined : findBox(file, shown, 'tkhd');
  if (track === undefined) throw new MetadataError('malformed', 'read MP4: it has no pictures');
  const [width, height] = [file.u32(track.end - 8), file.u32(track.end - 4)].map((fixed) => Math.round(fixed / 65_536));
  // A matrix without a first part turns the picture by a quarter: 36 bytes before the size.
  const isTurned = file.u32(track.end - 44) === 0;
  const [w = 0, h = 0] = isTurned ? [height, width] : [width, height];
  return { width: w, height: h, seconds: Math.max(1, Math.round(secondsOf(file, header))) };
}

function unknownLength(): MetadataError {
  return new MetadataError(
    'malformed',
    'read MP4: its header does not say how long it is, wanted one that is not in fragments',
  );
}

function secondsOf(file: FileView, { start }: Box): number {
  const isWide = file.u8(start) === 1;
  const scale = file.u32(start + (isWide ? 20 : 12));
  const duration = isWide ? file.u64(start + 24) : file.u32(start + 16);
  if (scale === 0) throw new MetadataError('malformed', 'read MP4: its seconds have no parts');
  if (duration === 0 || duration === 0xffff_ffff) throw unknownLength();
  return duration / scale;
}
