/** Sets a transcript as PDF with MuPDF, which shapes letters and orders Arabic; it has fonts of its own, and gets those that it lacks. */

import * as mupdf from 'mupdf';
import { blankLetters, spelled } from '../fonts/blank-letters.ts';
import { letterFont } from '../fonts/letter-fonts.ts';
import { installLetterFonts, letterScripts } from '../fonts/letter-scripts.ts';
import { breakable, inBody } from './text-html.ts';

const letters = [];
for (const script of letterScripts) letters.push({ script, bytes: await letterFont(script) });
installLetterFonts(mupdf, letters);

const a4 = { width: 595, height: 842, textSize: 10 } as const;

/** @param html a transcript: nothing in it is loaded; what no font draws is spelled */
export function transcriptPdf(html: string): Uint8Array {
  let source = laidOut(html);
  const blank = blankLetters(mupdf, source);
  if (blank.size > 0) {
    source.destroy();
    source = laidOut(inBody(html, (markup) => spelled(markup, blank)));
  }
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
  for (const used of [pdf, source, drawn]) used.destroy();
  return bytes;
}

function laidOut(html: string): mupdf.Document {
  // In the PDF alone: whoever copies an address out of the HTML gets it as it was written.
  const document = mupdf.Document.openDocument(new TextEncoder().encode(inBody(html, breakable)), 'transcript.html');
  document.layout(a4.width, a4.height, a4.textSize);
  return document;
}
