/** OpenDocument files: which parts describe, which elements are comments and changes, and how they go. */

import { type FindingKind, type FindingSink, MetadataError } from './report.ts';
import { cutXml, xmlBytes, xmlText } from './xml-edit.ts';
import { attributesOf, plainText, xmlTokens } from './xml-tokens.ts';
import { readXmlProperties } from './xmp.ts';

const dropped: readonly (readonly [FindingKind, RegExp])[] = [
  ['thumbnail', /^Thumbnails\//],
  ['technical', /^(Configurations2\/|layout-cache$|manifest\.rdf$)/],
  ['person', /^META-INF\/.*signatures\.xml$/],
];

const office = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3"';
const emptied: Readonly<Record<string, string>> = {
  'meta.xml': `<office:document-meta ${office}/>`,
  'settings.xml': `<office:document-settings ${office}/>`,
};
const changes = /^text:(tracked-changes|change(-start|-end)?)$|^table:tracked-changes$/;
const annotations = /^office:annotation(-end)?$/;
const traces = /^officeooo:(paragraph-)?rsid$/;

export function readOdfPart(name: string, bytes: Uint8Array, findings: FindingSink): void {
  const kind = dropped.find(([, pattern]) => pattern.test(name))?.[0];
  if (kind !== undefined && !name.endsWith('/')) findings.add(kind, name);
  if (/^(Basic|Scripts)\//.test(name)) findings.add('active', name);
  if (/^Object /.test(name)) findings.add('embedded', name);
  if (!name.endsWith('.xml')) return;
  const xml = xmlText(bytes);
  if (name === 'meta.xml') {
    readXmlProperties(xml, 'ODF', findings);
    return;
  }
  let isCreator = false;
  for (const token of xmlTokens(xml)) {
    if (token.name === 'manifest:encryption-data')
      throw new MetadataError('encrypted', 'read ODF: it is locked with a password');
    if (changes.test(token.name)) findings.add('edits', 'text:tracked-changes');
    if (annotations.test(token.name)) findings.add('comments', 'office:annotation');
    if (token.kind === 'text' && isCreator) findings.add('person', 'dc:creator', plainText(token.raw));
    isCreator = token.kind === 'open' && token.name === 'dc:creator';
    if (token.kind === 'open' || token.kind === 'single') readAttributes(name, attributesOf(token), findings);
  }
}

function readAttributes(part: string, attributes: readonly (readonly [string, string])[], findings: FindingSink): void {
  for (const [name, value] of attributes) {
    if (traces.test(name)) findings.add('edits', 'officeooo:rsid');
    if (part === 'settings.xml' && /^Printer(Name|Setup)$/.test(value)) findings.add('device', value);
  }
}

export function isOdfPartDropped(name: string): boolean {
  return dropped.some(([, pattern]) => pattern.test(name));
}

/** The part as it is in a cleaned copy, or null where it goes. */
export function cleanOdfPart(name: string, bytes: Uint8Array, isKept: (name: string) => boolean): Uint8Array | null {
  if (isOdfPartDropped(name)) return null;
  const empty = emptied[name];
  if (empty !== undefined) return xmlBytes(`<?xml version="1.0" encoding="UTF-8"?>\n${empty}`);
  if (!name.endsWith('.xml')) return bytes;
  const isManifest = name === 'META-INF/manifest.xml';
  return xmlBytes(
    cutXml(xmlText(bytes), {
      drop: (token) => {
        if (changes.test(token.name) || annotations.test(token.name)) return true;
        if (!isManifest || token.name !== 'manifest:file-entry') return false;
        const path = new Map(attributesOf(token)).get('manifest:full-path') ?? '';
        return isOdfPartDropped(path) || !(path === '/' || path.endsWith('/') || isKept(path));
      },
      attributes: traces,
    }),
  );
}
