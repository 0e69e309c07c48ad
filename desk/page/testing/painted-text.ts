/** Pictures of printed text, as photos and scans have it: pixels without a letter in the file. */
import * as mupdf from 'mupdf';
import { textDocument } from '../../src/export/text-html.ts';
import { letterFont } from '../../src/fonts/letter-fonts.ts';
import { installLetterFonts } from '../../src/fonts/letter-scripts.ts';

/** 150 dots to an inch, as a phone's picture of a page may have. */
const scale = 150 / 72;

/** PNG, of a line or more, on white. */
export async function paintedText(text: string): Promise<Uint8Array> {
  installLetterFonts(mupdf, [{ script: 'Arabic', bytes: await letterFont('Arabic') }]);
  const html = textDocument(new TextEncoder().encode(text));
  if (html === null) throw new Error(`paint a text: ${text.length} characters`);
  const page = mupdf.Document.openDocument(html, 'text/html').loadPage(0);
  const pixmap = page.toPixmap(mupdf.Matrix.scale(scale, scale), mupdf.ColorSpace.DeviceRGB, false, true);
  return pixmap.asPNG().slice();
}

/** PDF whose one page is this picture. */
export function scanOf(png: Uint8Array): Uint8Array {
  const document = new mupdf.PDFDocument();
  const image = new mupdf.Image(png);
  const [width, height] = [image.getWidth() / scale, image.getHeight() / scale];
  const resources = { XObject: { Page: document.addImage(image) } };
  const drawing = `${width} 0 0 ${height} 0 0 cm /Page Do`;
  document.insertPage(-1, document.addPage([0, 0, width, height], 0, resources, drawing));
  return document.saveToBuffer('compress').asUint8Array().slice();
}

/** PDF whose one page has letters of its own, and this picture, 300 points wide, on less than half of it. */
export function letterWith(png: Uint8Array, words: string): Uint8Array {
  const document = new mupdf.PDFDocument();
  const image = new mupdf.Image(png);
  const [wide, high] = [300, (300 * image.getHeight()) / image.getWidth()];
  const resources = {
    XObject: { Page: document.addImage(image) },
    Font: { F: document.addSimpleFont(new mupdf.Font('Helvetica')) },
  };
  const drawing = `BT /F 18 Tf 60 760 Td (${words}) Tj ET q ${wide} 0 0 ${high} 60 200 cm /Page Do Q`;
  document.insertPage(-1, document.addPage([0, 0, 595, 842], 0, resources, drawing));
  return document.saveToBuffer('compress').asUint8Array().slice();
}
