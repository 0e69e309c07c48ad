/** A copy of a PDF that shows the same pages, without what else the file says: who made it, when, scripts, comments, files inside. */

import { cleanMetadata } from '@postern/protocol/metadata/inspect';
import { MetadataError } from '@postern/protocol/metadata/report';
import type * as Mupdf from 'mupdf';

const droppedFromTrailer = ['Info', 'ID'] as const;
const droppedFromRoot = [
  ...['AcroForm', 'Collection', 'DSS', 'Info', 'Legal', 'MarkInfo', 'Names', 'OpenAction', 'Outlines', 'Perms'],
  ...['SpiderInfo', 'StructTreeRoot', 'Threads', 'URI'],
];
/**
 * Of any object, so no key that a glyph or a resource may be called: what has actions under `A` goes with its records.
 * Notes and fields are drawn onto their page before that.
 */
const droppedAnywhere = ['AA', 'AF', 'Annots', 'LastModified', 'Metadata', 'PieceInfo', 'Thumb'] as const;

/** @throws MetadataError for one that is locked, no PDF, or has a photo that cannot be cleaned; the library's error for one that is damaged */
export async function cleanPdf(bytes: Uint8Array): Promise<Uint8Array> {
  const mupdf = await import('mupdf');
  const document = mupdf.Document.openDocument(bytes, 'application/pdf').asPDF();
  if (document === null || document.needsPassword()) throw new MetadataError('encrypted', 'clean a PDF: it is locked');
  document.bake(true, true);
  const trailer = document.getTrailer();
  drop(trailer, droppedFromTrailer);
  drop(trailer.get('Root'), droppedFromRoot);
  for (let number = 1; number < document.countObjects(); number++) {
    // Not resolved: a stream would lose its content with the first change.
    const object = document.newIndirect(number);
    if (!object.isDictionary()) continue;
    drop(object, droppedAnywhere);
    if (isPhoto(object)) object.writeRawStream(await cleanMetadata(object.readRawStream().asUint8Array().slice()));
  }
  // Written anew: earlier versions and what nothing leads to any more stay behind.
  const saved = document.saveToBuffer('garbage=deduplicate,compress');
  const cleaned = saved.asUint8Array().slice();
  for (const used of [saved, document]) used.destroy();
  return cleaned;
}

function drop(object: Mupdf.PDFObject, keys: readonly string[]): void {
  for (const key of keys) if (!object.get(key).isNull()) object.delete(key);
}

/** A JPEG as it lay on somebody's disk, with all that its camera wrote. @throws MetadataError for one inside another filter */
function isPhoto(object: Mupdf.PDFObject): boolean {
  if (!object.isStream()) return false;
  const filter = object.get('Filter');
  const filters = filter.isArray() ? Array.from({ length: filter.length }, (_, at) => filter.get(at)) : [filter];
  if (!filters.some((one) => one.isName() && one.asName() === 'DCTDecode')) return false;
  if (filters.length > 1) throw new MetadataError('malformed', 'clean a PDF: a photo in it is packed twice');
  return true;
}
