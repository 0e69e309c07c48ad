/** Scripts with letters that MuPDF has no font for, by its names; of Latin those of Vietnamese. */

import type * as Mupdf from 'mupdf';

export const letterScripts = ['Arabic', 'Devanagari', 'Latin', 'Myanmar', 'Tibetan'] as const;
export type LetterScript = (typeof letterScripts)[number];

/** Gives the library a font for each, for good. */
export function installLetterFonts(
  mupdf: typeof Mupdf,
  letters: readonly { readonly script: LetterScript; readonly bytes: ArrayBuffer | Uint8Array }[],
): void {
  const fonts = new Map<string, Mupdf.Font>();
  for (const { script, bytes } of letters) fonts.set(script, new mupdf.Font(script, bytes));
  mupdf.installLoadFontFunction((_name, script) => fonts.get(script) ?? null);
}
