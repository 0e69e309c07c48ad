/** Of a Word, Excel or PowerPoint package: which parts show the document, by the relationships that lead to them. */

import { FileView } from './file-view.ts';
import { resolvedPath } from './paths.ts';
import type { FindingKind } from './report.ts';
import { xmlText } from './xml-edit.ts';
import { attributesOf, localOf, xmlTokens } from './xml-tokens.ts';

/** One line of a relationships part. */
export interface Relation {
  readonly id: string;
  /** Last part of its type, such as `image`. */
  readonly kind: string;
  /** Name of a part in the package; of an external one the target as written. */
  readonly target: string;
  readonly isExternal: boolean;
  readonly isKept: boolean;
}

export interface OoxmlParts {
  /** False for a package of another kind, such as binary sheets, drawings and programs: nothing of it is kept. */
  readonly isDocument: boolean;
  /** Name of the part that all others hang on. */
  readonly main: string;
  /** Names of what a copy has, types and relationships included. */
  readonly kept: ReadonlySet<string>;
  /** By the name of the part that has them; the empty name is the package's own. */
  readonly relations: ReadonlyMap<string, readonly Relation[]>;
  /** By name, the kind of relationship that leads to a part first. */
  readonly kinds: ReadonlyMap<string, string>;
  /** Whether tables of pivots must stay, since controls on the sheets hang on them. */
  readonly isTied: boolean;
  /** Ids of styles of Word that hide what is written in them. */
  readonly hidingStyles: ReadonlySet<string>;
}

const lines = (text: string): readonly string[] => text.trim().split(/\s+/);
/** All that is drawn, and what says how. */
const shown = new Set(
  lines(`
    officeDocument styles settings fontTable font numbering footnotes endnotes header footer theme themeOverride image
    hdphoto hyperlink chart chartEx chartStyle chartColorStyle chartUserShapes diagramData diagramLayout
    diagramQuickStyle diagramColors diagramDrawing video audio media model3d drawing vmlDrawing worksheet chartsheet
    dialogsheet sharedStrings table sheetMetadata rdRichValue rdRichValueStructure rdRichValueTypes rdArray
    rdSupportingPropertyBag rdSupportingPropertyBagStructure richValueRel richStyles FeaturePropertyBag slide
    slideLayout slideMaster notesSlide notesMaster tableStyles
    oleObject package aFChunk subDocument frame control activeXControlBinary ctrlProp webextension
    xlMacrosheet xlIntlMacrosheet externalLink externalLinkPath xlPathMissing xlStartup xlAlternateStartup xlLibrary`),
);
/** What sheets with slicers and timelines cannot be without, while others can. */
const tied = new Set(lines('pivotTable pivotCacheDefinition pivotCacheRecords connections powerPivotData'));
const tying = new Set(lines('slicer slicerCache timeline timelineCache'));

/** No type of content that is known is longer. */
const typeCharactersMax = 200;
/** Of documents that are written in XML, templates and those with programs in them included. */
const mainType = /(ms-(word|excel|powerpoint)|(wordprocessing|spreadsheet|presentation)ml)\.[\w.]*main\+xml$/i;

const told: readonly (readonly [FindingKind, RegExp])[] = [
  ['thumbnail', /^thumbnail$/],
  ['comments', /comment|^(person|people|authors)$/i],
  ['edits', /^(revisionHeaders|revisionLog|usernames|changesInfo|revisionInfo)$/],
  ['device', /^printerSettings$/],
  ['person', /signature/],
  ['active', /vba|^(control|activeXControlBinary|webextension\w*|xl(Intl)?Macrosheet|ui|extensibility)$/i],
  ['embedded', /^(oleObject|package|aFChunk|subDocument)$/],
  [
    'technical',
    /^(customXml\w*|calcChain|viewProps|presProps|webSettings|stylesWithEffects|tags|vmlDrawing|sheetMetadata)$/,
  ],
  ['hidden', /^externalLink$/],
];
/** Of what stays in a copy this alone is told of. */
const toldThoughKept = /^(active|embedded|hidden)$/;

/** What a part means that is there; undefined for one of which nothing needs to be said. */
export function meaningOf(name: string, { isDocument, kept, kinds }: OoxmlParts): FindingKind | undefined {
  const kind = kinds.get(name) ?? '';
  const meaning = told.find(([, pattern]) => pattern.test(kind))?.[0];
  if (!isDocument) return meaning;
  if (!kept.has(name)) return meaning ?? 'hidden';
  if (tied.has(kind) || tying.has(kind)) return 'hidden';
  return meaning !== undefined && toldThoughKept.test(meaning) ? meaning : undefined;
}

export async function readOoxmlParts(
  names: readonly string[],
  unpack: (name: string) => Promise<Uint8Array>,
): Promise<OoxmlParts> {
  const byLowerName = new Map(names.map((name) => [name.toLowerCase(), name]));
  const written = new Map<string, readonly Written[]>();
  for (const name of names) {
    const owner = ownerOf(name);
    if (owner !== null) written.set(owner, readRelations(xmlText(await unpack(name)), owner, byLowerName));
  }
  const typeOf = readTypes(xmlText(await unpack('[Content_Types].xml')));
  const main = written.get('')?.find(({ kind, isExternal }) => kind === 'officeDocument' && !isExternal)?.target;
  const isDocument = main !== undefined && mainType.test(typeOf(main));
  const isTied = [...written.values()].flat().some(({ kind }) => tying.has(kind));
  const mayStay: MayStay = async (owner, of, { kind, target, isExternal }) => {
    if (owner === '') return isDocument && kind === 'officeDocument' && !isExternal;
    if (isExternal) return shown.has(kind);
    if (kind === 'customXml') return /inkml/.test(typeOf(target));
    if (kind === 'vmlDrawing') return !areNotes(await unpack(target));
    // The numbers that a chart shows stand in it; the book that they come from says more.
    if (kind === 'package' || kind === 'oleObject') return !/^chart/.test(of);
    return shown.has(kind) || (isTied && (tied.has(kind) || tying.has(kind)));
  };
  const followed = await follow(written, new Set(names), mayStay);
  const kept = isDocument ? followed.kept : new Set<string>();
  const hidingStyles = new Set<string>();
  for (const name of kept)
    if (followed.kinds.get(name) === 'styles') addHidingStyles(xmlText(await unpack(name)), hidingStyles);
  return { ...followed, kept, isDocument, main: main ?? '', isTied, hidingStyles };
}

/** Those that do so by themselves, and those that build on them. */
function addHidingStyles(xml: string, hiding: Set<string>): void {
  const builtOn = new Map<string, string[]>();
  let style = '';
  for (const token of xmlTokens(xml)) {
    const name = localOf(token.name);
    if (token.kind === 'close' || !/^(style|basedOn|vanish)$/.test(name)) continue;
    const by = new Map(attributesOf(token).map(([key, value]) => [localOf(key), value]));
    if (name === 'style') style = by.get('styleId') ?? '';
    if (name === 'basedOn') mapped(builtOn, by.get('val') ?? '').push(style);
    if (name === 'vanish' && isOn(by.get('val') ?? '1')) hiding.add(style);
  }
  for (const one of hiding) for (const other of builtOn.get(one) ?? []) hiding.add(other);
}

function mapped(lists: Map<string, string[]>, key: string): string[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

/** As office programs write that something is so. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && !/^(0|false|off)$/.test(value);
}

type Written = Omit<Relation, 'isKept'>;
/** @param owner the part that leads there @param of the kind of relationship that leads to the owner */
type MayStay = (owner: string, of: string, relation: Written) => Promise<boolean>;

async function follow(
  written: ReadonlyMap<string, readonly Written[]>,
  names: ReadonlySet<string>,
  mayStay: MayStay,
): Promise<Pick<OoxmlParts, 'kept' | 'relations' | 'kinds'>> {
  const kept = new Set(['[Content_Types].xml']);
  const kinds = new Map<string, string>();
  const relations = new Map<string, readonly Relation[]>();
  const owners = [''];
  for (const owner of owners) {
    const judged: Relation[] = [];
    for (const relation of written.get(owner) ?? []) {
      const { kind, target, isExternal } = relation;
      const isThere = isExternal || names.has(target);
      const isKept = isThere && (await mayStay(owner, kinds.get(owner) ?? '', relation));
      judged.push({ ...relation, isKept });
      if (isExternal || !isKept || kept.has(target)) continue;
      kept.add(target);
      kinds.set(target, kind);
      owners.push(target);
    }
    relations.set(owner, judged);
    const rels = relationsOf(owner);
    if (names.has(rels)) kept.add(rels);
  }
  for (const { kind, target } of [...written.values()].flat()) if (!kinds.has(target)) kinds.set(target, kind);
  return { kept, relations, kinds };
}

/** Signs of comments and nothing else: without the comments they are empty boxes. */
function areNotes(bytes: Uint8Array): boolean {
  const view = new FileView(bytes);
  const count = (text: string): number => {
    let found = 0;
    for (let at = view.find(text); at >= 0; at = view.find(text, at + 1)) found += 1;
    return found;
  };
  const notes = count('ObjectType="Note"');
  return notes > 0 && notes === count('<v:shape ');
}

/** The part whose relationships these are; null for any other part. */
export function ownerOf(name: string): string | null {
  const found = /^((?:.*\/)?)_rels\/([^/]*)\.rels$/.exec(name);
  return found === null ? null : `${found[1] ?? ''}${found[2] ?? ''}`;
}

function relationsOf(owner: string): string {
  const at = owner.lastIndexOf('/') + 1;
  return `${owner.slice(0, at)}_rels/${owner.slice(at)}.rels`;
}

function readRelations(xml: string, owner: string, byLowerName: ReadonlyMap<string, string>): readonly Written[] {
  const folder = owner.slice(0, owner.lastIndexOf('/') + 1);
  return attributesOfAll(xml, 'Relationship').map((by) => {
    const written = by.get('Target') ?? '';
    const isExternal = by.get('TargetMode') === 'External';
    const path = resolvedPath(written.startsWith('/') ? written : `${folder}${written}`);
    const target = isExternal ? written : (byLowerName.get(path.toLowerCase()) ?? path);
    return { id: by.get('Id') ?? '', kind: by.get('Type')?.split('/').at(-1) ?? '', target, isExternal };
  });
}

function readTypes(xml: string): (name: string) => string {
  const [byName, byEnding] = [new Map<string, string>(), new Map<string, string>()];
  for (const by of attributesOfAll(xml, 'Override'))
    byName.set((by.get('PartName') ?? '').replace(/^\//, '').toLowerCase(), by.get('ContentType') ?? '');
  for (const by of attributesOfAll(xml, 'Default'))
    byEnding.set((by.get('Extension') ?? '').toLowerCase(), by.get('ContentType') ?? '');
  return (name) => {
    const ending = name.split('.').at(-1)?.toLowerCase() ?? '';
    return (byName.get(name.toLowerCase()) ?? byEnding.get(ending) ?? '').slice(0, typeCharactersMax);
  };
}

function attributesOfAll(xml: string, name: string): readonly ReadonlyMap<string, string>[] {
  const found: ReadonlyMap<string, string>[] = [];
  for (const token of xmlTokens(xml))
    if (localOf(token.name) === name && token.kind !== 'close') found.push(new Map(attributesOf(token)));
  return found;
}
