/** The files of an open desk's cases, and their safe copies, by the places where the page knows them. */

import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { Random } from '@postern/protocol/primitives/random';
import { dayOf } from '@postern/protocol/time';
import type { LocalStore } from '../engine/ports.ts';
import type { DeskFiles, SaveProblem } from '../files/desk-files.ts';
import { keptName } from '../files/file-folder.ts';
import type { SavedFile } from '../files/plain-files.ts';
import type { FilePart, FilePlace } from './api.ts';
import type { Engine } from './engine-port.ts';
import { KeptRecords } from './kept-records.ts';
import { SafeCopyDesk } from './safe-copy-desk.ts';

export interface CaseFilesParts {
  readonly engine: Pick<Engine, 'file'>;
  readonly files: DeskFiles;
  readonly store: LocalStore;
  readonly random: Random;
  /** Called when those of a case have changed. */
  readonly onCopies: (id: string) => Promise<void>;
  /** Unix seconds. */
  readonly now: () => number;
}

export class CaseFiles {
  readonly copies: SafeCopyDesk;
  readonly kept: KeptRecords;
  readonly #engine: Pick<Engine, 'file'>;
  readonly #files: DeskFiles;

  constructor({ engine, files, store, random, now, onCopies }: CaseFilesParts) {
    this.#engine = engine;
    this.#files = files;
    this.kept = new KeptRecords(store, (name) => files.forget(name));
    const original = (place: FilePlace): Promise<FileDescriptor | null> => this.#original(place);
    this.copies = new SafeCopyDesk({ store, files, original, random, onCopies, day: () => dayOf(now()) });
  }

  async fetch(place: FilePlace): Promise<void> {
    const file = await this.#original(place);
    if (file === null) return;
    await this.kept.note(place.id, [await keptName(file.key)]);
    await this.#files.fetch(file);
  }

  stop(kept: string): void {
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
    if (original !== null) await note();
    return this.#files.save(file);
  }

  /** Nothing of a case that has ended stays. */
  async forget(id: string): Promise<void> {
    await this.copies.forget(id);
    await this.#files.attachments.forget(id);
    await this.kept.forget(id);
  }

  /** What another run left of cases that have ended since. */
  async forgetAllBut(ids: readonly string[]): Promise<void> {
    await this.copies.forgetAllBut(ids);
    await this.#files.attachments.forgetAllBut(ids);
    await this.kept.forgetAllBut(ids);
  }

  async #fileAt(place: FilePlace): Promise<FileDescriptor | null> {
    return (await this.#original(place)) ?? this.copies.file(place);
  }

  #original({ id, message, at }: FilePlace): Promise<FileDescriptor | null> {
    return this.#engine.file(id, message, at);
  }
}
