/** A picture of text, surfaces and QR codes as SVG; letters are outlines, so it looks the same where none of the fonts is. */

import { encodeQR } from 'qr';
import type { TextStyle, Typesetter } from './typesetter.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Of the size of its letters. */
const lineHeight = 1.4;
export class Drawing {
  readonly width: number;
  readonly height: number;
  readonly #parts: string[] = [];
  readonly #setter: Typesetter;
  #bottom = 0;
  #isTooWide = false;

  constructor(setter: Typesetter, width: number, height: number, background: string) {
    this.#setter = setter;
    this.width = width;
    this.height = height;
    this.rectangle({ x: 0, y: 0, width }, height, background);
  }

  rectangle({ x, y, width }: Box, height: number, color: string): void {
    this.#parts.push(`<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${color}"/>`);
  }

  /** Breaks the text into lines. @returns y below the last */
  text(text: string, { x, y, width }: Box, style: TextStyle): number {
    const { size, color, direction } = style;
    const lines = wrap(text, width, (line) => this.#setter.set(line, style).width);
    for (const [i, line] of lines.entries()) {
      const set = this.#setter.set(line, style);
      const left = direction === 'rtl' ? x + width - set.width : x;
      // Closing marks may hang over the text's place, nothing over the picture's.
      this.#isTooWide ||= left < 0 || left + set.width > this.width;
      const outline = set.outline(left, y + (i + 0.8) * size * lineHeight);
      this.#parts.push(`<path fill="${color}" d="${outline}"/>`);
    }
    const bottom = y + lines.length * size * lineHeight;
    this.#bottom = Math.max(this.#bottom, bottom);
    return bottom;
  }

  /** Dark on white with its quiet zone, so that it reads on any ground. */
  qr(text: string, x: number, y: number, side: number): void {
    const modules = encodeQR(text, 'raw', { ecc: 'quartile', border: 4 });
    const scale = side / modules.length;
    this.rectangle({ x, y, width: side }, side, '#ffffff');
    const path = modules.flatMap((row, down) =>
      row.flatMap((isDark, right) =>
        isDark ? [`M${f(x + right * scale)} ${f(y + down * scale)}h${f(scale)}v${f(scale)}h-${f(scale)}z`] : [],
      ),
    );
    this.#parts.push(`<path fill="#000000" shape-rendering="crispEdges" d="${path.join('')}"/>`);
  }

  /** False where text runs over the lower edge, or a word is wider than its place. */
  get fits(): boolean {
    return this.#bottom <= this.height && !this.#isTooWide;
  }

  get svg(): string {
    return this.#svg(String(this.width), String(this.height));
  }

  /** As it is to be printed. @param millimetres how wide */
  printed(millimetres: number): string {
    return this.#svg(`${millimetres}mm`, `${f((millimetres * this.height) / this.width)}mm`);
  }

  #svg(width: string, height: string): string {
    const box = `viewBox="0 0 ${this.width} ${this.height}"`;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ${box}>\n${this.#parts.join('\n')}\n</svg>\n`;
  }
}

/** @param measure in the width's unit @returns lines, cut where the language allows it */
export function wrap(text: string, width: number, measure: (line: string) => number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of piecesOf(text)) {
    const closes = /^\p{P}+$/u.test(piece);
    if (line !== '' && !closes && measure((line + piece).trim()) > width) {
      lines.push(line.trim());
      line = '';
    }
    line += piece;
  }
  return [...lines, line.trim()].filter((one) => one !== '');
}

/** Tibetan breaks after the dot that ends a syllable, which no dictionary of words is needed for. */
function piecesOf(text: string): string[] {
  return [...new Intl.Segmenter('und', { granularity: 'word' }).segment(text)].flatMap(({ segment }) =>
    segment.split(/(?<=\u0f0b)/),
  );
}

const f = (value: number): string => value.toFixed(2);
