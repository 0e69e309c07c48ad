/** A PDF of pictures of pages, each encoded here from raw pixels: nothing in it comes from another file. */

import * as mupdf from 'mupdf';
import { pagePixelsMax, pageSideMax } from './copy-limits.ts';

/** Pixels of a page at the size at which the viewer draws: 144 to an inch. */
const pointsPerPixel = 0.5;
const jpegQuality = 85;

export class PixelPdf {
  readonly #document = new mupdf.PDFDocument();
  #bytes = 0;
  #saved: mupdf.Buffer | null = null;

  /** Of all its pictures. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * @param rgba four bytes for each pixel, row by row from the top; what is transparent shows white
   * @throws RangeError for other lengths, no pixel, or more than `pagePixelsMax`
   */
  addPage(width: number, height: number, rgba: Uint8Array): void {
    if (width < 1 || height < 1 || width > pageSideMax || height > pageSideMax || width * height > pagePixelsMax) {
      throw new RangeError(`add a page: ${width} by ${height} pixels`);
    }
    if (rgba.length !== 4 * width * height) {
      throw new RangeError(`add a page: ${rgba.length} bytes, wanted ${4 * width * height}`);
    }
    const picture = this.#encode(width, height, rgba);
    this.#bytes += picture.length;
    const image = new mupdf.Image(picture);
    const [wide, high] = [width * pointsPerPixel, height * pointsPerPixel];
    const resources = { XObject: { Page: this.#document.addImage(image) } };
    const drawing = `${wide} 0 0 ${high} 0 0 cm /Page Do`;
    this.#document.insertPage(-1, this.#document.addPage([0, 0, wide, high], 0, resources, drawing));
    image.destroy();
  }

  /** Nothing can be added afterwards. @returns the bytes of the whole PDF */
  end(): number {
    this.#saved = this.#document.saveToBuffer('garbage,compress');
    this.#document.destroy();
    return this.#saved.getLength();
  }

  /** Of the whole PDF, once it has ended: it may be too large to be held twice. */
  read(from: number, bytes: number): Uint8Array {
    return this.#saved?.asUint8Array().slice(from, from + bytes) ?? new Uint8Array(0);
  }

  #encode(width: number, height: number, rgba: Uint8Array): Uint8Array {
    const pixmap = new mupdf.Pixmap(mupdf.ColorSpace.DeviceRGB, [0, 0, width, height], false);
    const [pixels, stride] = [pixmap.getPixels(), pixmap.getStride()];
    for (let row = 0; row < height; row++) {
      for (let column = 0, from = 4 * row * width, to = row * stride; column < width; column++, from += 4, to += 3) {
        const opacity = (rgba[from + 3] ?? 0) / 255;
        for (let part = 0; part < 3; part++) pixels[to + part] = 255 - opacity * (255 - (rgba[from + part] ?? 0));
      }
    }
    const picture = pixmap.asJPEG(jpegQuality).slice();
    pixmap.destroy();
    return picture;
  }
}
