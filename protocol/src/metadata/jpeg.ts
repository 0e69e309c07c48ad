/** JPEG: segments that describe, scans that are the picture, and whatever somebody put after its end. */

import { concat, concatAll } from '../bytes/encode.ts';
import { exifWithOrientation, isBareOrientation, readExif } from './exif.ts';
import { FileView, textOf } from './file-view.ts';
import { readPhotoshop } from './iptc.ts';
import { type FindingSink, MetadataError } from './report.ts';
import { readXmp } from './xmp.ts';

interface Segment {
  readonly marker: number;
  readonly from: number;
  readonly to: number;
  /** Behind marker and length; empty for markers without content. */
  readonly content: FileView;
}

const marker = {
  soi: 0xd8,
  eoi: 0xd9,
  sos: 0xda,
  app0: 0xe0,
  app1: 0xe1,
  app2: 0xe2,
  app13: 0xed,
  app14: 0xee,
  app15: 0xef,
  comment: 0xfe,
};
const exifMark = 'Exif\0\0';

export function readJpeg(bytes: Uint8Array, findings: FindingSink): void {
  const view = new FileView(bytes);
  const { segments, end } = segmentsOf(view);
  for (const segment of segments) readSegment(segment, findings);
  if (end < view.length) findings.add('hidden', 'JPEG trailer', `${view.length - end} B`);
}

/** The same picture: its tables and scans byte for byte, and which side is up. */
export function cleanJpeg(bytes: Uint8Array): Uint8Array {
  const view = new FileView(bytes);
  const { segments } = segmentsOf(view);
  const [start, ...rest] = segments;
  if (start === undefined) throw new MetadataError('malformed', 'clean JPEG: no start');
  const kept = rest.filter((segment) => !isDescription(segment) || isAdobe(segment));
  const pieces = kept.map((segment) => (isAdobe(segment) ? bareAdobe(segment) : view.bytes(segment.from, segment.to)));
  const jfif = rest.some(isJfif) ? bareJfif : new Uint8Array(0);
  return concatAll([view.bytes(start.from, start.to), jfif, orientationSegment(segments), ...pieces]);
}

function segmentsOf(view: FileView): { readonly segments: readonly Segment[]; readonly end: number } {
  const segments: Segment[] = [];
  let at = 0;
  for (;;) {
    if (view.u8(at) !== 0xff) throw new MetadataError('malformed', 'read JPEG: no marker where one must be');
    const from = at;
    while (view.u8(at + 1) === 0xff) at += 1;
    const code = view.u8(at + 1);
    at += 2;
    if (code !== marker.soi && code !== marker.eoi && !(code >= 0xd0 && code <= 0xd7) && code !== 0x01) {
      const start = at + 2;
      const length = view.u16(at);
      if (length < 2) throw new MetadataError('malformed', 'read JPEG: a segment shorter than its length field');
      at += length;
      const content = view.part(start, at);
      if (code === marker.sos) at = endOfScan(view, at);
      segments.push({ marker: code, from, to: at, content });
    } else segments.push({ marker: code, from, to: at, content: view.part(at, at) });
    if (code === marker.eoi) return { segments, end: at };
  }
}

/** Up to the next marker that is neither a stuffed byte nor a restart. */
function endOfScan(view: FileView, from: number): number {
  const bytes = view.bytes(0);
  let at = from;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    if (at < 0) throw new MetadataError('malformed', 'read JPEG: the picture does not end');
    const next = view.u8(at + 1);
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7) && next !== 0xff) return at;
    at += next === 0xff ? 1 : 2;
  }
}

const isDescription = ({ marker: code }: Segment): boolean =>
  (code >= marker.app0 && code <= marker.app15) || code === marker.comment;
/** Says how colours are coded: without it some pictures come out wrong. */
const isAdobe = ({ marker: code, content }: Segment): boolean =>
  code === marker.app14 && content.length >= 12 && content.startsWith('Adobe');

const isJfif = ({ marker: code, content }: Segment): boolean => code === marker.app0 && content.startsWith('JFIF\0');
/** Without resolution and thumbnail. */
const bareJfif = Uint8Array.of(0xff, marker.app0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0);

/** Its colour transform alone: version and flags of the writer are set to what most writers use. */
function bareAdobe({ content }: Segment): Uint8Array {
  const transform = content.u8(11);
  return Uint8Array.of(0xff, marker.app14, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, transform);
}

function orientationSegment(segments: readonly Segment[]): Uint8Array {
  const orientation = segments.map(orientationIn).find((value) => value !== 1) ?? 1;
  if (orientation === 1) return new Uint8Array(0);
  const exif = exifWithOrientation(orientation);
  const length = 2 + exifMark.length + exif.length;
  return concat(Uint8Array.of(0xff, marker.app1, 0, length), new TextEncoder().encode(exifMark), exif);
}

function orientationIn({ marker: code, content }: Segment): number {
  if (code !== marker.app1 || !content.startsWith(exifMark)) return 1;
  try {
    return readExif(content.bytes(exifMark.length), { add: () => {} });
  } catch (error) {
    if (error instanceof MetadataError) return 1;
    throw error;
  }
}

function readSegment({ marker: code, content }: Segment, findings: FindingSink): void {
  if (code === marker.comment) findings.add('description', 'JPEG comment', textOf(content.bytes(0)));
  else if (code === marker.app0) readApp0(content, findings);
  else if (code === marker.app1 && content.startsWith('Exif\0')) readExifSegment(content.bytes(6), findings);
  else if (code === marker.app1 && content.startsWith('http://ns.adobe.com/')) {
    readXmp(content.bytes(Math.max(content.find('\0'), 0) + 1), findings);
  } else if (code === marker.app2 && content.startsWith('ICC_PROFILE')) findings.add('technical', 'ICC profile');
  else if (code === marker.app2 && content.startsWith('MPF\0')) findings.add('thumbnail', 'MPF');
  else if (code === marker.app13 && content.startsWith('Photoshop 3.0\0')) readPhotoshop(content.bytes(14), findings);
  else if (code > marker.app0 && code <= marker.app15 && code !== marker.app14) {
    findings.add('technical', `JPEG APP${code - marker.app0}`, content.latin(0, Math.min(content.length, 30)));
  }
}

function readApp0(content: FileView, findings: FindingSink): void {
  const isPlain = content.startsWith('JFIF\0') && content.length === 14;
  if (isPlain) return;
  findings.add(
    content.startsWith('JF') ? 'thumbnail' : 'technical',
    'JPEG APP0',
    content.latin(0, Math.min(content.length, 30)),
  );
}

function readExifSegment(bytes: Uint8Array, findings: FindingSink): void {
  if (isBareOrientation(bytes)) return;
  findings.add('technical', 'EXIF');
  try {
    readExif(bytes, findings);
  } catch (error) {
    if (!(error instanceof MetadataError)) throw error;
    findings.add('hidden', 'EXIF', `${bytes.length} B`);
  }
}
