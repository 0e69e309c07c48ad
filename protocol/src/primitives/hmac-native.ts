/** SHA-256 and HMAC-SHA256 by Node's OpenSSL, without a promise for each: for the server's indices of many thousands. */

import { createCipheriv, hash } from 'node:crypto';

const blockBytes = 64;
const hashBytes = 32;

/** 32 bytes. */
export function sha256Native(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

/**
 * HMAC-SHA256 of one message under many keys of 32 bytes. The returned function writes the first `length` bytes of the
 * MAC into `target` at `offset`. A quarter of the cost of `createHmac`, which sets up a context for each key.
 */
export function macUnderManyKeys(
  message: Uint8Array,
): (key: Uint8Array, target: Uint8Array, offset: number, length: number) => void {
  const inner = new Uint8Array(blockBytes + message.length).fill(0x36);
  const outer = new Uint8Array(blockBytes + hashBytes).fill(0x5c);
  inner.set(message, blockBytes);
  return (key, target, offset, length) => {
    if (key.length !== hashBytes)
      throw new RangeError(`HMAC under many keys: ${key.length} bytes, wanted ${hashBytes}`);
    for (let i = 0; i < hashBytes; i++) {
      const byte = key[i] ?? 0;
      inner[i] = byte ^ 0x36;
      outer[i] = byte ^ 0x5c;
    }
    outer.set(hash('sha256', inner, 'buffer'), blockBytes);
    target.set(hash('sha256', outer, 'buffer').subarray(0, length), offset);
  };
}

/** HMAC-SHA256 under one key of 32 bytes. */
export function hmacSha256Native(key: Uint8Array, message: Uint8Array): Uint8Array {
  const mac = new Uint8Array(hashBytes);
  macUnderManyKeys(message)(key, mac, 0, hashBytes);
  return mac;
}

/** So many bytes of AES-256's key stream in counter mode from zero: a pseudorandom string of a 32-byte seed used once. */
export function streamOf(seed: Uint8Array, length: number): Uint8Array {
  const cipher = createCipheriv('aes-256-ctr', seed, new Uint8Array(16));
  return cipher.update(new Uint8Array(length));
}
