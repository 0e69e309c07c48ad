/** Sound that is not packed (WAV), which no player takes in fragments: in parts, each a file of its own under the head of the whole. */

import { concat } from '@postern/protocol/bytes/encode';
import { FileView, latinOf } from '@postern/protocol/metadata/file-view';
import type { ReadSlice } from './film.ts';

/** Some minutes of it. */
const partBytes = 32 * 1024 * 1024;
const headBytesMax = 64 * 1024;

export class WaveParts {
  readonly parts: number;
  readonly #head: Uint8Array;
  readonly #length: number;
  readonly #step: number;
  readonly #read: ReadSlice;

  /** @param length of the sound behind its head @param block of bytes that stand together: no part ends within one */
  private constructor(head: Uint8Array, length: number, block: number, read: ReadSlice) {
    this.#head = head;
    this.#length = length;
    this.#step = partBytes - (partBytes % block);
    this.#read = read;
    this.parts = Math.max(1, Math.ceil(length / this.#step));
  }

  /** @returns null for what is none, or has a head that is none @throws what `read` throws */
  static async open(bytes: number, read: ReadSlice): Promise<WaveParts | null> {
    const head = await read(0, Math.min(bytes, headBytesMax));
    const view = new FileView(head, 'little');
    if (latinOf(head.subarray(0, 4)) !== 'RIFF' || latinOf(head.subarray(8, 12)) !== 'WAVE') return null;
    let block = 0;
    for (let at = 12; at + 24 <= head.length; ) {
      const [name, length] = [latinOf(head.subarray(at, at + 4)), view.u32(at + 4)];
      if (name === 'fmt ') block = view.u16(at + 20);
      if (name === 'data') {
        const rest = bytes - at - 8;
        // Recorders that were cut off left no length.
        const known = length === 0 ? rest : Math.min(length, rest);
        return block === 0 ? null : new WaveParts(head.slice(0, at + 8), known, block, read);
      }
      at += 8 + length + (length % 2);
    }
    return null;
  }

  /** @param part from 0 @returns a WAV @throws what reading throws */
  async read(part: number): Promise<Uint8Array<ArrayBuffer>> {
    const from = this.#head.length + part * this.#step;
    const to = Math.min(this.#head.length + this.#length, from + this.#step);
    const whole = new Uint8Array(concat(this.#head, await this.#read(from, to)));
    const view = new DataView(whole.buffer);
    view.setUint32(4, whole.length - 8, true);
    view.setUint32(this.#head.length - 4, to - from, true);
    return whole;
  }
}
