/** Names of a PDF, and what may stand between them and what they name (ISO 32000-1, 7.2 and 7.3.5). */

const gap = String.raw`(?:\s|%[^\r\n]{0,300}[\r\n]){0,9}`;

/** The pattern, each space of which is a gap: white space and comments, or nothing. */
export function spaced(pattern: RegExp): RegExp {
  return new RegExp(pattern.source.replaceAll(' ', gap), pattern.flags);
}

const letter = '#(?:4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])';
const escapedName = new RegExp(String.raw`\/[\w#]{0,60}?${letter}[\w#]{0,120}`, 'gi');

/** Letters of names that are written by number, which no name needs, as themselves. */
export function plainNames(text: string): string {
  return text.replaceAll(escapedName, (name) =>
    name.replaceAll(new RegExp(letter, 'gi'), (digits) => String.fromCharCode(Number.parseInt(digits.slice(1), 16))),
  );
}

/** Whether one of these names is written so anywhere. */
export function escapes(text: string, names: readonly string[]): boolean {
  for (const [name] of text.matchAll(escapedName)) if (names.includes(plainNames(name))) return true;
  return false;
}
