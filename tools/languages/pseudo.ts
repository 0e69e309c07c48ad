/** Languages that nobody speaks, for tests of layout: what is not translated, too long for its place or turned round shows at once. They never ship. */

const accents: Readonly<Record<string, string>> = Object.fromEntries(
  [...'aàeéiîoöuücçnñsšyýzžAÀEÉIÎOÖUÜCÇNÑSŠYÝZŽ'.matchAll(/(.)(.)/gu)].map(([, from = '', to = '']) => [from, to]),
);
const arabic = [...'ابتثجحخدذرزسشصضطظعغفقكلمنهوي'];

/** Four tenths longer, as German, Russian and Vietnamese can be. */
const longer = 0.4;

/** Each text in letters with marks, and longer; values stay. */
export function accented<Texts extends Readonly<Record<string, string>>>(texts: Texts): Texts {
  return each(texts, (letter) => accents[letter] ?? letter);
}

/** The same in Arabic letters, from right to left, without a meaning. */
export function mirrored<Texts extends Readonly<Record<string, string>>>(texts: Texts): Texts {
  return each(texts, (letter) =>
    /[a-z]/i.test(letter) ? (arabic[letter.toLowerCase().charCodeAt(0) - 97] ?? '') : letter,
  );
}

function each<Texts extends Readonly<Record<string, string>>>(texts: Texts, change: (letter: string) => string): Texts {
  const changed = Object.entries(texts).map(([key, text]) => [key, outsideValues(lengthened(text), change)]);
  return Object.fromEntries(changed) as Texts;
}

/** By its own first words, without the values in them. */
function lengthened(text: string): string {
  const words = text
    .replaceAll(/\{\w+\}/g, '')
    .split(/\s+/)
    .filter((word) => word !== '');
  return [text, ...words.slice(0, Math.ceil(words.length * longer))].join(' ');
}

function outsideValues(text: string, change: (letter: string) => string): string {
  return text.replaceAll(/\{\w+\}|[^{}]/gu, (part) => (part.length > 1 ? part : change(part)));
}
