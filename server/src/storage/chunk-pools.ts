/**
 * Chunks in the data folder: one file a day, cut into slots, each chunk in a slot drawn at random. A file for each chunk
 * would show by its times when it came, and which came together (decision 0046).
 *
 * slot: name[32] ‖ H(chunk)[32] ‖ chunk[262144]. A slot without a name is free. Name and hash are written after the chunk,
 * and a chunk that does not have its hash is not there, so that one which was torn by a crash is put again.
 */

import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { equal } from '@postern/protocol/bytes/equal';
import { CHUNK_BYTES, HASH_BYTES } from '@postern/protocol/constants';
import { drawBelow } from '@postern/protocol/messages/draw';
import { sha256Native } from '@postern/protocol/primitives/hmac-native';
import type { Random } from '@postern/protocol/primitives/random';
import type { Day } from '@postern/protocol/time';
import type { ChunkPut, ChunkStore } from '../ports/chunks.ts';
import { StorageError } from '../ports/storage.ts';
import { ChunkIndex } from './chunk-index.ts';
import { Mutex } from './mutex.ts';

const headBytes = 2 * HASH_BYTES;
const slotBytes = headBytes + CHUNK_BYTES;
/** A chunk is drawn a slot among at least this many free ones, as far as they were not used before. */
const window = 64;
const poolForm = /^(\d{1,7})\.pool$/;

interface Pool {
  readonly file: FileHandle;
  readonly free: number[];
  slots: number;
}

/** @param folder of the pools; made if it is missing @throws StorageError */
export async function openChunkPools(folder: string, random: Random): Promise<ChunkStore> {
  const pools = new ChunkPools(folder, random);
  await attempt('open the chunks', () => pools.load());
  return pools;
}

class ChunkPools implements ChunkStore {
  readonly #folder: string;
  readonly #random: Random;
  readonly #index = new ChunkIndex();
  readonly #pools = new Map<Day, Pool>();
  // Puts go one after the other: the disk does too, and a name cannot be taken twice.
  readonly #puts = new Mutex();
  #isClosed = false;

  constructor(folder: string, random: Random) {
    this.#folder = folder;
    this.#random = random;
  }

  async load(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#folder)) {
      const day = Number(poolForm.exec(name)?.[1] ?? Number.NaN);
      if (Number.isInteger(day)) await this.#loadPool(day);
    }
  }

  has(name: Uint8Array): boolean {
    return this.#index.find(name) !== null;
  }

  counts(): ReadonlyMap<Day, number> {
    return this.#index.counts;
  }

  put(name: Uint8Array, chunk: Uint8Array, day: Day): Promise<ChunkPut> {
    if (name.length !== HASH_BYTES || chunk.length !== CHUNK_BYTES) throw new StorageError('invalid', 'put a chunk');
    return this.#puts.run(() => attempt('put a chunk', () => this.#put(name, chunk, day)));
  }

  get(name: Uint8Array): Promise<Uint8Array | null> {
    return attempt('get a chunk', () => this.#get(name));
  }

  expire(through: Day): Promise<void> {
    return this.#puts.run(() =>
      attempt('expire chunks', async () => {
        this.#index.removeThrough(through);
        for (const [day, { file }] of this.#pools) {
          if (day > through) continue;
          this.#pools.delete(day);
          await file.close();
          await rm(this.#pathOf(day), { force: true });
        }
      }),
    );
  }

  close(): Promise<void> {
    return this.#puts.run(async () => {
      this.#isClosed = true;
      for (const { file } of this.#pools.values()) await file.close();
      this.#pools.clear();
    });
  }

  async #put(name: Uint8Array, chunk: Uint8Array, day: Day): Promise<ChunkPut> {
    if (this.#isClosed) throw new StorageError('closed', 'put a chunk');
    const known = this.#index.find(name);
    if (known !== null) {
      const there = await this.#get(name);
      if (there !== null) return equal(there, chunk) ? 'stored' : 'changed';
      // Torn by a crash, so never called stored, or damaged: written again where it was.
      return this.#write(await this.#poolOf(known.day), known.slot, name, chunk);
    }
    const pool = await this.#poolOf(day);
    const [slot] = pool.free.splice(drawBelow(pool.free.length, this.#random), 1);
    if (slot === undefined) throw new StorageError('busy', 'draw a slot');
    const put = await this.#write(pool, slot, name, chunk);
    if (put === 'stored') this.#index.add(name, day, slot);
    else pool.free.push(slot);
    return put;
  }

  async #write({ file }: Pool, slot: number, name: Uint8Array, chunk: Uint8Array): Promise<ChunkPut> {
    const at = slot * slotBytes;
    try {
      await writeAll(file, chunk, at + headBytes);
      const head = Buffer.concat([name, sha256Native(chunk)]);
      await writeAll(file, head, at);
      await file.datasync();
      return 'stored';
    } catch (error) {
      if (!isFull(error)) throw error;
      return 'full';
    }
  }

  async #get(name: Uint8Array): Promise<Uint8Array | null> {
    const place = this.#index.find(name);
    const pool = place && this.#pools.get(place.day);
    if (!place || !pool) return null;
    const slot = await readAll(pool.file, slotBytes, place.slot * slotBytes);
    if (slot === null) return null;
    const chunk = slot.subarray(headBytes);
    const isWhole =
      equal(slot.subarray(0, HASH_BYTES), name) && equal(slot.subarray(HASH_BYTES, headBytes), sha256Native(chunk));
    return isWhole ? chunk : null;
  }

  /** The pool of a day, with room. */
  async #poolOf(day: Day): Promise<Pool> {
    const pool = this.#pools.get(day) ?? (await this.#openPool(day));
    for (; pool.free.length < window; pool.slots++) pool.free.push(pool.slots);
    return pool;
  }

  async #openPool(day: Day): Promise<Pool> {
    const file = await open(this.#pathOf(day), constants.O_RDWR | constants.O_CREAT, 0o600);
    const folder = await open(this.#folder, 'r');
    await folder.sync().finally(() => folder.close());
    const pool = { file, free: [], slots: 0 };
    this.#pools.set(day, pool);
    return pool;
  }

  async #loadPool(day: Day): Promise<void> {
    const pool = await this.#openPool(day);
    const { size } = await pool.file.stat();
    for (; pool.slots * slotBytes < size; pool.slots++) {
      const name = await readAll(pool.file, HASH_BYTES, pool.slots * slotBytes);
      if (name?.some(Boolean)) this.#index.add(name, day, pool.slots);
      else pool.free.push(pool.slots);
    }
  }

  #pathOf(day: Day): string {
    return join(this.#folder, `${day}.pool`);
  }
}

/** A disk that is nearly full takes a part without an error. */
async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written, bytes.length - written, at + written)).bytesWritten;
  }
}

/** Null where the file ends before. */
async function readAll(file: FileHandle, length: number, at: number): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, at + filled);
    if (bytesRead === 0) return null;
    filled += bytesRead;
  }
  return bytes;
}

function isFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}

async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw new StorageError('unavailable', what);
  }
}
