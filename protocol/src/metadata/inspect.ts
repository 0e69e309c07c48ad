/** Looks into a file for what it gives away beside its content, and makes copies that do not. */

import { WireError } from '../bytes/wire-error.ts';
import { latinOf } from './file-view.ts';
import { cleanHeic, readHeic } from './heic.ts';
import { cleanJpeg, readJpeg } from './jpeg.ts';
import { cleanMovie, readMovie } from './movie.ts';
import { cleanMp3, isMp3, readMp3 } from './mp3.ts';
import { cleanedParts, isAsCopied, type OfficeFormat, type OfficePlan, planOffice } from './office.ts';
import { cleanPdf, readPdf } from './pdf.ts';
import type { PdfBudget } from './pdf-file.ts';
import { isMarkedUp, readText } from './plain-text.ts';
import { cleanPng, isPng, readPng } from './png.ts';
import {
  type FileFormat,
  type Finding,
  Findings,
  findingsMax,
  MetadataError,
  type MetadataReport,
  reportOf,
} from './report.ts';
import { type SlicedFile, slicesOf } from './sliced-file.ts';
import { cleanWebp, readWebp } from './webp.ts';
import { unzipEntry, writeZip, type ZipEntry, zipEntries } from './zip-file.ts';

/** Larger files are not looked into but for recordings: all of one must fit into a page's memory, twice. */
export const inspectedBytesMax = 128 * 1024 * 1024;
/** All that is unpacked from one file, archives inside archives included, where not less is asked for. */
const unpackedBytesMax = 256 * 1024 * 1024;
const nestingMax = 3;

/** Whoever has memory for what is unpacked has some for values, each of which takes up to eighty bytes. */
const budgetOf = (bytes: number): PdfBudget => ({ bytes, looked: 4 * bytes, values: bytes / 128 });

/**
 * What the file gives away, by its content and not by its name.
 * @throws MetadataError for a damaged, locked or too large one: nothing is known about it then
 */
export function inspectMetadata(bytes: Uint8Array, unpackedMax: number = unpackedBytesMax): Promise<MetadataReport> {
  return asMetadataError(() => inspect(bytes, '', budgetOf(unpackedMax), 0));
}

/**
 * A copy without what {@link inspectMetadata} finds, as far as its format allows; sound and pictures stay byte for byte.
 * Inspect the copy to see what is left. @throws MetadataError where no copy can be made
 */
export function cleanMetadata(bytes: Uint8Array, unpackedMax: number = unpackedBytesMax): Promise<Uint8Array> {
  return asMetadataError(() => clean(bytes, budgetOf(unpackedMax), 0));
}

/** What tells the format of all that can be told without the rest. */
export const headBytesMax = 1024;

/** By its first bytes, but for archives and texts, of which all is looked at. */
export function detectFormat(bytes: Uint8Array): FileFormat {
  const head = latinOf(bytes.subarray(0, headBytesMax));
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (isPng(bytes)) return 'png';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'webp';
  if (head.slice(4, 8) === 'ftyp') return /^(hei|hev|mif1|msf1|avif|avis)/.test(head.slice(8, 12)) ? 'heic' : 'mp4';
  if (/^(moov|mdat|wide|free|skip)$/.test(head.slice(4, 8))) return 'mp4';
  if (head.includes('%PDF-')) return 'pdf';
  if (head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06')) return zipFormat(bytes);
  if (isMp3(bytes)) return 'mp3';
  const text = readText(bytes);
  return text === null || isMarkedUp(text) ? 'unknown' : 'text';
}

async function inspect(bytes: Uint8Array, inside: string, budget: PdfBudget, depth: number): Promise<MetadataReport> {
  if (bytes.length > inspectedBytesMax) throw new MetadataError('too-large', `look into a file: ${bytes.length} bytes`);
  const format = detectFormat(bytes);
  const findings = new Findings(inside);
  const nested: Finding[] = [];
  if (format === 'jpeg') readJpeg(bytes, findings);
  if (format === 'png') await readPng(bytes, findings);
  if (format === 'webp') readWebp(bytes, findings);
  if (format === 'heic') readHeic(bytes, findings);
  if (format === 'mp4') await readMovie(slicesOf(bytes), findings);
  if (format === 'mp3') await readMp3(slicesOf(bytes), findings);
  let isCleanable = format !== 'zip' && format !== 'unknown';
  if (format === 'pdf') isCleanable = await readPdf(bytes, findings, budget);
  if (isZip(format)) {
    const seen = await inspectZip(bytes, format, { inside, findings, budget, depth });
    nested.push(...seen.nested);
    isCleanable = seen.isCleanable;
  }
  return reportOf(format, [...findings.list(), ...nested].slice(0, findingsMax), isCleanable);
}

async function clean(bytes: Uint8Array, budget: PdfBudget, depth: number): Promise<Uint8Array> {
  if (bytes.length > inspectedBytesMax) throw new MetadataError('too-large', `clean a file: ${bytes.length} bytes`);
  const format = detectFormat(bytes);
  switch (format) {
    case 'jpeg':
      return cleanJpeg(bytes);
    case 'png':
      return cleanPng(bytes);
    case 'webp':
      return cleanWebp(bytes);
    case 'heic':
      return cleanHeic(bytes);
    case 'mp4':
      return wholeOf(await cleanMovie(slicesOf(bytes)));
    case 'mp3':
      return wholeOf(await cleanMp3(slicesOf(bytes)));
    case 'ooxml':
    case 'odf':
      return cleanOffice(bytes, format, budget, depth);
    case 'pdf':
      return cleanPdf(bytes, budget);
    case 'text':
      return bytes.slice();
    case 'zip':
    case 'unknown':
      throw new MetadataError('malformed', `clean a file: nobody can be sure with this format, ${format}`);
  }
}

const wholeOf = (file: SlicedFile): Promise<Uint8Array> => file.read(0, file.size);

const isZip = (format: FileFormat): format is OfficeFormat | 'zip' =>
  format === 'ooxml' || format === 'odf' || format === 'zip';

function zipFormat(bytes: Uint8Array): FileFormat {
  try {
    const names = new Set(zipEntries(bytes).entries.map(({ name }) => name));
    if (names.has('[Content_Types].xml')) return 'ooxml';
    return names.has('mimetype') && names.has('META-INF/manifest.xml') ? 'odf' : 'zip';
  } catch (error) {
    if (error instanceof MetadataError) return 'zip';
    throw error;
  }
}

interface Place {
  readonly inside: string;
  readonly findings: Findings;
  readonly budget: PdfBudget;
  readonly depth: number;
}

interface Seen {
  readonly nested: readonly Finding[];
  /** False for a kind that nobody looks into. */
  readonly isCleanable: boolean;
}

async function inspectZip(bytes: Uint8Array, format: OfficeFormat | 'zip', place: Place): Promise<Seen> {
  const { findings, budget, depth } = place;
  const { entries, comment } = zipEntries(bytes);
  if (comment !== '') findings.add('comments', 'ZIP', comment);
  const nested: Finding[] = [];
  const unpackEntry = (entry: ZipEntry): Promise<Uint8Array> => unpack(entry, budget);
  const plan = format === 'zip' ? null : await planOffice(format, entries, unpackEntry);
  for (const entry of entries) {
    if (entry.time !== '') findings.add('time', 'ZIP', entry.time);
    if (entry.comment !== '') findings.add('comments', `ZIP ${entry.name}`, entry.comment);
    if (entry.isFolder) continue;
    const content = await unpackEntry(entry);
    plan?.read(entry.name, content, findings);
    const seen = await inspectInside(entry.name, content, place, depth);
    nested.push(...seen.nested);
    if (plan?.kept.has(entry.name) === true && !plan.isRead(entry.name) && content.length > 0 && !seen.isCleanable)
      findings.add('embedded', entry.name);
  }
  if (plan?.isDocument !== true) return { nested, isCleanable: false };
  if (nested.length > 0 || findings.list().length > 0) return { nested, isCleanable: true };
  return { nested, isCleanable: await isCopyable(bytes, entries, plan, place) };
}

/** Tells that there is more than is known by name where a copy would be another file. @returns whether there can be one */
async function isCopyable(
  bytes: Uint8Array,
  entries: readonly ZipEntry[],
  plan: OfficePlan,
  { findings, budget, depth }: Place,
): Promise<boolean> {
  const own = { ...budget };
  const unpackEntry = (entry: ZipEntry): Promise<Uint8Array> => unpack(entry, own);
  try {
    const files = await cleanedParts(entries, plan, unpackEntry, (part) => cleanInside(part, own, depth));
    if (!(await isAsCopied(bytes, entries, files))) findings.add('technical', 'ZIP');
    return true;
  } catch (error) {
    if (error instanceof MetadataError && error.code === 'malformed') return false;
    throw error;
  }
}

async function inspectInside(
  name: string,
  content: Uint8Array,
  { inside, findings, budget }: Place,
  depth: number,
): Promise<Seen> {
  // Text where a document has something else is no text that somebody reads.
  if (readText(content) !== null) return { nested: [], isCleanable: false };
  if (depth >= nestingMax) throw new MetadataError('too-large', 'look into an archive: nested too deep');
  try {
    const report = await inspect(content, inside === '' ? name : `${inside}/${name}`, budget, depth + 1);
    return { nested: report.findings, isCleanable: report.cleaning !== 'impossible' };
  } catch (error) {
    if (!(error instanceof MetadataError) || error.code === 'too-large') throw error;
    findings.add('hidden', name);
    return { nested: [], isCleanable: false };
  }
}

async function unpack(entry: ZipEntry, budget: PdfBudget): Promise<Uint8Array> {
  if (entry.bytes > budget.bytes) throw new MetadataError('too-large', 'unpack: more comes out than is looked into');
  const content = await unzipEntry(entry);
  budget.bytes -= content.length;
  return content;
}

async function cleanOffice(
  bytes: Uint8Array,
  format: OfficeFormat,
  budget: PdfBudget,
  depth: number,
): Promise<Uint8Array> {
  if (depth > nestingMax) throw new MetadataError('too-large', 'clean a document: nested too deep');
  const { entries } = zipEntries(bytes);
  const unpackEntry = (entry: ZipEntry): Promise<Uint8Array> => unpack(entry, budget);
  const plan = await planOffice(format, entries, unpackEntry);
  if (!plan.isDocument) throw new MetadataError('malformed', `clean a file: it is no document, ${format}`);
  return writeZip(await cleanedParts(entries, plan, unpackEntry, (part) => cleanInside(part, budget, depth)));
}

/** Pictures, sounds and documents inside; what cannot be cleaned stays, and shows when the copy is inspected. */
async function cleanInside(content: Uint8Array, budget: PdfBudget, depth: number): Promise<Uint8Array> {
  try {
    return await clean(content, budget, depth + 1);
  } catch (error) {
    if (error instanceof MetadataError && error.code === 'malformed') return content;
    throw error;
  }
}

/** Structures that are read by the protocol's own reader speak its error. */
async function asMetadataError<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WireError) throw new MetadataError('malformed', 'look into a file: it is damaged');
    throw error;
  }
}
