/** Draws the pages of PDF and office files as pixels, inside a worker of the frame, which ends it when it takes too long. */

import { textDocument } from '@postern/desk/export/text-html';
import { installLetterFonts } from '@postern/desk/fonts/letter-scripts';
import { MetadataError } from '@postern/protocol/metadata/report';
import type * as Mupdf from 'mupdf';
import type { DocumentForm } from './file-kind.ts';
import { odfPages } from './odf-html.ts';
import { officeEnding } from './office-ending.ts';
import { oldOfficeText } from './old-office.ts';
import { readPixelsMax } from './recogniser.ts';
import { type Drawable, openSpelled, type SpelledDocument, textIn } from './spelled-document.ts';
import type { DrawnMessage, LetterFont, WordsMessage } from './viewer-messages.ts';
import { wordsIn } from './words-in-file.ts';
import { drawableXlsx } from './xlsx-words.ts';

interface OpenDocument {
  readonly kind: 'open';
  readonly bytes: Uint8Array;
  readonly form: DocumentForm;
  readonly wasm: ArrayBuffer;
  readonly fonts: readonly LetterFont[];
  /** Whether somebody reads the text in its pictures. */
  readonly isRead: boolean;
}
interface DrawPage {
  readonly kind: 'draw';
  readonly page: number;
}
/** The same page as a larger picture, for its text to be recognised in. */
interface EnlargePage {
  readonly kind: 'enlarge';
  readonly page: number;
}
export interface DrawnPage extends Omit<DrawnMessage, 'recognition' | 'recognised'> {
  /** It is to be read, and has no letters, or pictures in which some could be. */
  readonly isPicture: boolean;
  readonly isWordsOnly: boolean;
}
export type WorkerAnswer =
  | DrawnPage
  /** Null where that failed. */
  | { readonly kind: 'enlarged'; readonly picture: ImageData | null }
  | WordsMessage
  | { readonly kind: 'failed'; readonly problem: 'damaged' | 'locked' | 'too-large' | 'unknown' };

const pixelsMax = 4_000_000;
const scaleMax = 2;
/** 300 dots to an inch: what the recogniser was made for. */
const readScaleMax = 300 / 72;
/** Of the pictures of a page, in square points: less is a sign or a stroke, and holds no words. */
const pictureAreaMin = 600;
/** So much of a page is a scan of it: all of it is read, letters that another program has laid over it too. */
const pictureShare = 0.5;
/** Of more, the page is read as a whole. */
const picturesMax = 500;

/** What stands in a file of whatever kind; nothing of it is drawn. */
interface ReadWords extends Pick<OpenDocument, 'bytes' | 'wasm'> {
  readonly kind: 'words';
}

export type DocumentWork = OpenDocument | DrawPage | EnlargePage | ReadWords;

let mupdf: typeof Mupdf | null = null;
let opened: SpelledDocument | null = null;
let isRead = false;
let isWordsOnly = false;

addEventListener('message', ({ data }: MessageEvent<DocumentWork>) => {
  answer(data).then(
    (given) => postMessage(given),
    (error) => postMessage({ kind: 'failed', problem: problemOf(error) } satisfies WorkerAnswer),
  );
});

async function answer(asked: DocumentWork): Promise<WorkerAnswer> {
  if (asked.kind === 'words') {
    const words = await wordsIn(asked.bytes, () => load(asked.wasm));
    return typeof words === 'string' ? { kind: 'failed', problem: words } : { kind: 'words', ...words };
  }
  if (asked.kind === 'open') {
    mupdf = await load(asked.wasm);
    installLetterFonts(mupdf, asked.fonts);
    isRead = asked.isRead;
    const given = await openable(asked);
    if (typeof given === 'string') return { kind: 'failed', problem: given };
    isWordsOnly = asked.form === 'compound';
    opened = await openSpelled(mupdf, given);
    if (opened.document.needsPassword()) return { kind: 'failed', problem: 'locked' };
    return draw(mupdf, opened, 0);
  }
  if (mupdf === null || opened === null) return { kind: 'failed', problem: 'damaged' };
  return asked.kind === 'draw' ? draw(mupdf, opened, asked.page) : enlarge(mupdf, opened, asked.page);
}

async function load(wasm: ArrayBuffer): Promise<typeof Mupdf> {
  Object.assign(globalThis, { $libmupdf_wasm_Module: { wasmBinary: wasm } });
  return import('mupdf');
}

async function openable({ bytes, form }: OpenDocument): Promise<Drawable | 'too-large' | 'unknown'> {
  if (form === 'pdf' || form === 'tiff') return { bytes, ending: form, page: null };
  if (form === 'text') return openableText(bytes);
  if (form === 'compound') {
    const text = await oldOfficeText(bytes);
    return text === null ? 'unknown' : openableText(new TextEncoder().encode(text));
  }
  const ending = officeEnding(bytes);
  if (ending === null) return 'unknown';
  if (ending === 'xlsx') return { bytes: await drawableXlsx(bytes), ending, page: null };
  if (ending !== 'odf') return { bytes, ending, page: null };
  const { html, width, height } = await odfPages(bytes);
  return { bytes: html, ending: 'text/html', page: [width, height] };
}

/** Each letter as it is meant: a library that draws text guesses how it is written, and wrongly at times. */
function openableText(bytes: Uint8Array): Drawable | 'too-large' {
  const set = textDocument(bytes);
  return set === null ? 'too-large' : { bytes: set, ending: 'text/html', page: null };
}

function problemOf(error: unknown): 'locked' | 'too-large' | 'damaged' {
  if (!(error instanceof MetadataError) || error.code === 'malformed') return 'damaged';
  return error.code === 'encrypted' ? 'locked' : 'too-large';
}

function draw(library: typeof Mupdf, opened: SpelledDocument, page: number): WorkerAnswer {
  const { document } = opened;
  const pages = document.countPages();
  const loaded = document.loadPage(page);
  const { data: pixels, width, height } = pixelsOf(library, loaded, scaleMax, pixelsMax);
  // Only a PDF leaves spaces out; of other documents gaps between letters that are joined are none.
  const text = textIn(loaded.toStructuredText(document.isPDF() ? '' : 'inhibit-spaces').asText(), opened);
  const isPicture = isRead && (!hasLetters(text) || areaOfAll(picturesOn(loaded)) >= pictureAreaMin);
  loaded.destroy();
  return { kind: 'drawn', page, pages, width, height, pixels, text, isPicture, isWordsOnly };
}

function enlarge(library: typeof Mupdf, { document }: SpelledDocument, page: number): WorkerAnswer {
  try {
    const loaded = document.loadPage(page);
    const picture = pixelsOf(library, loaded, readScaleMax, readPixelsMax);
    const bounds = loaded.getBounds();
    const pictures = picturesOn(loaded);
    const isScan = areaOfAll(pictures) >= pictureShare * areaOf(bounds) || pictures.length > picturesMax;
    const isWhole = isScan || !hasLetters(loaded.toStructuredText('').asText());
    loaded.destroy();
    return { kind: 'enlarged', picture: isWhole ? picture : partsOf(picture, pictures, bounds) };
  } catch {
    return { kind: 'enlarged', picture: null };
  }
}

/** White but for these places: what the document says itself is not read again. */
function partsOf(
  page: ImageData,
  places: readonly Mupdf.Rect[],
  [pageLeft, pageTop, pageRight]: Mupdf.Rect,
): ImageData {
  const scale = page.width / (pageRight - pageLeft);
  const parts = new ImageData(page.width, page.height);
  parts.data.fill(255);
  for (const [left, top, right, bottom] of places) {
    const [from, to] = [left - pageLeft, right - pageLeft].map((side) =>
      Math.min(page.width, Math.max(0, Math.round(scale * side))),
    ) as [number, number];
    const first = Math.max(0, Math.floor(scale * (top - pageTop)));
    const end = Math.min(page.height, Math.ceil(scale * (bottom - pageTop)));
    for (let row = first; row < end; row++) {
      const [start, stop] = [4 * (row * page.width + from), 4 * (row * page.width + to)];
      parts.data.set(page.data.subarray(start, stop), start);
    }
  }
  return parts;
}

function pixelsOf(library: typeof Mupdf, loaded: Mupdf.Page, scaleMost: number, pixelsMost: number): ImageData {
  const scale = Math.min(scaleMost, Math.sqrt(pixelsMost / areaOf(loaded.getBounds())));
  const pixmap = loaded.toPixmap(library.Matrix.scale(scale, scale), library.ColorSpace.DeviceRGB, false, true);
  const [width, height] = [pixmap.getWidth(), pixmap.getHeight()];
  const pixels = rgba(pixmap.getPixels(), width, height, pixmap.getStride());
  pixmap.destroy();
  return new ImageData(pixels, width, height);
}

function areaOf([left, top, right, bottom]: Mupdf.Rect): number {
  return Math.max(1, (right - left) * (bottom - top));
}

function areaOfAll(places: readonly Mupdf.Rect[]): number {
  return places.reduce((area, place) => area + areaOf(place), 0);
}

function hasLetters(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

function picturesOn(loaded: Mupdf.Page): Mupdf.Rect[] {
  const places: Mupdf.Rect[] = [];
  const structured = loaded.toStructuredText('preserve-images');
  structured.walk({ onImageBlock: (place) => void places.push(place) });
  structured.destroy();
  return places;
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
