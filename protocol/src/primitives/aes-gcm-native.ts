/** AES-256-GCM by Node's OpenSSL in the calling thread: for servers and desks, where a job of WebCrypto's costs more than the cipher. */

import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import { aesGcmKeyBytes, aesGcmNonceBytes, aesGcmTagBytes } from './aes-gcm.ts';
import { checkLength } from './web-crypto.ts';

const algorithm = 'aes-256-gcm';

/**
 * As `aesGcmSeal`, at once. Node asks of bare bytes whether they are a key by way of an exception, which takes longer
 * than the cipher: they come as a key.
 */
export function aesGcmSealNative(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  checkLengths(key, nonce);
  const cipher = createCipheriv(algorithm, createSecretKey(key), nonce, { authTagLength: aesGcmTagBytes }).setAAD(aad);
  const sealed = new Uint8Array(plaintext.length + aesGcmTagBytes);
  sealed.set(cipher.update(plaintext));
  cipher.final();
  sealed.set(cipher.getAuthTag(), plaintext.length);
  return sealed;
}

/** As `aesGcmOpen`, at once. */
export function aesGcmOpenNative(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  checkLengths(key, nonce);
  if (sealed.length < aesGcmTagBytes) return null;
  const tagAt = sealed.length - aesGcmTagBytes;
  const cipher = createDecipheriv(algorithm, createSecretKey(key), nonce, { authTagLength: aesGcmTagBytes }).setAAD(
    aad,
  );
  cipher.setAuthTag(sealed.subarray(tagAt));
  const plaintext = new Uint8Array(cipher.update(sealed.subarray(0, tagAt)));
  try {
    cipher.final();
    return plaintext;
  } catch {
    return null;
  }
}

function checkLengths(key: Uint8Array, nonce: Uint8Array): void {
  checkLength('AES-GCM key', key, aesGcmKeyBytes);
  checkLength('AES-GCM nonce', nonce, aesGcmNonceBytes);
}
