/** The one key derivation of the protocol and the subkeys of its ciphertexts (spec/protocol.md section 1). */

import { lengthPrefixed, utf8ToBytes } from '../bytes/encode.ts';
import { AES_KEY_BYTES, SALT_BYTES, SUBKEY_BYTES } from '../constants.ts';
import { importHkdfKey } from '../primitives/hkdf.ts';
import { checkLength } from '../primitives/web-crypto.ts';

/** Derives from the secret that it holds; arguments as for {@link kdf}. */
export type Kdf = (salt: string, label: string, parts: readonly Uint8Array[], length: number) => Promise<Uint8Array>;

/** A key and a nonce that are used together once. */
export type Subkey = { readonly key: Uint8Array; readonly nonce: Uint8Array };

/**
 * `kdf(secret, salt, label, parts…, n)`.
 * @param salt one for each purpose, such as `postern/1 source`
 * @param label one for each use under that salt
 * @param parts everything that the result depends on beside the secret
 * @param length of the result in bytes
 */
export async function kdf(
  secret: Uint8Array,
  salt: string,
  label: string,
  parts: readonly Uint8Array[],
  length: number,
): Promise<Uint8Array> {
  const derive = await importKdfSecret(secret);
  return derive(salt, label, parts, length);
}

/** Prepares a secret once for many derivations. */
export async function importKdfSecret(secret: Uint8Array): Promise<Kdf> {
  const derive = await importHkdfKey(secret);
  return (salt, label, parts, length) => derive(utf8ToBytes(salt), lengthPrefixed(label, ...parts), length);
}

/**
 * `subkey(key, label, salt32, parts…)`, the only way to an AES-256-GCM key under a key that two parties hold (ENC-4).
 * @param salt 32 fresh random bytes that travel with the ciphertext
 */
export async function subkey(
  key: Uint8Array,
  label: string,
  salt: Uint8Array,
  parts: readonly Uint8Array[],
): Promise<Subkey> {
  checkLength('subkey salt', salt, SALT_BYTES);
  const derived = await kdf(key, 'postern/1 subkey', label, [salt, ...parts], SUBKEY_BYTES);
  return { key: derived.slice(0, AES_KEY_BYTES), nonce: derived.slice(AES_KEY_BYTES) };
}
