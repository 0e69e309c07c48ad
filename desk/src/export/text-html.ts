/** Text of strangers in an HTML document: never markup, each line in the direction of its own first letter. */

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const tabColumns = 8;

export function escaped(text: string): string {
  // Control characters have no meaning in a document, and would end it in some readers.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const plain = text.toWellFormed().replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '\ufffd');
  return plain.replace(/[&<>"]/g, (character) => escapes[character] ?? '');
}

/** Of the first letter that has one: layout without a browser does not know `auto`. */
export function directionOf(line: string): 'ltr' | 'rtl' {
  const [first = ''] = /\p{L}/u.exec(line) ?? [];
  return /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u.test(first) ? 'rtl' : 'ltr';
}

/** A whole document that shows a text line by line, with its spaces. */
export function textHtml(text: string): string {
  const lines = text
    .split(/\r\n?|\n/)
    .map((line) => `<p dir="${directionOf(line)}">${escaped(columns(line)) || '&#160;'}</p>`);
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
