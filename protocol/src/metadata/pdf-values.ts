/** Values of a PDF, read strictly and written anew (ISO 32000-1, 7.2 and 7.3). */

import { latinOf } from './file-view.ts';
import { unescapedString } from './pdf-strings.ts';
import { MetadataError } from './report.ts';

export type PdfEntries = ReadonlyMap<string, PdfValue>;

/** `atom`: a number, true, false or null, as it is written. A string has one character for each byte. */
export type PdfValue =
  | { readonly kind: 'atom'; readonly text: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly PdfValue[] }
  | { readonly kind: 'dictionary'; readonly entries: PdfEntries }
  | { readonly kind: 'reference'; readonly number: number };

export const atom = (value: number | 'null'): PdfValue => ({ kind: 'atom', text: String(value) });
export const named = (name: string): PdfValue => ({ kind: 'name', name });
export const reference = (number: number): PdfValue => ({ kind: 'reference', number });
export const arrayOf = (items: readonly PdfValue[]): PdfValue => ({ kind: 'array', items });
export const dictionaryOf = (entries: PdfEntries | readonly (readonly [string, PdfValue])[]): PdfValue => ({
  kind: 'dictionary',
  entries: new Map(entries),
});

export function malformedPdf(what: string): MetadataError {
  return new MetadataError('malformed', `read PDF: ${what}`);
}

const nestingMax = 60;
const tokenCharactersMax = 1_000;
const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0x0c || byte === 0;
const isLineEnd = (byte: number | undefined): boolean => byte === 0x0a || byte === 0x0d;
const delimiters = new Set(Array.from('()<>[]{}/%', (sign) => sign.charCodeAt(0)));
const isRegular = (byte: number | undefined): boolean => byte !== undefined && !isSpace(byte) && !delimiters.has(byte);

/** What holding one value takes, its items and entries aside: of memory up to eighty bytes for each one that is counted. */
export function heldBy(value: PdfValue): number {
  if (value.kind === 'dictionary' || value.kind === 'array') return 3;
  const text = value.kind === 'string' || value.kind === 'atom' ? value.text : value.kind === 'name' ? value.name : '';
  return 1 + text.length / 64;
}

/** Reads values one after the other. @throws MetadataError for whatever is none */
export class PdfTokens {
  readonly #bytes: Uint8Array;
  readonly #spend: (bytes: number) => void;
  readonly #heldMax: number;
  at: number;
  /** What holding all that was read takes. */
  held = 0;

  /**
   * @param spend told of all bytes that are passed: white space and comments, and as often as it is gone back
   * @param heldMax what holding all that is read may take
   */
  constructor(bytes: Uint8Array, at: number, spend: (bytes: number) => void, heldMax: number) {
    this.#bytes = bytes;
    this.#heldMax = heldMax;
    this.#spend = spend;
    this.at = at;
  }

  value(depth = 0): PdfValue {
    if (depth > nestingMax) throw malformedPdf('values are nested too deep');
    this.#skipSpace();
    const value = this.#next(depth);
    this.#hold(heldBy(value));
    return value;
  }

  #next(depth: number): PdfValue {
    const sign = this.#sign(this.at);
    if (sign === '/') return named(this.#name());
    if (sign === '(') return { kind: 'string', text: this.#literal() };
    if (sign === '[') return arrayOf(this.#items(depth));
    if (sign !== '<') return this.#numberOrWord();
    return this.#sign(this.at + 1) === '<' ? this.#dictionary(depth) : { kind: 'string', text: this.#digits() };
  }

  /** Whether this word comes next; then it is behind it. */
  word(word: string): boolean {
    this.#skipSpace();
    const end = this.at + word.length;
    if (isRegular(this.#bytes[end]) || latinOf(this.#bytes.subarray(this.at, end)) !== word) return false;
    this.at = end;
    return true;
  }

  /** Undefined, and where it was, if no whole number without a sign comes next. */
  integer(): number | undefined {
    const before = this.at;
    this.#skipSpace();
    const text = this.#regular();
    if (/^\d{1,15}$/.test(text)) return Number(text);
    this.at = before;
    return undefined;
  }

  #skipSpace(): void {
    const from = this.at;
    for (;;) {
      while (isSpace(this.#bytes[this.at])) this.at += 1;
      if (this.#sign(this.at) !== '%') break;
      while (this.at < this.#bytes.length && !isLineEnd(this.#bytes[this.at])) this.at += 1;
    }
    this.#spend(this.at - from);
  }

  #hold(count: number): void {
    this.held += count;
    if (this.held > this.#heldMax) throw new MetadataError('too-large', 'read PDF: too many values');
  }

  #sign(at: number): string {
    const byte = this.#bytes[at];
    return byte === undefined ? '' : String.fromCharCode(byte);
  }

  #regular(): string {
    const from = this.at;
    while (this.at - from <= tokenCharactersMax && isRegular(this.#bytes[this.at])) this.at += 1;
    this.#spend(this.at - from);
    if (this.at - from > tokenCharactersMax) throw malformedPdf('a word is too long');
    return latinOf(this.#bytes.subarray(from, this.at));
  }

  #numberOrWord(): PdfValue {
    const number = this.integer();
    if (number !== undefined) {
      const behind = this.at;
      if (this.integer() !== undefined && this.word('R')) return reference(number);
      this.at = behind;
      return atom(number);
    }
    const text = this.#regular();
    if (!/^([+-]?(\d+\.?\d*|\.\d+)|true|false|null)$/.test(text)) throw malformedPdf('a value is none');
    return { kind: 'atom', text };
  }

  #name(): string {
    this.at += 1;
    return this.#regular().replaceAll(/#([0-9A-Fa-f]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
  }

  #literal(): string {
    const from = this.at + 1;
    let depth = 0;
    for (; ; this.at += 1) {
      const sign = this.#sign(this.at);
      if (sign === '') break;
      if (sign === '\\') this.at += 1;
      else if (sign === '(') depth += 1;
      else if (sign === ')') depth -= 1;
      if (depth === 0) break;
    }
    this.#spend(this.at - from);
    if (depth > 0) throw malformedPdf('a string does not end');
    const raw = latinOf(this.#bytes.subarray(from, this.at));
    this.at += 1;
    return unescapedString(raw);
  }

  #digits(): string {
    const from = this.at + 1;
    const end = this.#bytes.indexOf(0x3e, from);
    this.at = end < 0 ? this.#bytes.length : end + 1;
    this.#spend(this.at - from);
    const digits = latinOf(this.#bytes.subarray(from, Math.max(from, end))).replaceAll(/[\s\0]/g, '');
    if (end < 0 || !/^[0-9A-Fa-f]*$/.test(digits)) throw malformedPdf('a string in digits has others in it');
    return digits.replaceAll(/..?/g, (pair) => String.fromCharCode(Number.parseInt(pair.padEnd(2, '0'), 16)));
  }

  #items(depth: number): readonly PdfValue[] {
    const items: PdfValue[] = [];
    this.at += 1;
    for (;;) {
      this.#skipSpace();
      if (this.#sign(this.at) === ']') break;
      items.push(this.value(depth + 1));
    }
    this.at += 1;
    return items;
  }

  #dictionary(depth: number): PdfValue {
    const entries = new Map<string, PdfValue>();
    this.at += 2;
    for (;;) {
      this.#skipSpace();
      if (this.#sign(this.at) === '>' && this.#sign(this.at + 1) === '>') break;
      if (this.#sign(this.at) !== '/') throw malformedPdf('a dictionary has a key that is no name');
      const key = this.#name();
      // Programs differ in which of two they take.
      if (entries.has(key)) throw malformedPdf('a dictionary has one key twice');
      this.#hold(1 + key.length / 64);
      entries.set(key, this.value(depth + 1));
    }
    this.at += 2;
    return { kind: 'dictionary', entries };
  }
}

/** One character for each byte. */
export function writtenValue(value: PdfValue): string {
  switch (value.kind) {
    case 'atom':
      return value.text;
    case 'name':
      return `/${value.name.replaceAll(/[^!-~]|[#()<>[\]{}/%]/g, (sign) => `#${hex(sign)}`)}`;
    case 'string':
      return `<${value.text.replaceAll(/[\s\S]/g, hex)}>`;
    case 'reference':
      return `${value.number} 0 R`;
    case 'array':
      return `[${value.items.map(writtenValue).join(' ')}]`;
    case 'dictionary':
      return `<<${Array.from(value.entries, ([key, entry]) => `${writtenValue(named(key))} ${writtenValue(entry)}`).join(' ')}>>`;
  }
}

const hex = (sign: string): string => sign.charCodeAt(0).toString(16).padStart(2, '0');
