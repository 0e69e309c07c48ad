/** What stands in a file, for the search (decisions/0134): inside a worker of the frame, which ends it when it hangs. */

import { zipEntries } from '@postern/protocol/metadata/zip-file';
import type * as Mupdf from 'mupdf';
import { kindOf } from './file-kind.ts';
import { GatheredWords } from './gathered-words.ts';
import { officeEnding } from './office-ending.ts';
import { addOfficeWords } from './office-words.ts';
import { oldOfficeText } from './old-office.ts';
import type { WordsMessage } from './viewer-messages.ts';

type Words = Omit<WordsMessage, 'kind'>;

/** Of a ZIP archive the names in it, of others nothing is read; of pictures, sounds and films nothing. @param library loads what reads documents @throws MetadataError; the library's own errors */
export async function wordsIn(
  bytes: Uint8Array,
  library: () => Promise<typeof Mupdf>,
): Promise<Words | 'unknown' | 'locked' | 'damaged'> {
  const words = new GatheredWords();
  const found = kindOf(bytes);
  if (found.kind === 'unknown' || found.kind === 'packed') return 'unknown';
  if (found.kind === 'text') words.add(found.text);
  if (found.kind === 'archive') zipEntries(bytes).entries.every(({ name }) => words.add(`${name}\n`));
  if (found.kind === 'document' && found.form === 'compound') {
    const text = await oldOfficeText(bytes);
    if (text === null) return 'unknown';
    words.add(text);
  } else if (found.kind === 'document' && found.form !== 'tiff') {
    const ending = found.form === 'pdf' ? 'pdf' : officeEnding(bytes);
    if (ending === null) return 'unknown';
    if (ending === 'pdf' || ending === 'hwpx') return addPages(await library(), bytes, ending, words);
    await addOfficeWords(bytes, ending === 'odf', words);
  }
  return words.done();
}

function addPages(
  mupdf: typeof Mupdf,
  bytes: Uint8Array,
  ending: 'pdf' | 'hwpx',
  words: GatheredWords,
): Words | 'locked' | 'damaged' {
  const opened = mupdf.Document.openDocument(bytes, ending);
  if (opened.needsPassword()) return 'locked';
  const pages = opened.countPages();
  let isRead = false;
  for (let page = 0; page < pages; page++) {
    const text = textOf(opened, page);
    isRead ||= text !== null;
    if (text === null) words.cut();
    else if (!words.add(`${text}\n`)) break;
  }
  return isRead ? words.done() : 'damaged';
}

/** Null for a page that cannot be read; others may. */
function textOf(opened: Mupdf.Document, page: number): string | null {
  try {
    const loaded = opened.loadPage(page);
    const structured = loaded.toStructuredText(opened.isPDF() ? '' : 'inhibit-spaces');
    const text = structured.asText();
    structured.destroy();
    loaded.destroy();
    return text;
  } catch {
    return null;
  }
}
