/** The files of an open desk's cases, and their safe copies, by the places where the page knows them. */

import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { Random } from '@postern/protocol/primitives/random';
import { dayOf } from '@postern/protocol/time';
import { CaseError } from '../engine/case-desk.ts';
import type { LocalStore } from '../engine/ports.ts';
import type { CaseFile } from '../engine/view.ts';
import type { DeskFiles, SaveProblem } from '../files/desk-files.ts';
import { keptName } from '../files/file-folder.ts';
import type { SavedFile } from '../files/plain-files.ts';
import type { FilePart, FilePlace } from './api.ts';
import type { CopyView } from './copy-records.ts';
import type { Engine } from './engine-port.ts';
import { FileWords } from './file-words.ts';
import { KeptRecords } from './kept-records.ts';
import { SafeCopyDesk } from './safe-copy-desk.ts';
import type { FileText } from './searchable-text.ts';
import type { UnreadFile } from './word-states.ts';

export interface CaseFilesParts {
  readonly engine: Pick<Engine, 'file'>;
  readonly files: DeskFiles;
  readonly store: LocalStore;
  readonly random: Random;
  /** Called when more is known of the texts in a case's files. */
  readonly onTexts: (id: string) => Promise<void>;
  /** Unix seconds. */
  readonly now: () => number;
}

export class CaseFiles {
  readonly copies: SafeCopyDesk;
  readonly words: FileWords;
  readonly kept: KeptRecords;
  readonly #engine: Pick<Engine, 'file'>;
  readonly #files: DeskFiles;
  /** Ids of their cases, by the names of files that were asked for. */
  readonly #coming = new Map<string, string>();

  constructor({ engine, files, store, random, now, onTexts }: CaseFilesParts) {
    this.#engine = engine;
    this.#files = files;
    this.kept = new KeptRecords(store, (name) => files.forget(name));
    const original = (place: FilePlace): Promise<FileDescriptor | null> => this.#original(place);
    this.copies = new SafeCopyDesk({ store, files, original, random, onCopies: onTexts, day: () => dayOf(now()) });
    this.words = new FileWords({ store, files, original, onWords: onTexts });
  }

  async fetch(place: FilePlace): Promise<void> {
    const file = await this.#original(place);
    if (file === null) return;
    const kept = await keptName(file.key);
    await this.kept.note(place.id, [kept]);
    this.#coming.set(kept, place.id);
    await this.#files.fetch(file);
  }

  /** Ids of the cases of which a file has come since. */
  arrived(): readonly string[] {
    const here = this.#files.transfers().filter(({ name, state }) => state === 'done' && this.#coming.has(name));
    const ids = here.map(({ name }) => this.#coming.get(name) ?? '');
    for (const { name } of here) this.#coming.delete(name);
    return [...new Set(ids)];
  }

  /** Of a case that stands as in `view`: what was copied or recognised here first, since somebody asked for that. */
  async texts(id: string, view: CaseFile): Promise<readonly FileText[]> {
    return [...(await this.copies.texts(id)), ...(await this.words.look(id, view))];
  }

  /** What the page shows beside the files of a case. */
  async about(id: string): Promise<{ readonly copies: readonly CopyView[]; readonly unread: readonly UnreadFile[] }> {
    const [copies, unread] = await Promise.all([this.copies.list(id), this.words.unread(id)]);
    return { copies, unread };
  }

  async close(): Promise<void> {
    await this.copies.close();
    await this.words.close();
  }

  stop(kept: string): void {
    this.#coming.delete(kept);
    this.#files.stop(kept);
  }

  /** @returns null for one that is not here or larger @throws FileError */
  async read(place: FilePlace, bytesMax: number): Promise<Uint8Array | null> {
    const file = await this.#fileAt(place);
    return file === null ? null : this.#files.readWhole(file, bytesMax);
  }

  /** @returns null for one that is not here @throws FileError */
  async readPart({ from, bytes, ...place }: FilePart): Promise<Uint8Array | null> {
    const file = await this.#fileAt(place);
    return file === null ? null : this.#files.readPart(file, from, bytes);
  }

  /** @param note tells the desk of what goes out as it came; if it fails nothing is written */
  async save(place: FilePlace, note: () => Promise<void>): Promise<SavedFile | { readonly problem: SaveProblem }> {
    const original = await this.#original(place);
    const file = original ?? (await this.copies.file(place));
    if (file === null || !(await this.#files.isHere(file))) return { problem: 'missing' };
    try {
      if (original !== null) await note();
    } catch (error) {
      // A device that has left its desk, or has lost its history, tells nobody.
      if (error instanceof CaseError) return { problem: 'stopped' };
      throw error;
    }
    return this.#files.save(file);
  }

  /** Nothing of a case that has ended stays. */
  async forget(id: string): Promise<void> {
    await this.copies.forget(id);
    await this.#files.attachments.forget(id);
    await this.words.forget(id);
    await this.kept.forget(id);
  }

  /** What another run left of cases that have ended since. */
  async forgetAllBut(ids: readonly string[]): Promise<void> {
    await this.copies.forgetAllBut(ids);
    await this.#files.attachments.forgetAllBut(ids);
    await this.words.forgetAllBut(ids);
    await this.kept.forgetAllBut(ids);
  }

  async #fileAt(place: FilePlace): Promise<FileDescriptor | null> {
    return (await this.#original(place)) ?? this.copies.file(place);
  }

  #original({ id, message, at }: FilePlace): Promise<FileDescriptor | null> {
    return this.#engine.file(id, message, at);
  }
}
