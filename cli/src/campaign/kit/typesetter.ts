/** Sets lines of text in any of the scripts that kits have: direction by Unicode's rules, shapes by HarfBuzz, as outlines. */

import bidiFactory, { type Bidi } from 'bidi-js';
import { Direction, type Font, Buffer as ShapeBuffer, shape } from 'harfbuzzjs';
import { type Family, type FontSlices, familyFor, type Slice } from './font-slices.ts';

export interface TextStyle {
  /** Pixels. */
  readonly size: number;
  readonly isBold?: boolean;
  readonly color: string;
  readonly direction: 'ltr' | 'rtl';
  /** BCP 47. */
  readonly language: string;
}

export interface SetLine {
  /** Pixels. */
  readonly width: number;
  /** Of an SVG path, with the beginning of the base line at this point. */
  readonly outline: (x: number, y: number) => string;
}

/** Signs of one direction and one file of a font. */
interface Run {
  readonly text: string;
  readonly level: number;
  readonly slice: Slice;
}

interface PlacedGlyph {
  readonly font: Font;
  readonly glyph: number;
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

// Its types describe an ES module; Node finds the other build, whose export is the function itself.
const bidi = (bidiFactory as unknown as () => Bidi)();

export class Typesetter {
  readonly #slices: FontSlices;

  constructor(slices: FontSlices) {
    this.#slices = slices;
  }

  /** Signs that no font has are left out. */
  set(text: string, style: Omit<TextStyle, 'color'>): SetLine {
    const placed: PlacedGlyph[] = [];
    let x = 0;
    for (const run of inVisualOrder(this.#runs(text, style))) {
      const font = style.isBold === true ? run.slice.bold : run.slice.regular;
      const scale = style.size / run.slice.unitsPerEm;
      for (const { codepoint, xAdvance = 0, xOffset = 0, yOffset = 0 } of shaped(font, run, style.language)) {
        placed.push({ font, glyph: codepoint, scale, x: x + xOffset * scale, y: yOffset * scale });
        x += xAdvance * scale;
      }
    }
    return { width: x, outline: (left, baseline) => placed.map((one) => glyphOutline(one, left, baseline)).join('') };
  }

  #runs(text: string, { direction, language }: Omit<TextStyle, 'color'>): Run[] {
    const { levels } = bidi.getEmbeddingLevels(text, direction);
    const runs: { text: string; level: number; slice: Slice }[] = [];
    let family: Family =
      familyFor([...text].find((sign) => familyFor(sign, language) !== null) ?? '', language) ?? 'noto-sans';
    let at = 0;
    for (const sign of text) {
      family = familyFor(sign, language) ?? family;
      const level = levels[at] ?? 0;
      at += sign.length;
      const last = runs.at(-1);
      // What has no script of its own stays with the file before it, so that shapes are not torn apart.
      const isSame =
        last !== undefined &&
        last.level === level &&
        last.slice.regular.nominalGlyph(sign.codePointAt(0) ?? 0) !== undefined;
      const slice =
        isSame && familyFor(sign, language) === null
          ? last.slice
          : (this.#slices.find(family, sign) ?? this.#slices.findAny(sign));
      if (slice === null) continue;
      if (last !== undefined && last.level === level && last.slice === slice) last.text += sign;
      else runs.push({ text: sign, level, slice });
    }
    return runs;
  }
}

function shaped(font: Font, { text, level }: Run, language: string) {
  const buffer = new ShapeBuffer();
  buffer.addText(text);
  buffer.setDirection(level % 2 === 1 ? Direction.RTL : Direction.LTR);
  buffer.setLanguage(language);
  buffer.guessSegmentProperties();
  shape(font, buffer);
  return buffer.getGlyphInfosAndPositions();
}

/** Unicode UAX 9, rule L2, for whole runs. */
function inVisualOrder(runs: readonly Run[]): Run[] {
  const ordered = [...runs];
  const highest = Math.max(0, ...runs.map(({ level }) => level));
  for (let level = highest; level > 0; level--) {
    for (let from = 0; from < ordered.length; from++) {
      let to = from;
      while ((ordered[to]?.level ?? -1) >= level) to++;
      if (to - from > 1) ordered.splice(from, to - from, ...ordered.slice(from, to).reverse());
      from = Math.max(from, to);
    }
  }
  return ordered;
}

function glyphOutline({ font, glyph, scale, x, y }: PlacedGlyph, left: number, baseline: number): string {
  const place = (value: number, at: number): string =>
    (at % 2 === 0 ? left + x + value * scale : baseline - y - value * scale).toFixed(2);
  return font
    .glyphToJson(glyph)
    .map(({ type, values }) => `${type}${values.map(place).join(' ')}`)
    .join('');
}
