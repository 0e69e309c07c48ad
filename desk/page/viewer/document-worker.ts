/** Draws the pages of PDF and office files as pixels, inside a worker of the frame, which ends it when it takes too long. */

import { textDocument } from '@postern/desk/export/text-html';
import { installLetterFonts } from '@postern/desk/fonts/letter-scripts';
import type * as Mupdf from 'mupdf';
import type { DrawnMessage, LetterFont } from './viewer-messages.ts';

export interface OpenDocument {
  readonly kind: 'open';
  readonly bytes: Uint8Array;
  /** File ending that tells the library what it is. */
  readonly ending: string;
  readonly wasm: ArrayBuffer;
  readonly fonts: readonly LetterFont[];
}
export interface DrawPage {
  readonly kind: 'draw';
  readonly page: number;
}
export type WorkerAnswer =
  | DrawnMessage
  | { readonly kind: 'failed'; readonly problem: 'damaged' | 'locked' | 'too-large' };

const pixelsMax = 4_000_000;
const scaleMax = 2;

let mupdf: typeof Mupdf | null = null;
let opened: Mupdf.Document | null = null;

addEventListener('message', ({ data }: MessageEvent<OpenDocument | DrawPage>) => {
  answer(data).then(
    (given) => postMessage(given),
    () => postMessage({ kind: 'failed', problem: 'damaged' } satisfies WorkerAnswer),
  );
});

async function answer(asked: OpenDocument | DrawPage): Promise<WorkerAnswer> {
  if (asked.kind === 'open') {
    Object.assign(globalThis, { $libmupdf_wasm_Module: { wasmBinary: asked.wasm } });
    mupdf = await import('mupdf');
    installLetterFonts(mupdf, asked.fonts);
    const isText = asked.ending === 'text/plain';
    // Each letter as it is meant: a library that draws text guesses how it is written, and wrongly at times.
    const bytes = isText ? textDocument(asked.bytes) : asked.bytes;
    if (bytes === null) return { kind: 'failed', problem: 'too-large' };
    opened = mupdf.Document.openDocument(bytes, isText ? 'text/html' : asked.ending);
    if (opened.needsPassword()) return { kind: 'failed', problem: 'locked' };
    return draw(mupdf, opened, 0);
  }
  if (mupdf === null || opened === null) return { kind: 'failed', problem: 'damaged' };
  return draw(mupdf, opened, asked.page);
}

function draw(library: typeof Mupdf, opened: Mupdf.Document, page: number): WorkerAnswer {
  const pages = opened.countPages();
  const loaded = opened.loadPage(page);
  const [left, top, right, bottom] = loaded.getBounds();
  const area = Math.max(1, (right - left) * (bottom - top));
  const scale = Math.min(scaleMax, Math.sqrt(pixelsMax / area));
  const pixmap = loaded.toPixmap(library.Matrix.scale(scale, scale), library.ColorSpace.DeviceRGB, false, true);
  const [width, height] = [pixmap.getWidth(), pixmap.getHeight()];
  const pixels = rgba(pixmap.getPixels(), width, height, pixmap.getStride());
  // Only a PDF leaves spaces out; of other documents gaps between letters that are joined are none.
  const text = loaded.toStructuredText(opened.isPDF() ? '' : 'inhibit-spaces').asText();
  pixmap.destroy();
  loaded.destroy();
  return { kind: 'drawn', page, pages, width, height, pixels, text };
}

function rgba(
  rgb: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
  stride: number,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [from, to] = [row * stride + 3 * column, 4 * (row * width + column)];
      pixels[to] = rgb[from] ?? 0;
      pixels[to + 1] = rgb[from + 1] ?? 0;
      pixels[to + 2] = rgb[from + 2] ?? 0;
    }
  }
  return pixels;
}
