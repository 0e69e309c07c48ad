/** A copy of a content while it is no longer than may stand in memory. */
import { CHUNK_DATA_BYTES } from '@postern/protocol/constants';

export class Held {
  readonly #bytesMax: number;
  /** As large as a chunk, or as the bound: most files are small, and each such process has little memory. */
  #room: Uint8Array | null;
  #length = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#room = new Uint8Array(Math.min(bytesMax, CHUNK_DATA_BYTES));
  }

  /** Null if it was too large. */
  get bytes(): Uint8Array | null {
    return this.#room?.subarray(0, this.#length) ?? null;
  }

  async *keeping(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of content) {
        if (this.#length + piece.length > this.#bytesMax) this.erase();
        if (this.#length + piece.length > CHUNK_DATA_BYTES) this.#grow();
        this.#room?.set(piece, this.#length);
        this.#length += piece.length;
        yield piece;
      }
    } catch (error) {
      this.erase();
      throw error;
    }
  }

  #grow(): void {
    const small = this.#room;
    if (small === null || small.length === this.#bytesMax) return;
    this.#room = new Uint8Array(this.#bytesMax);
    this.#room.set(small);
    small.fill(0);
  }

  erase(): void {
    this.#room?.fill(0, 0, this.#length);
    this.#room = null;
  }
}
