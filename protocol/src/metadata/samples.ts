/** Where the samples of one track of a movie lie in the file. */

import { type Box, findBox } from './boxes.ts';
import type { FileView } from './file-view.ts';
import { MetadataError } from './report.ts';

const samplesMax = 2_000_000;

/** By the tables of chunks, samples in each chunk, and sizes. @throws MetadataError where they do not agree */
export function sampleRanges(file: FileView, track: Box): readonly (readonly [from: number, to: number])[] {
  const table = findBox(file, track, 'mdia', 'minf', 'stbl');
  if (table === undefined) throw new MetadataError('malformed', 'read MP4: a track without tables');
  const [offsets, wide] = [findBox(file, table, 'stco'), findBox(file, table, 'co64')];
  const [sizes, perChunk] = [findBox(file, table, 'stsz'), findBox(file, table, 'stsc')];
  const chunks = offsets ?? wide;
  if (chunks === undefined || sizes === undefined || perChunk === undefined) {
    throw new MetadataError('malformed', 'read MP4: a track without places or sizes');
  }
  const size = sizeReader(file, sizes);
  const ranges: (readonly [number, number])[] = [];
  let sample = 0;
  const chunkCount = count(file, chunks, offsets === undefined ? 8 : 4);
  const samplesIn = chunkSizes(file, perChunk);
  for (let chunk = 0; chunk < chunkCount; chunk++) {
    const at = chunks.start + 8 + chunk * (offsets === undefined ? 8 : 4);
    const from = offsets === undefined ? file.u64(at) : file.u32(at);
    let to = from;
    for (let inChunk = samplesIn(chunk + 1); inChunk > 0; inChunk--) {
      to += size(sample);
      sample += 1;
      if (sample > samplesMax) throw new MetadataError('malformed', 'read MP4: too many samples');
    }
    file.checkRange(from, to);
    if (to > from) ranges.push([from, to]);
  }
  return ranges;
}

function count(file: FileView, box: Box, entryBytes: number): number {
  const entries = file.u32(box.start + 4);
  if (entries * entryBytes > box.end - box.start - 8)
    throw new MetadataError('malformed', 'read MP4: a table outside of its box');
  return entries;
}

function sizeReader(file: FileView, box: Box): (sample: number) => number {
  const same = file.u32(box.start + 4);
  const samples = file.u32(box.start + 8);
  return (sample) => {
    if (sample >= samples) throw new MetadataError('malformed', 'read MP4: more samples than sizes');
    if (same !== 0) return same;
    const at = box.start + 12 + 4 * sample;
    if (at + 4 > box.end) throw new MetadataError('malformed', 'read MP4: sizes outside of their box');
    return file.u32(at);
  };
}

/** For a chunk, counted from 1 in rising order, how many samples it holds. */
function chunkSizes(file: FileView, box: Box): (chunk: number) => number {
  const entries = count(file, box, 12);
  let entry = 0;
  return (chunk) => {
    const first = (index: number): number => file.u32(box.start + 8 + 12 * index);
    while (entry + 1 < entries && first(entry + 1) <= chunk) entry += 1;
    return entries === 0 ? 0 : file.u32(box.start + 12 + 12 * entry);
  };
}
