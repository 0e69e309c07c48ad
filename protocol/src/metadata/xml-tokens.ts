/** Cuts XML into tags and text in one pass, for looking into and cutting parts out; it expands and loads nothing. */

import { MetadataError } from './report.ts';

export interface XmlToken {
  readonly kind: 'open' | 'close' | 'single' | 'text' | 'other';
  /** With its prefix, as written; empty for text and other. */
  readonly name: string;
  /** As written, markup included. */
  readonly raw: string;
}

/** @throws MetadataError malformed for markup that does not end */
export function* xmlTokens(xml: string): Generator<XmlToken> {
  let at = 0;
  while (at < xml.length) {
    const start = xml.indexOf('<', at);
    if (start !== at) {
      const raw = xml.slice(at, start < 0 ? undefined : start);
      yield { kind: 'text', name: '', raw };
      if (start < 0) return;
    }
    const end = endOfMarkup(xml, start);
    const raw = xml.slice(start, end);
    at = end;
    if (/^<[!?]/.test(raw)) yield { kind: raw.startsWith('<![CDATA[') ? 'text' : 'other', name: '', raw };
    else {
      const name = /^<\/?([^\s/>]*)/.exec(raw)?.[1] ?? '';
      yield { kind: raw.startsWith('</') ? 'close' : raw.endsWith('/>') ? 'single' : 'open', name, raw };
    }
  }
}

/** Each with the one behind it, white space and remarks left out. */
export function* withNext(tokens: Iterable<XmlToken>): Generator<readonly [XmlToken, XmlToken | undefined]> {
  let waiting: XmlToken[] = [];
  for (const token of tokens) {
    if (token.kind !== 'other' && (token.kind !== 'text' || token.raw.trim() !== '')) {
      for (const before of waiting) yield [before, token];
      waiting = [];
    }
    waiting.push(token);
  }
  for (const before of waiting) yield [before, undefined];
}

/** Each attribute of an opening tag: its name, and its value between quotation marks of the one kind or the other. */
export const attributePattern = /\s([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** Attributes of an opening tag, in order, with what entities in them mean. */
export function attributesOf({ raw }: XmlToken): readonly (readonly [name: string, value: string])[] {
  return [...raw.matchAll(attributePattern)].map(
    ([, name = '', double, single]) => [name, plainText(double ?? single ?? '')] as const,
  );
}

/** A name without its prefix. */
export function localOf(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

export function plainText(raw: string): string {
  const text = raw.startsWith('<![CDATA[') ? raw.slice(9, -3) : raw;
  if (!text.includes('&')) return text;
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,8}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function endOfMarkup(xml: string, start: number): number {
  const closing = xml.startsWith('<!--', start)
    ? '-->'
    : xml.startsWith('<![CDATA[', start)
      ? ']]>'
      : xml.startsWith('<?', start)
        ? '?>'
        : '';
  const end = closing === '' ? endOfTag(xml, start) : xml.indexOf(closing, start);
  if (end < 0) throw new MetadataError('malformed', 'read XML: markup does not end');
  return end + (closing === '' ? 1 : closing.length);
}

/** A `>` inside quotes does not end a tag. */
function endOfTag(xml: string, start: number): number {
  let quote = '';
  for (let at = start + 1; at < xml.length; at++) {
    const character = xml[at] ?? '';
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '>') return at;
    else if (character === '"' || character === "'") quote = character;
  }
  return -1;
}
