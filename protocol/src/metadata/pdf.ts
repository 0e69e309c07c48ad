/** PDF: what it says about itself, how often it was saved, and what lies in it; and a copy that shows the same pages. */

import { FileView, latinOf } from './file-view.ts';
import { readJpeg } from './jpeg.ts';
import type { PdfBudget } from './pdf-file.ts';
import { inflateStream } from './pdf-filters.ts';
import { escapes, plainNames, spaced } from './pdf-names.ts';
import { type CopiedPdf, copyPages } from './pdf-pages.ts';
import { PdfStrings, pdfString } from './pdf-strings.ts';
import { type FindingKind, type FindingSink, Findings, MetadataError } from './report.ts';
import { readXmp } from './xmp.ts';

const named: readonly (readonly [FindingKind, string])[] = [
  ['person', 'Author'],
  ['description', 'Title'],
  ['description', 'Subject'],
  ['description', 'Keywords'],
  ['software', 'Creator'],
  ['software', 'Producer'],
  ['person', 'Company'],
  ['time', 'CreationDate'],
  ['time', 'ModDate'],
  ['time', 'SourceModified'],
];
const marks: readonly (readonly [FindingKind, string, RegExp])[] = [
  ['embedded', 'EmbeddedFile', /\/EmbeddedFiles?\b/],
  ['active', 'JavaScript', /\/(JavaScript|JS)\b/],
  ['active', 'Launch', /\/(Launch|SubmitForm|ImportData|GoToR)\b/],
  ['comments', 'Annots', spaced(/\/Subtype \/(Text|FreeText|Highlight|Popup|Ink|Stamp|Caret|StrikeOut)\b/)],
  ['hidden', 'OCProperties', /\/OCProperties\b/],
  ['edits', 'PieceInfo', /\/PieceInfo\b/],
  ['person', 'signature', spaced(/\/Type \/Sig\b/)],
  ['serial', 'ID', spaced(/\/ID \[/)],
  ['thumbnail', 'Thumb', /\/Thumb\b/],
];
/** Of one name: more than are shown, and few enough to be read soon whatever they are. */
const entriesMax = 1_000;
const compressed = spaced(/\/Type \/(ObjStm|Metadata)\b/g);
const streamBytesMax = 16 * 1024 * 1024;
const streamsMax = 2_000;
const inflatedBytesMax = 64 * 1024 * 1024;

/** @returns whether {@link cleanPdf} makes a copy of it, as far as that is seen by looking */
export async function readPdf(bytes: Uint8Array, findings: FindingSink, budget: PdfBudget): Promise<boolean> {
  const view = new FileView(bytes);
  const saves = countOf(view, '%%EOF');
  if (saves > 1) findings.add('edits', '%%EOF', String(saves));
  const photos = new Findings();
  const streams = await lookAtPages(bytes, photos, budget);
  const text = textBeside(bytes, streams ?? []);
  const strings = new PdfStrings(text);
  readObjects(text, findings, strings);
  if (escapes(text, ['/Type', '/ObjStm', '/Metadata'])) findings.add('hidden', 'PDF ObjStm');
  if (/\/Encrypt\b/.test(text)) findings.add('hidden', 'Encrypt');
  readPackets(view, findings);
  await readStreams(view, text, { findings, strings, budget });
  if (strings.isSpent) findings.add('hidden', 'PDF strings');
  // Of many values a page shows the first: what the document says of itself.
  for (const { kind, field, value } of photos.list()) findings.add(kind, field, value);
  return streams !== undefined;
}

/** The same pages, and nothing that is not needed to show them. @throws MetadataError where nobody can be sure */
export async function cleanPdf(bytes: Uint8Array, budget: PdfBudget): Promise<Uint8Array> {
  return (await copyPages(bytes, budget, () => {})).bytes;
}

/** What its photos say, and whether there is more than its pages. @returns where packed content lies; undefined where no copy could be made */
async function lookAtPages(
  bytes: Uint8Array,
  findings: FindingSink,
  budget: PdfBudget,
): Promise<CopiedPdf['streams'] | undefined> {
  try {
    const copied = await copyPages(bytes, budget, (jpeg) => readJpeg(jpeg, findings));
    if (copied.isChanged) findings.add('technical', 'PDF');
    return copied.streams;
  } catch (error) {
    if (error instanceof MetadataError && error.code !== 'too-large') return undefined;
    throw error;
  }
}

/** Without what lies packed in streams, in which words stand by chance. Of streams that overlap each byte counts once. */
function textBeside(bytes: Uint8Array, streams: CopiedPdf['streams']): string {
  let [text, at] = ['', 0];
  for (const [from, to] of streams) {
    if (to <= at) continue;
    const blank = Math.max(at, from);
    text += latinOf(bytes.subarray(at, blank)) + ' '.repeat(to - blank);
    at = to;
  }
  return text + latinOf(bytes.subarray(at));
}

function countOf(view: FileView, mark: string): number {
  let count = 0;
  for (let at = view.find(mark); at >= 0; at = view.find(mark, at + mark.length)) count += 1;
  return count;
}

function readObjects(raw: string, findings: FindingSink, strings: PdfStrings): void {
  const text = plainNames(raw);
  for (const [kind, name] of named) {
    let read = 0;
    for (const { index, 0: entry } of text.matchAll(spaced(new RegExp(`/${name}(?=[\\s(<%]) `, 'g')))) {
      const value = strings.valueAt(text, index + entry.length);
      if (value !== undefined) findings.add(kind, `PDF ${name}`, value);
      read += 1;
      if (read === entriesMax || strings.isSpent) break;
    }
  }
  for (const [kind, name, pattern] of marks) if (pattern.test(text)) findings.add(kind, `PDF ${name}`);
  for (const match of text.matchAll(/\/T\s{0,9}\(((?:[^()\\]|\\.){1,200})\)\s{0,9}\/(?:M|Contents)\b/gs)) {
    findings.add('person', 'PDF annotation', pdfString(`(${match[1]})`));
  }
}

function readPackets(view: FileView, findings: FindingSink): void {
  const opening = '<x:xmpmeta';
  for (let at = view.find(opening); at >= 0; ) {
    const end = view.find('</x:xmpmeta>', at);
    if (end < 0) {
      findings.add('hidden', 'PDF XMP');
      return;
    }
    readXmp(view.bytes(at, end + 12), findings);
    at = view.find(opening, end);
  }
}

/** Newer files keep their objects, descriptions among them, in compressed streams. What cannot be looked into is told. */
async function readStreams(
  view: FileView,
  text: string,
  {
    findings,
    strings,
    budget,
  }: { readonly findings: FindingSink; readonly strings: PdfStrings; readonly budget: PdfBudget },
): Promise<void> {
  let [left, streams, from, end] = [inflatedBytesMax, 0, -1, -1];
  for (const { index, 1: type } of text.matchAll(compressed)) {
    streams += 1;
    if (streams > streamsMax || left <= 0)
      throw new MetadataError('too-large', 'read PDF: too much is compressed in it');
    const stream = streamAround(text, index);
    // One dictionary can name its type many times.
    if (stream?.filters === '' || stream?.from === from) continue;
    if (stream !== undefined) from = stream.from;
    if (end < from) end = endOfStream(view, from);
    const isReadable = stream?.filters === 'FlateDecode' && !stream.isPredicted && end < view.length;
    const { content, cost } = isReadable
      ? await inflateStream(view.bytes(from, end), Math.min(streamBytesMax, left, budget.looked))
      : { content: nothing, cost: 0 };
    left -= cost;
    budget.looked -= cost;
    if (content.length === 0) findings.add('hidden', `PDF ${type}`);
    else if (type === 'ObjStm') readObjects(latinOf(content), findings, strings);
    else readXmp(content, findings);
  }
}

/** The length of the file where there is none. */
function endOfStream(view: FileView, from: number): number {
  const end = view.find('endstream', from);
  return end < 0 ? view.length : end;
}

const nothing = new Uint8Array(0);
const dictionaryCharactersMax = 4_000;

/** The stream in whose dictionary a place lies: where its bytes begin, and what they went through. */
function streamAround(
  text: string,
  at: number,
): { readonly from: number; readonly filters: string; readonly isPredicted: boolean } | undefined {
  const before = text.slice(Math.max(0, at - dictionaryCharactersMax), at);
  const after = /^(?:(?!endobj)[\s\S]){0,4000}?>>\s{0,9}stream\r?\n/.exec(
    text.slice(at, at + dictionaryCharactersMax),
  )?.[0];
  if (after === undefined) return undefined;
  const dictionary = plainNames(before.slice(before.lastIndexOf(' obj') + 1) + after);
  // One that stands elsewhere is none that can be followed here.
  const unknown = /\/Filter\b/.test(dictionary) ? 'elsewhere' : '';
  const filters = spaced(/\/Filter (\[[^\]]{0,200}\]|\/\w+)/).exec(dictionary)?.[1] ?? unknown;
  return {
    from: at + after.length,
    filters: (filters.match(/\w+/g) ?? []).join(' '),
    isPredicted: spaced(/\/Predictor (?!1\b)\d/).test(dictionary),
  };
}
