/** PNG: a chain of named chunks, of which few are needed to show the picture. */

import { concatAll } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { inflate } from '../primitives/deflate.ts';
import { readExif } from './exif.ts';
import { FileView, latinOf, textOf } from './file-view.ts';
import { type FindingKind, type FindingSink, MetadataError } from './report.ts';
import { readXmp } from './xmp.ts';

const signature = '\x89PNG\r\n\x1a\n';
/** The picture itself. Profiles of colour and resolution are left out: they name their maker, and often the device. */
const needed = new Set(['IHDR', 'PLTE', 'tRNS', 'cICP', 'IDAT', 'acTL', 'fcTL', 'fdAT', 'IEND']);
const inflatedBytesMax = 4 * 1024 * 1024;

interface Chunk {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly content: FileView;
}

export async function readPng(bytes: Uint8Array, findings: FindingSink): Promise<void> {
  const view = new FileView(bytes);
  const { chunks, end } = chunksOf(view);
  for (const chunk of chunks) await readChunk(chunk, findings);
  if (end < view.length) findings.add('hidden', 'PNG trailer', `${view.length - end} B`);
}

export function cleanPng(bytes: Uint8Array): Uint8Array {
  const view = new FileView(bytes);
  const { chunks } = chunksOf(view);
  const kept = chunks.filter(({ name }) => needed.has(name));
  if (chunks.some((chunk) => orientationIn(chunk) !== 1))
    throw new MetadataError('malformed', 'clean PNG: it is turned by its metadata');
  return concatAll([view.bytes(0, signature.length), ...kept.map(({ from, to }) => view.bytes(from, to))]);
}

function chunksOf(view: FileView): { readonly chunks: readonly Chunk[]; readonly end: number } {
  const chunks: Chunk[] = [];
  let at = signature.length;
  for (;;) {
    const length = view.u32(at);
    const name = view.latin(at + 4, at + 8);
    if (!/^[A-Za-z]{4}$/.test(name)) throw new MetadataError('malformed', 'read PNG: a chunk without a name');
    const to = at + 12 + length;
    chunks.push({ name, from: at, to, content: view.part(at + 8, to - 4) });
    view.bytes(at, to);
    at = to;
    if (name === 'IEND') return { chunks, end: at };
  }
}

function orientationIn({ name, content }: Chunk): number {
  if (name !== 'eXIf') return 1;
  try {
    return readExif(content.bytes(0), { add: () => {} });
  } catch (error) {
    if (error instanceof MetadataError) return 1;
    throw error;
  }
}

async function readChunk({ name, content }: Chunk, findings: FindingSink): Promise<void> {
  if (name === 'tEXt' || name === 'zTXt' || name === 'iTXt') await readText(name, content, findings);
  else if (name === 'eXIf') readEmbeddedExif(content.bytes(0), 'EXIF', findings);
  else if (name === 'tIME') findings.add('time', 'PNG tIME', content.length === 7 ? timeOf(content) : '');
  else if (name === 'iCCP') findings.add('technical', 'ICC profile', content.latin(0, Math.max(content.find('\0'), 0)));
  else if (!needed.has(name)) findings.add('technical', `PNG ${name}`);
}

/** Adds what it can and says so where a part of it is damaged. */
export function readEmbeddedExif(bytes: Uint8Array, label: string, findings: FindingSink): void {
  findings.add('technical', label);
  try {
    readExif(bytes, findings);
  } catch (error) {
    if (!(error instanceof MetadataError)) throw error;
    findings.add('hidden', label, `${bytes.length} B`);
  }
}

function timeOf(content: FileView): string {
  const two = (at: number): string => String(content.u8(at)).padStart(2, '0');
  return `${content.u16(0)}-${two(2)}-${two(3)} ${two(4)}:${two(5)}:${two(6)}`;
}

async function readText(name: string, content: FileView, findings: FindingSink): Promise<void> {
  const end = content.find('\0');
  if (end < 0) throw new MetadataError('malformed', 'read PNG: a text without a keyword');
  const keyword = content.latin(0, end);
  const value = await textIn(name, content, end + 1);
  if (keyword === 'XML:com.adobe.xmp') readXmp(value, findings);
  else findings.add(kindOf(keyword), `PNG ${keyword}`, textOf(value));
}

async function textIn(name: string, content: FileView, start: number): Promise<Uint8Array> {
  if (name === 'tEXt') return content.bytes(start);
  if (name === 'zTXt') return inflateZlib(content.bytes(start + 1));
  const isCompressed = content.u8(start) === 1;
  const language = content.find('\0', start + 2);
  const translated = language < 0 ? -1 : content.find('\0', language + 1);
  if (translated < 0) throw new MetadataError('malformed', 'read PNG: an international text that does not end');
  const text = content.bytes(translated + 1);
  return isCompressed ? inflateZlib(text) : text;
}

async function inflateZlib(bytes: Uint8Array): Promise<Uint8Array> {
  try {
    // Two bytes of header before the raw stream, four of checksum behind it.
    return await inflate(bytes.subarray(2, Math.max(2, bytes.length - 4)), inflatedBytesMax);
  } catch (error) {
    if (error instanceof WireError) return new TextEncoder().encode(`${bytes.length} B`);
    throw error;
  }
}

function kindOf(keyword: string): FindingKind {
  if (/author|artist|copyright/i.test(keyword)) return 'person';
  if (/software/i.test(keyword)) return 'software';
  if (/time|date/i.test(keyword)) return 'time';
  if (/source|make|model/i.test(keyword)) return 'device';
  if (/thumb/i.test(keyword)) return 'thumbnail';
  return /raw profile/i.test(keyword) ? 'technical' : 'description';
}

export const isPng = (bytes: Uint8Array): boolean => latinOf(bytes.subarray(0, 8)) === signature;
