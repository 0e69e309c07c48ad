/** Conversions between bytes and text, and the unambiguous joining of byte strings. */

import { bytesToDigits, digitsToBytes } from './digits.ts';
import { WireError } from './wire-error.ts';

const hexDigits = '0123456789abcdef';
const base64urlDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Lower-case hexadecimal. */
export function bytesToHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += hexDigits.charAt(byte >> 4) + hexDigits.charAt(byte & 15);
  return text;
}

/** Reads lower-case hexadecimal, the only form {@link bytesToHex} writes. @throws WireError bad-length, bad-value */
export function hexToBytes(text: string): Uint8Array {
  if (text.length % 2 !== 0)
    throw new WireError('bad-length', `read hex: ${text.length} digits, wanted an even number`);
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = hexDigits.indexOf(text.charAt(2 * i));
    const low = hexDigits.indexOf(text.charAt(2 * i + 1));
    if (high < 0 || low < 0) throw new WireError('bad-value', 'read hex: a character outside 0-9 a-f');
    bytes[i] = (high << 4) | low;
  }
  return bytes;
}

/** Base64 with the URL alphabet and without padding (RFC 4648 section 5). */
export function bytesToBase64url(bytes: Uint8Array): string {
  return bytesToDigits(bytes, base64urlDigits);
}

/**
 * Reads base64url in its one canonical form: no padding, no white space, no stray bits at the end.
 * @throws WireError bad-length, bad-value
 */
export function base64urlToBytes(text: string): Uint8Array {
  if (text.length % 4 === 1) throw new WireError('bad-length', `read base64url: ${text.length} digits is no length`);
  const bytes = digitsToBytes(text, base64urlDigits);
  if (bytes === null)
    throw new WireError('bad-value', 'read base64url: a strange character, or unused bits at the end');
  return bytes;
}

const byteOrderMark = '\ufeff';

/**
 * The UTF-8 form of a text.
 * @throws RangeError for a text that has half a surrogate pair or begins with a byte order mark: see {@link wireText}
 */
export function utf8ToBytes(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new RangeError(`encode UTF-8: half a surrogate pair in ${text.length} code units`);
  if (text.startsWith(byteOrderMark)) throw new RangeError('encode UTF-8: the text begins with a byte order mark');
  return new TextEncoder().encode(text);
}

/** Whatever a person typed or pasted, in the form that text fields take. */
export function wireText(text: string): string {
  return text.toWellFormed().replace(/^\ufeff+/u, '');
}

/** Reads UTF-8 strictly, and refuses a byte order mark at its start. @throws WireError bad-utf8 */
export function bytesToUtf8(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text.startsWith(byteOrderMark)) throw new WireError('bad-utf8', 'decode UTF-8: begins with a byte order mark');
  return text;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new WireError('bad-utf8', `decode UTF-8: ${bytes.length} bytes are not well-formed`);
  }
}

/** All parts one after the other, in a fresh array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return concatAll(parts);
}

/** The same of a list of any length: as arguments, some hundred thousand are more than engines take. */
export function concatAll(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/**
 * Each part behind its length in two bytes: the form of every key derivation's `info`, so that no two lists of parts
 * give the same bytes. Text stands for its UTF-8. @throws RangeError for a part of 65,536 bytes or more
 */
export function lengthPrefixed(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const part of parts) {
    const bytes = typeof part === 'string' ? utf8ToBytes(part) : part;
    pieces.push(u16be(bytes.length), bytes);
  }
  return concat(...pieces);
}

/** Two bytes, most significant first. @throws RangeError outside 0 … 65,535 */
export function u16be(value: number): Uint8Array {
  checkUint(value, 16);
  return Uint8Array.of(value >>> 8, value & 0xff);
}

/** Four bytes, most significant first. @throws RangeError outside 0 … 4,294,967,295 */
export function u32be(value: number): Uint8Array {
  checkUint(value, 32);
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

function checkUint(value: number, bits: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) {
    throw new RangeError(`encode a number: it does not fit ${bits} bits`);
  }
}
