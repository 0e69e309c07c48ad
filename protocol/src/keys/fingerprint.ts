/** The organisation's fingerprint, its verification words and its QR code (spec/protocol.md section 2.1). */

import { fingerprint as asFingerprint, type Fingerprint } from '../bytes/brand.ts';
import { base64urlToBytes, bytesToBase64url } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { FINGERPRINT_BYTES, HYBRID_PUBLIC_KEY_BYTES, VERIFICATION_WORDS, WORD_BITS } from '../constants.ts';
import { sha256 } from '../primitives/hash.ts';
import { checkLength } from '../primitives/web-crypto.ts';

const qrPrefix = 'postern:';

/** @param rootPublicKey 1,984 bytes */
export async function fingerprintOf(rootPublicKey: Uint8Array): Promise<Fingerprint> {
  checkLength('root public key', rootPublicKey, HYBRID_PUBLIC_KEY_BYTES);
  return asFingerprint(await sha256(rootPublicKey));
}

/** The fingerprint's first 88 bits as eight numbers of 0 … 2,047, the same for every language's words (FPR-1). */
export function verificationNumbers(fingerprint: Fingerprint): number[] {
  const numbers: number[] = [];
  let held = 0;
  let bits = 0;
  for (const byte of fingerprint) {
    held = (held << 8) | byte;
    bits += 8;
    if (bits < WORD_BITS) continue;
    bits -= WORD_BITS;
    numbers.push(held >> bits);
    held &= (1 << bits) - 1;
    if (numbers.length === VERIFICATION_WORDS) break;
  }
  return numbers;
}

/** The eight words in the language of a BIP-39 list. @param words all 2,048 of the list, in its order */
export function verificationWords(fingerprint: Fingerprint, words: readonly string[]): string[] {
  if (words.length !== 2 ** WORD_BITS) throw new RangeError(`word list: ${words.length} words, wanted 2048`);
  return verificationNumbers(fingerprint).map((number) => words[number] ?? '');
}

/** The text of the QR code: all 256 bits. */
export function fingerprintToQr(fingerprint: Fingerprint): string {
  return qrPrefix + bytesToBase64url(fingerprint);
}

/** Reads the text of a QR code. @throws WireError bad-value, bad-length */
export function qrToFingerprint(text: string): Fingerprint {
  if (!text.startsWith(qrPrefix)) throw new WireError('bad-value', 'read QR code: it is none of a fingerprint');
  const bytes = base64urlToBytes(text.slice(qrPrefix.length));
  if (bytes.length !== FINGERPRINT_BYTES) {
    throw new WireError('bad-length', `read QR code: ${bytes.length} bytes, wanted ${FINGERPRINT_BYTES}`);
  }
  return asFingerprint(bytes);
}
