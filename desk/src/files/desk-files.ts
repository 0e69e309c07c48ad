/** All that an open desk does with files: fetches, keeps, saves, and attaches them to replies. */

import { join } from 'node:path';
import { type FileDescriptor, wireFileName } from '@postern/protocol/files/descriptor';
import { FileError } from '@postern/protocol/files/file-error';
import type { Random } from '@postern/protocol/primitives/random';
import type { LocalStore } from '../engine/ports.ts';
import type { ConversationView } from '../engine/view.ts';
import { Attachments } from './attachments.ts';
import type { ChunkPorts, Transfer } from './chunk-ports.ts';
import { FileFolder, keptName } from './file-folder.ts';
import { type Content, keepContent } from './kept-content.ts';
import { readKept, readKeptPart, type SavedFile, saveOriginal } from './plain-files.ts';
import { Transfers } from './transfers.ts';

export interface DeskFilesOptions {
  /** The device's folder. */
  readonly folder: string;
  readonly ports: ChunkPorts;
  /** Where the keys of what is attached stand. */
  readonly store: LocalStore;
  readonly fingerprint: Uint8Array;
  readonly random: Random;
  readonly delaySeconds: readonly [number, number];
  /** UTC, today. */
  readonly day: () => number;
  readonly onChange: () => void;
  /** Resolves after so many seconds, or at once when the signal ends; by default the machine's time. */
  readonly wait?: (seconds: number, signal: AbortSignal) => Promise<void>;
  /** A clock that only goes forward; by default the machine's. */
  readonly seconds?: () => number;
}

export type SaveProblem = 'missing' | 'damaged' | 'disk' | 'stopped';

/** Long enough that a request does not tell when somebody asked; see the threat model. */
export const defaultDelaySeconds: readonly [number, number] = [20, 300];

export class DeskFiles {
  readonly attachments: Attachments;
  readonly #folder: FileFolder;
  readonly #transfers: Transfers;
  readonly #saved: string;
  readonly #options: DeskFilesOptions;

  private constructor(folder: FileFolder, transfers: Transfers, attachments: Attachments, options: DeskFilesOptions) {
    this.#folder = folder;
    this.#transfers = transfers;
    this.#saved = join(options.folder, 'saved');
    this.#options = options;
    this.attachments = attachments;
  }

  static async open(options: DeskFilesOptions): Promise<DeskFiles> {
    const folder = await FileFolder.open(join(options.folder, 'files'));
    const transfers = new Transfers({ wait, seconds, ...options, folder });
    return new DeskFiles(folder, transfers, await Attachments.open({ ...options, folder, transfers }), options);
  }

  transfers(): readonly Transfer[] {
    return this.#transfers.list();
  }

  /** Finds out which of a conversation's files are here already. @returns the names under which those are kept */
  async look({ messages, replies }: ConversationView): Promise<readonly string[]> {
    const here: string[] = [];
    for (const { kept, bytes } of [...messages, ...replies].flatMap(({ files }) => files)) {
      if (!(await this.isKept(kept))) continue;
      this.#transfers.noteHere(kept, bytes);
      here.push(kept);
    }
    return here;
  }

  /** Its case has ended. */
  async forget(kept: string): Promise<void> {
    this.#transfers.stop(kept);
    for (const keeping of ['part', 'whole'] as const) await this.#folder.remove(kept, keeping);
  }

  fetch(file: FileDescriptor): Promise<void> {
    return this.#transfers.fetch(file);
  }

  stop(kept: string): void {
    this.#transfers.stop(kept);
  }

  /** The content as a stream, for whoever shows it without letting it out. @throws FileError */
  read(file: FileDescriptor): AsyncGenerator<Uint8Array> {
    return readKept(this.#folder, file);
  }

  /** The whole content, to be shown and not let out; null for one that is not here or larger. @throws FileError */
  async readWhole(file: FileDescriptor, bytesMax: number): Promise<Uint8Array | null> {
    if (file.bytes > bytesMax || !(await this.isHere(file))) return null;
    const content = new Uint8Array(file.bytes);
    let length = 0;
    for await (const data of this.read(file)) {
      content.set(data, length);
      length += data.length;
    }
    return content;
  }

  /** At most `bytes` from `from` on, to be shown and not let out; null for one that is not here. @throws FileError */
  async readPart(file: FileDescriptor, from: number, bytes: number): Promise<Uint8Array | null> {
    return (await this.isHere(file)) ? readKeptPart(this.#folder, file, from, bytes) : null;
  }

  /** Whether all of it has come and is kept. */
  async isHere(file: FileDescriptor): Promise<boolean> {
    return this.isKept(await keptName(file.key));
  }

  /** The same, by the name under which it would be. */
  async isKept(kept: string): Promise<boolean> {
    return (await this.#folder.chunksOf(kept, 'whole')) > 0;
  }

  /** Seals what was made here, under a fresh key, among the files that are kept. Nothing of it is sent. */
  keep(about: Pick<FileDescriptor, 'name' | 'type' | 'day'>, content: Content): Promise<FileDescriptor> {
    const given = { ...about, name: wireFileName(about.name) };
    return keepContent(this.#folder, given, content, this.#options);
  }

  /** What was made here is not wanted any more. */
  async discard(file: FileDescriptor): Promise<void> {
    await this.#folder.remove(await keptName(file.key), 'whole');
  }

  /** Into the folder `saved` of the device, in the clear. */
  async save(file: FileDescriptor): Promise<SavedFile | { readonly problem: SaveProblem }> {
    if (!(await this.isHere(file))) return { problem: 'missing' };
    try {
      return await saveOriginal(this.#folder, file, this.#saved);
    } catch (error) {
      return { problem: error instanceof FileError ? 'damaged' : 'disk' };
    }
  }

  async close(): Promise<void> {
    // Both at once: what moves may wait for its turn to be noted.
    await Promise.all([this.#transfers.close(), this.attachments.close()]);
  }
}

function seconds(): number {
  return performance.now() / 1000;
}

function wait(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, seconds * 1000);
    signal.addEventListener('abort', done);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
