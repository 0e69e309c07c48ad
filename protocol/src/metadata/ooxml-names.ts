/** Elements and attributes of Word, Excel and PowerPoint that point at people, devices and earlier versions. */

import { isOn, type OoxmlParts } from './ooxml-parts.ts';
import { localPath } from './paths.ts';
import type { FindingKind } from './report.ts';
import { localOf, type XmlToken } from './xml-tokens.ts';

/** Names with the prefixes that the standards use, whichever a file has chosen; see {@link officeNames}. */
export interface OfficeNames {
  readonly element: (name: string) => string;
  readonly attribute: (name: string) => string;
  readonly isTied: boolean;
  readonly isMainSheet: boolean;
  /** Definitions, in which what is hidden is a manner and no content. */
  readonly isStyles: boolean;
  readonly hidingStyles: ReadonlySet<string>;
}

const prefixes: readonly (readonly [prefix: string, space: RegExp])[] = [
  ['w', /\/wordprocessingml\/(2006\/)?main$/],
  ['x', /\/spreadsheetml\/(2006\/)?main$/],
  ['p', /\/presentationml\/(2006\/)?main$/],
  ['a', /\/drawingml\/(2006\/)?main$/],
  ['r', /\/officeDocument\/(2006\/)?relationships$/],
];

export function officeNames(xml: string, { kinds, isTied, main, hidingStyles }: OoxmlParts, part: string): OfficeNames {
  const known = new Map<string, string>();
  for (const [, own = '', double, single] of xml.matchAll(/\sxmlns(?::([^\s=]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    const prefix = prefixes.find(([, space]) => space.test(double ?? single ?? ''))?.[0];
    if (prefix !== undefined) known.set(own, prefix);
  }
  const attribute = (name: string): string => {
    const at = name.indexOf(':');
    const prefix = at < 0 ? undefined : known.get(name.slice(0, at));
    return prefix === undefined ? name : `${prefix}${name.slice(at)}`;
  };
  const element = (name: string): string => {
    const prefix = name.includes(':') ? undefined : known.get('');
    return prefix === undefined ? attribute(name) : `${prefix}:${name}`;
  };
  const isMainSheet = part === main && /[:<]workbook[\s>]/.test(xml.slice(0, 4096));
  const isStyles = /^(styles|numbering)$/.test(kinds.get(part) ?? '');
  return { element, attribute, isTied, isMainSheet, isStyles, hidingStyles };
}

/** Insertions are accepted: what they hold stays. */
export const opened: ReadonlySet<string> = new Set(['w:ins', 'w:moveTo']);

const elements: ReadonlyMap<string, FindingKind> = byName([
  ['edits', 'w:del w:moveFrom w:delText w:cellDel w:cellIns w:cellMerge w:numberingChange w:rsids w:rsid'],
  ['comments', 'w:commentRangeStart w:commentRangeEnd w:commentReference'],
  [
    'person',
    'x:fileSharing x15ac:absPath x:customWorkbookViews x:customWorkbookView x:customSheetViews x:customSheetView',
  ],
  ['serial', 'w14:docId w15:docId xxl21:alternateUrls'],
  ['software', 'x:fileVersion'],
  ['device', 'w:printerSettings'],
  ['hidden', 'w:docVars w:docVar w:mailMerge p:custDataLst x:customProperties c:externalData cx:externalData'],
  [
    'technical',
    'w:nsid w:attachedTemplate w:dataBinding w15:dataBinding x:webPublishing x:webPublishItems x:xmlColumnPr p:handoutMasterIdLst',
  ],
]);
/** Of pivots, which go unless controls hang on them. */
const loose = new Set(['x:pivotCaches', 'x:pivotSelection', 'c:pivotSource', 'c:pivotFmts']);
const formerFormats = /^w:\w+PrChange$/;
const rangeMarks = /^w:(move(From|To)|customXml(Ins|Del|MoveFrom|MoveTo))Range(Start|End)$/;
/** What extensions hold that go with them. */
const extensions: ReadonlyMap<string, FindingKind> = new Map([
  ['creationId', 'serial'],
  ['uniqueId', 'serial'],
  ['rowId', 'serial'],
  ['colId', 'serial'],
  ['commentRel', 'comments'],
  ['presenceInfo', 'person'],
]);

/** Undefined for what stays. @param next the token behind it, white space left out */
export function meaningOfElement(
  token: XmlToken,
  next: XmlToken | undefined,
  { element, isTied, isMainSheet }: OfficeNames,
): FindingKind | undefined {
  const name = element(token.name);
  if (formerFormats.test(name) || rangeMarks.test(name) || (opened.has(name) && token.kind === 'single'))
    return 'edits';
  if (/^xr\d*:revisionPtr$/.test(name)) return 'serial';
  if (!isTied && loose.has(name)) return 'hidden';
  if (!isTied && isMainSheet && name === 'x:extLst') return 'technical';
  if (localOf(name) === 'ext' && token.kind === 'open' && next !== undefined) return extensions.get(localOf(next.name));
  return elements.get(name);
}

const attributes: ReadonlyMap<string, FindingKind> = byName([
  ['edits', 'w14:paraId w14:textId wp14:anchorId wp14:editId w16cid:durableId'],
  ['person', 'w:author w:initials w:ed refreshedBy'],
  ['time', 'w:date w16du:dateUtc refreshedDate refreshedDateIso timeString'],
  ['hidden', 'o:gfxdata'],
  ['technical', 'tableType queryTableFieldId pivot'],
]);
/** In parts that a copy does not have; elsewhere the names mean something else. */
const inOthers: ReadonlyMap<string, FindingKind> = byName([
  ['person', 'author initials userId displayName userName'],
  ['time', 'dT dt dateTime'],
]);

/** Undefined for what stays. @param name as {@link OfficeNames} gives it */
export function meaningOfAttribute(name: string, value: string): FindingKind | undefined {
  if (localPath.test(value) && localOf(name) !== 'formatCode') return 'person';
  if (name.startsWith('w:rsid')) return 'edits';
  return /^xr\d*:uid$/.test(name) ? 'serial' : attributes.get(name);
}

/** As {@link meaningOfAttribute}, in comments, lists of people and whatever else goes as a whole. */
export function meaningInOthers(name: string, value: string): FindingKind | undefined {
  return meaningOfAttribute(name, value) ?? inOthers.get(name);
}

/** Whether the element hides content, or a part of a picture. */
export function hiddenIn(
  name: string,
  attributes: readonly (readonly [string, string])[],
  { attribute, isStyles, hidingStyles }: OfficeNames,
): boolean {
  const value = (wanted: string): string | undefined => attributes.find(([key]) => attribute(key) === wanted)?.[1];
  if (name === 'w:vanish') return !isStyles && isOn(value('w:val') ?? '1');
  if (/^w:(r|p|tbl)Style$/.test(name)) return !isStyles && hidingStyles.has(value('w:val') ?? '');
  if (name === 'x:sheet') return /hidden/i.test(value('state') ?? '');
  if (name === 'p:sld') return value('show') !== undefined && !isOn(value('show'));
  if (name === 'a:srcRect') return ['l', 't', 'r', 'b'].some((side) => !/^(0%?)?$/.test(value(side) ?? ''));
  return isOn(value('hidden')) && !isStyles && !/^x:(definedName|protection|cellStyle)$/.test(name);
}

function byName(lists: readonly (readonly [FindingKind, string])[]): ReadonlyMap<string, FindingKind> {
  return new Map(lists.flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind] as const)));
}
