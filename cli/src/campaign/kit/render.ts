/** From a drawing to files: SVG whose letters are outlines, PNG, and PDF of the same outlines. */

import { fileURLToPath } from 'node:url';
import { PDFDocument, rgb } from '@cantoo/pdf-lib';
import { Resvg } from '@resvg/resvg-js';
import type { Drawing } from './drawing.ts';

const fonts = [
  'noto-sans/400Regular/NotoSans_400Regular.ttf',
  'noto-sans/700Bold/NotoSans_700Bold.ttf',
  'noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf',
  'noto-sans-arabic/700Bold/NotoSansArabic_700Bold.ttf',
  'noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf',
  'noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf',
];
const font = {
  fontFiles: fonts.map((path) => fileURLToPath(import.meta.resolve(`@expo-google-fonts/${path}`))),
  loadSystemFonts: false,
  defaultFontFamily: 'Noto Sans',
};
const pointsPerMillimetre = 72 / 25.4;

/** @param width pixels */
export function toPng({ svg }: Drawing, width: number): Uint8Array {
  return new Resvg(svg, { font, fitTo: { mode: 'width', value: width } }).render().asPng();
}

/** Letters as outlines: it looks the same where none of the fonts is. */
export function toOutlines({ svg }: Drawing): string {
  return new Resvg(svg, { font }).toString();
}

/** @param outlines of `toOutlines` */
export async function toPdf({ width, height }: Drawing, outlines: string, millimetres: number): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  const scale = (millimetres * pointsPerMillimetre) / width;
  const page = document.addPage([width * scale, height * scale]);
  for (const [, fill = '', path = ''] of outlines.matchAll(/<path fill="#([0-9a-f]{6})"[^>]*? d="([^"]*)"/g)) {
    const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => Number.parseInt(fill.slice(at, at + 2), 16) / 255);
    page.drawSvgPath(path, { x: 0, y: height * scale, scale, color: rgb(red, green, blue) });
  }
  // The same bytes each time: a press page lists their hashes.
  document.setCreationDate(new Date(0));
  document.setModificationDate(new Date(0));
  return document.save();
}
