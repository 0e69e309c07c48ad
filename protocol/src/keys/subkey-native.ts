/** Subkeys on Node without a promise for each (spec/protocol.md section 1): for a desk that opens ten thousand records at its start. */

import { lengthPrefixed, utf8ToBytes } from '../bytes/encode.ts';
import { AES_KEY_BYTES, SALT_BYTES, SUBKEY_BYTES } from '../constants.ts';
import { hkdfExpandNative, hkdfExtractNative } from '../primitives/hmac-native.ts';
import { checkLength } from '../primitives/web-crypto.ts';
import type { Subkey } from './kdf.ts';

/** As `subkey` with the key it was made from. */
export interface SubkeySource {
  (label: string, salt: Uint8Array, parts: readonly Uint8Array[]): Subkey;
  /** Nothing can be derived afterwards. */
  erase(): void;
}

const subkeySalt = utf8ToBytes('postern/1 subkey');

/** Prepares a key once for many subkeys. @param key 32 bytes, which are not kept */
export function subkeySource(key: Uint8Array): SubkeySource {
  const extracted = hkdfExtractNative(key, subkeySalt);
  let isErased = false;
  const derive = (label: string, salt: Uint8Array, parts: readonly Uint8Array[]): Subkey => {
    if (isErased) throw new Error('derive a subkey: its key is erased');
    checkLength('subkey salt', salt, SALT_BYTES);
    const derived = hkdfExpandNative(extracted, lengthPrefixed(label, salt, ...parts), SUBKEY_BYTES);
    return { key: derived.subarray(0, AES_KEY_BYTES), nonce: derived.subarray(AES_KEY_BYTES) };
  };
  const erase = (): void => {
    isErased = true;
    extracted.fill(0);
  };
  return Object.assign(derive, { erase });
}
