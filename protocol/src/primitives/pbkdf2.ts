/** PBKDF2-HMAC-SHA256 (RFC 8018 section 5.2), for the puzzle (spec/protocol.md section 6.2). */

import { source, subtle } from './web-crypto.ts';

/** @param length of the result in bytes, at least 1 */
export async function pbkdf2(
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  length: number,
): Promise<Uint8Array> {
  const key = await subtle.importKey('raw', source(password), 'PBKDF2', false, ['deriveBits']);
  const params = { name: 'PBKDF2', hash: 'SHA-256', salt: source(salt), iterations };
  return new Uint8Array(await subtle.deriveBits(params, key, 8 * length));
}
