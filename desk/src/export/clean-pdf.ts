/** A copy of a PDF that shows the same pages, notes and fields drawn onto them, without what else the file says. */

import { cleanMetadata } from '@postern/protocol/metadata/inspect';
import { MetadataError } from '@postern/protocol/metadata/report';
import type { PDFDocument } from 'mupdf';

/** Flags of a note that no screen shows (ISO 32000-1, 12.5.3): hidden, and on paper only. */
const unseen = 2 | 32;

/** @throws MetadataError for one that is locked, no PDF, or has what cannot be cleaned; the library's error for one that is damaged */
export async function cleanPdf(bytes: Uint8Array): Promise<Uint8Array> {
  const mupdf = await import('mupdf');
  const document = mupdf.Document.openDocument(bytes, 'application/pdf').asPDF();
  if (document === null || document.needsPassword()) throw new MetadataError('encrypted', 'clean a PDF: it is locked');
  prepareNotes(document);
  document.bake(true, true);
  // Mended, where it was damaged, and unlocked, where anybody can open it: the protocol's own cleaner takes neither.
  const saved = document.saveToBuffer('garbage=deduplicate,compress,encrypt=none');
  const baked = saved.asUint8Array().slice();
  for (const used of [saved, document]) used.destroy();
  return cleanMetadata(baked);
}

/** Takes out what baking would draw although no viewer shows it, and, where viewers draw fields anew, the looks of before. */
function prepareNotes(document: PDFDocument): void {
  const isRedrawn = document.getTrailer().get('Root', 'AcroForm', 'NeedAppearances').asBoolean();
  for (let index = document.countPages() - 1; index >= 0; index--) {
    const notes = document.findPage(index).get('Annots');
    for (let at = notes.isArray() ? notes.length - 1 : -1; at >= 0; at--) {
      const note = notes.get(at);
      const isField = note.get('Subtype').asName() === 'Widget';
      if ((note.get('F').asNumber() & unseen) !== 0) notes.delete(at);
      // The library draws texts and choices that have no look.
      else if (isRedrawn && isField && /^(Tx|Ch)$/.test(note.getInheritable('FT').asName())) note.delete('AP');
    }
  }
}
