/** What stands in the files of cases, for the search: which ones shall be read, and what came of it (decisions/0134). No file is looked into here. */

import { Reader } from '@postern/protocol/bytes/reader';
import { WireError } from '@postern/protocol/bytes/wire-error';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { FileError } from '@postern/protocol/files/file-error';
import type { LocalStore } from '../engine/ports.ts';
import { Turns } from '../engine/turns.ts';
import type { CaseFile, FileView } from '../engine/view.ts';
import { filesTextMax } from '../files/copy-limits.ts';
import type { DeskFiles } from '../files/desk-files.ts';
import { visibleText } from '../files/safe-copies.ts';
import type { FilePlace } from './api.ts';
import { type FileText, searchableText } from './searchable-text.ts';
import {
  casesWithWords,
  readWordRecords,
  type WordRecord,
  type WordRecords,
  writeWordRecords,
} from './word-records.ts';
import {
  type ToldState,
  toldStates,
  type UnreadFile,
  type WaitingFile,
  type WordState,
  wordsFileBytesMax,
} from './word-states.ts';

export interface FileWordsParts {
  readonly store: LocalStore;
  readonly files: DeskFiles;
  readonly original: (place: FilePlace) => Promise<FileDescriptor | null>;
  /** Called when more is known of the files of a case. */
  readonly onWords: (id: string) => Promise<void>;
}

type PlacedFile = FileView & { readonly place: FilePlace };

/** One that ends whoever reads it is not begun a third time; and one that somebody locked the desk over is not lost. */
const triesMax = 2;
const nothingYet: WordRecord = { state: 'begun', tries: 0, text: '' };

export class FileWords {
  readonly #parts: FileWordsParts;
  readonly #turns = new Turns();
  /** Files that are here and not read, by the names under which they are kept. */
  readonly #waiting = new Map<string, PlacedFile>();
  /** How many files of each case the search does not know, or not whole. */
  readonly #unread = new Map<string, number>();

  constructor(parts: FileWordsParts) {
    this.#parts = parts;
  }

  /** How many files wait to be read, and how many are not known, or not whole. */
  get counts(): { readonly waiting: number; readonly unread: number } {
    const unread = [...this.#unread.values()].reduce((sum, count) => sum + count, 0);
    return { waiting: this.#waiting.size, unread };
  }

  /** What is known of a case's files; those that are here and were not read wait from now on. In turn: what was taken meanwhile does not wait again. */
  async look(id: string, view: CaseFile): Promise<readonly FileText[]> {
    const files = placedFiles(id, view);
    return files.length === 0 ? [] : this.#turns.run(() => this.#look(id, files));
  }

  async #look(id: string, files: readonly PlacedFile[]): Promise<readonly FileText[]> {
    const records = await this.#records(id);
    const texts: FileText[] = [];
    for (const file of files) {
      const { state, text } = records.get(file.kept) ?? nothingYet;
      if (text !== '') texts.push({ name: file.name, text: searchableText(text) });
      if (state === 'begun' && (await this.#parts.files.isKept(file.kept))) this.#waiting.set(file.kept, file);
    }
    this.#count(id, records);
    return texts;
  }

  /** Files of a case of which the search does not know all, though they are here. */
  async unread(id: string): Promise<readonly UnreadFile[]> {
    return [...(await this.#records(id))].flatMap(([kept, { state }]) =>
      state === 'read' || state === 'begun' ? [] : [{ kept, state }],
    );
  }

  /** The next file to be read, whose reading begins now; null if none waits. */
  async next(): Promise<WaitingFile | null> {
    const passed = new Set<string>();
    const next = await this.#turns.run(() => this.#next(passed));
    for (const id of passed) await this.#parts.onWords(id);
    return next;
  }

  /** @param passed cases of those that shall not be read */
  async #next(passed: Set<string>): Promise<WaitingFile | null> {
    for (const [kept, file] of this.#waiting) {
      const { id } = file.place;
      const records = await this.#records(id);
      const { tries } = records.get(kept) ?? nothingYet;
      const state = stateBefore(file, records, tries);
      const isHere = (await this.#original(kept)) !== null && (await this.#parts.files.isKept(kept));
      const isBegun = isHere && state === 'begun';
      if (!isBegun) this.#waiting.delete(kept);
      // Of a case that has ended meanwhile, or taken off the disk.
      if (!isHere) continue;
      await this.#write(id, new Map([...records, [kept, { state, tries: tries + 1, text: '' }]]));
      if (isBegun) return { id, kept };
      passed.add(id);
    }
    return null;
  }

  /** The content of a file that waits. @returns null for one that does not, is not here any more, or is not what it was */
  async read(kept: string): Promise<Uint8Array | null> {
    const file = await this.#original(kept);
    if (file === null) return null;
    return this.#parts.files.readWhole(file, wordsFileBytesMax).catch((error: unknown) => {
      if (error instanceof FileError) return null;
      throw error;
    });
  }

  /** @param body `u8 state, text32 words`, as the page tells them of a file that waits @returns false if it is none, or waits no more */
  async take(kept: string, body: Uint8Array): Promise<boolean> {
    const told = readTold(body);
    if (told === null) return false;
    const id = await this.#turns.run(async () => {
      const place = this.#waiting.get(kept)?.place;
      // Nothing of a case that has ended meanwhile.
      if (place === undefined || (await this.#original(kept)) === null) return null;
      const records = await this.#records(place.id);
      const words = visibleText(told.text).trim();
      const text = words.slice(0, lettersLeft(records));
      const state = stateOf(told.state, words, text);
      const { tries } = records.get(kept) ?? nothingYet;
      await this.#write(place.id, new Map([...records, [kept, { state, tries, text }]]));
      this.#waiting.delete(kept);
      return place.id;
    });
    if (id !== null) await this.#parts.onWords(id);
    return id !== null;
  }

  /** Of a case that has ended. */
  forget(id: string): Promise<void> {
    return this.#turns.run(async () => {
      for (const [kept, { place }] of this.#waiting) if (place.id === id) this.#waiting.delete(kept);
      await this.#write(id, new Map());
    });
  }

  /** What another run left of cases that have ended since. */
  async forgetAllBut(ids: readonly string[]): Promise<void> {
    const here = new Set(ids);
    for (const id of await casesWithWords(this.#parts.store)) if (!here.has(id)) await this.forget(id);
  }

  /** Nothing is half kept, and nothing in memory, when this resolves. */
  async close(): Promise<void> {
    await this.#turns.end();
    this.#waiting.clear();
    this.#unread.clear();
  }

  /** What cannot be read is read anew. */
  #records(id: string): Promise<WordRecords> {
    return readWordRecords(this.#parts.store, id).catch(() => new Map());
  }

  async #write(id: string, records: WordRecords): Promise<void> {
    await writeWordRecords(this.#parts.store, id, records);
    this.#count(id, records);
  }

  #count(id: string, records: WordRecords): void {
    const unread = [...records.values()].filter(({ state }) => !['read', 'none', 'begun'].includes(state)).length;
    if (unread === 0) this.#unread.delete(id);
    else this.#unread.set(id, unread);
  }

  async #original(kept: string): Promise<FileDescriptor | null> {
    const file = this.#waiting.get(kept);
    return file === undefined ? null : this.#parts.original(file.place);
  }
}

function placedFiles(id: string, { messages, replies }: CaseFile): readonly PlacedFile[] {
  return [...messages, ...replies].flatMap(({ id: message, files }) =>
    files.map((file, at) => ({ ...file, place: { id, message, at } })),
  );
}

/** `begun` for one that shall be read. */
function stateBefore({ bytes }: FileView, records: WordRecords, tries: number): WordState {
  if (bytes > wordsFileBytesMax) return 'too-large';
  if (lettersLeft(records) === 0) return 'full';
  return tries < triesMax ? 'begun' : 'interrupted';
}

function lettersLeft(records: WordRecords): number {
  return [...records.values()].reduce((left, { text }) => Math.max(0, left - text.length), filesTextMax);
}

function stateOf(told: ToldState, words: string, text: string): ToldState {
  if (told !== 'read' && told !== 'cut') return told;
  if (words === '') return told === 'cut' ? 'too-large' : 'none';
  return text.length < words.length ? 'cut' : told;
}

function readTold(body: Uint8Array): { readonly state: ToldState; readonly text: string } | null {
  try {
    const reader = new Reader(body);
    const state = toldStates[reader.u8()];
    const text = reader.text32(3 * filesTextMax);
    reader.end();
    return state === undefined ? null : { state, text };
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
