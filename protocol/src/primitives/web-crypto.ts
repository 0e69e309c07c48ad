/** The platform's WebCrypto, and the one cast its types need. */

/** The same object in browsers and in Node. */
export const subtle: SubtleCrypto = globalThis.crypto.subtle;

/** WebCrypto's types refuse memory shared between threads, which nothing here uses; the array itself is passed on. */
export function source(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}

/** Asserts an argument's length. @throws RangeError, since the caller is wrong */
export function checkLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${what}: ${bytes.length} bytes, wanted ${length}`);
}
