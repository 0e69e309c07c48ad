/** OpenDocument files: which parts and elements show the document, what the others give away, and how they go. */

import { latinOf } from './file-view.ts';
import { localPath, resolvedPath } from './paths.ts';
import { type FindingKind, type FindingSink, MetadataError } from './report.ts';
import { cutXml, xmlBytes, xmlText } from './xml-edit.ts';
import { attributesOf, plainText, type XmlToken, xmlTokens } from './xml-tokens.ts';
import { readXmlProperties } from './xmp.ts';

/** Names of the parts of a document, or of an object in it, which lies in a folder of its own. */
const own = ['content.xml', 'styles.xml', 'meta.xml', 'settings.xml'] as const;

/** What other parts mean. */
const told: readonly (readonly [FindingKind, RegExp])[] = [
  ['thumbnail', /(^|\/)Thumbnails\//],
  ['technical', /(^|\/)(Configurations2\/|layout-cache$|manifest\.rdf$)/],
  ['person', /^META-INF\/.*signatures\.xml$/],
  ['edits', /^(Versions\/|VersionList\.xml$)/],
  ['active', /^(Basic|Scripts|Dialogs)\//],
];

const office = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3"';
const emptyMeta = `<?xml version="1.0" encoding="UTF-8"?>\n<office:document-meta ${office}/>`;
const changes = /^text:(tracked-changes|change(-start|-end)?)$|^table:tracked-changes$/;
const annotations = /^office:annotation(-end)?$/;
const scripts = /^(office:(scripts|event-listeners)|script:event-listener|presentation:event-listener)$/;
const traces = /^officeooo:(paragraph-)?rsid$/;

/** Whether the first part says that it is such a document, and nothing else; other formats are packed in the same way. */
export function isOdfType(bytes: Uint8Array): boolean {
  return /^application\/vnd\.oasis\.opendocument\.[a-z-]{1,40}\r?\n?$/.test(latinOf(bytes.subarray(0, 100)));
}

/** Names of what a copy has: the document, and what it and the objects in it lead to. */
export async function readOdfParts(
  names: readonly string[],
  unpack: (name: string) => Promise<Uint8Array>,
): Promise<ReadonlySet<string>> {
  const all = new Set(names);
  const kept = new Set(['mimetype', 'META-INF/manifest.xml']);
  const folders = new Set(['']);
  for (const folder of folders) {
    for (const part of own) {
      const name = `${folder}${part}`;
      if (!all.has(name) || kept.has(name)) continue;
      kept.add(name);
      if (!/^(content|styles)/.test(part)) continue;
      for (const path of pathsIn(xmlText(await unpack(name)), folder)) {
        if (all.has(path)) kept.add(path);
        if (path !== '') folders.add(`${path}/`);
      }
    }
  }
  return kept;
}

function pathsIn(xml: string, folder: string): readonly string[] {
  const links = [...xmlTokens(xml)].flatMap((token) =>
    token.kind === 'open' || token.kind === 'single' ? attributesOf(token) : [],
  );
  return links.flatMap(([name, value]) => (name === 'xlink:href' ? [resolvedPath(`${folder}${value}`)] : []));
}

/** @param kept names of what a copy has; null where there is none */
export function readOdfPart(
  name: string,
  bytes: Uint8Array,
  kept: ReadonlySet<string> | null,
  findings: FindingSink,
): void {
  if (kept?.has(name) === false) findings.add(told.find(([, pattern]) => pattern.test(name))?.[0] ?? 'hidden', name);
  if (kept?.has(name) === true && /\/content\.xml$/.test(name)) findings.add('embedded', name);
  if (!name.endsWith('.xml')) return;
  const xml = xmlText(bytes);
  if (/(^|\/)meta\.xml$/.test(name)) {
    readXmlProperties(xml, 'ODF', findings);
    return;
  }
  const words = { isCreator: false, isField: false, isNotes: false };
  for (const token of xmlTokens(xml)) {
    if (token.name === 'manifest:encryption-data')
      throw new MetadataError('encrypted', 'read ODF: it is locked with a password');
    if (token.name === 'presentation:notes' && name.endsWith('content.xml')) words.isNotes = token.kind === 'open';
    readWords(token, words, findings);
    if (token.kind === 'open' || token.kind === 'single') readToken(name, token, findings);
  }
}

/** What the text that comes next belongs to. */
interface Words {
  /** The author of a change or remark. */
  isCreator: boolean;
  /** A number or day that the program fills in. */
  isField: boolean;
  /** Notes beneath a slide. */
  isNotes: boolean;
}

function readWords(token: XmlToken, words: Words, findings: FindingSink): void {
  const text = token.kind === 'text' ? plainText(token.raw).trim() : '';
  if (text !== '' && words.isCreator) findings.add('person', 'dc:creator', text);
  if (text !== '' && words.isNotes && !words.isField) findings.add('hidden', 'presentation:notes', text);
  words.isCreator = token.kind === 'open' && token.name === 'dc:creator';
  words.isField = token.kind === 'open' && /^text:(page-number|date|time)$/.test(token.name);
}

function readToken(part: string, token: XmlToken, findings: FindingSink): void {
  if (changes.test(token.name)) findings.add('edits', 'text:tracked-changes');
  if (annotations.test(token.name)) findings.add('comments', 'office:annotation');
  // An empty list of scripts stands in every document.
  if (scripts.test(token.name) && !(token.name === 'office:scripts' && token.kind === 'single'))
    findings.add('active', token.name);
  if (/^text:hidden-(text|paragraph)$/.test(token.name)) findings.add('hidden', token.name);
  for (const [name, value] of attributesOf(token)) {
    if (traces.test(name)) findings.add('edits', 'officeooo:rsid');
    if (isElsewhere(name, value)) findings.add('person', `${token.name} ${name}`, value);
    else if (isLoaded(token, name, value)) findings.add('active', token.name, value);
    if (hides(name, value)) findings.add('hidden', `${token.name} ${name}`);
    if (/(^|\/)settings\.xml$/.test(part) && /^Printer(Name|Setup)$/.test(value)) findings.add('device', value);
  }
}

/** Sheets, slides, rows, columns and words that are not shown, and pictures of which only a part is. */
function hides(name: string, value: string): boolean {
  if (/^(table|text|draw):display$/.test(name)) return /^(false|none)$/.test(value);
  if (name === 'table:visibility') return /^(collapse|filter)$/.test(value);
  if (name === 'fo:clip') return /[1-9]/.test(value);
  return name === 'presentation:visibility' && value === 'hidden';
}

/** A file outside of the document, on somebody's computer. */
function isElsewhere(name: string, value: string): boolean {
  return localPath.test(value) || (name === 'xlink:href' && /^\.\.\//.test(value));
}

/** What a program fetches from somewhere else by itself, unlike a link that somebody follows. */
function isLoaded(token: XmlToken, name: string, value: string): boolean {
  return name === 'xlink:href' && !/^(text|draw):a$/.test(token.name) && /^([a-z][a-z0-9+.-]*:|\/\/)/i.test(value);
}

/** One part as it is in a copy. */
export function cleanOdfPart(name: string, bytes: Uint8Array, kept: ReadonlySet<string>): Uint8Array {
  if (!name.endsWith('.xml')) return bytes;
  if (/(^|\/)meta\.xml$/.test(name)) return xmlBytes(emptyMeta);
  if (/(^|\/)settings\.xml$/.test(name)) return xmlBytes(cutXml(xmlText(bytes), { drop: (token) => !isLayout(token) }));
  const isManifest = name === 'META-INF/manifest.xml';
  return xmlBytes(
    cutXml(xmlText(bytes), {
      drop: (token) => {
        if ([changes, annotations, scripts].some((gone) => gone.test(token.name))) return true;
        if (!isManifest || token.name !== 'manifest:file-entry') return false;
        const path = new Map(attributesOf(token)).get('manifest:full-path') ?? '';
        return !(path === '/' || kept.has(path) || (path.endsWith('/') && kept.has(`${path}content.xml`)));
      },
      attribute: (key, value, token) => {
        if (traces.test(key)) return null;
        return isElsewhere(key, value) || isLoaded(token, key, value) ? '' : value;
      },
    }),
  );
}

/** How lines are broken and cells are counted hangs on settings that are on or off; the others are of printers, windows and saves. */
function isLayout(token: XmlToken): boolean {
  if (token.name.startsWith('config:config-item-map')) return false;
  const by = new Map(attributesOf(token));
  if (token.name === 'config:config-item') return by.get('config:type') === 'boolean';
  return token.name !== 'config:config-item-set' || by.get('config:name') === 'ooo:configuration-settings';
}
