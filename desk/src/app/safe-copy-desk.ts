/** Safe copies of the files of cases, made from pixels, and texts alone: sealed, kept beside their originals, gone when the case is. */

import { bytesToUtf8, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import { WireError } from '@postern/protocol/bytes/wire-error';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { Random } from '@postern/protocol/primitives/random';
import { fileView } from '../engine/conversation-view.ts';
import type { LocalStore } from '../engine/ports.ts';
import { copyTextMax, filesTextMax, pageTextMax } from '../files/copy-limits.ts';
import type { DeskFiles } from '../files/desk-files.ts';
import { keptName } from '../files/file-folder.ts';
import { contentOf } from '../files/kept-content.ts';
import { type CopyOrder, type MadeCopy, type PageAnswer, SafeCopies } from '../files/safe-copies.ts';
import type { FilePlace } from './api.ts';
import {
  type CopyProblem,
  type CopyRecord,
  type CopyView,
  casesWithCopies,
  copiesMax,
  readCopies,
  writeCopies,
} from './copy-records.ts';
import { type FileText, searchableText } from './searchable-text.ts';

const textType = 'text/plain';
export interface SafeCopyParts {
  readonly store: LocalStore;
  readonly files: DeskFiles;
  readonly original: (place: FilePlace) => Promise<FileDescriptor | null>;
  readonly random: Random;
  /** Called when those of a case have changed. */
  readonly onCopies: (id: string) => Promise<void>;
  /** UTC, today. */
  readonly day: () => number;
}

export class SafeCopyDesk {
  readonly #parts: SafeCopyParts;
  readonly #making: SafeCopies;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(parts: SafeCopyParts) {
    this.#parts = parts;
    this.#making = new SafeCopies(parts.random);
  }

  async list(id: string): Promise<readonly CopyView[]> {
    const copies = await readCopies(this.#parts.store, id);
    return Promise.all(copies.map(async ({ file, ...copy }) => ({ ...copy, file: await fileView(file) })));
  }

  /** A copy by the name under which it is kept, which stands in the place of a message; or null. */
  async file({ id, message }: FilePlace): Promise<FileDescriptor | null> {
    for (const { file } of await readCopies(this.#parts.store, id)) {
      if ((await keptName(file.key)) === message) return file;
    }
    return null;
  }

  async begin(order: CopyOrder): Promise<{ readonly copy: string } | { readonly problem: CopyProblem }> {
    if ((await this.#parts.original(order)) === null || this.#isClosed) return { problem: 'none' };
    return { copy: this.#making.begin(order) };
  }

  /** @param body `u32 width, u32 height, var32 text, rgba`. Unless it is taken the copy cannot go on. */
  async addPage(copy: string, body: Uint8Array): Promise<PageAnswer> {
    const reader = new Reader(body);
    try {
      const [width, height] = [reader.u32(), reader.u32()];
      const text = bytesToUtf8(reader.var32(3 * pageTextMax));
      const rgba = reader.rest();
      return await this.#making.add(copy, { width, height, rgba, text });
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.drop(copy);
      return 'refused';
    }
  }

  /** For the search, the first `filesTextMax` of them. What cannot be read is not found. */
  async texts(id: string): Promise<readonly FileText[]> {
    const texts: FileText[] = [];
    let left = filesTextMax;
    for (const { file } of await this.#searched(id).catch(() => [])) {
      if (left <= 0) break;
      const bytes = await this.#parts.files.readWhole(file, 3 * copyTextMax).catch(() => null);
      if (bytes === null) continue;
      const text = new TextDecoder().decode(bytes.subarray(0, 3 * left)).slice(0, left);
      left -= text.length;
      texts.push({ name: file.name, text: searchableText(text) });
    }
    return texts;
  }

  async #searched(id: string): Promise<readonly CopyRecord[]> {
    return (await readCopies(this.#parts.store, id)).filter(({ file }) => file.type === textType);
  }

  /** Seals the copy, and its text as a file of its own if there is any. One of the same form made before of the same file is replaced. */
  end(copy: string): Promise<{ readonly problem: CopyProblem | null }> {
    // Taken now, so that the next one can begin.
    const ending = this.#making.end(copy);
    return this.#inTurn(async () => {
      const made = await ending;
      return made === null ? { problem: 'incomplete' } : this.#keep(made).finally(made.close);
    });
  }

  async #keep({ order, pdf, text }: MadeCopy): Promise<{ readonly problem: CopyProblem | null }> {
    const { store, files } = this.#parts;
    const { id, message, at, name, hasPixels } = order;
    const form = hasPixels ? 'copy' : 'text';
    if ((await this.#parts.original(order)) === null) return { problem: 'none' };
    const day = this.#parts.day();
    const before = await readCopies(store, id);
    const kept = before.filter((other) => other.message !== message || other.at !== at || other.form !== form);
    if (kept.length + 2 > copiesMax) return { problem: 'full' };
    const added: CopyRecord[] = [];
    try {
      if (pdf !== null) {
        const file = await files.keep({ name: `${name}.pdf`, type: 'application/pdf', day }, pdf);
        added.push({ form, message, at, file });
      }
      if (text.trim() !== '') {
        const file = await files.keep({ name: `${name}.txt`, type: textType, day }, contentOf(utf8ToBytes(text)));
        added.push({ form, message, at, file });
      }
      if (added.length === 0) return { problem: 'incomplete' };
      // Files whose keys stand nowhere could not even be removed.
      await writeCopies(store, id, [...kept, ...added]);
    } catch (error) {
      await this.#remove(added);
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return { problem: 'disk' };
    }
    await this.#remove(before.filter((other) => !kept.includes(other)));
    await this.#parts.onCopies(id);
    return { problem: null };
  }

  drop(copy: string): void {
    this.#making.drop(copy);
  }

  /** Of cases that ended while the desk was locked, or before the last run came to it. */
  async forgetAllBut(ids: readonly string[]): Promise<void> {
    const here = new Set(ids);
    for (const id of await casesWithCopies(this.#parts.store)) if (!here.has(id)) await this.forget(id);
  }

  /** Of a case that has ended. */
  forget(id: string): Promise<void> {
    return this.#inTurn(() => this.#forget(id));
  }

  async #forget(id: string): Promise<void> {
    // Of a list that cannot be read nothing can be opened any more either.
    const copies = await readCopies(this.#parts.store, id).catch(() => null);
    if (copies?.length === 0) return;
    await writeCopies(this.#parts.store, id, []);
    await this.#remove(copies ?? []);
  }

  /** Nothing of a copy is in memory, and nothing half kept, when this resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#making.close();
    await this.#last;
  }

  /** Between reading the list of a case and writing it nothing else may write it. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const run = this.#last.then(work);
    this.#last = run.catch(() => undefined);
    return run;
  }

  async #remove(copies: readonly CopyRecord[]): Promise<void> {
    for (const { file } of copies) await this.#parts.files.discard(file);
  }
}
