/** Word, Excel and PowerPoint files: what their parts give away beside the document, and how it goes. */

import {
  hiddenIn,
  meaningInOthers,
  meaningOfAttribute,
  meaningOfElement,
  type OfficeNames,
  officeNames,
  opened,
} from './ooxml-names.ts';
import { meaningOf, type OoxmlParts, ownerOf, type Relation } from './ooxml-parts.ts';
import { localPath } from './paths.ts';
import type { FindingKind, FindingSink } from './report.ts';
import { cutXml, xmlBytes, xmlText } from './xml-edit.ts';
import { attributesOf, localOf, plainText, withNext, type XmlToken, xmlTokens } from './xml-tokens.ts';
import { readXmlProperties } from './xmp.ts';

/** What a program computes words and numbers from; it stays, also where it names a file. */
const formulas: ReadonlySet<string> = new Set(['w:instrText', 'x:f', 'x:definedName']);

/** What one part gives away, beside pictures in it. */
export function readOoxmlPart(name: string, bytes: Uint8Array, parts: OoxmlParts, findings: FindingSink): void {
  const owner = ownerOf(name);
  if (owner !== null) {
    readRelations(parts, owner, findings);
    return;
  }
  const isKept = parts.kept.has(name);
  const isProperties = !isKept && /^(core|extended|custom)-?properties$/i.test(parts.kinds.get(name) ?? '');
  const meaning = name === '[Content_Types].xml' || isProperties ? undefined : meaningOf(name, parts);
  if (meaning !== undefined) findings.add(meaning, name);
  if (!isOoxmlXml(name)) return;
  const xml = xmlText(bytes);
  if (isProperties) readXmlProperties(xml, 'Office', findings);
  const names = officeNames(xml, parts, name);
  let isFormula = false;
  for (const [token, next] of withNext(xmlTokens(xml))) {
    if (token.kind === 'open' || token.kind === 'single') readToken(token, next, { names, isKept, findings });
    if (isFormula && token.kind === 'text' && localPath.test(plainText(token.raw)))
      findings.add('person', name, plainText(token.raw));
    isFormula = token.kind === 'open' && formulas.has(names.element(token.name));
  }
  const notes = isKept && parts.kinds.get(name) === 'notesSlide' ? wordsIn(xml) : '';
  if (notes !== '') findings.add('hidden', name, notes);
}

interface Part {
  readonly names: OfficeNames;
  readonly isKept: boolean;
  readonly findings: FindingSink;
}

function readToken(token: XmlToken, next: XmlToken | undefined, { names, isKept, findings }: Part): void {
  const attributes = attributesOf(token);
  const name = names.element(token.name);
  const meaning = opened.has(name) ? 'edits' : meaningOfElement(token, next, names);
  if (meaning !== undefined) findings.add(meaning, token.name, valuesOf(meaning, token, next, names));
  for (const [key, value] of attributes) {
    const found =
      value === '' ? undefined : (isKept ? meaningOfAttribute : meaningInOthers)(names.attribute(key), value);
    if (found !== undefined) findings.add(found, `${token.name} ${key}`, found === 'edits' ? '' : value);
  }
  if (isKept && hiddenIn(name, attributes, names)) findings.add('hidden', token.name, nameIn(attributes));
}

/** What an element says that goes; of an extension, what the element in it says. */
function valuesOf(
  meaning: FindingKind,
  token: XmlToken,
  next: XmlToken | undefined,
  { attribute }: OfficeNames,
): string {
  if (/edits|comments|technical/.test(meaning)) return '';
  const said = attributesOf(localOf(token.name) === 'ext' && next !== undefined ? next : token);
  return said.flatMap(([key, value]) => (/^(xmlns|r:)/.test(attribute(key)) ? [] : [value])).join(' ');
}

function nameIn(attributes: readonly (readonly [string, string])[]): string {
  return new Map(attributes).get('name') ?? '';
}

function readRelations({ relations }: OoxmlParts, owner: string, findings: FindingSink): void {
  for (const { kind, target, isExternal } of relations.get(owner) ?? []) {
    if (!isExternal || isOpenLink(kind, target)) continue;
    findings.add(localPath.test(target) ? 'person' : 'active', kind, target);
  }
}

/** The words of notes beneath a slide, without its number. */
function wordsIn(xml: string): string {
  let text = '';
  let isField = false;
  for (const token of xmlTokens(xml)) {
    if (localOf(token.name) === 'fld') isField = token.kind === 'open';
    if (token.kind === 'text' && !isField) text += plainText(token.raw);
  }
  return text.trim();
}

/** One part as it is in a copy. */
export function cleanOoxmlPart(name: string, bytes: Uint8Array, parts: OoxmlParts): Uint8Array {
  if (!isOoxmlXml(name)) return bytes;
  const xml = xmlText(bytes);
  const owner = ownerOf(name);
  if (owner !== null) return xmlBytes(cleanRelations(xml, owner, parts));
  if (name === '[Content_Types].xml') {
    const kept = new Set([...parts.kept].map((part) => part.toLowerCase()));
    return xmlBytes(cutXml(xml, { drop: (token) => !isListed(token, kept) }));
  }
  const names = officeNames(xml, parts, name);
  const gone = new Set((parts.relations.get(name) ?? []).filter(({ isKept }) => !isKept).map(({ id }) => id));
  return xmlBytes(
    cutXml(xml, {
      drop: (token, next) => meaningOfElement(token, next, names) !== undefined || goesWith(token, names, gone),
      unwrap: (token) => opened.has(names.element(token.name)),
      attribute: (key, value) => {
        const known = names.attribute(key);
        if (known.startsWith('r:') && gone.has(value)) return null;
        if (meaningOfAttribute(known, value) === undefined) return value;
        return localPath.test(value) ? '' : null;
      },
    }),
  );
}

/** Boxes of comments that are gone. */
function goesWith(token: XmlToken, { element, attribute }: OfficeNames, gone: ReadonlySet<string>): boolean {
  if (element(token.name) !== 'x:legacyDrawing') return false;
  return attributesOf(token).some(([key, value]) => attribute(key) === 'r:id' && gone.has(value));
}

export function isOoxmlXml(name: string): boolean {
  return /\.(xml|rels|vml)$/i.test(name);
}

/** @param kept names in small letters: those that are listed may be written in others than those in the archive */
function isListed(token: XmlToken, kept: ReadonlySet<string>): boolean {
  if (localOf(token.name) !== 'Override') return true;
  return kept.has((new Map(attributesOf(token)).get('PartName') ?? '').replace(/^\//, '').toLowerCase());
}

/** Where what is loaded or linked lies elsewhere than on the web is nobody's business, but that there was a link is part of the form. */
function cleanRelations(xml: string, owner: string, { relations }: OoxmlParts): string {
  const byId = new Map((relations.get(owner) ?? []).map((relation) => [relation.id, relation]));
  let current: Relation | undefined;
  return cutXml(xml, {
    drop: (token) => {
      if (localOf(token.name) !== 'Relationship') return false;
      current = byId.get(new Map(attributesOf(token)).get('Id') ?? '');
      return current?.isKept !== true;
    },
    // Called for what was not dropped just before.
    attribute: (key, value) =>
      key === 'Target' && current?.isExternal === true && !isOpenLink(current.kind, current.target) ? elsewhere : value,
  });
}

/** Stands where a copy keeps a link without its target. */
const elsewhere = 'elsewhere';

function isOpenLink(kind: string, target: string): boolean {
  return target === elsewhere || (kind === 'hyperlink' && /^(https?:|mailto:|tel:|#)/i.test(target));
}
