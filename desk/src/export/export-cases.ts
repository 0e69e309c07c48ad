/** Cases that leave the desk: only after a second person has agreed, sealed for those who shall read them. */

import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallWords } from '../app/call-words.ts';
import { caseName } from '../app/case-name.ts';
import type { TeamView } from '../engine/case-view.ts';
import type { CaseFile } from '../engine/view.ts';
import { Thread } from '../thread/thread.ts';
import { ArchiveWriter, writeSealed } from './archive-writer.ts';
import { codeWords } from './code-words.ts';
import { addFiles, type FileParts, type ListedFile } from './export-files.ts';
import { grantedRequest } from './granted-request.ts';
import { recipientMark } from './recipient-mark.ts';
import { type RecipientProblem, sealFor } from './recipients.ts';
import { dayText, transcriptHtml } from './transcript.ts';
import { fill, transcriptTexts } from './transcript-texts.ts';

/** Nothing of what was agreed to can be said otherwise here (CAS-10). */
export interface ExportOrder {
  /** Hex of the request that was granted. */
  readonly request: string;
  /** BCP 47 of the transcript's own words. */
  readonly language: string;
}

export interface ExportParts extends FileParts {
  readonly conversation: (id: string) => Promise<CaseFile | null>;
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
  /** Of those it is sealed for. */
  readonly marks: readonly string[];
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
  const { terms } = request;
  const encrypter = sealFor(terms.recipients);
  if ('problem' in encrypter) return encrypter;
  const views = (await Promise.all(request.cases.map(parts.conversation))).filter((view) => view !== null);
  if (views.length === 0) return { problem: 'gone' };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = `cases-${new Date(day * 86_400_000).toISOString().slice(0, 10)}`;
  const going: FileOfCase[] = [];
  const nameOf = (device: string): string =>
    team.people.find((person) => person.device === device)?.name || device.slice(0, 6);
  const path = await freeName(folder, `${name}-${request.id.slice(0, 6)}`);
  const setting = new Thread<string, Uint8Array>(new URL('./transcript-worker.ts', import.meta.url));
  const sealed = await writeSealed(path, encrypter, new ArchiveWriter(name, day), async (archive) => {
    for (const view of views) {
      const at = `${caseName(view.summary.id)}-${view.summary.id.slice(0, 16)}`;
      const listed = await addFiles(archive, at, view, parts, terms);
      for (const [message, files] of listed) {
        going.push(...files.map((file) => ({ case: view.summary.id, message, ...file })));
      }
      const html = transcriptHtml({
        view,
        texts: transcriptTexts(order.language),
        words: parts.words,
        codes: codeWords(order.language, nameOf, dayText),
        filesOf: (id) => listed.get(id) ?? [],
        nameOf,
        isExported: (id) => views.some(({ summary }) => summary.id === id),
        consent: { by: request.by, agreed: request.answer.by },
        hasWork: terms.hasWork,
        day,
      });
      await archive.addBytes(`${at}/transcript.html`, new TextEncoder().encode(html));
      await archive.addBytes(`${at}/transcript.pdf`, await setting.ask(html));
      await archive.addBytes(
        `${at}/case.json`,
        jsonBytes({ ...outgoing(view, terms.hasWork), files: Object.fromEntries(listed) }),
      );
    }
    await archive.addBytes('files.json', jsonBytes(going));
  }).finally(() => setting.close());
  const files = going.filter(({ placed }) => 'form' in placed).length;
  const marks = await Promise.all(terms.recipients.map(recipientMark));
  return { path, sha256: sealed.sha256, cases: views.length, files, leftOut: going.length - files, marks };
}

/** Without `hasWork` what came and what was answered is all that goes out of a case. */
function outgoing(view: CaseFile, hasWork: boolean): object {
  const { summary, messages, incomplete, replies } = view;
  return hasWork ? view : { summary: { id: summary.id }, messages, incomplete, replies };
}

/** A line of the archive's list that says of each file of the cases what it is, or why it is not there. */
interface FileOfCase extends ListedFile {
  readonly case: string;
  readonly message: string;
}

function jsonBytes(data: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(data, null, 2)}\n`);
}

/** What the case's notes say about it, so that every device of the desk knows. */
export function exportNote(language: string, { sha256, marks }: Exported): string {
  return fill(transcriptTexts(language).note, { sha256, marks: marks.join(', ') });
}

/** No export takes the place of another. */
async function freeName(folder: string, stem: string): Promise<string> {
  const taken = new Set(await readdir(folder));
  for (let n = 1; ; n++) {
    const name = `${stem}${n === 1 ? '' : `-${n}`}.tar.age`;
    if (!taken.has(name) && !taken.has(`${name}.half`)) return join(folder, name);
  }
}
