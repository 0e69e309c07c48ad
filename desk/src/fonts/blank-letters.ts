/** What a document shows nothing of, since no font that is there draws it; it is spelled by its numbers in Unicode instead. */

import type * as Mupdf from 'mupdf';

/** Stands in a text and is seen nowhere, in any font. */
const unseen = /^[\p{Default_Ignorable_Code_Point}\p{C}\p{Z}\s]$/u;

/**
 * Letters and signs that MuPDF draws nowhere in a document. One that it draws in some places is none of them:
 * the Arabic comma, say, is blank behind a Latin word alone.
 * @param document laid out
 */
export function blankLetters(mupdf: typeof Mupdf, document: Mupdf.Document): ReadonlySet<string> {
  const blank = new Set<string>();
  const drawn = new Set<string>();
  const note = (glyph: number, unicode: number): void => {
    const letter = unicode > 0 ? String.fromCodePoint(unicode) : '';
    if (letter !== '' && !unseen.test(letter)) (glyph === 0 ? blank : drawn).add(letter);
  };
  const device = new mupdf.Device({
    fillText: (text) => text.walk({ showGlyph: (_font, _matrix, glyph, unicode) => note(glyph, unicode) }),
  });
  for (let at = 0; at < document.countPages(); at++) {
    const page = document.loadPage(at);
    page.run(device, mupdf.Matrix.identity);
    page.destroy();
  }
  device.close();
  device.destroy();
  return new Set([...blank].filter((letter) => !drawn.has(letter)));
}

/** With such letters as `[U+20BD]`, those of a word together. @param markup between two tags */
export function spelled(markup: string, blank: ReadonlySet<string>): string {
  if (blank.size === 0) return markup;
  const letters = [...blank].map((letter) => `\\u{${hexOf(letter)}}`).join('');
  return markup.replace(
    new RegExp(`[${letters}]+`, 'gu'),
    (run) => `[${[...run].map((one) => `U+${hexOf(one)}`).join(' ')}]`,
  );
}

/** The letters themselves again, in a text that was read from what is {@link spelled}, however its lines break. */
export function lettersOf(text: string, blank: ReadonlySet<string>): string {
  const byNumber = new Map([...blank].map((letter) => [hexOf(letter), letter]));
  return text.replace(/\[U\+[0-9A-F]{4,6}(?:\s+U\+[0-9A-F]{4,6})*\]/g, (whole) => {
    const letters = whole.match(/[0-9A-F]{4,6}/g)?.map((hex) => byNumber.get(hex));
    return letters?.every((letter) => letter !== undefined) === true ? letters.join('') : whole;
  });
}

function hexOf(letter: string): string {
  return (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
