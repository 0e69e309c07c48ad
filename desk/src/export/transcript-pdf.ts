/** Sets a transcript as PDF with MuPDF, which shapes and orders Arabic and has a font for Chinese; Arabic's is Noto Naskh. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const a4 = { width: 595, height: 842, textSize: 10 } as const;
const arabicFont = '@expo-google-fonts/noto-naskh-arabic/400Regular/NotoNaskhArabic_400Regular.ttf';

/** @param html a transcript: nothing in it is loaded */
export async function transcriptPdf(html: string): Promise<Uint8Array> {
  const mupdf = await import('mupdf');
  const arabic = new mupdf.Font('Noto Naskh Arabic', await readFile(fileURLToPath(import.meta.resolve(arabicFont))));
  mupdf.installLoadFontFunction((_name, script) => (script === 'Arabic' ? arabic : null));
  const source = mupdf.Document.openDocument(new TextEncoder().encode(html), 'transcript.html');
  source.layout(a4.width, a4.height, a4.textSize);
  const drawn = new mupdf.Buffer();
  const writer = new mupdf.DocumentWriter(drawn, 'pdf', '');
  for (let at = 0; at < source.countPages(); at++) {
    const page = source.loadPage(at);
    page.run(writer.beginPage(page.getBounds()), mupdf.Matrix.identity);
    writer.endPage();
    page.destroy();
  }
  writer.close();
  const pdf = new mupdf.PDFDocument(drawn);
  // The Chinese font alone has 3.5 MB.
  pdf.subsetFonts();
  const bytes = pdf.saveToBuffer('garbage=deduplicate,compress').asUint8Array().slice();
  for (const used of [pdf, source, drawn, arabic]) used.destroy();
  return bytes;
}
