/** A copy of a PDF that shows the same pages, notes and fields drawn onto them, without what else the file says. */

import { cleanMetadata } from '@postern/protocol/metadata/inspect';
import { MetadataError } from '@postern/protocol/metadata/report';

/** @throws MetadataError for one that is locked, no PDF, or has what cannot be cleaned; the library's error for one that is damaged */
export async function cleanPdf(bytes: Uint8Array): Promise<Uint8Array> {
  const mupdf = await import('mupdf');
  const document = mupdf.Document.openDocument(bytes, 'application/pdf').asPDF();
  if (document === null || document.needsPassword()) throw new MetadataError('encrypted', 'clean a PDF: it is locked');
  document.bake(true, true);
  // Mended, where it was damaged, and unlocked, where anybody can open it: the protocol's own cleaner takes neither.
  const saved = document.saveToBuffer('garbage=deduplicate,compress,encrypt=none');
  const baked = saved.asUint8Array().slice();
  for (const used of [saved, document]) used.destroy();
  return cleanMetadata(baked);
}
