/** HKDF-SHA256 (RFC 5869). */

import { source, subtle } from './web-crypto.ts';

const lengthMax = 255 * 32;

/**
 * Derives from the key material that it holds.
 * @param info one label and all inputs, length-prefixed (`lengthPrefixed` in bytes/encode)
 * @param length of the result, 1 … 8,160 bytes
 */
export type Hkdf = (salt: Uint8Array, info: Uint8Array, length: number) => Promise<Uint8Array>;

/** Extract and expand in one step; salt, info and length as for {@link Hkdf}. */
export async function hkdf(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Promise<Uint8Array> {
  const derive = await importHkdfKey(ikm);
  return derive(salt, info, length);
}

/** Prepares key material once for many derivations. */
export async function importHkdfKey(ikm: Uint8Array): Promise<Hkdf> {
  const key = await subtle.importKey('raw', source(ikm), 'HKDF', false, ['deriveBits']);
  return async (salt, info, length) => {
    if (!Number.isInteger(length) || length < 1 || length > lengthMax) {
      throw new RangeError(`derive by HKDF: ${length} bytes, wanted 1 to ${lengthMax}`);
    }
    const params = { name: 'HKDF', hash: 'SHA-256', salt: source(salt), info: source(info) };
    return new Uint8Array(await subtle.deriveBits(params, key, 8 * length));
  };
}
