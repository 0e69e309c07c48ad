/**
 * X-Wing's decapsulation (draft-connolly-cfrg-xwing-kem-10, section 5.5) in the calling thread, of OpenSSL's ML-KEM,
 * X25519 and SHA-3: for the server, where the four jobs of WebCrypto's that one takes cost more than its arithmetic.
 */

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  hash,
  KeyObject,
} from 'node:crypto';
import { concat, utf8ToBytes } from '../bytes/encode.ts';

/** Gives the 32-byte secret of 1,120 bytes. @throws Error for an X25519 point of small order */
export type Decapsulate = (enc: Uint8Array) => Uint8Array;

const mlKemSeedBytes = 64;
const mlKemCiphertextBytes = 1088;
const x25519Bytes = 32;
const label = utf8ToBytes('\\.//^\\');
/** What RFC 8410 puts before the 32 bytes of a private and of a public key. */
const pkcs8Head = Buffer.from('302e020100300506032b656e04220420', 'hex');
const spkiHead = Buffer.from('302a300506032b656e032100', 'hex');

/** Expands a decapsulation key once for any number of uses. @param seed 32 bytes */
export async function importXWingNative(seed: Uint8Array): Promise<Decapsulate> {
  const length = mlKemSeedBytes + x25519Bytes;
  const expanded = createHash('shake256', { outputLength: length }).update(seed).digest();
  const pkcs8 = concat(pkcs8Head, expanded.subarray(mlKemSeedBytes));
  const x25519 = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(x25519).export({ format: 'der', type: 'spki' });
  const ownPoint = new Uint8Array(spki.subarray(spkiHead.length));
  const mlKem = await importMlKem(expanded.subarray(0, mlKemSeedBytes));
  return (enc) => {
    const point = enc.subarray(mlKemCiphertextBytes);
    const key = Buffer.from(concat(spkiHead, point));
    const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
    const ofMlKem = decapsulate(mlKem, enc.subarray(0, mlKemCiphertextBytes));
    const ofX25519 = diffieHellman({ privateKey: x25519, publicKey });
    return new Uint8Array(hash('sha3-256', concat(ofMlKem, ofX25519, point, ownPoint, label), 'buffer'));
  };
}

/** Only WebCrypto takes the seed as it is. Extractable, since no other becomes a key for OpenSSL's calls. */
async function importMlKem(seed: Uint8Array): Promise<KeyObject> {
  const usages = ['decapsulateBits'] as unknown as KeyUsage[];
  const format = 'raw-seed' as 'raw';
  const key = await crypto.subtle.importKey(format, new Uint8Array(seed), 'ML-KEM-768', true, usages);
  return KeyObject.from(key as Parameters<typeof KeyObject.from>[0]);
}
