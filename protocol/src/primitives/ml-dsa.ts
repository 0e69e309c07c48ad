/** ML-DSA-65 (FIPS 204), pure, with an empty context. */

import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import type { Random } from './random.ts';
import { checkLength, source, subtle } from './web-crypto.ts';

export const mlDsaSeedBytes = 32;
export const mlDsaPublicKeyBytes = 1952;
export const mlDsaSignatureBytes = 3309;

/** A private key, expanded once. */
export type MlDsaKey = {
  /** 1,952 bytes. */
  readonly publicKey: Uint8Array;
  /** The 3,309-byte signature. Draws 32 bytes, so that a fault or side channel does not meet the same nonce twice. */
  readonly sign: (message: Uint8Array, random: Random) => Uint8Array;
};

/** @param seed 32 bytes, ξ in FIPS 204 section 5.1 */
export function mlDsaKey(seed: Uint8Array): MlDsaKey {
  checkLength('ML-DSA seed', seed, mlDsaSeedBytes);
  const { publicKey, secretKey } = ml_dsa65.keygen(seed);
  return {
    publicKey: new Uint8Array(publicKey),
    sign: (message, random) => new Uint8Array(ml_dsa65.sign(message, secretKey, { extraEntropy: random(32) })),
  };
}

/** Whether the signature is good, by the engine where it can and in script where not. Never throws for foreign bytes. */
export async function mlDsaVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  if (publicKey.length !== mlDsaPublicKeyBytes || signature.length !== mlDsaSignatureBytes) return false;
  const key = await importNative(publicKey);
  if (key === null) return mlDsaVerifyPortable(publicKey, message, signature);
  return subtle.verify('ML-DSA-65', key, source(signature), source(message));
}

/** The same in script on every engine. */
export function mlDsaVerifyPortable(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== mlDsaPublicKeyBytes || signature.length !== mlDsaSignatureBytes) return false;
  try {
    return ml_dsa65.verify(signature, message, publicKey);
  } catch {
    return false;
  }
}

let native: boolean | undefined;

/** Any 1,952 bytes are a public key, so a refusal means that the engine lacks the algorithm; it is asked once. */
async function importNative(publicKey: Uint8Array): Promise<CryptoKey | null> {
  if (native === false) return null;
  try {
    const importKey = subtle.importKey.bind(subtle) as unknown as RawPublicImport;
    const key = await importKey('raw-public', source(publicKey), 'ML-DSA-65', false, ['verify']);
    native = true;
    return key;
  } catch {
    native = false;
    return null;
  }
}

/** Newer than the types: WebCrypto's "Modern Algorithms". */
type RawPublicImport = (
  format: 'raw-public',
  key: BufferSource,
  algorithm: 'ML-DSA-65',
  extractable: boolean,
  usages: readonly KeyUsage[],
) => Promise<CryptoKey>;
