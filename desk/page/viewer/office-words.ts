/** Words in the parts of Office Open XML and OpenDocument files, for the search: all that stands in them, also what is not drawn (decisions/0134). */

import { latinOf } from '@postern/protocol/metadata/file-view';
import { MetadataError } from '@postern/protocol/metadata/report';
import { xmlText } from '@postern/protocol/metadata/xml-edit';
import { attributesOf, localOf, plainText, type XmlToken, xmlTokens } from '@postern/protocol/metadata/xml-tokens';
import { entryBytesMax, unzipEntry, type ZipEntry, zipEntries } from '@postern/protocol/metadata/zip-file';
import type { GatheredWords } from './gathered-words.ts';

/** Text, notes, remarks, headers and footers; sheets and their list of words; slides and what the speaker is to say. */
const ooxmlParts =
  /^word\/(document|comments|footnotes|endnotes|header|footer)\d*\.xml$|^xl\/(sharedStrings|comments\d*|(worksheets|threadedComments)\/[^/]+)\.xml$|^ppt\/(slides|notesSlides|comments)\/[^/]+\.xml$|^(word|xl|ppt)\/diagrams\/data\d*\.xml$/;
const odfParts = /^(content|styles)\.xml$/;
/** Elements of Office Open XML that hold words, deleted ones among them; everything else in its parts is for programs. */
const wordElements = new Set(['t', 'delText', 'v', 'text']);
/** Elements of Office Open XML, without their prefix, at which a word ends; at others it goes on. */
const ooxmlGaps = /^(p|tab|ptab|br|cr|c|si|tc|comment|footnote|endnote|text|threadedComment)$/;
/** Elements of OpenDocument at which a word goes on; at others it ends. */
const odfWithin = /^text:(span|a|bookmark.*|reference-mark.*|change.*|soft-page-break|ruby|ruby-base)$/;
/** Pictures and programs written into the text, and how words are spoken. */
const noWords = /^office:(binary-data|scripts|automatic-styles)$|^(\w+:)?rPh$/;

/** @throws MetadataError malformed; encrypted */
export async function addOfficeWords(bytes: Uint8Array, isOdf: boolean, words: GatheredWords): Promise<void> {
  const { entries } = zipEntries(bytes);
  const manifest = entries.find(({ name }) => name === 'META-INF/manifest.xml');
  if (isOdf && manifest !== undefined && latinOf(await unzipEntry(manifest)).includes('manifest:encryption-data'))
    throw new MetadataError('encrypted', 'read ODF: it is locked with a password');
  let left = entryBytesMax;
  for (const entry of entries.filter(({ name }) => (isOdf ? odfParts : ooxmlParts).test(name))) {
    const part = await partOf(entry, left);
    // Of a part that is too large, or claims to be, nothing is known; others are.
    if (part === null) words.cut();
    else if (addPart(part, isOdf, words)) left -= entry.bytes;
    else return;
  }
}

async function partOf(entry: ZipEntry, bytesMax: number): Promise<string | null> {
  try {
    return xmlText(await unzipEntry(entry, bytesMax));
  } catch (error) {
    if (error instanceof MetadataError && error.code === 'too-large') return null;
    throw error;
  }
}

/** @returns false once no more is wanted */
function addPart(xml: string, isOdf: boolean, words: GatheredWords): boolean {
  let around = '';
  let hidden = '';
  let isNumberOfWord = false;
  for (const token of xmlTokens(xml)) {
    const { kind, name } = token;
    if (hidden !== '') {
      if (kind === 'close' && name === hidden) hidden = '';
      continue;
    }
    if (kind === 'text') {
      if ((isOdf || wordElements.has(around)) && !isNumberOfWord && !words.add(plainText(token.raw))) return false;
      continue;
    }
    if (kind === 'other') continue;
    const local = localOf(name);
    if (local === 'c' && kind === 'open') isNumberOfWord = isListed(token);
    if (local === 'c' && kind === 'close') isNumberOfWord = false;
    around = kind === 'open' ? local : '';
    if (kind === 'open' && noWords.test(name)) hidden = name;
    const isGap = isOdf ? !odfWithin.test(name) : ooxmlGaps.test(local);
    if (isGap && !words.add('\n')) return false;
  }
  return words.add('\n');
}

/** A cell of which the words stand in the list of the file, so that it holds their number. */
function isListed(token: XmlToken): boolean {
  return attributesOf(token).some(([name, value]) => name === 't' && value === 's');
}
