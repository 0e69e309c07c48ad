/**
 * The engine's local store in one SQLite file that shows neither names nor contents to who has not the store key.
 *
 * It shows how many records there are and, in steps of 512 bytes, how long. Who can write to the file can take
 * records away or put old ones back, but not make new ones or exchange two.
 */

import { bytesToUtf8, concat, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { Reader } from '@postern/protocol/bytes/reader';
import type { Secret } from '@postern/protocol/bytes/secret';
import { Writer } from '@postern/protocol/bytes/writer';
import { HASH_BYTES, SALT_BYTES } from '@postern/protocol/constants';
import { kdf } from '@postern/protocol/keys/kdf';
import { type SubkeySource, subkeySource } from '@postern/protocol/keys/subkey-native';
import { aesGcmOpenNative, aesGcmSealNative } from '@postern/protocol/primitives/aes-gcm-native';
import { hmacSha256Native } from '@postern/protocol/primitives/hmac-native';
import type { Random } from '@postern/protocol/primitives/random';
import type { LocalStore, StoreWrite } from '../engine/ports.ts';
import { type RowChange, StoreFile } from './store-file.ts';
import { turn } from './turn.ts';

/** Lengths of values show only in steps of this. */
const stepBytes = 512;
/** Records that are opened or sealed before others get their turn. */
const batchRecords = 128;
const noBytes = new Uint8Array(0);

export class SealedStore implements LocalStore {
  readonly #file: StoreFile;
  readonly #subkey: SubkeySource;
  readonly #idKey: Uint8Array;
  readonly #random: Random;
  /** Ids by name, in one map for each first part of a name: most lists are of a few among many thousand. */
  readonly #ids = new Map<string, Map<string, Uint8Array>>();
  #reads = 0;
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(file: StoreFile, key: SubkeySource, idKey: Uint8Array, random: Random) {
    this.#file = file;
    this.#subkey = key;
    this.#idKey = idKey;
    this.#random = random;
  }

  /** @param key 32 bytes @throws Error if the file was made under another key */
  static async open(path: string, key: Secret, random: Random): Promise<SealedStore> {
    const idKey = await kdf(key.reveal(), 'postern/1 desk store', 'ids', [], HASH_BYTES);
    const store = new SealedStore(new StoreFile(path), subkeySource(key.reveal()), idKey, random);
    try {
      await store.#readNames();
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  }

  async get(name: string): Promise<Uint8Array | null> {
    this.#checkOpen('read');
    const id = this.#ids.get(firstPart(name))?.get(name);
    const sealed = id === undefined ? null : this.#file.value(id);
    this.#reads += 1;
    if (this.#reads % batchRecords === 0) {
      await turn();
      this.#checkOpen('read');
    }
    return id === undefined || sealed === null ? null : this.#open('value', id, sealed);
  }

  async set(key: string, bytes: Uint8Array): Promise<void> {
    await this.transaction([{ key, bytes }]);
  }

  async delete(key: string): Promise<void> {
    await this.transaction([{ key, bytes: null }]);
  }

  async list(prefix: string): Promise<string[]> {
    this.#checkOpen('list');
    const some = prefix.includes('/') ? [this.#ids.get(firstPart(prefix)) ?? new Map()] : [...this.#ids.values()];
    return some
      .flatMap((ids) => [...ids.keys()])
      .filter((name) => name.startsWith(prefix))
      .sort();
  }

  /** One after the other, in the order of the calls. */
  async transaction(writes: readonly StoreWrite[]): Promise<void> {
    this.#checkOpen('write');
    // What the caller does with its arrays afterwards is nobody's concern here.
    const held = writes.map(({ key, bytes }) => ({ key, bytes: bytes === null ? null : bytes.slice() }));
    const run = this.#last.then(() => this.#write(held));
    this.#last = run.catch(() => undefined);
    await run;
  }

  /** Waits for what is being written. Nothing can be read or written afterwards. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
    this.#file.close();
    this.#idKey.fill(0);
    this.#subkey.erase();
    this.#ids.clear();
  }

  async #write(writes: readonly StoreWrite[]): Promise<void> {
    const changes: RowChange[] = [];
    for (const write of writes) {
      changes.push(this.#change(write));
      if (changes.length % batchRecords === 0) await turn();
    }
    this.#file.change(changes);
    writes.forEach(({ key, bytes }, at) => {
      if (bytes === null) this.#ids.get(firstPart(key))?.delete(key);
      else this.#name(key, changes[at]?.id ?? this.#idOf(key));
    });
  }

  #change({ key, bytes }: StoreWrite): RowChange {
    const id = this.#idOf(key);
    if (bytes === null) return { id, value: null };
    const [name, value] = [this.#seal('name', id, utf8ToBytes(key)), this.#seal('value', id, bytes)];
    bytes.fill(0);
    return { id, name, value };
  }

  async #readNames(): Promise<void> {
    let count = 0;
    for (const { id, name } of this.#file.names()) {
      this.#name(bytesToUtf8(this.#open('name', id, name)), id);
      count += 1;
      if (count % batchRecords === 0) await turn();
    }
  }

  #name(name: string, id: Uint8Array): void {
    const part = firstPart(name);
    const ids = this.#ids.get(part) ?? new Map<string, Uint8Array>();
    this.#ids.set(part, ids.set(name, id));
  }

  #idOf(name: string): Uint8Array {
    return hmacSha256Native(this.#idKey, utf8ToBytes(name));
  }

  /** `salt[32], AES-256-GCM(subkey(store key, "desk store " ‖ part, salt, id), var32 bytes, padding)` */
  #seal(part: 'name' | 'value', id: Uint8Array, bytes: Uint8Array): Uint8Array {
    const salt = this.#random(SALT_BYTES);
    const { key, nonce } = this.#subkey(`desk store ${part}`, salt, [id]);
    const length = 4 + bytes.length;
    const step = part === 'name' ? 128 : stepBytes;
    const padded = new Writer()
      .var32(bytes)
      .padTo(Math.ceil(length / step) * step)
      .done();
    const sealed = aesGcmSealNative(key, nonce, noBytes, padded);
    padded.fill(0);
    return concat(salt, sealed);
  }

  #open(part: 'name' | 'value', id: Uint8Array, bytes: Uint8Array): Uint8Array {
    const salt = bytes.subarray(0, SALT_BYTES);
    if (salt.length !== SALT_BYTES) throw new Error('open a record of the local store: it is damaged');
    const { key, nonce } = this.#subkey(`desk store ${part}`, salt, [id]);
    const opened = aesGcmOpenNative(key, nonce, noBytes, bytes.subarray(SALT_BYTES));
    if (opened === null) throw new Error('open a record of the local store: it is damaged or of another key');
    const reader = new Reader(opened);
    const value = reader.var32();
    reader.zeros();
    return value;
  }

  #checkOpen(attempted: string): void {
    if (this.#isClosed) throw new Error(`${attempted} the local store: it is closed`);
  }
}

/** Of a name, which the engine parts by `/`. */
function firstPart(name: string): string {
  return name.split('/', 1)[0] ?? name;
}
