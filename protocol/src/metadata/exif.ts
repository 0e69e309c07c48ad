/** EXIF as cameras write it: a TIFF structure of tagged fields, with GPS, maker's notes and a small copy of the picture. */

import { FileView, latinOf, textOf } from './file-view.ts';
import { type FindingKind, type FindingSink, MetadataError } from './report.ts';

type Named = readonly [kind: FindingKind, name: string];

const named: Readonly<Record<number, Named>> = {
  269: ['description', 'DocumentName'],
  270: ['description', 'ImageDescription'],
  271: ['device', 'Make'],
  272: ['device', 'Model'],
  305: ['software', 'Software'],
  306: ['time', 'ModifyDate'],
  315: ['person', 'Artist'],
  316: ['device', 'HostComputer'],
  33432: ['person', 'Copyright'],
  36867: ['time', 'DateTimeOriginal'],
  36868: ['time', 'CreateDate'],
  36880: ['time', 'OffsetTime'],
  36881: ['time', 'OffsetTimeOriginal'],
  36882: ['time', 'OffsetTimeDigitized'],
  37500: ['device', 'MakerNote'],
  37510: ['description', 'UserComment'],
  40091: ['description', 'XPTitle'],
  40092: ['description', 'XPComment'],
  40093: ['person', 'XPAuthor'],
  40094: ['description', 'XPKeywords'],
  40095: ['description', 'XPSubject'],
  42016: ['serial', 'ImageUniqueID'],
  42032: ['person', 'OwnerName'],
  42033: ['serial', 'SerialNumber'],
  42034: ['device', 'LensInfo'],
  42035: ['device', 'LensMake'],
  42036: ['device', 'LensModel'],
  42037: ['serial', 'LensSerialNumber'],
  42038: ['description', 'ImageTitle'],
  42039: ['person', 'Photographer'],
  42040: ['person', 'ImageEditor'],
  42041: ['software', 'CameraFirmware'],
  50735: ['serial', 'CameraSerialNumber'],
};

const tag = {
  orientation: 0x0112,
  thumbnail: 0x0201,
  xmp: 0x02bc,
  iptc: 0x83bb,
  exif: 0x8769,
  gps: 0x8825,
  interop: 0xa005,
};
const sizes: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
};
const directoriesMax = 16;
const entriesMax = 1000;

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly value: FileView;
}

/** @param bytes from the byte order mark on @returns the orientation from 1 to 8 @throws MetadataError */
export function readExif(bytes: Uint8Array, findings: FindingSink): number {
  const view = openTiff(bytes);
  let orientation = 1;
  const seen = new Set<number>();
  const queue: { readonly at: number; readonly kind: 'main' | 'thumbnail' | 'exif' | 'gps' }[] = [
    { at: view.u32(4), kind: 'main' },
  ];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (next.at === 0 || seen.has(next.at)) continue;
    seen.add(next.at);
    if (seen.size > directoriesMax) throw new MetadataError('malformed', 'read EXIF: too many directories');
    const { entries, following } = readDirectory(view, next.at);
    if (next.kind === 'main') queue.push({ at: following, kind: 'thumbnail' });
    if (next.kind === 'thumbnail' && entries.length > 0) findings.add('thumbnail', 'EXIF thumbnail');
    if (next.kind === 'gps') readGps(entries, findings);
    for (const entry of entries) {
      if (entry.tag === tag.exif || entry.tag === tag.interop) queue.push({ at: pointer(entry), kind: 'exif' });
      else if (entry.tag === tag.gps) queue.push({ at: pointer(entry), kind: 'gps' });
      else if (entry.tag === tag.orientation && next.kind === 'main') orientation = orientationOf(entry);
      else if (next.kind !== 'gps' && next.kind !== 'thumbnail') readEntry(entry, findings);
    }
  }
  return orientation;
}

/** EXIF that says which side is up, and nothing else. */
export function exifWithOrientation(orientation: number): Uint8Array {
  return Uint8Array.of(
    0x4d,
    0x4d,
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    1,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
  );
}

/** Whether it is what {@link exifWithOrientation} makes: nothing to remove. */
export function isBareOrientation(bytes: Uint8Array): boolean {
  const bare = exifWithOrientation(bytes[19] ?? 0);
  return bytes.length === bare.length && bare.every((byte, index) => byte === bytes[index]);
}

function openTiff(bytes: Uint8Array): FileView {
  const mark = latinOf(bytes.subarray(0, 2));
  if (mark !== 'II' && mark !== 'MM') throw new MetadataError('malformed', 'read EXIF: no byte order mark');
  const view = new FileView(bytes, mark === 'II' ? 'little' : 'big');
  if (view.u16(2) !== 42) throw new MetadataError('malformed', 'read EXIF: no TIFF header');
  return view;
}

function readDirectory(view: FileView, at: number): { readonly entries: readonly Entry[]; readonly following: number } {
  const count = view.u16(at);
  if (count > entriesMax) throw new MetadataError('malformed', `read EXIF: ${count} fields in one directory`);
  const entries: Entry[] = [];
  for (let index = 0; index < count; index++) {
    const start = at + 2 + 12 * index;
    const [type, items] = [view.u16(start + 2), view.u32(start + 4)];
    const size = (sizes[type] ?? 1) * items;
    const from = size <= 4 ? start + 8 : view.u32(start + 8);
    // A value that lies outside is still a field that somebody wrote.
    const value = from + size <= view.length ? view.part(from, from + size) : view.part(0, 0);
    entries.push({ tag: view.u16(start), type, count: items, value });
  }
  const end = at + 2 + 12 * count;
  return { entries, following: end + 4 <= view.length ? view.u32(end) : 0 };
}

function pointer({ value }: Entry): number {
  return value.length >= 4 ? value.u32(0) : 0;
}

function orientationOf({ value }: Entry): number {
  const read = value.length >= 2 ? value.u16(0) : 1;
  return read >= 1 && read <= 8 ? read : 1;
}

function readEntry(entry: Entry, findings: FindingSink): void {
  const [kind, name] = named[entry.tag] ?? (['technical', ''] as const);
  if (entry.value.length > 0 && name !== '' && name !== 'MakerNote' && isBlank(entry)) return;
  if (name === '') findings.add('technical', 'EXIF');
  else findings.add(kind, `EXIF ${name}`, name === 'MakerNote' ? '' : shownValue(entry, name));
}

function isBlank({ value }: Entry): boolean {
  return value.bytes(0).every((byte) => byte === 0 || byte === 0x20);
}

function shownValue({ type, value }: Entry, name: string): string {
  const bytes = value.bytes(0, Math.min(value.length, 2000));
  if (name.startsWith('XP')) return new TextDecoder('utf-16le').decode(bytes);
  if (name === 'UserComment') return textOf(bytes.subarray(8));
  if (type === 5 || type === 10) return rationals(value).join(' ');
  return type === 3 && value.length >= 2 ? String(value.u16(0)) : textOf(bytes);
}

function rationals(value: FileView): readonly number[] {
  const numbers: number[] = [];
  for (let at = 0; at + 8 <= Math.min(value.length, 64); at += 8)
    numbers.push(value.u32(at) / (value.u32(at + 4) || 1));
  return numbers;
}

/** Degrees, minutes and seconds with their hemisphere; whatever else stands in the directory counts as place too. */
function readGps(entries: readonly Entry[], findings: FindingSink): void {
  const by = new Map(entries.map((entry) => [entry.tag, entry]));
  const degrees = (reference: number, field: number): string => {
    const entry = by.get(field);
    if (entry === undefined) return '';
    const [degree = 0, minute = 0, second = 0] = rationals(entry.value);
    const mark = by.get(reference)?.value;
    return `${(degree + minute / 60 + second / 3600).toFixed(5)} ${mark === undefined || mark.length === 0 ? '' : mark.latin(0, 1)}`;
  };
  if (by.has(2) || by.has(4)) findings.add('place', 'GPS position', `${degrees(1, 2)}, ${degrees(3, 4)}`);
  const date = by.get(0x1d);
  if (date !== undefined) findings.add('time', 'GPS date', date.value.latin(0, Math.min(date.value.length, 20)));
  if (entries.some(({ tag: field }) => field > 4 && field !== 0x1d)) findings.add('place', 'GPS');
}
