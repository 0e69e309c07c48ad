/** Base32 without padding, in lower case as in onion addresses and read in either case as in Tor's key files (RFC 4648 section 6). */

import { bytesToDigits, digitsToBytes } from './digits.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

export function bytesToBase32(bytes: Uint8Array): string {
  return bytesToDigits(bytes, alphabet);
}

/** @returns null for what is no base32 of whole bytes in its one form */
export function base32ToBytes(text: string): Uint8Array | null {
  return digitsToBytes(text.toLowerCase(), alphabet);
}
