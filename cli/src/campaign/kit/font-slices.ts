/** Free fonts for the scripts of the world, of which only the slices are read that a text needs (decisions/0109). */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Blob, Face, Font, Variation } from 'harfbuzzjs';

/** Packages of `@fontsource-variable`, and the scripts that each is for. */
const families = {
  'noto-sans': 'Latin Greek Cyrillic',
  'noto-sans-arabic': 'Arabic',
  'noto-sans-devanagari': 'Devanagari',
  'noto-sans-kr': 'Hangul',
  'noto-sans-sc': 'Han',
  'noto-sans-tc': 'Bopomofo',
  'noto-sans-myanmar': 'Myanmar',
  'noto-serif-tibetan': 'Tibetan',
} as const;
export type Family = keyof typeof families;

const scripts = Object.entries(families).flatMap(([family, names]) =>
  names.split(' ').map((name) => ({ family: family as Family, form: new RegExp(`\\p{Script=${name}}`, 'u') })),
);

/** One file of a font, in its two weights. */
export interface Slice {
  readonly regular: Font;
  readonly bold: Font;
  readonly unitsPerEm: number;
}

interface FamilySlices {
  readonly ranges: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  readonly loaded: Map<string, Slice>;
}

/** Null for signs that go with whatever stands around them. @param language BCP 47: Han characters are drawn in its way */
export function familyFor(sign: string, language: string): Family | null {
  const family = scripts.find(({ form }) => form.test(sign))?.family ?? null;
  if (family !== 'noto-sans-sc') return family;
  if (/^zh-(Hant|TW|HK|MO)/.test(language)) return 'noto-sans-tc';
  return language.startsWith('ko') ? 'noto-sans-kr' : family;
}

export class FontSlices {
  readonly #families = new Map<Family, FamilySlices>();

  /** Those that these texts need. @throws the system's error for a package that is not there */
  static async load(texts: readonly { readonly text: string; readonly language: string }[]): Promise<FontSlices> {
    const slices = new FontSlices();
    for (const { text, language } of texts) {
      const wanted = new Set<Family>(['noto-sans']);
      for (const sign of text) wanted.add(familyFor(sign, language) ?? 'noto-sans');
      for (const family of wanted) for (const sign of new Set(text)) await slices.#need(family, sign);
    }
    return slices;
  }

  /** The slice that has this sign; null for none. */
  find(family: Family, sign: string): Slice | null {
    const code = sign.codePointAt(0) ?? 0;
    const known = this.#families.get(family);
    // Ranges overlap: not every file that is listed for a sign has it.
    const listed = known?.ranges.filter(({ from, to }) => from <= code && code <= to) ?? [];
    const slices = listed.flatMap(({ name }) => known?.loaded.get(name) ?? []);
    return slices.find(({ regular }) => regular.nominalGlyph(code) !== undefined) ?? null;
  }

  /** The first slice that has this sign, in whichever family: Latin's before others; null for none. */
  findAny(sign: string): Slice | null {
    for (const family of this.#families.keys()) {
      const slice = this.find(family, sign);
      if (slice !== null) return slice;
    }
    return null;
  }

  /** Signs of a text that no font here has, marks that are not seen apart. */
  lacking(text: string): string[] {
    const seen = [...new Set(text)].filter((sign) => !/[\s\p{Default_Ignorable_Code_Point}]/u.test(sign));
    return seen.filter((sign) => this.findAny(sign) === null);
  }

  async #need(family: Family, sign: string): Promise<void> {
    const { ranges, loaded } = this.#families.get(family) ?? (await this.#open(family));
    const code = sign.codePointAt(0) ?? 0;
    for (const { name, from, to } of ranges) {
      if (code < from || code > to || loaded.has(name)) continue;
      loaded.set(name, await readSlice(`${family}/files/${family}-${name}-wght-normal.woff2`));
    }
  }

  async #open(family: Family): Promise<FamilySlices> {
    const text = await readFile(pathOf(`${family}/unicode.json`), 'utf8');
    const listed = Object.entries(JSON.parse(text) as Record<string, string>);
    const ranges = listed.flatMap(([name, list]) =>
      list.split(',').map((range) => {
        const [from = 0, to = from] = range
          .slice('U+'.length)
          .split('-')
          .map((digits) => Number.parseInt(digits, 16));
        return { name: name.replaceAll(/[[\]]/g, ''), from, to };
      }),
    );
    const opened = { ranges, loaded: new Map<string, Slice>() };
    this.#families.set(family, opened);
    return opened;
  }
}

async function readSlice(path: string): Promise<Slice> {
  const { decompress } = await import('wawoff2');
  const face = new Face(new Blob(await decompress(await readFile(pathOf(path)))), 0);
  const weigh = (weight: number): Font => {
    const font = new Font(face);
    font.setVariations([new Variation('wght', weight)]);
    return font;
  };
  return { regular: weigh(400), bold: weigh(700), unitsPerEm: face.upem };
}

function pathOf(file: string): string {
  return fileURLToPath(import.meta.resolve(`@fontsource-variable/${file}`));
}
