/** Office documents, which are archives of parts: what a copy keeps of one, and what the others say. */

import { equal } from '../bytes/equal.ts';
import { cleanOdfPart, isOdfType, readOdfPart, readOdfParts } from './odf.ts';
import { cleanOoxmlPart, isOoxmlXml, readOoxmlPart } from './ooxml.ts';
import { readOoxmlParts } from './ooxml-parts.ts';
import { type FindingSink, MetadataError } from './report.ts';
import { unzipEntry, writeZip, type ZipEntry, type ZipFile } from './zip-file.ts';

export type OfficeFormat = 'ooxml' | 'odf';

/** What is known of one document before its parts are looked at one by one. */
export interface OfficePlan {
  /** False for a package of another kind, of which there is no copy. */
  readonly isDocument: boolean;
  readonly kept: ReadonlySet<string>;
  readonly read: (name: string, bytes: Uint8Array, findings: FindingSink) => void;
  readonly clean: (name: string, bytes: Uint8Array) => Uint8Array;
  /** Whether a part is looked into as what a document of this kind has under such a name, or is a font. */
  readonly isRead: (name: string) => boolean;
}

type Unpack = (entry: ZipEntry) => Promise<Uint8Array>;

export async function planOffice(
  format: OfficeFormat,
  entries: readonly ZipEntry[],
  unpack: Unpack,
): Promise<OfficePlan> {
  const byName = new Map(entries.filter(({ isFolder }) => !isFolder).map((entry) => [entry.name, entry]));
  const names = [...byName.keys()];
  const unpackNamed = (name: string): Promise<Uint8Array> => {
    const entry = byName.get(name);
    if (entry === undefined) throw new MetadataError('malformed', 'read a document: it lacks a part');
    return unpack(entry);
  };
  if (format === 'odf') {
    const isDocument = isOdfType(await unpackNamed('mimetype'));
    const kept = isDocument ? await readOdfParts(names, unpackNamed) : new Set<string>();
    return {
      isDocument,
      kept,
      read: (name, bytes, findings) => readOdfPart(name, bytes, isDocument ? kept : null, findings),
      clean: (name, bytes) => cleanOdfPart(name, bytes, kept),
      isRead: (name) => name.endsWith('.xml') || name === 'mimetype' || name.startsWith('Fonts/'),
    };
  }
  const parts = await readOoxmlParts(names, unpackNamed);
  return {
    isDocument: parts.isDocument,
    kept: parts.kept,
    read: (name, bytes, findings) => readOoxmlPart(name, bytes, parts, findings),
    clean: (name, bytes) => cleanOoxmlPart(name, bytes, parts),
    isRead: (name) => isOoxmlXml(name) || parts.kinds.get(name) === 'font',
  };
}

/** @param cleanInside a picture, sound or document that is a part */
export async function cleanedParts(
  entries: readonly ZipEntry[],
  plan: OfficePlan,
  unpack: Unpack,
  cleanInside: (part: Uint8Array) => Promise<Uint8Array>,
): Promise<readonly ZipFile[]> {
  const files: ZipFile[] = [];
  const names = new Set(entries.map(({ name }) => name.toLowerCase()));
  // Programs may take the first or the last of two.
  if (names.size !== entries.length) throw new MetadataError('malformed', 'clean a document: two parts with one name');
  for (const entry of entries) {
    if (!plan.kept.has(entry.name)) continue;
    const part = plan.clean(entry.name, await unpack(entry));
    files.push({ name: entry.name, bytes: await cleanInside(part), isStored: entry.name === 'mimetype' });
  }
  return files;
}

/** Whether a copy would be the same, but for how its parts are packed, which differs from engine to engine. */
export async function isAsCopied(
  archive: Uint8Array,
  entries: readonly ZipEntry[],
  files: readonly ZipFile[],
): Promise<boolean> {
  if (files.length !== entries.length) return false;
  const same: ZipFile[] = [];
  for (const [index, file] of files.entries()) {
    const entry = entries[index] as ZipEntry;
    if (entry.name !== file.name || !equal(await unzipEntry(entry), file.bytes)) return false;
    same.push({ ...file, packed: entry.packed });
  }
  return equal(await writeZip(same), archive);
}
