/** Word, Excel and PowerPoint files: which parts describe, which hold comments and changes, and how they go. */

import type { FindingKind, FindingSink } from './report.ts';
import { cutXml, type XmlCuts, xmlBytes, xmlText } from './xml-edit.ts';
import { attributesOf, type XmlToken, xmlTokens } from './xml-tokens.ts';
import { readXmlProperties } from './xmp.ts';

/** Parts that go as a whole, with what they mean. */
const dropped: readonly (readonly [FindingKind, RegExp])[] = [
  ['thumbnail', /^docProps\/thumbnail\./i],
  ['description', /^docProps\/(custom|meta)/i],
  ['description', /^docMetadata\//i],
  ['comments', /(^|\/)(comments|threadedComments|persons)\/|(^|\/)(comments\w*|commentAuthors|authors|people)\.xml$/i],
  ['edits', /^xl\/revisions\//i],
  ['device', /\/printerSettings\//i],
  ['technical', /^(customXml|\[trash\])\//i],
  ['person', /^_xmlsignatures\//i],
];

const emptied: Readonly<Record<string, string>> = {
  'docProps/core.xml':
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
  'docProps/app.xml': '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
};

const revisions = new Set(['w:del', 'w:moveFrom', 'w:delText', 'w:cellDel']);
const references = new Set([
  'w:commentRangeStart',
  'w:commentRangeEnd',
  'w:commentReference',
  'w:rsids',
  'w:rsid',
  'w:nsid',
  'w:attachedTemplate',
  'w:ins',
  'w:moveTo',
]);
const accepted = new Set(['w:ins', 'w:moveTo']);
const rangeMarks =
  /^w:(move(From|To)Range(Start|End)|customXml(Ins|Del|MoveFrom|MoveTo)Range(Start|End)|cellIns|cellMerge)$/;
const formerFormats = /^w:\w+PrChange$|^w:numberingChange$/;
const traces = /^(w:rsid\w*|w14:(paraId|textId)|w:(author|date|initials))$/;

const partCuts: XmlCuts = {
  drop: (token) =>
    revisions.has(token.name) ||
    (references.has(token.name) && !(accepted.has(token.name) && token.kind === 'open')) ||
    rangeMarks.test(token.name) ||
    formerFormats.test(token.name) ||
    /^x15ac:absPath$|^fileSharing$/.test(token.name),
  unwrap: accepted,
  attributes: traces,
};

/** What one part gives away, beside pictures in it. */
export function readOoxmlPart(name: string, bytes: Uint8Array, findings: FindingSink): void {
  const kind = dropped.find(([, pattern]) => pattern.test(name))?.[0];
  if (kind !== undefined) findings.add(kind, name);
  if (/vbaProject\.bin$|\/activeX\//i.test(name)) findings.add('active', name);
  if (/\/embeddings\//i.test(name)) findings.add('embedded', name);
  if (!/\.(xml|rels)$/i.test(name)) return;
  const xml = xmlText(bytes);
  if (/^docProps\//i.test(name)) readXmlProperties(xml, 'Office', findings);
  for (const token of xmlTokens(xml)) readToken(token, name, findings);
}

function readToken(token: XmlToken, part: string, findings: FindingSink): void {
  if (token.kind !== 'open' && token.kind !== 'single') return;
  const isRevision = revisions.has(token.name) || accepted.has(token.name) || formerFormats.test(token.name);
  if (isRevision) findings.add('edits', token.name);
  if (token.name === 'w:commentReference') findings.add('comments', 'comments');
  if (token.name === 'x15ac:absPath' || token.name === 'fileSharing') findings.add('person', token.name, token.raw);
  for (const [name, value] of attributesOf(token)) {
    if (/^w:rsid/.test(name) || /^w:rsid/.test(token.name)) findings.add('edits', 'w:rsid');
    if (/(^|:)(author|initials|userId|displayName)$/.test(name) && value !== '')
      findings.add('person', `${token.name} ${name}`, value);
    if (/^(w:date|dT|dt)$/.test(name) && value !== '') findings.add('time', token.name, value);
    if (token.name === 'Relationship' && name === 'Target' && /^(file:|[a-z]:\\|\\\\)/i.test(value))
      findings.add('person', part, value);
  }
}

/** The part as it is in a cleaned copy, or null where it goes. @param isDropped of another part, by its name */
export function cleanOoxmlPart(name: string, bytes: Uint8Array, isKept: (name: string) => boolean): Uint8Array | null {
  if (isOoxmlPartDropped(name)) return null;
  const empty = emptied[name];
  if (empty !== undefined) return xmlBytes(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${empty}`);
  if (name === '[Content_Types].xml') return cut(bytes, { drop: (token) => !isListed(token, isKept) });
  if (name.endsWith('.rels')) return cut(bytes, { drop: (token) => !isRelated(token, name, isKept) });
  if (!/\.xml$/i.test(name)) return bytes;
  const isSheet = name.startsWith('xl/');
  return cut(
    bytes,
    isSheet ? { ...partCuts, drop: (token) => partCuts.drop(token) || token.name === 'pageSetup' } : partCuts,
  );
}

export function isOoxmlPartDropped(name: string): boolean {
  return dropped.some(([, pattern]) => pattern.test(name));
}

function cut(bytes: Uint8Array, cuts: XmlCuts): Uint8Array {
  return xmlBytes(cutXml(xmlText(bytes), cuts));
}

function isListed(token: XmlToken, isKept: (name: string) => boolean): boolean {
  if (token.name !== 'Override') return true;
  const part = new Map(attributesOf(token)).get('PartName') ?? '';
  return isKept(part.replace(/^\//, ''));
}

function isRelated(token: XmlToken, rels: string, isKept: (name: string) => boolean): boolean {
  if (token.name !== 'Relationship') return true;
  const by = new Map(attributesOf(token));
  const target = by.get('Target') ?? '';
  if (by.get('TargetMode') === 'External') return !/^(file:|[a-z]:\\|\\\\)/i.test(target);
  const folder = rels.replace(/_rels\/[^/]*$/, '');
  return isKept(target.startsWith('/') ? target.slice(1) : resolved(`${folder}${target}`));
}

function resolved(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
