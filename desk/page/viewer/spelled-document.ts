/** Texts and office files with what no font draws spelled by its numbers, so that no sum and no mark vanishes from a page. */

import { inBody, inTexts } from '@postern/desk/export/text-html';
import { copyPagesMax } from '@postern/desk/files/copy-limits';
import { blankLetters, lettersOf, spelled } from '@postern/desk/fonts/blank-letters';
import { xmlBytes, xmlText } from '@postern/protocol/metadata/xml-edit';
import { unzipEntry, writeZip, type ZipFile, zipEntries } from '@postern/protocol/metadata/zip-file';
import type * as Mupdf from 'mupdf';

export interface Drawable {
  readonly bytes: Uint8Array;
  /** Tells the library what it is. */
  readonly ending: string;
  /** Width and height in points, where the library shall not choose. */
  readonly page: readonly [number, number] | null;
}

export interface SpelledDocument {
  readonly document: Mupdf.Document;
  /** What is spelled in it; a PDF is drawn as it is. */
  readonly blank: ReadonlySet<string>;
}

/** In points, of what the library lays out on pages of a given size. */
const letterSize = 12;
/** Of a file that has to be written anew, all its parts together. */
const unpackedMax = 128 * 1024 * 1024;

/** Of more pages than a copy may have nothing is spelled. @throws MetadataError */
export async function openSpelled(library: typeof Mupdf, given: Drawable): Promise<SpelledDocument> {
  const document = laidOut(library, given);
  const isFixed = given.ending === 'pdf' || given.ending === 'tiff';
  if (isFixed || document.needsPassword()) return { document, blank: new Set() };
  const parts = await partsOf(given);
  // All pages are gone through to be sure: only where there is a reason.
  const isLooked = hasBlank(library, parts.values()) && document.countPages() <= copyPagesMax;
  const blank = isLooked ? blankLetters(library, document) : new Set<string>();
  if (blank.size === 0) return { document, blank };
  document.destroy();
  const spell = (markup: string): string => spelled(markup, blank);
  const bytes =
    given.ending === 'text/html'
      ? new TextEncoder().encode([...parts.values()].map((html) => inBody(html, spell)).join(''))
      : await withParts(given.bytes, new Map([...parts].map(([name, xml]) => [name, inTexts(xml, spell)])));
  return { document: laidOut(library, { ...given, bytes }), blank };
}

/** What a page of it says, with the letters themselves. */
export function textIn(text: string, { blank }: SpelledDocument): string {
  return blank.size === 0 ? text : lettersOf(text, blank);
}

function laidOut(library: typeof Mupdf, { bytes, ending, page }: Drawable): Mupdf.Document {
  const document = library.Document.openDocument(bytes, ending);
  if (page !== null) document.layout(...page, letterSize);
  return document;
}

/** The markup that it is made of, by the names of its parts. */
async function partsOf({ bytes, ending }: Drawable): Promise<ReadonlyMap<string, string>> {
  if (ending === 'text/html') return new Map([['', new TextDecoder().decode(bytes)]]);
  const parts = new Map<string, string>();
  let left = unpackedMax;
  for (const entry of zipEntries(bytes).entries.filter(({ name }) => name.endsWith('.xml'))) {
    const content = await unzipEntry(entry, left);
    left -= content.length;
    const xml = utf8Of(content);
    if (xml !== null) parts.set(entry.name, plainLetters(xml));
  }
  return parts;
}

/** Null for what is none, such as Excel's own queries: whether that matters is for the library to say. */
function utf8Of(content: Uint8Array): string | null {
  try {
    return xmlText(content);
  } catch {
    return null;
  }
}

/** Letters in place of their numbers, but for what has a meaning in markup. */
function plainLetters(xml: string): string {
  return xml.replace(/&#(?:x([0-9a-f]{2,6})|(\d{3,7}));/gi, (whole, hex?: string, number?: string) => {
    const code = hex === undefined ? Number(number) : Number.parseInt(hex, 16);
    const isLetter = code > 0x9f && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return isLetter ? String.fromCodePoint(code) : whole;
  });
}

/** Whether one of their letters and signs is blank by itself; what is drawn at all is found by looking at the pages. */
function hasBlank(library: typeof Mupdf, texts: Iterable<string>): boolean {
  const seen = new Set<string>();
  for (const text of texts) for (const one of text) if (one > '\x7f') seen.add(one);
  // Signs have a font from the letters around them: each alone.
  const letters = [...seen].filter((one) => /\p{L}/u.test(one)).join(' ');
  const signs = [...seen].filter((one) => !/\p{L}/u.test(one)).map((one) => `<p>${one}</p>`);
  const html = new TextEncoder().encode(`<html><body><p>${letters}</p>${signs.join('')}</body></html>`);
  const probe = library.Document.openDocument(html, 'text/html');
  const isBlank = blankLetters(library, probe).size > 0;
  probe.destroy();
  return isBlank;
}

async function withParts(bytes: Uint8Array, parts: ReadonlyMap<string, string>): Promise<Uint8Array> {
  const files: ZipFile[] = [];
  let left = unpackedMax;
  for (const entry of zipEntries(bytes).entries.filter(({ isFolder }) => !isFolder)) {
    const part = parts.get(entry.name);
    const content = part === undefined ? await unzipEntry(entry, left) : xmlBytes(part);
    left -= content.length;
    files.push({ name: entry.name, bytes: content, isStored: true });
  }
  return writeZip(files);
}
