/**
 * Chunks in a store that speaks S3, one object each: `<day>/<name in hex>`. Whoever runs that store sees when each came
 * and was read, as it would see of any object (threat model, section 3).
 */

import { bytesToHex, hexToBytes } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { CHUNK_BYTES, HASH_BYTES } from '@postern/protocol/constants';
import type { Day } from '@postern/protocol/time';
import { S3mini } from 's3mini';
import type { ChunkPut, ChunkStore } from '../ports/chunks.ts';
import { StorageError } from '../ports/storage.ts';
import { ChunkIndex } from './chunk-index.ts';
import { Mutex } from './mutex.ts';

const keyForm = /^(\d{1,7})\/([0-9a-f]{64})$/;
const timeoutMs = 60_000;
const deletedAtOnce = 1_000;

/** @param url `https://<access key>:<secret>@<host>/<bucket>?region=<region>`; both percent-encoded @throws StorageError */
export async function openChunkS3(url: string): Promise<ChunkStore> {
  const chunks = new ChunkS3(clientOf(url));
  await chunks.load();
  return chunks;
}

function clientOf(url: string): S3mini {
  try {
    const parsed = new URL(url);
    const [accessKeyId, secretAccessKey] = [parsed.username, parsed.password].map(decodeURIComponent) as [
      string,
      string,
    ];
    const region = parsed.searchParams.get('region') ?? 'us-east-1';
    const endpoint = parsed.origin + parsed.pathname;
    return new S3mini({ accessKeyId, secretAccessKey, endpoint, region, requestAbortTimeout: timeoutMs });
  } catch {
    // The library's own message would quote the address with its secret.
    throw new StorageError('invalid', 'read the address of the chunk store');
  }
}

class ChunkS3 implements ChunkStore {
  readonly #client: S3mini;
  readonly #index = new ChunkIndex();
  /** Names that are being put, and how many wait for each: two chunks under one name go one after the other. */
  readonly #puts = new Map<string, { readonly mutex: Mutex; waiting: number }>();
  #isClosed = false;

  constructor(client: S3mini) {
    this.#client = client;
  }

  async load(): Promise<void> {
    for (const { day, name } of await this.#list('')) this.#index.add(name, day, 0);
  }

  has(name: Uint8Array): boolean {
    return this.#index.find(name) !== null;
  }

  counts(): ReadonlyMap<Day, number> {
    return this.#index.counts;
  }

  async put(name: Uint8Array, chunk: Uint8Array, day: Day): Promise<ChunkPut> {
    if (name.length !== HASH_BYTES || chunk.length !== CHUNK_BYTES) throw new StorageError('invalid', 'put a chunk');
    if (this.#isClosed) throw new StorageError('closed', 'put a chunk');
    const key = bytesToHex(name);
    const turn = this.#puts.get(key) ?? { mutex: new Mutex(), waiting: 0 };
    this.#puts.set(key, turn);
    turn.waiting += 1;
    try {
      return await turn.mutex.run(() => this.#put(name, chunk, day));
    } finally {
      turn.waiting -= 1;
      if (turn.waiting === 0) this.#puts.delete(key);
    }
  }

  async get(name: Uint8Array): Promise<Uint8Array | null> {
    const known = this.#index.find(name);
    if (known === null) return null;
    const bytes = await attempt('get a chunk', () => this.#client.getObjectArrayBuffer(keyOf(known.day, name)));
    return bytes?.byteLength === CHUNK_BYTES ? new Uint8Array(bytes) : null;
  }

  async expire(through: Day): Promise<void> {
    const days = new Set((await this.#list('')).map(({ day }) => day).filter((day) => day <= through));
    for (const day of days) {
      const keys = (await this.#list(`${day}/`)).map(({ name }) => keyOf(day, name));
      for (let at = 0; at < keys.length; at += deletedAtOnce) {
        await attempt('expire chunks', () => this.#client.deleteObjects(keys.slice(at, at + deletedAtOnce)));
      }
    }
    this.#index.removeThrough(through);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  async #put(name: Uint8Array, chunk: Uint8Array, day: Day): Promise<ChunkPut> {
    const there = await this.get(name);
    if (there !== null) return equal(there, chunk) ? 'stored' : 'changed';
    // An object is there whole or not at all.
    const isNew = !this.has(name);
    const stored = await attempt('put a chunk', () =>
      this.#client.putObject(keyOf(day, name), chunk, 'application/octet-stream'),
    );
    if (!stored.ok) throw new StorageError('unavailable', 'put a chunk');
    if (isNew) this.#index.add(name, day, 0);
    return 'stored';
  }

  async #list(prefix: string): Promise<{ day: Day; name: Uint8Array }[]> {
    const objects = (await attempt('list the chunks', () => this.#client.listObjects('/', prefix))) ?? [];
    return objects.flatMap(({ Key }) => {
      const [, day, name] = keyForm.exec(Key) ?? [];
      return day === undefined || name === undefined ? [] : [{ day: Number(day), name: hexToBytes(name) }];
    });
  }
}

function keyOf(day: Day, name: Uint8Array): string {
  return `${day}/${bytesToHex(name)}`;
}

/** The store's own errors may hold addresses and keys. */
async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch {
    throw new StorageError('unavailable', what);
  }
}
