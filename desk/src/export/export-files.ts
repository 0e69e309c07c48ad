/** The files of a case on their way out: each as somebody has chosen it, with what says so. */

import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { FileChoices, FileForm } from '@postern/protocol/messages/export-terms';
import { inspectedBytesMax } from '@postern/protocol/metadata/inspect';
import { isRecording } from '@postern/protocol/metadata/recordings';
import type { CopyRecord } from '../app/copy-records.ts';
import type { CaseFile } from '../engine/view.ts';
import { plainHash } from '../files/plain-hash.ts';
import type { ArchiveWriter } from './archive-writer.ts';
import { cleanApart } from './file-cleaner.ts';
import { type RecordingCopy, spliceApart, splicePassing } from './recording-cleaner.ts';

export interface FileParts {
  readonly file: (id: string, message: string, at: number) => Promise<FileDescriptor | null>;
  /** Of a case. */
  readonly copies: (id: string) => Promise<readonly CopyRecord[]>;
  readonly isHere: (file: FileDescriptor) => Promise<boolean>;
  readonly read: (file: FileDescriptor) => AsyncIterable<Uint8Array>;
  /** Null for one that is not here. */
  readonly readPart: (file: FileDescriptor, from: number, bytes: number) => Promise<Uint8Array | null>;
}

interface PlacedFile {
  /** Inside the archive. */
  readonly path: string;
  /** Hex. */
  readonly sha256: string;
}

/** `missing`: it is not on this device. `not-chosen`: nobody wanted it. */
type LeftOut = 'missing' | 'not-cleanable' | 'no-copy' | 'not-chosen';

type Placed =
  /** A safe copy can be two files, its pages and its text. `original` is the hash of what they were made from, if that is here. */
  | {
      readonly form: Exclude<FileForm, 'none'>;
      readonly files: readonly PlacedFile[];
      readonly original: string | null;
    }
  | { readonly leftOut: LeftOut };

/** A file that the case names, and what became of it in the export. */
export interface ListedFile {
  readonly name: string;
  readonly bytes: number;
  readonly placed: Placed;
}

/** @returns by id of message or reply @throws FileError if a kept file is damaged */
export async function addFiles(
  archive: ArchiveWriter,
  folder: string,
  { summary, messages, replies }: CaseFile,
  parts: FileParts,
  { form, choices }: FileChoices,
): Promise<ReadonlyMap<string, readonly ListedFile[]>> {
  const listed = new Map<string, ListedFile[]>();
  const copies = await parts.copies(summary.id);
  let number = 0;
  for (const { id: message, files } of [...messages, ...replies]) {
    const own: ListedFile[] = [];
    for (const [at, { name, bytes, kept }] of files.entries()) {
      number += 1;
      const start = number;
      const going = {
        form: choices[kept] ?? form,
        original: await originalOf(parts, summary.id, message, at),
        copies: copies
          .filter((copy) => copy.form === 'copy' && copy.message === message && copy.at === at)
          .map(({ file }) => file),
        pathOf: (given: string) => `${folder}/files/${safeName(start, given)}`,
      };
      own.push({ name, bytes, placed: await addFile(archive, parts, going) });
    }
    if (own.length > 0) listed.set(message, own);
  }
  return listed;
}

interface GoingFile {
  readonly form: FileForm;
  /** Null if it is not here. */
  readonly original: FileDescriptor | null;
  readonly copies: readonly FileDescriptor[];
  readonly pathOf: (name: string) => string;
}

async function originalOf(parts: FileParts, id: string, message: string, at: number): Promise<FileDescriptor | null> {
  const file = await parts.file(id, message, at);
  return file !== null && (await parts.isHere(file)) ? file : null;
}

async function addFile(archive: ArchiveWriter, parts: FileParts, going: GoingFile): Promise<Placed> {
  const { form, original, copies, pathOf } = going;
  const add = async (file: FileDescriptor): Promise<PlacedFile> => {
    const path = pathOf(file.name);
    return { path, sha256: await archive.add({ path, bytes: file.bytes, content: parts.read(file) }) };
  };
  if (form === 'none') return { leftOut: 'not-chosen' };
  if (form === 'copy') {
    const files: PlacedFile[] = [];
    for (const copy of copies) files.push(await add(copy));
    if (files.length === 0) return { leftOut: 'no-copy' };
    return { form, files, original: original === null ? null : await hashOf(parts.read(original)) };
  }
  if (original === null) return { leftOut: 'missing' };
  if (form === 'original') {
    const placed = await add(original);
    return { form, files: [placed], original: placed.sha256 };
  }
  const read = async (from: number, to: number): Promise<Uint8Array> =>
    (await parts.readPart(original, from, to - from)) ?? new Uint8Array(0);
  const sliced = { size: original.bytes, read };
  return (await isRecording(sliced))
    ? addRecording(archive, parts, original, pathOf(original.name), await spliceApart(sliced))
    : addCleaned(archive, parts, original, pathOf(original.name));
}

/** The copy is made, and both are hashed, while the original passes by once. */
async function addRecording(
  archive: ArchiveWriter,
  parts: FileParts,
  original: FileDescriptor,
  path: string,
  copy: RecordingCopy | null,
): Promise<Placed> {
  if (copy === null) return { leftOut: 'not-cleanable' };
  const hash = plainHash();
  const content = splicePassing(parts.read(original), hash, copy.stretches);
  const sha256 = await archive.add({ path, bytes: copy.size, content });
  return { form: 'cleaned', files: [{ path, sha256 }], original: hash.end() };
}

async function addCleaned(
  archive: ArchiveWriter,
  parts: FileParts,
  original: FileDescriptor,
  path: string,
): Promise<Placed> {
  if (original.bytes > inspectedBytesMax) return { leftOut: 'not-cleanable' };
  const content = new Uint8Array(original.bytes);
  const hash = await hashOf(parts.read(original), (piece, at) => content.set(piece, at));
  const cleaned = await cleanApart(content);
  if (cleaned === null) return { leftOut: 'not-cleanable' };
  return { form: 'cleaned', files: [{ path, sha256: await archive.addBytes(path, cleaned) }], original: hash };
}

/** @param take gets each piece, with where it begins */
async function hashOf(
  content: AsyncIterable<Uint8Array>,
  take: (piece: Uint8Array, at: number) => void = () => undefined,
): Promise<string> {
  const hash = plainHash();
  let at = 0;
  for await (const piece of content) {
    hash.update(piece);
    take(piece, at);
    at += piece.length;
  }
  return hash.end();
}

/** A name that is the same on every system; the transcript tells the file's own. */
function safeName(number: number, name: string): string {
  const dot = name.lastIndexOf('.');
  const plain = (text: string, most: number): string => text.replace(/[^A-Za-z0-9]+/g, '-').slice(0, most);
  const ending = dot > 0 ? plain(name.slice(dot + 1), 8).replaceAll('-', '') : '';
  const stem = plain(dot > 0 ? name.slice(0, dot) : name, 40).replace(/^-+|-+$/g, '');
  const start = String(number).padStart(3, '0');
  return `${start}${stem === '' ? '' : `-${stem}`}${ending === '' ? '' : `.${ending}`}`;
}
