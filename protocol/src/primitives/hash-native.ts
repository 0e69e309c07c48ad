/** SHA-512 and SHA3-256 (FIPS 180-4, FIPS 202) by Node's OpenSSL: what the keys and addresses of onion services are made with. */

import { hash } from 'node:crypto';

/** 64 bytes. */
export function sha512Native(bytes: Uint8Array): Uint8Array {
  return hash('sha512', bytes, 'buffer');
}

/** 32 bytes. */
export function sha3Native(bytes: Uint8Array): Uint8Array {
  return hash('sha3-256', bytes, 'buffer');
}
