/** Which byte strings are X-Wing public keys (draft-connolly-cfrg-xwing-kem-10; FIPS 203 section 7.2). */

const mlKemKeyBytes = 1184;
const mlKemSeedBytes = 32;
const x25519KeyBytes = 32;
const fieldPrime = 3329;

/**
 * The check of FIPS 203 that every coefficient is reduced. Encapsulation refuses such a key too; whoever relies on a
 * signed document asks first. Any 32 bytes are an X25519 key.
 */
export function isXWingPublicKey(bytes: Uint8Array): boolean {
  if (bytes.length !== mlKemKeyBytes + x25519KeyBytes) return false;
  for (let i = 0; i < mlKemKeyBytes - mlKemSeedBytes; i += 3) {
    const [a, b, c] = [bytes[i] ?? 0, bytes[i + 1] ?? 0, bytes[i + 2] ?? 0];
    if ((a | ((b & 15) << 8)) >= fieldPrime || ((b >> 4) | (c << 4)) >= fieldPrime) return false;
  }
  return true;
}
