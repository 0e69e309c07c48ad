/** MP4 and MOV: user data, properties, times and tracks of sensor data around the sound and pictures; not what stands within their streams. */

import { type Box, boxAt, boxesIn, boxesMax, handlerOf, metaHeader } from './boxes.ts';
import { type FileView, isAllZero, textOf } from './file-view.ts';
import { HollowView } from './hollow-view.ts';
import { Patches } from './patches.ts';
import { type FindingKind, type FindingSink, MetadataError, valueCharactersMax } from './report.ts';
import { sampleRanges } from './samples.ts';
import type { SlicedFile, SplicedFile } from './sliced-file.ts';
import { readXmp } from './xmp.ts';

const holders = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'edts', 'dinf', 'mvex', 'moof', 'traf', 'mfra']);
const described = new Set(['udta', 'meta', 'uuid', 'XMP_', 'thum', 'pict']);
const timed: Readonly<Record<string, true>> = { mvhd: true, tkhd: true, mdhd: true };
const isContent = new Set(['ftyp', 'styp', 'sidx', 'mdat', 'free', 'skip', 'wide', 'moov', 'moof', 'mfra']);
/** Room that is left for later; programs leave their names in it, and what stood there before. */
const spare = new Set(['free', 'skip', 'wide']);
/** Handlers whose tracks are seen or heard; subtitles are content too. */
const shown = new Set(['vide', 'soun', 'subt', 'text', 'sbtl', 'clcp']);
/** Seconds from 1904, where these files count from, to 1970. */
const epochSeconds = 2_082_844_800;
const depthMax = 12;

/** Reads what stands around sound and pictures, nothing of themselves. @throws MetadataError */
export async function readMovie(sliced: SlicedFile, findings: FindingSink): Promise<void> {
  const file = await viewOf(sliced);
  for (const { box, parent } of allBoxes(file)) {
    if (parent === null && !isContent.has(box.name) && !described.has(box.name))
      findings.add('technical', `MP4 ${box.name}`);
    if (box.name in timed) readTimes(file, box, findings);
    if (box.name === 'hdlr') readHandlerName(file, box, findings);
    if (box.name === 'trak' && isSensorTrack(file, box)) findings.add('sensor', 'MP4 track', handlerOf(file, box));
    if (described.has(box.name)) readDescription(file, box, findings);
    if (spare.has(box.name)) readSpare(file, box, findings);
    if (box.name === 'stsd') readCompressors(file, box, findings);
  }
}

/** What describes becomes free space of the same length, so that sound and pictures stay where they are. @throws MetadataError */
export async function cleanMovie(sliced: SlicedFile): Promise<SplicedFile> {
  const patches = new Patches();
  const file = await viewOf(sliced);
  for (const { box, parent } of allBoxes(file)) {
    if (described.has(box.name) || (parent === null && !isContent.has(box.name))) free(patches, box);
    if (spare.has(box.name)) patches.zero(box.start, box.end);
    if (box.name in timed) patches.zero(box.start + 4, box.start + (file.u8(box.start) === 1 ? 20 : 12));
    if (box.name === 'hdlr') patches.zero(Math.min(box.start + 24, box.end), box.end);
    if (box.name === 'stsd') for (const [from, to] of compressorNames(file, box)) patches.zero(from, to);
    if (box.name !== 'trak' || !isSensorTrack(file, box)) continue;
    // What a track has in fragments stands in other tables, and would stay.
    if (parent !== null && boxesIn(file, parent.start, parent.end).some(({ name }) => name === 'mvex'))
      throw new MetadataError('malformed', 'clean MP4: a track of sensor data in fragments, wanted one with tables');
    for (const [from, to] of sampleRanges(file, box)) patches.zero(from, to);
    free(patches, box);
  }
  return patches.applyTo(sliced);
}

function free(patches: Patches, box: Box): void {
  patches.name(box.from + 4, 'free');
  patches.zero(box.start, box.end);
}

/** All but the content of `mdat`, which can be most of a large file. */
async function viewOf(file: SlicedFile): Promise<FileView> {
  const view = new HollowView(file);
  let at = 0;
  for (let count = 0; at + 8 <= file.size; count++) {
    if (count === boxesMax) throw new MetadataError('malformed', 'read MP4: too many boxes');
    await view.load(at, at + 8);
    if (view.u32(at) === 1) await view.load(at, at + 16);
    const box = boxAt(view, at, file.size);
    if (box.name !== 'mdat') await view.load(at, box.end);
    at = box.end;
  }
  return view;
}

function* allBoxes(file: FileView): Generator<{ readonly box: Box; readonly parent: Box | null }> {
  const queue: { readonly box: Box; readonly parent: Box | null; readonly depth: number }[] = boxesIn(
    file,
    0,
    file.length,
  ).map((box) => ({ box, parent: null, depth: 0 }));
  for (const entry of queue) {
    yield entry;
    if (!holders.has(entry.box.name)) continue;
    if (entry.depth > depthMax) throw new MetadataError('malformed', 'read MP4: nested too deep');
    for (const box of boxesIn(file, entry.box.start, entry.box.end))
      queue.push({ box, parent: entry.box, depth: entry.depth + 1 });
  }
}

function readTimes(file: FileView, { name, start }: Box, findings: FindingSink): void {
  const isWide = file.u8(start) === 1;
  const seconds = isWide ? file.u64(start + 4) : file.u32(start + 4);
  if (seconds === 0) return;
  const at = new Date(1000 * (seconds - epochSeconds));
  findings.add('time', `MP4 ${name}`, Number.isNaN(at.getTime()) ? '' : at.toISOString());
}

function readHandlerName(file: FileView, { start, end }: Box, findings: FindingSink): void {
  const name = file.bytes(Math.min(start + 24, end), end);
  if (!isAllZero(name)) findings.add('software', 'MP4 handler', textOf(name));
}

function readSpare(file: FileView, { name, start, end }: Box, findings: FindingSink): void {
  const content = file.bytes(start, end);
  if (!isAllZero(content)) findings.add('hidden', `MP4 ${name}`, textOf(content.subarray(0, valueCharactersMax)));
}

function isSensorTrack(file: FileView, track: Box): boolean {
  return !shown.has(handlerOf(file, track));
}

/** Writers put their name into the description of a video track: 32 bytes, 42 after the size of a picture begins. */
function compressorNames(file: FileView, { start, end }: Box): readonly (readonly [number, number])[] {
  return boxesIn(file, start + 8, end)
    .filter((entry) => /^(avc|hvc|hev|mp4v|av01|vp0|ap[ch])/.test(entry.name) && entry.end - entry.start >= 78)
    .map((entry) => [entry.start + 42, entry.start + 74] as const);
}

function readCompressors(file: FileView, box: Box, findings: FindingSink): void {
  for (const [from, to] of compressorNames(file, box)) {
    const name = file.bytes(from, to);
    if (!isAllZero(name)) findings.add('software', 'MP4 compressor', textOf(name.subarray(1)));
  }
}

const kinds: readonly (readonly [FindingKind, RegExp])[] = [
  ['place', /xyz|loci|location|gps/i],
  ['device', /mak|mod|make|model|camera|lens|manu|hnti/i],
  ['software', /too|swr|enc|software|encoder|version/i],
  ['time', /day|date|creation|time/i],
  ['person', /aut|ART|art|own|cpy|cprt|author|artist|copyright|perf|dir|prd|wrt/i],
  ['thumbnail', /covr|thmb|thum/i],
  ['serial', /serial|identifier|cami|fire|uuid/i],
];

function readDescription(file: FileView, box: Box, findings: FindingSink): void {
  if (isAllZero(file.bytes(box.start, box.end))) return;
  if (box.name !== 'XMP_' && box.name !== 'uuid') findings.add('technical', `MP4 ${box.name}`);
  try {
    if (box.name === 'XMP_') readXmp(file.bytes(box.start, box.end), findings);
    if (box.name === 'uuid') readUuid(file, box, findings);
    if (box.name === 'meta') readMeta(file, box, findings);
    if (box.name === 'udta') {
      for (const inner of boxesIn(file, box.start, box.end)) {
        if (inner.name === 'XMP_') readXmp(file.bytes(inner.start, inner.end), findings);
        else if (inner.name === 'meta') readMeta(file, inner, findings);
        else if (inner.name === 'loci')
          findings.add('place', 'MP4 loci', coordinates(file.part(inner.start, inner.end)));
        else addField(inner.name, file.bytes(inner.start, inner.end), findings);
      }
    }
  } catch (error) {
    if (!(error instanceof MetadataError)) throw error;
    findings.add('hidden', `MP4 ${box.name}`, `${box.end - box.start} B`);
  }
}

/** 3GPP: version, language, a name, a role, then longitude and latitude in 65,536ths of a degree. */
function coordinates(content: FileView): string {
  const at = content.find('\0', 6) + 2;
  const degrees = (from: number): string => ((content.u32(from) | 0) / 65_536).toFixed(4);
  return `${degrees(at + 4)}, ${degrees(at)}`;
}

const xmpUuid = '\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac';

function readUuid(file: FileView, { start, end }: Box, findings: FindingSink): void {
  if (file.startsWith(xmpUuid, start)) readXmp(file.bytes(start + 16, end), findings);
  else findings.add('technical', 'MP4 uuid', `${end - start} B`);
}

/** iTunes' list names each field by its box; QuickTime's by a number that `keys` gives a name. */
function readMeta(file: FileView, box: Box, findings: FindingSink): void {
  const inner = boxesIn(file, box.start + metaHeader(file, box), box.end);
  const keys = inner.find(({ name }) => name === 'keys');
  const names =
    keys === undefined ? [] : boxesIn(file, keys.start + 8, keys.end).map(({ start, end }) => file.latin(start, end));
  for (const list of inner.filter(({ name }) => name === 'ilst')) {
    for (const [index, item] of boxesIn(file, list.start, list.end).entries()) {
      const key = names[file.u32(item.from + 4) - 1] ?? names[index] ?? item.name;
      for (const part of boxesIn(file, item.start, item.end)) {
        if (part.name === 'data') addField(key, file.bytes(Math.min(part.start + 8, part.end), part.end), findings);
      }
    }
  }
}

function addField(name: string, value: Uint8Array, findings: FindingSink): void {
  const kind = kinds.find(([, pattern]) => pattern.test(name))?.[0] ?? 'description';
  const isText = kind !== 'thumbnail' && value.length < 2000;
  findings.add(
    kind,
    `MP4 ${name}`,
    isText ? textOf(value.subarray(name.startsWith('\xa9') && value[0] === 0 ? 4 : 0)) : '',
  );
}
