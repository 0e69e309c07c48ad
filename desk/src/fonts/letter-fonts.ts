/** Fonts for letters that MuPDF has none for: one slice of a free font for each script, unpacked. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { LetterScript } from './letter-scripts.ts';

/** In the packages `@fontsource-variable`; drawn at the weight of text. */
const slices: Readonly<Record<LetterScript, string>> = {
  Arabic: 'noto-sans-arabic/files/noto-sans-arabic-arabic-wght-normal.woff2',
  Devanagari: 'noto-sans-devanagari/files/noto-sans-devanagari-devanagari-wght-normal.woff2',
  Latin: 'noto-sans/files/noto-sans-vietnamese-wght-normal.woff2',
  Myanmar: 'noto-sans-myanmar/files/noto-sans-myanmar-myanmar-wght-normal.woff2',
  Tibetan: 'noto-serif-tibetan/files/noto-serif-tibetan-tibetan-wght-normal.woff2',
};

const unpacked = new Map<LetterScript, Promise<Uint8Array>>();

/** A TrueType font; read once. @throws the system's error for a package that is not there */
export function letterFont(script: LetterScript): Promise<Uint8Array> {
  const font = unpacked.get(script) ?? unpack(slices[script]);
  unpacked.set(script, font);
  return font;
}

async function unpack(file: string): Promise<Uint8Array> {
  const { decompress } = await import('wawoff2');
  const packed = await readFile(fileURLToPath(import.meta.resolve(`@fontsource-variable/${file}`)));
  // What comes back lies in the memory of the library, which grows and moves.
  return (await decompress(packed)).slice();
}
