/** X25519 public keys (RFC 7748), for what is not this protocol's: the keys with which Tor lets a client in. */

import { base64urlToBytes, concat } from '../bytes/encode.ts';
import { checkLength, source, subtle } from './web-crypto.ts';

const keyBytes = 32;
/** Everything of a PKCS #8 private key (RFC 8410 section 7) that stands before the key. */
const pkcs8Prefix = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 110, 4, 34, 4, 32);

/** @param privateKey 32 random bytes @returns 32 bytes */
export async function x25519PublicKey(privateKey: Uint8Array): Promise<Uint8Array> {
  checkLength('X25519 private key', privateKey, keyBytes);
  const pkcs8 = concat(pkcs8Prefix, privateKey);
  const exportable = await subtle.importKey('pkcs8', source(pkcs8), 'X25519', true, ['deriveBits']);
  pkcs8.fill(0);
  const { x } = await subtle.exportKey('jwk', exportable);
  if (x === undefined) throw new Error('derive an X25519 public key: the engine exported none');
  return base64urlToBytes(x);
}
