/** HMAC-SHA256 (RFC 2104, FIPS 198-1). */

import { source, subtle } from './web-crypto.ts';

/** Computes the 32-byte MAC of its argument under the key that it holds. */
export type Mac = (data: Uint8Array) => Promise<Uint8Array>;

/** 32 bytes. The key must not be empty. */
export async function hmacSha256(key: Uint8Array, data: Uint8Array): Promise<Uint8Array> {
  const mac = await importHmacKey(key);
  return mac(data);
}

/** Prepares a key once for many MACs. @throws RangeError for an empty key, which WebCrypto refuses */
export async function importHmacKey(key: Uint8Array): Promise<Mac> {
  if (key.length === 0) throw new RangeError('import an HMAC key: 0 bytes, wanted at least 1');
  const imported = await subtle.importKey('raw', source(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return async (data) => new Uint8Array(await subtle.sign('HMAC', imported, source(data)));
}
