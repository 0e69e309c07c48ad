/** WebP: RIFF chunks. */

import { concat, concatAll } from '../bytes/encode.ts';
import { readExif } from './exif.ts';
import { FileView } from './file-view.ts';
import { readEmbeddedExif } from './png.ts';
import { type FindingSink, MetadataError } from './report.ts';
import { readXmp } from './xmp.ts';

const needed = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF']);
/** Flags of VP8X that announce a profile, EXIF and XMP. */
const announced = 0x20 | 0x08 | 0x04;

interface Chunk {
  readonly name: string;
  readonly from: number;
  readonly content: FileView;
}

export function readWebp(bytes: Uint8Array, findings: FindingSink): void {
  const { chunks, end } = chunksOf(bytes);
  for (const { name, content } of chunks) {
    if (name === 'EXIF') readEmbeddedExif(tiffIn(content), 'EXIF', findings);
    else if (name === 'XMP ') readXmp(content.bytes(0), findings);
    else if (name === 'ICCP') findings.add('technical', 'ICC profile');
    else if (!needed.has(name)) findings.add('technical', `WebP ${name}`);
  }
  if (end < bytes.length) findings.add('hidden', 'WebP trailer', `${bytes.length - end} B`);
}

export function cleanWebp(bytes: Uint8Array): Uint8Array {
  const { chunks } = chunksOf(bytes);
  for (const { name, content } of chunks) {
    if (name === 'EXIF' && orientationIn(content) !== 1) {
      throw new MetadataError('malformed', 'clean WebP: it is turned by its metadata');
    }
  }
  const pieces = chunks.filter(({ name }) => needed.has(name)).map((chunk) => bareChunk(chunk, bytes));
  const body = concatAll([new TextEncoder().encode('WEBP'), ...pieces]);
  return concat(new TextEncoder().encode('RIFF'), u32le(body.length), body);
}

function chunksOf(bytes: Uint8Array): { readonly chunks: readonly Chunk[]; readonly end: number } {
  const view = new FileView(bytes, 'little');
  const end = 8 + view.u32(4);
  view.bytes(0, end);
  const chunks: Chunk[] = [];
  let at = 12;
  while (at < end) {
    const length = view.u32(at + 4);
    chunks.push({ name: view.latin(at, at + 4), from: at, content: view.part(at + 8, at + 8 + length) });
    at += 8 + length + (length % 2);
  }
  return { chunks, end };
}

function bareChunk({ name, from, content }: Chunk, bytes: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(8 + content.length + (content.length % 2));
  chunk.set(bytes.subarray(from, from + 8 + content.length));
  if (name === 'VP8X') chunk[8] = (chunk[8] ?? 0) & ~announced;
  return chunk;
}

/** Some writers put JPEG's mark before it. */
function tiffIn(content: FileView): Uint8Array {
  return content.bytes(content.startsWith('Exif\0\0') ? 6 : 0);
}

function orientationIn(content: FileView): number {
  try {
    return readExif(tiffIn(content), { add: () => {} });
  } catch (error) {
    if (error instanceof MetadataError) return 1;
    throw error;
  }
}

export function u32le(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);
}
