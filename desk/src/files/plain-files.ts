/** A kept file in the clear: read as a stream, or saved as its original where a person has asked for it. */

import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { concatAll } from '@postern/protocol/bytes/encode';
import { CHUNK_DATA_BYTES } from '@postern/protocol/constants';
import { dataBytesIn, FileOpener } from '@postern/protocol/files/chunks';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { type FileFolder, type KeptFile, keptName } from './file-folder.ts';
import { plainHash } from './plain-hash.ts';

/**
 * The content, a piece of at most 262,128 bytes at a time.
 * @throws FileError if it is not, or no longer, what was verified: then nothing that came before may be used
 */
export async function* readKept(
  folder: FileFolder,
  file: FileDescriptor,
  keeping: 'whole' | 'draft' = 'whole',
): AsyncGenerator<Uint8Array> {
  const opener = new FileOpener(file);
  const kept: KeptFile = await folder.openKept(await keptName(file.key), keeping);
  try {
    for (let index = 0; index < opener.chunks; index++) {
      const data = await opener.open(index, await kept.read(index));
      if (dataBytesIn(file.bytes, index) > 0) yield data;
    }
    await opener.finish();
  } finally {
    await kept.close();
  }
}

/**
 * A part of the content, its chunks opened alone: that they are this file's was verified when it came.
 * @returns at most `bytes` from `from` on; less at the end, nothing beyond it
 * @throws FileError if a chunk does not open at its place
 */
export async function readKeptPart(
  folder: FileFolder,
  file: FileDescriptor,
  from: number,
  bytes: number,
): Promise<Uint8Array> {
  const to = Math.min(file.bytes, from + bytes);
  if (from >= to) return new Uint8Array(0);
  const first = Math.floor(from / CHUNK_DATA_BYTES);
  const opener = new FileOpener(file);
  const kept = await folder.openKept(await keptName(file.key), 'whole');
  try {
    const pieces: Uint8Array[] = [];
    for (let index = first; index * CHUNK_DATA_BYTES < to; index++) {
      pieces.push(await opener.open(index, await kept.read(index)));
    }
    return concatAll(pieces).subarray(from - first * CHUNK_DATA_BYTES, to - first * CHUNK_DATA_BYTES);
  } finally {
    await kept.close();
  }
}

export interface SavedFile {
  readonly path: string;
  /** Plain SHA-256 of the content, hex: what other programs compute. */
  readonly sha256: string;
}

const namesMax = 1_000;

/** Writes the original into a folder, readable by its owner only, under its own name or the next that is free. */
export async function saveOriginal(folder: FileFolder, file: FileDescriptor, target: string): Promise<SavedFile> {
  await mkdir(target, { recursive: true, mode: 0o700 });
  const half = join(target, `.${await keptName(file.key)}.half`);
  await rm(half, { force: true });
  const handle = await open(half, 'wx', 0o600);
  const hash = plainHash();
  try {
    for await (const data of readKept(folder, file)) {
      await handle.writeFile(data);
      hash.update(data);
    }
    await handle.sync();
  } catch (error) {
    await rm(half, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  const path = await freePath(target, file.name);
  await rename(half, path);
  return { path, sha256: hash.end() };
}

/** Takes the name by making it, so that nothing that is there is written over. */
async function freePath(target: string, name: string): Promise<string> {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let n = 1; n <= namesMax; n++) {
    // A name that begins with a dot would be hidden from who looks for it.
    const path = join(target, `${stem.replace(/^\./, '_')}${n === 1 ? '' : ` (${n})`}${ending}`);
    const handle = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return null;
      throw error;
    });
    if (handle === null) continue;
    await handle.close();
    return path;
  }
  throw new Error('save a file: no name is free');
}
