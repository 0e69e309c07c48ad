/**
 * The files that a device keeps: chunks as they travel, so sealed under keys that stand in the sealed store alone. Names
 * come from those keys. Whoever takes the folder sees how many files there are and how long each is, on the ladder; and
 * who also has the server's chunks sees which.
 */

import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { CHUNK_BYTES } from '@postern/protocol/constants';
import { kdf } from '@postern/protocol/keys/kdf';

/** `part`: chunks are missing, or nothing was compared yet. `draft`: made here, for a reply that is not sent. `whole`: verified. */
export type Keeping = 'part' | 'draft' | 'whole';

const nameBytes = 16;

/** What a file is called in the folder: 32 hex digits. */
export async function keptName(fileKey: Uint8Array): Promise<string> {
  return bytesToHex(await kdf(fileKey, 'postern/1 file', 'kept', [], nameBytes));
}

export class FileFolder {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  static async open(path: string): Promise<FileFolder> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    return new FileFolder(path);
  }

  /** Removes drafts that another run has left, but for these: nobody knows the keys of the others. */
  async removeDraftsBut(names: ReadonlySet<string>): Promise<void> {
    for (const entry of await readdir(this.#path)) {
      if (entry.endsWith('.draft') && !names.has(entry.slice(0, -'.draft'.length))) await rm(join(this.#path, entry));
    }
  }

  /** Whole chunks that are kept; a piece of one that a crash has left is not counted, and is written over. */
  async chunksOf(name: string, keeping: Keeping): Promise<number> {
    const found = await stat(this.#pathOf(name, keeping)).catch(() => null);
    return found === null ? 0 : Math.floor(found.size / CHUNK_BYTES);
  }

  /** The file, for chunks to be read and added; made if it is missing. */
  async openKept(name: string, keeping: Keeping): Promise<KeptFile> {
    const path = this.#pathOf(name, keeping);
    const handle = await open(path, 'r+').catch(() => open(path, 'wx+', 0o600));
    return new KeptFile(handle);
  }

  async rename(name: string, from: Keeping, to: Keeping): Promise<void> {
    await rename(this.#pathOf(name, from), this.#pathOf(name, to));
  }

  /** Nothing happens if there is none. */
  async remove(name: string, keeping: Keeping): Promise<void> {
    await rm(this.#pathOf(name, keeping), { force: true });
  }

  #pathOf(name: string, keeping: Keeping): string {
    return join(this.#path, `${name}.${keeping}`);
  }
}

/** Chunks one after the other. Never holds more than one. */
export class KeptFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** @throws Error if it is not there whole */
  async read(index: number): Promise<Uint8Array> {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const { bytesRead } = await this.#handle.read(chunk, 0, CHUNK_BYTES, index * CHUNK_BYTES);
    if (bytesRead !== CHUNK_BYTES) throw new Error(`read a kept chunk: ${bytesRead} bytes`);
    return chunk;
  }

  async write(index: number, chunk: Uint8Array): Promise<void> {
    const at = index * CHUNK_BYTES;
    for (let written = 0; written < chunk.length; ) {
      written += (await this.#handle.write(chunk, written, chunk.length - written, at + written)).bytesWritten;
    }
  }

  /** On the disk when it resolves. */
  async close(): Promise<void> {
    await this.#handle.sync().finally(() => this.#handle.close());
  }
}
