/** Text of strangers in an HTML document: never markup, each line in the direction of its own first letter. */

import { copyPagesMax, copyTextMax } from '../files/copy-limits.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const lineEnd = /\r\n?|\n/g;
const tabColumns = 8;
/** More than any page has: of a text with more there is no safe copy. */
const linesMax = 50 * copyPagesMax;
/** Letters that join are broken nowhere inside a word, however wide it is; others are, but each line looks at the whole word. */
const joinedMax = 40;
const unbrokenMax = 256;
const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;
/** A letter as it stands in markup. */
const letter = '(?:&\\w+;|[^\\s&])';
const joined = new RegExp(`${rightToLeft.source}${letter}{${joinedMax - 1}}(?=\\S)`, 'gu');
const unbroken = new RegExp(`${letter}{${unbrokenMax}}(?=\\S)`, 'gu');

export function escaped(text: string): string {
  // Control characters have no meaning in a document, and would end it in some readers.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const plain = text.toWellFormed().replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '\ufffd');
  return plain.replace(/[&<>"]/g, (character) => escapes[character] ?? '');
}

/** Of the first letter that has one: layout without a browser does not know `auto`. */
export function directionOf(line: string): 'ltr' | 'rtl' {
  const [first = ''] = /\p{L}/u.exec(line) ?? [];
  return rightToLeft.test(first) ? 'rtl' : 'ltr';
}

/** With places to break at in what is longer than a line, for layout without a browser. @param markup between two tags */
export function breakable(markup: string): string {
  return [joined, unbroken].reduce((all, long) => all.replace(long, '$&\u200b'), markup);
}

/** @param change of what stands between two tags of a document's body */
export function inBody(html: string, change: (markup: string) => string): string {
  const body = html.indexOf('<body>');
  return html.slice(0, body) + inTexts(html.slice(body), change);
}

/** @param change of what stands between two tags */
export const inTexts = (markup: string, change: (text: string) => string): string =>
  markup.replace(/(?<=>)[^<]+/g, change);

/** A text as HTML, in UTF-8. @returns null for one that is more than a safe copy may hold */
export function textDocument(bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  if (bytes.length > 3 * copyTextMax) return null;
  const text = new TextDecoder().decode(bytes);
  let lines = 1;
  for (const _ of text.matchAll(lineEnd)) if (++lines > linesMax) return null;
  return text.length > copyTextMax ? null : new TextEncoder().encode(textHtml(text));
}

/** A whole document that shows a text line by line, with its spaces. */
function textHtml(text: string): string {
  const lines = text
    .split(lineEnd)
    .map((line) => `<p dir="${directionOf(line)}">${breakable(escaped(columns(line))) || '&#160;'}</p>`);
  // Layout without a browser cuts off what does not break, and knows no other word for it.
  const style = 'p{margin:0;font-family:monospace;white-space:pre-wrap;overflow-wrap:break-word}';
  return `<!doctype html><html><head><style>${style}</style></head><body>${lines.join('\n')}</body></html>`;
}

/** Each tab as the spaces to the next column of eight: layout without a browser makes one space of it. */
function columns(line: string): string {
  let column = 0;
  return line.replace(/[^\t]+|\t/g, (piece) => {
    const shown = piece === '\t' ? ' '.repeat(tabColumns - (column % tabColumns)) : piece;
    column += [...shown].length;
    return shown;
  });
}
