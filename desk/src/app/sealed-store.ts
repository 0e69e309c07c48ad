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
import { AES_KEY_BYTES, HASH_BYTES, SALT_BYTES, SUBKEY_BYTES } from '@postern/protocol/constants';
import { importKdfSecret, type Kdf, type Subkey } from '@postern/protocol/keys/kdf';
import { aesGcmOpen, aesGcmSeal } from '@postern/protocol/primitives/aes-gcm';
import { hmacSha256Native } from '@postern/protocol/primitives/hmac-native';
import type { Random } from '@postern/protocol/primitives/random';
import type { LocalStore, StoreWrite } from '../engine/ports.ts';
import { type RowChange, StoreFile } from './store-file.ts';

/** Lengths of values show only in steps of this. */
const stepBytes = 512;
/** Records whose names are opened at the same time. */
const batchRecords = 256;
const noBytes = new Uint8Array(0);

export class SealedStore implements LocalStore {
  readonly #file: StoreFile;
  #derive: Kdf;
  readonly #idKey: Uint8Array;
  readonly #random: Random;
  readonly #ids = new Map<string, Uint8Array>();
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(file: StoreFile, derive: Kdf, idKey: Uint8Array, random: Random) {
    this.#file = file;
    this.#derive = derive;
    this.#idKey = idKey;
    this.#random = random;
  }

  /** @param key 32 bytes @throws Error if the file was made under another key */
  static async open(path: string, key: Secret, random: Random): Promise<SealedStore> {
    const derive = await importKdfSecret(key.reveal());
    const idKey = await derive('postern/1 desk store', 'ids', [], HASH_BYTES);
    const store = new SealedStore(new StoreFile(path), derive, idKey, random);
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
    const id = this.#ids.get(name);
    const sealed = id === undefined ? null : this.#file.value(id);
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
    return [...this.#ids.keys()].filter((name) => name.startsWith(prefix)).sort();
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
    this.#derive = () => Promise.reject(new Error('use the local store: it is closed'));
    this.#ids.clear();
  }

  async #write(writes: readonly StoreWrite[]): Promise<void> {
    const changes = await Promise.all(writes.map((write) => this.#change(write)));
    this.#file.change(changes);
    writes.forEach(({ key, bytes }, at) => {
      if (bytes === null) this.#ids.delete(key);
      else this.#ids.set(key, changes[at]?.id ?? this.#idOf(key));
    });
  }

  async #change({ key, bytes }: StoreWrite): Promise<RowChange> {
    const id = this.#idOf(key);
    if (bytes === null) return { id, value: null };
    const [name, value] = await Promise.all([this.#seal('name', id, utf8ToBytes(key)), this.#seal('value', id, bytes)]);
    bytes.fill(0);
    return { id, name, value };
  }

  async #readNames(): Promise<void> {
    let batch: Promise<void>[] = [];
    for (const { id, name } of this.#file.names()) {
      batch.push(this.#open('name', id, name).then((opened) => void this.#ids.set(bytesToUtf8(opened), id)));
      if (batch.length < batchRecords) continue;
      await Promise.all(batch);
      batch = [];
    }
    await Promise.all(batch);
  }

  #idOf(name: string): Uint8Array {
    return hmacSha256Native(this.#idKey, utf8ToBytes(name));
  }

  /** `salt[32], AES-256-GCM(subkey(store key, "desk store " ‖ part, salt, id), var32 bytes, padding)` */
  async #seal(part: 'name' | 'value', id: Uint8Array, bytes: Uint8Array): Promise<Uint8Array> {
    const salt = this.#random(SALT_BYTES);
    const { key, nonce } = await this.#subkey(part, id, salt);
    const length = 4 + bytes.length;
    const step = part === 'name' ? 128 : stepBytes;
    const padded = new Writer()
      .var32(bytes)
      .padTo(Math.ceil(length / step) * step)
      .done();
    const sealed = await aesGcmSeal(key, nonce, noBytes, padded);
    padded.fill(0);
    return concat(salt, sealed);
  }

  async #open(part: 'name' | 'value', id: Uint8Array, bytes: Uint8Array): Promise<Uint8Array> {
    const salt = bytes.subarray(0, SALT_BYTES);
    if (salt.length !== SALT_BYTES) throw new Error('open a record of the local store: it is damaged');
    const { key, nonce } = await this.#subkey(part, id, salt);
    const opened = await aesGcmOpen(key, nonce, noBytes, bytes.subarray(SALT_BYTES));
    if (opened === null) throw new Error('open a record of the local store: it is damaged or of another key');
    const reader = new Reader(opened);
    const value = reader.var32();
    reader.zeros();
    return value;
  }

  /** The protocol's `subkey`, from a key that is prepared once for many thousand records. */
  async #subkey(part: 'name' | 'value', id: Uint8Array, salt: Uint8Array): Promise<Subkey> {
    const derived = await this.#derive('postern/1 subkey', `desk store ${part}`, [salt, id], SUBKEY_BYTES);
    return { key: derived.slice(0, AES_KEY_BYTES), nonce: derived.slice(AES_KEY_BYTES) };
  }

  #checkOpen(attempted: string): void {
    if (this.#isClosed) throw new Error(`${attempted} the local store: it is closed`);
  }
}
