/**
 * SHAKE128, SHAKE256, SHA3-256 and SHA3-512 (FIPS 202) in the shape in which noble's ML-DSA and ML-KEM ask for them, by
 * js-sha3, which is twice as fast where the browser compiles no script. The source's page is built with it in place of
 * noble's (decisions 0093, 0115).
 */

import {
  sha3_256 as jsSha3With256,
  sha3_512 as jsSha3With512,
  shake128 as jsShake128,
  shake256 as jsShake256,
} from 'js-sha3';

/** Bytes of which as many may be read as are wanted. */
class Xof {
  readonly #hash: JsHash;
  readonly #blockBytes: number;
  readonly #firstBytes: number;
  readonly #digestBytes: number;
  readonly #parts: Uint8Array[] = [];
  #squeezed = new Uint8Array(0);
  #read = 0;

  constructor(hash: JsHash, blockBytes: number, firstBytes: number, digestBytes: number) {
    this.#hash = hash;
    this.#blockBytes = blockBytes;
    this.#firstBytes = firstBytes;
    this.#digestBytes = digestBytes;
  }

  /** @param bytes copied: the caller writes the next seed into the same ones */
  update(bytes: Uint8Array): this {
    this.#parts.push(bytes.slice());
    return this;
  }

  /** Fills `out` with the bytes after those read before. */
  xofInto(out: Uint8Array): Uint8Array {
    const end = this.#read + out.length;
    // The library gives a length that is named beforehand; more than the first are next to never asked for.
    if (end > this.#squeezed.length) this.#squeezed = this.#squeeze(Math.max(this.#firstBytes, 2 * this.#read, end));
    out.set(this.#squeezed.subarray(this.#read, end));
    this.#read = end;
    return out;
  }

  /** In a buffer of its own: whoever asks may take all of that. */
  digest(): Uint8Array {
    return this.#squeeze(this.#digestBytes).slice(0, this.#digestBytes);
  }

  destroy(): void {
    this.#parts.length = 0;
    this.#squeezed.fill(0);
  }

  /** Whole blocks: js-sha3 0.13.0 gives wrong last bytes where one to three of them begin a block. */
  #squeeze(bytesMin: number): Uint8Array<ArrayBuffer> {
    const hasher = this.#hash.create(8 * this.#blockBytes * Math.ceil(bytesMin / this.#blockBytes));
    for (const part of this.#parts) hasher.update(part);
    return new Uint8Array(hasher.arrayBuffer());
  }
}

/** SHA3 has one length and does not look at `bits`. */
type JsHash = { readonly create: (bits: number) => ReturnType<typeof jsShake128.create> };
type Options = { readonly dkLen?: number };

/** A function from bytes to `dkLen` bytes, and `create` for more than one piece in or out. */
export type Shake = {
  (bytes: Uint8Array, options?: Options): Uint8Array;
  readonly create: (options?: Options) => Xof;
  readonly blockLen: number;
};

/** ExpandA of ML-DSA reads four blocks and a part of the fifth, with few exceptions. */
export const shake128: Shake = shape(jsShake128, 168, 5, 16);
export const shake256: Shake = shape(jsShake256, 136, 1, 32);
export const sha3_256: Shake = shape(jsSha3With256, 136, 1, 32);
export const sha3_512: Shake = shape(jsSha3With512, 72, 1, 64);

function shape(hash: JsHash, blockLen: number, firstBlocks: number, defaultBytes: number): Shake {
  const create = ({ dkLen = defaultBytes }: Options = {}): Xof =>
    new Xof(hash, blockLen, firstBlocks * blockLen, dkLen);
  return Object.assign((bytes: Uint8Array, options?: Options) => create(options).update(bytes).digest(), {
    create,
    blockLen,
  });
}
