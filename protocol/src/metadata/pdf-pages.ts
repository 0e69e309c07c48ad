/** The pages of a PDF as a new file: what is drawn on them, and of notes and fields what is seen on the page. */

import { equal } from '../bytes/equal.ts';
import { PdfCopy } from './pdf-copy.ts';
import { type PdfBudget, PdfFile } from './pdf-file.ts';
import { copyNotes } from './pdf-notes.ts';
import type { PdfEntries, PdfValue } from './pdf-values.ts';
import { arrayOf, atom, dictionaryOf, malformedPdf, named, reference } from './pdf-values.ts';
import { writePdf } from './pdf-writer.ts';
import { MetadataError } from './report.ts';

const pagesMax = 200_000;
const inherited = new Set(['Resources', 'MediaBox', 'CropBox', 'Rotate']);

export interface CopiedPdf {
  readonly bytes: Uint8Array;
  /** Whether these are any others than those of the file, between objects and behind the end too. */
  readonly isChanged: boolean;
  /** Where in the file packed content lies, from and to, in order. */
  readonly streams: readonly (readonly [from: number, to: number])[];
}

/**
 * What is needed to show the pages, and nothing else.
 * @param onPhoto told of each JPEG as it lay in the file
 * @throws MetadataError for one that is locked, damaged, or built in a way that is not understood
 */
export async function copyPages(
  bytes: Uint8Array,
  budget: PdfBudget,
  onPhoto: (jpeg: Uint8Array) => void,
): Promise<CopiedPdf> {
  const file = await PdfFile.open(bytes, budget);
  const copy = new PdfCopy(file, bytes.length, budget, onPhoto);
  const [root, tree] = [copy.add(), copy.add()];
  const catalog = new Map(file.entries(file.trailer.get('Root')));
  if (file.isTrue(catalog.get('NeedsRendering'))) throw malformedPdf('its pages are made by a script');
  const pages = pagesOf(file, catalog.get('Pages'));
  const isRedrawn = file.isTrue(file.entries(catalog.get('AcroForm'))?.get('NeedAppearances'));
  const kids = pages.map((page) => reference(copyPage(file, copy, page, { tree, isRedrawn })));
  if (kids.length === 0) throw malformedPdf('it has no pages');
  const own = copy.entries(catalog, 'catalog');
  copy.give(root, { value: dictionaryOf([['Type', named('Catalog')], ['Pages', reference(tree)], ...own]) });
  const count = atom(kids.length);
  copy.give(tree, {
    value: dictionaryOf([
      ['Type', named('Pages')],
      ['Kids', arrayOf(kids)],
      ['Count', count],
    ]),
  });
  const copied = writePdf(await copy.end());
  return { bytes: copied, isChanged: !equal(copied, bytes), streams: file.packedStreams };
}

/** In their order, with what they inherit. */
function pagesOf(file: PdfFile, root: PdfValue | undefined): readonly PdfEntries[] {
  const pages: PdfEntries[] = [];
  const seen = new Set<number>();
  const stack: { readonly value: PdfValue | undefined; readonly above: PdfEntries }[] = [
    { value: root, above: new Map() },
  ];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { value, above } = next;
    const entries = file.entries(value);
    if (value?.kind !== 'reference' || entries === undefined || seen.has(value.number))
      throw malformedPdf('its pages are not in a tree');
    seen.add(value.number);
    file.keepWhole(value);
    const kids = file.resolved(entries.get('Kids'));
    if (kids === undefined) pages.push(new Map([...above, ...entries]));
    else {
      const passed = new Map([...above, ...[...entries].filter(([key]) => inherited.has(key))]);
      for (const kid of file.items(kids).toReversed()) stack.push({ value: kid, above: passed });
    }
    if (pages.length > pagesMax) throw new MetadataError('too-large', `read PDF: over ${pagesMax} pages`);
  }
  return pages;
}

interface PageSurroundings {
  readonly tree: number;
  /** Whether the file asks its viewers to draw its fields anew. */
  readonly isRedrawn: boolean;
}

function copyPage(file: PdfFile, copy: PdfCopy, page: PdfEntries, { tree, isRedrawn }: PageSurroundings): number {
  const notes = copyNotes(file, copy, page.get('Annots'), isRedrawn);
  const entries = new Map([...copy.entries(page, 'page'), ['Parent', reference(tree)] as const]);
  if (notes.length > 0) entries.set('Annots', arrayOf(notes));
  return copy.add({ value: dictionaryOf(entries) });
}
