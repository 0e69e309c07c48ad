/** What people call a key that an export is sealed for: short enough to be compared by eye. */

import { bytesToHex, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { sha256 } from '@postern/protocol/primitives/hash';

/** Classic keys of age have 62 characters; post-quantum ones near 2,000. */
const wholeCharactersMax = 100;
/** 128 bits: nobody makes a second key that looks like a first. */
const markDigits = 32;

/** @returns a short key as it is; of a long one its beginning and that of its SHA-256, in groups of four digits */
export async function recipientMark(recipient: string): Promise<string> {
  if (recipient.length <= wholeCharactersMax) return recipient;
  const digits = bytesToHex(await sha256(utf8ToBytes(recipient))).slice(0, markDigits);
  return `${recipient.slice(0, 12)}… SHA-256 ${digits.replace(/(.{4})(?=.)/g, '$1 ')}`;
}
