/** SHA-256 (FIPS 180-4). */

import { source, subtle } from './web-crypto.ts';

/** 32 bytes. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await subtle.digest('SHA-256', source(bytes)));
}
