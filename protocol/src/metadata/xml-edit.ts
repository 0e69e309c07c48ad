/** Cuts elements and attributes out of XML and leaves every other byte as it is. */

import { utf8ToBytes } from '../bytes/encode.ts';
import { MetadataError } from './report.ts';
import { attributePattern, plainText, withNext, type XmlToken, xmlTokens } from './xml-tokens.ts';

export interface XmlCuts {
  /** Elements that go with all they hold. @param next the token behind it, white space left out */
  readonly drop: (token: XmlToken, next: XmlToken | undefined) => boolean;
  /** Elements that go, while what they hold stays. */
  readonly unwrap?: (token: XmlToken) => boolean;
  /** What becomes of an attribute: its value, another one that needs no escaping, or null, with which it goes. */
  readonly attribute?: (name: string, value: string, token: XmlToken) => string | null;
}

/** Without remarks, and what is said to programs or declared: none that shows a document needs it. @throws MetadataError malformed also where elements do not close as they open */
export function cutXml(xml: string, { drop, unwrap = () => false, attribute }: XmlCuts): string {
  const kept: string[] = [];
  let depth = 0;
  let droppedAt = -1;
  for (const [token, next] of withNext(xmlTokens(xml))) {
    if (token.kind === 'close') depth -= 1;
    if (depth < 0) throw new MetadataError('malformed', 'read XML: it closes more than it opens');
    const isEnd = token.kind === 'close' && depth === droppedAt;
    if (droppedAt < 0 && (token.kind === 'open' || token.kind === 'single') && drop(token, next)) {
      if (token.kind === 'open') droppedAt = depth;
    } else if (droppedAt < 0 && !unwrap(token) && token.kind !== 'other') kept.push(withAttributes(token, attribute));
    else if (droppedAt < 0 && /^<\?xml\s/.test(token.raw)) kept.push(token.raw);
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

function withAttributes(token: XmlToken, attribute: XmlCuts['attribute']): string {
  const { kind, raw } = token;
  if (attribute === undefined || kind === 'text' || kind === 'close') return raw;
  return raw.replaceAll(attributePattern, (whole, name: string, double, single) => {
    const value = plainText(double ?? single);
    const left = attribute(name, value, token);
    if (left === null) return '';
    return left === value ? whole : ` ${name}="${left}"`;
  });
}
