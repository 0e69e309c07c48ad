/** AES-256-GCM (NIST SP 800-38D) with 16-byte tags. */

import { checkLength, source, subtle } from './web-crypto.ts';

export const aesGcmKeyBytes = 32;
export const aesGcmNonceBytes = 12;
export const aesGcmTagBytes = 16;

/**
 * Seals under a key and nonce that are never used together again.
 * @param key 32 bytes
 * @param nonce 12 bytes
 * @returns ciphertext ‖ tag: 16 bytes more than the plaintext
 */
export async function aesGcmSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const imported = await importKey(key, nonce, 'encrypt');
  return new Uint8Array(await subtle.encrypt(params(nonce, aad), imported, source(plaintext)));
}

/** Opens what {@link aesGcmSeal} made; null if key, nonce, aad or bytes are not the ones that were sealed. */
export async function aesGcmOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array | null> {
  const imported = await importKey(key, nonce, 'decrypt');
  if (sealed.length < aesGcmTagBytes) return null;
  try {
    return new Uint8Array(await subtle.decrypt(params(nonce, aad), imported, source(sealed)));
  } catch {
    return null;
  }
}

function importKey(key: Uint8Array, nonce: Uint8Array, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  checkLength('AES-GCM key', key, aesGcmKeyBytes);
  checkLength('AES-GCM nonce', nonce, aesGcmNonceBytes);
  return subtle.importKey('raw', source(key), 'AES-GCM', false, [usage]);
}

function params(nonce: Uint8Array, aad: Uint8Array): AesGcmParams {
  return { name: 'AES-GCM', iv: source(nonce), additionalData: source(aad), tagLength: 8 * aesGcmTagBytes };
}
