/** Cuts elements and attributes out of XML and leaves every other byte as it is. */

import { utf8ToBytes } from '../bytes/encode.ts';
import { MetadataError } from './report.ts';
import { type XmlToken, xmlTokens } from './xml-tokens.ts';

export interface XmlCuts {
  /** Elements that go with all they hold. */
  readonly drop: (token: XmlToken) => boolean;
  /** Elements that go, while what they hold stays. */
  readonly unwrap?: ReadonlySet<string>;
  /** Attributes that go, by name. */
  readonly attributes?: RegExp;
}

/** @throws MetadataError malformed also where elements do not close as they open */
export function cutXml(xml: string, { drop, unwrap = new Set(), attributes }: XmlCuts): string {
  const kept: string[] = [];
  let depth = 0;
  let droppedAt = -1;
  for (const token of xmlTokens(xml)) {
    if (token.kind === 'close') depth -= 1;
    if (depth < 0) throw new MetadataError('malformed', 'read XML: it closes more than it opens');
    const isEnd = token.kind === 'close' && depth === droppedAt;
    if (droppedAt < 0 && (token.kind === 'open' || token.kind === 'single') && drop(token)) {
      if (token.kind === 'open') droppedAt = depth;
    } else if (droppedAt < 0 && !unwrap.has(token.name) && token.kind !== 'other')
      kept.push(withoutAttributes(token, attributes));
    else if (droppedAt < 0 && token.kind === 'other' && !token.raw.startsWith('<!--')) kept.push(token.raw);
    if (isEnd) droppedAt = -1;
    if (token.kind === 'open') depth += 1;
  }
  if (depth !== 0) throw new MetadataError('malformed', 'read XML: it does not close what it opens');
  return kept.join('');
}

/** XML as text; only UTF-8, as every office program writes it. @throws MetadataError */
export function xmlText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new MetadataError('malformed', 'read XML: it is not UTF-8');
  }
}

export const xmlBytes = (xml: string): Uint8Array => utf8ToBytes(xml);

function withoutAttributes({ kind, raw }: XmlToken, attributes: RegExp | undefined): string {
  if (attributes === undefined || kind === 'text' || kind === 'close') return raw;
  return raw.replaceAll(/\s([^\s=<>"'/]+)\s{0,9}=\s{0,9}(?:"[^"]*"|'[^']*')/g, (whole, name: string) =>
    attributes.test(name) ? '' : whole,
  );
}
