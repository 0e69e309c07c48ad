/** Bytes as digits of 5 or 6 bits, most significant first and without padding (RFC 4648): what base32 and base64url share. */

/** @param alphabet 32 or 64 digits */
export function bytesToDigits(bytes: Uint8Array, alphabet: string): string {
  const width = Math.log2(alphabet.length);
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= width) {
      bits -= width;
      text += alphabet.charAt(held >> bits);
      held &= (1 << bits) - 1;
    }
  }
  return bits > 0 ? text + alphabet.charAt(held << (width - bits)) : text;
}

/** @returns null for what is not whole bytes in the one form that {@link bytesToDigits} writes */
export function digitsToBytes(text: string, alphabet: string): Uint8Array | null {
  const width = Math.log2(alphabet.length);
  const bytes = new Uint8Array(Math.floor((text.length * width) / 8));
  let bits = 0;
  let held = 0;
  let filled = 0;
  for (const char of text) {
    const digit = alphabet.indexOf(char);
    if (digit < 0) return null;
    held = (held << width) | digit;
    bits += width;
    if (bits >= 8) {
      bits -= 8;
      bytes[filled++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  return bits < width && held === 0 ? bytes : null;
}
