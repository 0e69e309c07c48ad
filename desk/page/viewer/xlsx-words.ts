/** Excel files as the library that draws reads them: it leaves out words that stand in the cells themselves, and takes no file without a list of words. */

import { MetadataError } from '@postern/protocol/metadata/report';
import { xmlBytes, xmlText } from '@postern/protocol/metadata/xml-edit';
import { attributesOf, localOf, type XmlToken, xmlTokens } from '@postern/protocol/metadata/xml-tokens';
import { unzipEntry, writeZip, type ZipEntry, zipEntries } from '@postern/protocol/metadata/zip-file';

const list = 'xl/sharedStrings.xml';
const emptyList = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="0" uniqueCount="0"/>';
const sheet = /^xl\/worksheets\/[^/]+\.xml$/;
/** Of a file that has to be written anew, all its parts together. */
const unpackedMax = 128 * 1024 * 1024;

/** The file itself where there is nothing to change. @throws MetadataError */
export async function drawableXlsx(bytes: Uint8Array): Promise<Uint8Array> {
  const entries = zipEntries(bytes).entries.filter(({ isFolder }) => !isFolder);
  const unpacked = new Map<ZipEntry, Uint8Array>();
  let left = unpackedMax;
  const unpack = async (entry: ZipEntry): Promise<Uint8Array> => {
    const content = unpacked.get(entry) ?? (await unzipEntry(entry, left));
    if (!unpacked.has(entry)) left -= content.length;
    unpacked.set(entry, content);
    return content;
  };
  const changed = new Map<ZipEntry, Uint8Array>();
  for (const entry of entries.filter(({ name }) => sheet.test(name))) {
    const xml = xmlText(await unpack(entry));
    if (xml.includes('inlineStr')) changed.set(entry, xmlBytes(withPlainWords(xml)));
  }
  const hasList = entries.some(({ name }) => name === list);
  if (hasList && changed.size === 0) return bytes;
  const files: { name: string; bytes: Uint8Array; isStored: boolean }[] = [];
  for (const entry of entries) {
    files.push({ name: entry.name, bytes: changed.get(entry) ?? (await unpack(entry)), isStored: true });
  }
  if (!hasList) files.push({ name: list, bytes: xmlBytes(emptyList), isStored: true });
  return writeZip(files);
}

/** Words of a cell as the result of a formula has them, which is drawn. How each word looks goes, and so do hints of how it is spoken. */
function withPlainWords(xml: string): string {
  const made: string[] = [];
  const open: string[] = [];
  let words: string[] | null = null;
  for (const token of xmlTokens(xml)) {
    const name = localOf(token.name);
    if (token.kind === 'close' && open.pop() !== name) throw notClosed();
    if (words === null) made.push(isWordCell(token, name) ? token.raw.replace('inlineStr', 'str') : token.raw);
    else if (token.kind === 'close' && name === 'c') {
      const prefix = token.name.slice(0, -1);
      made.push(`<${prefix}v>${words.join('')}</${prefix}v>`, token.raw);
      words = null;
    } else if (token.kind === 'text' && open.at(-1) === 't' && !open.includes('rPh')) words.push(token.raw);
    if (token.kind === 'open') open.push(name);
    if (token.kind === 'open' && isWordCell(token, name)) words = [];
  }
  if (open.length > 0) throw notClosed();
  return made.join('');
}

function isWordCell(token: XmlToken, name: string): boolean {
  return token.kind === 'open' && name === 'c' && new Map(attributesOf(token)).get('t') === 'inlineStr';
}

function notClosed(): MetadataError {
  return new MetadataError('malformed', 'draw a sheet: its elements do not close as they open');
}
