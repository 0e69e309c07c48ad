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
