/** Slices of the file that is shown, asked of the page one after the other: the frame has no way to it of its own. */

import { partBytesMax } from '@postern/desk/app/api';

/** More at once is asked for by a file that lies about itself. */
const sliceBytesMax = 64 * 1024 * 1024;

export class FileSlices {
  readonly #want: (from: number, bytes: number) => void;
  #last: Promise<unknown> = Promise.resolve();
  #give: ((bytes: Uint8Array<ArrayBuffer>) => void) | null = null;

  /** @param want asks the page for at most `partBytesMax` bytes */
  constructor(want: (from: number, bytes: number) => void) {
    this.#want = want;
  }

  /** What the page answered. */
  take(bytes: Uint8Array<ArrayBuffer>): void {
    const give = this.#give;
    this.#give = null;
    give?.(bytes);
  }

  /** From byte `from` up to, without it, `to`. @throws RangeError for more than any part of a file needs; Error where the file ends before */
  read(from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    if (to - from > sliceBytesMax) return Promise.reject(new RangeError(`read a slice: ${to - from} bytes`));
    const read = this.#last.then(() => this.#read(from, to));
    this.#last = read.catch(() => undefined);
    return read;
  }

  async #read(from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    const slice = new Uint8Array(to - from);
    for (let at = from; at < to; at += partBytesMax) {
      const wanted = Math.min(partBytesMax, to - at);
      const { promise, resolve } = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
      this.#give = resolve;
      this.#want(at, wanted);
      const bytes = await promise;
      if (bytes.length !== wanted) throw new Error(`read a slice: ${bytes.length} bytes, wanted ${wanted}`);
      slice.set(bytes, at - from);
    }
    return slice;
  }
}
