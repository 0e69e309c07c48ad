/**
 * ML-KEM-768 (FIPS 203) by noble, in the shape in which the X-Wing library asks its own for it. The source's page is built
 * with this in its place: it has noble's ML-DSA anyway, which shares most of the code (decision 0115).
 */

import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';

export { sha3_256, shake256 } from '@noble/hashes/sha3.js';

export class MlKem768 {
  /** @param seed 64 bytes, d and z in FIPS 203 section 7.1 @returns public and private key, 1,184 and 2,400 bytes */
  async deriveKeyPair(seed: Uint8Array): Promise<[publicKey: Uint8Array, privateKey: Uint8Array]> {
    const { publicKey, secretKey } = ml_kem768.keygen(seed);
    return [publicKey, secretKey];
  }

  /**
   * @param seed 32 bytes, m in FIPS 203 section 7.2
   * @returns ciphertext and shared secret, 1,088 and 32 bytes
   * @throws Error for a key whose coefficients are not reduced
   */
  async encap(publicKey: Uint8Array, seed: Uint8Array): Promise<[ciphertext: Uint8Array, secret: Uint8Array]> {
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, seed);
    return [cipherText, sharedSecret];
  }

  /** @returns the shared secret, or for a ciphertext of somebody else 32 bytes that nobody knows */
  async decap(ciphertext: Uint8Array, privateKey: Uint8Array): Promise<Uint8Array> {
    return ml_kem768.decapsulate(ciphertext, privateKey);
  }
}
