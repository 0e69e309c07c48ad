/** A picture of text, surfaces and QR codes as SVG; text runs in its language's own direction. */

import { encodeQR } from 'qr';

export interface TextStyle {
  /** Pixels. */
  readonly size: number;
  readonly isBold?: boolean;
  readonly color: string;
  readonly direction: 'ltr' | 'rtl';
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Of the size of its letters. */
const lineHeight = 1.4;
/** Right-to-left embedding and its end: a line of Arabic that ends in a stop, or holds Latin, is laid out as Arabic. */
const [embed, end] = ['\u202b', '\u202c'];

export class Drawing {
  readonly width: number;
  readonly height: number;
  readonly #parts: string[] = [];
  #bottom = 0;

  constructor(width: number, height: number, background: string) {
    this.width = width;
    this.height = height;
    this.rectangle({ x: 0, y: 0, width }, height, background);
  }

  rectangle({ x, y, width }: Box, height: number, color: string): void {
    this.#parts.push(`<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${color}"/>`);
  }

  /** Breaks the text into lines. @returns y below the last */
  text(text: string, { x, y, width }: Box, style: TextStyle): number {
    const { size, isBold = false, color, direction } = style;
    const lines = wrap(text, width / size);
    const [at, anchor] = direction === 'rtl' ? [x + width, 'end'] : [x, 'start'];
    for (const [i, line] of lines.entries()) {
      const shown = escapeText(direction === 'rtl' ? embed + line + end : line);
      const baseline = y + (i + 0.8) * size * lineHeight;
      this.#parts.push(
        `<text x="${at}" y="${baseline.toFixed(1)}" text-anchor="${anchor}" font-family="${familyOf(line)}" font-weight="${isBold ? 700 : 400}" font-size="${size}" fill="${color}">${shown}</text>`,
      );
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

  /** False where text runs over the lower edge. */
  get fits(): boolean {
    return this.#bottom <= this.height;
  }

  get svg(): string {
    const { width, height } = this;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">\n${this.#parts.join('\n')}\n</svg>\n`;
  }
}

/** @param width in letters' sizes @returns lines, cut where the language allows it */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const { segment } of new Intl.Segmenter('und', { granularity: 'word' }).segment(text)) {
    const closes = /^\p{P}+$/u.test(segment);
    if (line !== '' && !closes && widthOf(line + segment) > width) {
      lines.push(line.trim());
      line = '';
    }
    line += segment;
  }
  return [...lines, line.trim()].filter((one) => one !== '');
}

/** Each script has a family, and a bold of it, of its own. */
function familyOf(line: string): string {
  if (/\p{Script=Arabic}/u.test(line)) return 'Noto Sans Arabic';
  return /\p{Script=Han}/u.test(line) ? 'Noto Sans SC' : 'Noto Sans';
}

/** In letters' sizes, rather too wide than too narrow: what is drawn is measured by the tests. */
function widthOf(text: string): number {
  let sum = 0;
  for (const character of text) sum += characterWidth(character);
  return sum;
}

function characterWidth(character: string): number {
  if (/\p{M}/u.test(character)) return 0;
  if (/[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u.test(character)) return 1;
  if (/\p{Lu}/u.test(character)) return 0.75;
  return /[\s.,:;!|'il]/.test(character) ? 0.35 : 0.62;
}

const f = (value: number): string => value.toFixed(2);

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
