/** Signatures by Ed25519 and ML-DSA-65 over the same bytes, of which both must verify. */

import { concat } from '../bytes/encode.ts';
import {
  type Ed25519Key,
  ed25519Key,
  ed25519PublicKeyBytes,
  ed25519SeedBytes,
  ed25519SignatureBytes,
  ed25519Verify,
} from './ed25519.ts';
import { mlDsaKey, mlDsaPublicKeyBytes, mlDsaSeedBytes, mlDsaSignatureBytes, mlDsaVerify } from './ml-dsa.ts';
import type { Random } from './random.ts';
import { checkLength } from './web-crypto.ts';

/** Ed25519 seed ‖ ML-DSA-65 seed: 64 bytes. */
export const hybridSeedBytes: number = ed25519SeedBytes + mlDsaSeedBytes;
/** Ed25519 key ‖ ML-DSA-65 key: 1,984 bytes. */
export const hybridPublicKeyBytes: number = ed25519PublicKeyBytes + mlDsaPublicKeyBytes;
/** Ed25519 signature ‖ ML-DSA-65 signature: 3,373 bytes. */
export const hybridSignatureBytes: number = ed25519SignatureBytes + mlDsaSignatureBytes;

/** A private key pair, prepared once. */
export type HybridKey = {
  /** 1,984 bytes. */
  readonly publicKey: Uint8Array;
  /** The classical half, for what it signs alone: replies and a device's requests. */
  readonly ed25519: Ed25519Key;
  /** 3,373 bytes; draws 32 bytes. */
  readonly sign: (message: Uint8Array, random: Random) => Promise<Uint8Array>;
};

/** @param seed 64 bytes */
export async function hybridKey(seed: Uint8Array): Promise<HybridKey> {
  checkLength('hybrid seed', seed, hybridSeedBytes);
  const classical = await ed25519Key(seed.subarray(0, ed25519SeedBytes));
  const quantum = mlDsaKey(seed.subarray(ed25519SeedBytes));
  return {
    publicKey: concat(classical.publicKey, quantum.publicKey),
    ed25519: classical,
    sign: async (message, random) => concat(await classical.sign(message), quantum.sign(message, random)),
  };
}

/** Signs once; whoever signs often keeps a {@link hybridKey}. @returns 3,373 bytes */
export async function signHybrid(seed: Uint8Array, message: Uint8Array, random: Random): Promise<Uint8Array> {
  const key = await hybridKey(seed);
  return key.sign(message, random);
}

/**
 * Whether both signatures are good; of what fails the first the second is not looked at. One after the other, so that
 * where ML-DSA runs in script a page can draw and answer between one document's and the next's. Never throws for
 * foreign bytes.
 */
export async function verifyHybrid(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (publicKey.length !== hybridPublicKeyBytes || signature.length !== hybridSignatureBytes) return false;
  const [classicalKey, quantumKey] = [
    publicKey.subarray(0, ed25519PublicKeyBytes),
    publicKey.subarray(ed25519PublicKeyBytes),
  ];
  const [classical, quantum] = [
    signature.subarray(0, ed25519SignatureBytes),
    signature.subarray(ed25519SignatureBytes),
  ];
  return (await ed25519Verify(classicalKey, message, classical)) && (await mlDsaVerify(quantumKey, message, quantum));
}
