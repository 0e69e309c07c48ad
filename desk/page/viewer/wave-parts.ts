/** Sound that is not packed (WAV), which no player takes in fragments: in parts, each a file of its own under the head of the whole. */

import { concat } from '@postern/protocol/bytes/encode';
import { FileView, latinOf } from '@postern/protocol/metadata/file-view';
import type { ReadSlice } from './film.ts';

/** Some minutes of it. */
const partBytes = 32 * 1024 * 1024;
/** Recorders write pictures, notes and space before the sound. */
const chunksMax = 1_000;
const formatBytes = { min: 16, max: 64 } as const;

export class WaveParts {
  readonly parts: number;
  /** What a player needs before the sound, with the head of the sound. */
  readonly #head: Uint8Array;
  /** Where the sound begins in the file. */
  readonly #from: number;
  readonly #length: number;
  readonly #step: number;
  readonly #read: ReadSlice;

  private constructor(sound: { head: Uint8Array; from: number; length: number; block: number }, read: ReadSlice) {
    this.#head = sound.head;
    this.#from = sound.from;
    this.#length = sound.length;
    // Bytes that stand together: no part ends within them.
    this.#step = partBytes - (partBytes % sound.block);
    this.#read = read;
    this.parts = Math.max(1, Math.ceil(sound.length / this.#step));
  }

  /** @returns null for what is none, or of which nothing tells how it sounds @throws what `read` throws */
  static async open(bytes: number, read: ReadSlice): Promise<WaveParts | null> {
    const riff = await read(0, Math.min(bytes, 12));
    if (latinOf(riff.subarray(0, 4)) !== 'RIFF' || latinOf(riff.subarray(8, 12)) !== 'WAVE') return null;
    let format: Uint8Array | null = null;
    for (let at = 12, chunks = 0; at + 8 <= bytes && chunks < chunksMax; chunks++) {
      const chunk = await read(at, at + 8);
      const [name, length] = [latinOf(chunk.subarray(0, 4)), new FileView(chunk, 'little').u32(4)];
      const from = at + 8;
      if (name === 'fmt ' && length >= formatBytes.min && length <= formatBytes.max && from + length <= bytes) {
        format = await read(at, from + length + (length % 2));
      }
      if (name === 'data') {
        const block = format === null ? 0 : new FileView(format, 'little').u16(20);
        if (format === null || block === 0) return null;
        // Recorders that were cut off left no length.
        const known = length === 0 ? bytes - from : Math.min(length, bytes - from);
        return new WaveParts({ head: concat(riff, format, chunk), from, length: known, block }, read);
      }
      at = from + length + (length % 2);
    }
    return null;
  }

  /** @param part from 0 @returns a WAV @throws what reading throws */
  async read(part: number): Promise<Uint8Array<ArrayBuffer>> {
    const from = this.#from + part * this.#step;
    const to = Math.min(this.#from + this.#length, from + this.#step);
    const whole = new Uint8Array(concat(this.#head, await this.#read(from, to)));
    const view = new DataView(whole.buffer);
    view.setUint32(4, whole.length - 8, true);
    view.setUint32(this.#head.length - 4, to - from, true);
    return whole;
  }
}
