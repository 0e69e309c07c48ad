/** PDF: what it says about itself, how often it was saved, and what lies in it. It is looked into, never rewritten. */

import { WireError } from '../bytes/wire-error.ts';
import { inflate } from '../primitives/deflate.ts';
import { FileView, latinOf } from './file-view.ts';
import { type FindingKind, type FindingSink, MetadataError } from './report.ts';
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
  ['comments', 'Annots', /\/Subtype\s{0,9}\/(Text|FreeText|Highlight|Popup|Ink|Stamp|Caret|StrikeOut)\b/],
  ['hidden', 'OCProperties', /\/OCProperties\b/],
  ['edits', 'PieceInfo', /\/PieceInfo\b/],
  ['person', 'signature', /\/Type\s{0,9}\/Sig\b/],
  ['serial', 'ID', /\/ID\s{0,9}\[/],
  ['thumbnail', 'Thumb', /\/Thumb\b/],
];
const streamBytesMax = 16 * 1024 * 1024;
const streamsMax = 2_000;
const inflatedBytesMax = 64 * 1024 * 1024;

export async function readPdf(bytes: Uint8Array, findings: FindingSink): Promise<void> {
  const view = new FileView(bytes);
  const saves = countOf(view, '%%EOF');
  if (saves > 1) findings.add('edits', '%%EOF', String(saves));
  const text = latinOf(bytes);
  readObjects(text, findings);
  if (/\/Encrypt\b/.test(text)) findings.add('hidden', 'Encrypt');
  readPackets(view, findings);
  await readStreams(view, text, findings);
}

function countOf(view: FileView, mark: string): number {
  let count = 0;
  for (let at = view.find(mark); at >= 0; at = view.find(mark, at + mark.length)) count += 1;
  return count;
}

function readObjects(text: string, findings: FindingSink): void {
  for (const [kind, name] of named) {
    for (const match of text.matchAll(
      new RegExp(`/${name}\\s{0,9}(\\((?:[^()\\\\]|\\\\.){0,2000}\\)|<[0-9A-Fa-f\\s]{0,4000}>)`, 'gs'),
    )) {
      findings.add(kind, `PDF ${name}`, pdfString(match[1] ?? ''));
    }
  }
  for (const [kind, name, pattern] of marks) if (pattern.test(text)) findings.add(kind, `PDF ${name}`);
  for (const match of text.matchAll(/\/T\s{0,9}\(((?:[^()\\]|\\.){1,200})\)\s{0,9}\/(?:M|Contents)\b/gs)) {
    findings.add('person', 'PDF annotation', pdfString(`(${match[1]})`));
  }
}

/** Both forms of string, in UTF-16 with its mark or in one byte for each character. */
export function pdfString(raw: string): string {
  const text = raw.startsWith('<') ? hexString(raw) : escapedString(raw.slice(1, -1));
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  if (text.startsWith('\xfe\xff')) return new TextDecoder('utf-16be').decode(bytes.subarray(2));
  return text.startsWith('\xef\xbb\xbf') ? new TextDecoder().decode(bytes) : text;
}

function hexString(raw: string): string {
  const digits = raw.replaceAll(/[^0-9A-Fa-f]/g, '');
  return (digits.match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join('');
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function escapedString(raw: string): string {
  return raw.replaceAll(/\\([0-7]{1,3}|[\s\S])/g, (_whole, escaped: string) =>
    /^[0-7]/.test(escaped) ? String.fromCharCode(Number.parseInt(escaped, 8) & 0xff) : (escapes[escaped] ?? escaped),
  );
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

/** Newer files keep their objects, descriptions among them, in compressed streams. */
async function readStreams(view: FileView, text: string, findings: FindingSink): Promise<void> {
  let [budget, streams] = [inflatedBytesMax, 0];
  for (const match of text.matchAll(
    /<<[^<>]{0,400}\/Type\s{0,9}\/(ObjStm|Metadata)\b[^<>]{0,400}>>\s{0,9}stream\r?\n/g,
  )) {
    streams += 1;
    if (streams > streamsMax || budget <= 0)
      throw new MetadataError('too-large', 'read PDF: too much is compressed in it');
    const from = match.index + match[0].length;
    const end = view.find('endstream', from);
    if (end < 0 || !match[0].includes('/FlateDecode')) continue;
    const content = await inflatePrefix(view.bytes(from, end), Math.min(streamBytesMax, budget));
    budget -= content.length;
    if (match[1] === 'ObjStm') readObjects(latinOf(content), findings);
    else readXmp(content, findings);
  }
}

async function inflatePrefix(bytes: Uint8Array, max: number): Promise<Uint8Array> {
  // Between the checksum and `endstream` there may be a line's end.
  for (const tail of [4, 5, 6]) {
    try {
      return await inflate(bytes.subarray(2, Math.max(2, bytes.length - tail)), max);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      if (error.code === 'too-many') throw new MetadataError('too-large', 'read PDF: a stream grows too large');
    }
  }
  return new Uint8Array(0);
}
