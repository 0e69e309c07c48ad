/** Which byte strings are X-Wing public keys (draft-connolly-cfrg-xwing-kem-10; FIPS 203 section 7.2). */

const mlKemKeyBytes = 1184;
const mlKemSeedBytes = 32;
const x25519KeyBytes = 32;
const fieldPrime = 3329;

/**
 * Whether every coefficient is reduced, as FIPS 203 asks, and the X25519 half is not of small order, with which no
 * secret could be agreed. Encapsulation refuses such keys too; whoever relies on a signed document asks first.
 */
export function isXWingPublicKey(bytes: Uint8Array): boolean {
  if (bytes.length !== mlKemKeyBytes + x25519KeyBytes) return false;
  for (let i = 0; i < mlKemKeyBytes - mlKemSeedBytes; i += 3) {
    const [a, b, c] = [bytes[i] ?? 0, bytes[i + 1] ?? 0, bytes[i + 2] ?? 0];
    if ((a | ((b & 15) << 8)) >= fieldPrime || ((b >> 4) | (c << 4)) >= fieldPrime) return false;
  }
  return !isSmallOrder(bytes.subarray(mlKemKeyBytes));
}

const p = 2n ** 255n - 19n;

/** The u coordinates of the points of order 1, 2, 4 and 8 on Curve25519 and its twist, reduced. */
const smallOrderU: readonly bigint[] = [
  0n,
  1n,
  p - 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
];

/** RFC 7748 section 5 ignores the top bit and reduces the rest. */
function isSmallOrder(point: Uint8Array): boolean {
  let u = 0n;
  for (let i = x25519KeyBytes - 1; i >= 0; i--) u = (u << 8n) | BigInt(point[i] ?? 0);
  return smallOrderU.includes((u & (2n ** 255n - 1n)) % p);
}
