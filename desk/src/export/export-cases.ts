/** Cases that leave the desk: only after a second person has agreed, sealed for those who shall read them. */

import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { cleanMetadata, detectFormat, inspectedBytesMax } from '@postern/protocol/metadata/inspect';
import { MetadataError } from '@postern/protocol/metadata/report';
import type { CallWords } from '../app/call-words.ts';
import { caseName } from '../app/case-name.ts';
import type { TeamView } from '../engine/case-view.ts';
import type { CaseFile } from '../engine/view.ts';
import { ArchiveWriter, writeSealed } from './archive-writer.ts';
import { codeWords } from './code-words.ts';
import { grantedRequest } from './granted-request.ts';
import { cleanPdfApart } from './pdf-cleaner.ts';
import { type RecipientProblem, sealFor } from './recipients.ts';
import { dayText, type ListedFile, transcriptHtml } from './transcript.ts';
import { transcriptPdf } from './transcript-pdf.ts';
import { fill, transcriptTexts } from './transcript-texts.ts';

export interface ExportOrder {
  /** Hex of the request that was granted. */
  readonly request: string;
  /** Of age, one a line. */
  readonly recipients: string;
  /** Copies without metadata in place of the originals; what cannot be cleaned is left out. */
  readonly isCleaned: boolean;
  /** BCP 47 of the transcript's own words. */
  readonly language: string;
}

export interface ExportParts {
  readonly conversation: (id: string) => Promise<CaseFile | null>;
  readonly file: (id: string, message: string, at: number) => Promise<FileDescriptor | null>;
  readonly isHere: (file: FileDescriptor) => Promise<boolean>;
  readonly read: (file: FileDescriptor) => AsyncIterable<Uint8Array>;
  readonly readWhole: (file: FileDescriptor, bytesMax: number) => Promise<Uint8Array | null>;
  /** In the transcript's language. */
  readonly words: CallWords;
}

export interface Exported {
  readonly path: string;
  /** Of the sealed file, hex. */
  readonly sha256: string;
  readonly cases: number;
  readonly files: number;
  readonly leftOut: number;
}

/** `not-granted`: nobody else has agreed, it was not this device that asked, or it was too long ago. `gone`: no case of it is here any more. */
export type ExportProblem = RecipientProblem | 'not-granted' | 'gone' | 'disk';

/**
 * @param folder of sealed exports; the file in it is there whole or not at all
 * @throws FileError if a kept file is damaged; an error of the disk
 */
export async function exportCases(
  order: ExportOrder,
  parts: ExportParts,
  { team, day, folder }: { readonly team: TeamView; readonly day: number; readonly folder: string },
): Promise<Exported | { readonly problem: Exclude<ExportProblem, 'disk'> }> {
  const request = grantedRequest(team, order.request, day);
  if (request === null) return { problem: 'not-granted' };
  const encrypter = sealFor(order.recipients);
  if ('problem' in encrypter) return encrypter;
  const views = (await Promise.all(request.cases.map(parts.conversation))).filter((view) => view !== null);
  if (views.length === 0) return { problem: 'gone' };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = `cases-${new Date(day * 86_400_000).toISOString().slice(0, 10)}`;
  const counts = { files: 0, leftOut: 0 };
  const nameOf = (device: string): string =>
    team.people.find((person) => person.device === device)?.name || device.slice(0, 6);
  const agreed = request.answer?.by ?? '';
  const path = await freeName(folder, `${name}-${request.id.slice(0, 6)}`);
  const sealed = await writeSealed(path, encrypter, new ArchiveWriter(name, day), async (archive) => {
    for (const view of views) {
      const at = `${caseName(view.summary.id)}-${view.summary.id.slice(0, 16)}`;
      const listed = await addFiles(archive, at, view, parts, order.isCleaned);
      for (const { placed } of [...listed.values()].flat()) counts['path' in placed ? 'files' : 'leftOut'] += 1;
      const html = transcriptHtml({
        view,
        texts: transcriptTexts(order.language),
        words: parts.words,
        codes: codeWords(order.language, nameOf, dayText),
        filesOf: (id) => listed.get(id) ?? [],
        nameOf,
        consent: { by: request.by, agreed },
        day,
      });
      await archive.addBytes(`${at}/transcript.html`, new TextEncoder().encode(html));
      await archive.addBytes(`${at}/transcript.pdf`, await transcriptPdf(html));
      const data = { ...view, files: Object.fromEntries(listed) };
      await archive.addBytes(`${at}/case.json`, new TextEncoder().encode(`${JSON.stringify(data, null, 2)}\n`));
    }
  });
  return { path, sha256: sealed.sha256, cases: views.length, ...counts };
}

/** What the case's notes say about it, so that every device of the desk knows. */
export function exportNote(language: string, { sha256 }: Exported): string {
  return fill(transcriptTexts(language).note, { sha256 });
}

async function addFiles(
  archive: ArchiveWriter,
  folder: string,
  { summary, messages, replies }: CaseFile,
  parts: ExportParts,
  isCleaned: boolean,
): Promise<ReadonlyMap<string, readonly ListedFile[]>> {
  const listed = new Map<string, ListedFile[]>();
  let number = 0;
  for (const { id, files } of [...messages, ...replies]) {
    const own: ListedFile[] = [];
    for (const [at, { name, bytes }] of files.entries()) {
      number += 1;
      const path = `${folder}/files/${safeName(number, name)}`;
      const file = await parts.file(summary.id, id, at);
      const isHere = file !== null && (await parts.isHere(file));
      const sha256 = isHere ? await addFile(archive, path, file, parts, isCleaned) : null;
      if (sha256 !== null) own.push({ name, bytes, placed: { path, sha256 } });
      else own.push({ name, bytes, placed: { leftOut: isHere ? 'not-cleanable' : 'missing' } });
    }
    if (own.length > 0) listed.set(id, own);
  }
  return listed;
}

/** Null if no cleaned copy can be made. */
async function addFile(
  archive: ArchiveWriter,
  path: string,
  file: FileDescriptor,
  parts: ExportParts,
  isCleaned: boolean,
): Promise<string | null> {
  if (!isCleaned) return archive.add({ path, bytes: file.bytes, content: parts.read(file) });
  const original = await parts.readWhole(file, inspectedBytesMax);
  if (original === null) return null;
  try {
    const isPdf = detectFormat(original) === 'pdf';
    const cleaned = isPdf ? await cleanPdfApart(original) : await cleanMetadata(original);
    return cleaned === null ? null : await archive.addBytes(path, cleaned);
  } catch (error) {
    if (error instanceof MetadataError) return null;
    throw error;
  }
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

/** No export takes the place of another. */
async function freeName(folder: string, stem: string): Promise<string> {
  const taken = new Set(await readdir(folder));
  for (let n = 1; ; n++) {
    const name = `${stem}${n === 1 ? '' : `-${n}`}.tar.age`;
    if (!taken.has(name) && !taken.has(`${name}.half`)) return join(folder, name);
  }
}
