/** Strings of a PDF: where they stand, and in which form (ISO 32000-1, 7.3.4). */

const stringCharactersMax = 4_000;

/** Each search goes through the whole file. */
const searchesMax = 16;
/** Looked through for all values of one file, those that are compressed in it too: a file may hold much that has no end. */
const charactersMax = 4_000_000;
const referenceCharactersMax = 40;

/** The values of one file's entries, as far as they are looked for. */
export class PdfStrings {
  readonly #file: string;
  #searches = 0;
  #left = charactersMax;

  constructor(file: string) {
    this.#file = file;
  }

  /** Whether there was more to look through than is. */
  get isSpent(): boolean {
    return this.#left <= 0;
  }

  /**
   * The value of a dictionary's entry.
   * @param text of the file, or what is compressed in it
   * @returns empty where the string stands elsewhere and is not found, undefined where there is none or no more is looked for
   */
  valueAt(text: string, at: number): string | undefined {
    this.#left -= referenceCharactersMax;
    const here = this.#stringAt(text, at);
    if (here !== undefined) return here;
    const reference = text.slice(at, at + referenceCharactersMax);
    const [, number, generation] = /^(\d{1,9})\s{1,9}(\d{1,5})\s{1,9}R\b/.exec(reference) ?? [];
    return number === undefined || generation === undefined ? undefined : (this.#object(number, generation) ?? '');
  }

  /** The string that is an object of its own; undefined where it is not found, or enough have been looked for. */
  #object(number: string, generation: string): string | undefined {
    this.#searches += 1;
    if (this.#searches > searchesMax) return undefined;
    const head = `${number} ${generation} obj`;
    let at = this.#file.lastIndexOf(head);
    while (at > 0 && /\d/.test(this.#file.charAt(at - 1))) at = this.#file.lastIndexOf(head, at - 1);
    const [space = ''] = /^\s{0,9}/.exec(this.#file.slice(at + head.length, at + head.length + 9)) ?? [];
    return at < 0 ? undefined : this.#stringAt(this.#file, at + head.length + space.length);
  }

  #stringAt(text: string, at: number): string | undefined {
    const string = this.isSpent ? undefined : rawStringAt(text, at);
    this.#left -= string?.length ?? 0;
    return string === undefined ? undefined : pdfString(string);
  }
}

/** A string that begins here; parentheses in it need no sign before them where they are in pairs (7.3.4.2). */
function rawStringAt(text: string, at: number): string | undefined {
  const part = text.slice(at, at + stringCharactersMax);
  if (part.startsWith('<')) {
    const [digits] = /^<[0-9A-Fa-f\s]{0,4000}>?/.exec(part) ?? [];
    return part.startsWith('<<') ? undefined : digits;
  }
  if (!part.startsWith('(')) return undefined;
  let depth = 0;
  for (let end = 0; end < part.length; end++) {
    if (part[end] === '\\') end += 1;
    else if (part[end] === '(') depth += 1;
    else if (part[end] === ')') depth -= 1;
    if (depth === 0) return part.slice(0, end + 1);
  }
  return `${part})`;
}

/** Both forms of string, in UTF-16 with its mark or in one byte for each character. */
export function pdfString(raw: string): string {
  const text = raw.startsWith('<') ? hexString(raw) : unescapedString(raw.slice(1, -1));
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  if (text.startsWith('\xfe\xff')) return new TextDecoder('utf-16be').decode(bytes.subarray(2));
  return text.startsWith('\xef\xbb\xbf') ? new TextDecoder().decode(bytes) : text;
}

function hexString(raw: string): string {
  const digits = raw.replaceAll(/[^0-9A-Fa-f]/g, '');
  return (digits.match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join('');
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** What stands between the parentheses, one character for each byte; a line's end behind a backslash is none. */
export function unescapedString(raw: string): string {
  return raw.replaceAll(/\\(\r\n?|\n|[0-7]{1,3}|[\s\S])|\r\n?/g, (_whole, escaped?: string) => {
    if (escaped === undefined) return '\n';
    if (/^[\r\n]/.test(escaped)) return '';
    return /^[0-7]/.test(escaped)
      ? String.fromCharCode(Number.parseInt(escaped, 8) & 0xff)
      : (escapes[escaped] ?? escaped);
  });
}
