/** Files as chunks: sealed with STREAM, all of one size, under ids that only the file's key gives (spec/protocol.md, section 6.3). */

import { concat, u32be } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import {
  AES_KEY_BYTES,
  AES_NONCE_BYTES,
  CHUNK_BYTES,
  CHUNK_DATA_BYTES,
  FILE_BYTES_MAX,
  FILE_KEY_BYTES,
  HASH_BYTES,
} from '../constants.ts';
import { importKdfSecret, type Kdf } from '../keys/kdf.ts';
import { aesGcmOpen, aesGcmSeal } from '../primitives/aes-gcm.ts';
import { sha256 } from '../primitives/hash.ts';
import { checkLength } from '../primitives/web-crypto.ts';
import { FileError } from './file-error.ts';

const salt = 'postern/1 file';
const noAad = new Uint8Array(0);

/**
 * How many chunks stand for a content of this size: PADMÉ over whole chunks (Nikitin et al., PoPETs 2019), so that beyond
 * the last chunk at most 12 % are padding.
 * @throws RangeError above 500 MiB
 */
export function chunkCount(bytes: number): number {
  if (bytes > FILE_BYTES_MAX) throw new RangeError(`cut a file: ${bytes} bytes, wanted at most ${FILE_BYTES_MAX}`);
  const needed = Math.max(1, Math.ceil(bytes / CHUNK_DATA_BYTES));
  if (needed < 2) return needed;
  const exponent = Math.floor(Math.log2(needed));
  const step = 2 ** (exponent - Math.floor(Math.log2(exponent)) - 1);
  return Math.ceil(needed / step) * step;
}

/** Bytes of the content in chunk `index`; 0 where it is all padding. */
export function dataBytesIn(bytes: number, index: number): number {
  return Math.min(CHUNK_DATA_BYTES, Math.max(0, bytes - index * CHUNK_DATA_BYTES));
}

/** `kdf(file key, …, "id", fingerprint, u32 index)`: 32 bytes, and nothing that two chunks of a file have in common. */
export async function chunkId(fileKey: Uint8Array, fingerprint: Uint8Array, index: number): Promise<Uint8Array> {
  return idFrom(await importFileKey(fileKey), fingerprint, index);
}

/** A chunk as it is sent: its id and 262,144 bytes. */
export interface SealedChunk {
  readonly id: Uint8Array;
  readonly chunk: Uint8Array;
}

/**
 * Seals one file under one fresh key. What was sealed at a place is remembered as a hash: no other bytes are ever sealed
 * there, since key and nonce would be used twice (FIL-2).
 */
export class FileSealer {
  #bytes: number | null;
  readonly #key: Uint8Array;
  readonly #fingerprint: Uint8Array;
  readonly #hashes: Uint8Array[] = [];
  #keys: Promise<FileKeys> | null = null;

  /**
   * @param key 32 fresh random bytes, used for this content alone
   * @param bytes of the content; null for one that comes as a stream, whose length {@link end} tells
   * @throws RangeError above 500 MiB
   */
  constructor(key: Uint8Array, fingerprint: Uint8Array, bytes: number | null) {
    if (bytes !== null) chunkCount(bytes);
    this.#bytes = bytes;
    this.#key = key;
    this.#fingerprint = fingerprint;
  }

  /** How many there are. @throws RangeError while the length is not known */
  get chunks(): number {
    if (this.#bytes === null) throw new RangeError('count chunks: the length is not known yet');
    return chunkCount(this.#bytes);
  }

  /**
   * Tells the length of a stream. @throws FileError changed, unless it goes on behind every chunk that was sealed before
   * @throws RangeError above 500 MiB
   */
  end(bytes: number): void {
    const sealed = this.#hashes.length;
    if (this.#bytes !== null || (sealed > 0 && bytes <= sealed * CHUNK_DATA_BYTES))
      throw new FileError('changed', 'end a file: another length');
    chunkCount(bytes);
    this.#bytes = bytes;
  }

  /**
   * Seals the data of one chunk; the same data at the same place gives the same bytes. While the length is not known it
   * must be a whole chunk behind which more comes.
   * @param data `dataBytesIn(bytes, index)` bytes
   * @throws FileError changed, for other data than the first time or another length
   */
  async seal(index: number, data: Uint8Array): Promise<SealedChunk> {
    const bytes = this.#bytes ?? FILE_BYTES_MAX;
    const last = chunkCount(bytes) - 1;
    if (!Number.isInteger(index) || index < 0 || index > last) throw new RangeError('seal a chunk: no such place');
    const isLast = this.#bytes !== null && index === last;
    if (data.length !== dataBytesIn(bytes, index)) throw new FileError('changed', 'seal a chunk: another length');
    const hash = await sha256(data);
    // Between this comparison and the assignment nothing else may run.
    const before = this.#hashes[index];
    if (before !== undefined && !equal(before, hash)) throw new FileError('changed', 'seal a chunk: other data');
    this.#hashes[index] = hash;
    this.#keys ??= fileKeys(this.#key);
    const { content, ids } = await this.#keys;
    const padded = concat(data, new Uint8Array(CHUNK_DATA_BYTES - data.length));
    const chunk = await aesGcmSeal(content, nonce(index, isLast), noAad, padded);
    checkLength('sealed chunk', chunk, CHUNK_BYTES);
    return { id: await idFrom(ids, this.#fingerprint, index), chunk };
  }

  /** The descriptor's hash, once every chunk with data has been sealed. @throws RangeError before */
  contentHash(): Promise<Uint8Array> {
    if (this.#bytes === null) throw new RangeError('hash a file: the length is not known yet');
    return joinHashes(this.#hashes, this.#bytes);
  }
}

/** Opens one file's chunks in whatever order they come, and knows its content only when all of it is here (FIL-4). */
export class FileOpener {
  readonly chunks: number;
  readonly #bytes: number;
  readonly #key: Uint8Array;
  readonly #hash: Uint8Array;
  readonly #hashes: Uint8Array[] = [];
  #keys: Promise<FileKeys> | null = null;

  constructor(file: { readonly key: Uint8Array; readonly bytes: number; readonly hash: Uint8Array }) {
    this.chunks = chunkCount(file.bytes);
    this.#bytes = file.bytes;
    this.#key = file.key;
    this.#hash = file.hash;
  }

  /** @returns the data of the chunk, without its padding @throws FileError chunk, padding */
  async open(index: number, chunk: Uint8Array): Promise<Uint8Array> {
    if (!Number.isInteger(index) || index < 0 || index >= this.chunks)
      throw new RangeError('open a chunk: no such place');
    if (chunk.length !== CHUNK_BYTES) throw new FileError('chunk', `open a chunk: ${chunk.length} bytes`);
    this.#keys ??= fileKeys(this.#key);
    const { content } = await this.#keys;
    const padded = await aesGcmOpen(content, nonce(index, index === this.chunks - 1), noAad, chunk);
    if (padded === null) throw new FileError('chunk', 'open a chunk: it does not open at its place');
    const length = dataBytesIn(this.#bytes, index);
    if (padded.subarray(length).some(Boolean)) throw new FileError('padding', 'open a chunk: its padding is not zeros');
    const data = padded.slice(0, length);
    this.#hashes[index] = await sha256(data);
    return data;
  }

  /** That every chunk was opened and together they are the content that the message names. @throws FileError hash */
  async finish(): Promise<void> {
    const whole = this.#hashes.filter(Boolean).length === this.chunks;
    if (!whole) throw new FileError('hash', 'finish a file: chunks are missing');
    if (!equal(await joinHashes(this.#hashes, this.#bytes), this.#hash)) {
      throw new FileError('hash', 'finish a file: it is not the content that the message names');
    }
  }
}

interface FileKeys {
  readonly content: Uint8Array;
  readonly ids: Kdf;
}

async function fileKeys(fileKey: Uint8Array): Promise<FileKeys> {
  const ids = await importFileKey(fileKey);
  return { ids, content: await ids(salt, 'content', [], AES_KEY_BYTES) };
}

function importFileKey(fileKey: Uint8Array): Promise<Kdf> {
  checkLength('file key', fileKey, FILE_KEY_BYTES);
  return importKdfSecret(fileKey);
}

function idFrom(derive: Kdf, fingerprint: Uint8Array, index: number): Promise<Uint8Array> {
  return derive(salt, 'id', [fingerprint, u32be(index)], HASH_BYTES);
}

/** STREAM's nonce: the number of the chunk, and whether it is the last one. */
function nonce(index: number, isLast: boolean): Uint8Array {
  const bytes = new Uint8Array(AES_NONCE_BYTES);
  bytes.set(u32be(index), AES_NONCE_BYTES - 5);
  bytes[AES_NONCE_BYTES - 1] = isLast ? 1 : 0;
  return bytes;
}

function joinHashes(hashes: readonly Uint8Array[], bytes: number): Promise<Uint8Array> {
  const count = Math.max(1, Math.ceil(bytes / CHUNK_DATA_BYTES));
  const own = hashes.slice(0, count).filter(Boolean);
  if (own.length !== count) throw new RangeError('hash a file: not every chunk was read');
  return sha256(concat(...own));
}
