/** Watches every AES-GCM encryption of the process and remembers key and nonce, as hashes, to find one that is used twice (ENC-4). */

import crypto, { type CipherKey, KeyObject } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { bytesToHex, concat } from '@postern/protocol/bytes/encode';
import { sha256Native } from '@postern/protocol/primitives/hmac-native';

export interface NonceWatch {
  /** Encryptions seen. */
  readonly count: () => number;
  /** Encryptions whose key was not seen when it was imported: nothing could be said of them. */
  readonly unknown: () => number;
  /** Pairs of key and nonce that were used more than once. */
  readonly repeated: () => number;
  readonly stop: () => void;
}

type ImportKey = SubtleCrypto['importKey'];
type Encrypt = SubtleCrypto['encrypt'];

/**
 * Wraps WebCrypto and Node's `createCipheriv` until stopped; `protocol` and both of its HPKE libraries seal by nothing
 * else.
 */
export function watchNonces(): NonceWatch {
  const { subtle } = globalThis.crypto;
  const importKey = subtle.importKey.bind(subtle) as (...given: unknown[]) => Promise<CryptoKey>;
  const encrypt = subtle.encrypt.bind(subtle) as (...given: unknown[]) => Promise<ArrayBuffer>;
  const keys = new WeakMap<CryptoKey, Uint8Array>();
  const seen = new Set<string>();
  let count = 0;
  let unknown = 0;
  let repeated = 0;
  const note = (raw: Uint8Array | undefined, iv: BufferSource): void => {
    count += 1;
    if (raw === undefined) {
      unknown += 1;
      return;
    }
    const pair = bytesToHex(sha256Native(concat(raw, bytesOf(iv)))).slice(0, 32);
    if (seen.has(pair)) repeated += 1;
    seen.add(pair);
  };
  subtle.importKey = (async (...given: unknown[]) => {
    const [format, data, algorithm] = given;
    const raw = format === 'raw' && isGcm(algorithm) ? sha256Native(bytesOf(data as BufferSource)) : null;
    const key = await importKey(...given);
    if (raw !== null) keys.set(key, raw);
    return key;
  }) as ImportKey;
  subtle.encrypt = (async (...given: unknown[]) => {
    const [algorithm, key] = given;
    if (isGcm(algorithm)) note(keys.get(key as CryptoKey), (algorithm as AesGcmParams).iv);
    return encrypt(...given);
  }) as Encrypt;
  const unwatch = watchCiphers((key, iv) => note(sha256Native(key), iv));
  return {
    count: () => count,
    unknown: () => unknown,
    repeated: () => repeated,
    stop: () => {
      // The wrappers shadow the methods of the prototype.
      Reflect.deleteProperty(subtle, 'importKey');
      Reflect.deleteProperty(subtle, 'encrypt');
      unwatch();
    },
  };
}

/** Node lets every importer see another function in the place of its own. @returns puts its own back */
function watchCiphers(note: (key: Uint8Array, iv: Uint8Array<ArrayBuffer>) => void): () => void {
  const { createCipheriv } = crypto;
  const create = createCipheriv as (name: string, key: CipherKey, iv: Uint8Array, ...more: unknown[]) => unknown;
  const put = (value: unknown): void => {
    Object.assign(crypto, { createCipheriv: value });
    syncBuiltinESMExports();
  };
  put((name: string, key: CipherKey, iv: Uint8Array, ...more: unknown[]) => {
    if (name === 'aes-256-gcm') note(bytesOfKey(key), new Uint8Array(iv));
    return create(name, key, iv, ...more);
  });
  return () => put(createCipheriv);
}

function bytesOfKey(key: CipherKey): Uint8Array {
  return new Uint8Array(key instanceof KeyObject ? key.export() : (key as Uint8Array));
}

function isGcm(algorithm: unknown): boolean {
  const name = typeof algorithm === 'string' ? algorithm : (algorithm as { name?: string } | undefined)?.name;
  return name === 'AES-GCM';
}

function bytesOf(source: BufferSource): Uint8Array {
  if (source instanceof ArrayBuffer) return new Uint8Array(source.slice(0));
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice();
}
