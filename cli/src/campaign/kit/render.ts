/** From a drawing to files: PNG, and PDF of the same outlines. */

import { PDFDocument, rgb } from '@cantoo/pdf-lib';
import { Resvg } from '@resvg/resvg-js';
import type { Drawing } from './drawing.ts';

const pointsPerMillimetre = 72 / 25.4;

/** @param width pixels */
export function toPng({ svg }: Drawing, width: number): Uint8Array {
  return new Resvg(svg, { font: { loadSystemFonts: false }, fitTo: { mode: 'width', value: width } }).render().asPng();
}

export async function toPdf({ width, height, svg }: Drawing, millimetres: number): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  const scale = (millimetres * pointsPerMillimetre) / width;
  const page = document.addPage([width * scale, height * scale]);
  const colorOf = (fill: string) => {
    const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => Number.parseInt(fill.slice(at, at + 2), 16) / 255);
    return rgb(red, green, blue);
  };
  for (const [, x = '', y = '', w = '', h = '', fill = ''] of svg.matchAll(
    /<rect x="(.*?)" y="(.*?)" width="(.*?)" height="(.*?)" fill="#(.*?)"/g,
  )) {
    const path = `M0 0h${w}v${h}h-${w}z`;
    page.drawSvgPath(path, { x: Number(x) * scale, y: (height - Number(y)) * scale, scale, color: colorOf(fill) });
  }
  for (const [, fill = '', path = ''] of svg.matchAll(/<path fill="#([0-9a-f]{6})"[^>]*? d="([^"]*)"/g)) {
    page.drawSvgPath(path, { x: 0, y: height * scale, scale, color: colorOf(fill) });
  }
  // The same bytes each time: a press page lists their hashes.
  document.setCreationDate(new Date(0));
  document.setModificationDate(new Date(0));
  return document.save();
}
