/** Base32 without padding, in lower case as in onion addresses and read in either case as in Tor's key files (RFC 4648 section 6). */

const digits = 'abcdefghijklmnopqrstuvwxyz234567';

export function bytesToBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += digits.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + digits.charAt((held << (5 - bits)) & 31) : text;
}

/** @returns null for what is no base32 of whole bytes in its one form */
export function base32ToBytes(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let held = 0;
  let filled = 0;
  for (const char of text.toLowerCase()) {
    const digit = digits.indexOf(char);
    if (digit < 0) return null;
    held = (held << 5) | digit;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[filled++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  return bits < 5 && held === 0 ? bytes : null;
}
