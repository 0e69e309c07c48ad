/** Builds the bytes of one wire struct, field by field (spec/protocol.md section 1). */

import { u16be, u32be, utf8ToBytes } from './encode.ts';

/**
 * Appends fields in order; numbers are big-endian. A value that does not fit its field is the caller's bug and throws
 * RangeError. After {@link Writer.done} the writer is empty and refuses further use.
 */
export class Writer {
  #buffer: Uint8Array<ArrayBuffer>;
  #length = 0;
  #done = false;

  /** @param expected bytes of the whole, if they are known: then nothing is moved on the way */
  constructor(expected = 256) {
    this.#buffer = new Uint8Array(expected);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > 0xff) throw new RangeError('write u8: the value does not fit');
    return this.#append(Uint8Array.of(value));
  }

  u16(value: number): this {
    return this.#append(u16be(value));
  }

  u32(value: number): this {
    return this.#append(u32be(value));
  }

  /** A field of fixed length; the length is asserted, not written. */
  bytes(value: Uint8Array, length: number): this {
    if (value.length !== length) throw new RangeError(`write bytes: ${value.length} bytes, wanted ${length}`);
    return this.#append(value);
  }

  /** Up to 255 bytes behind their length in one byte. */
  var8(value: Uint8Array): this {
    return this.u8(value.length).#append(value);
  }

  /** Up to 65,535 bytes behind their length in two bytes. */
  var16(value: Uint8Array): this {
    return this.u16(value.length).#append(value);
  }

  /** Bytes behind their length in four bytes. */
  var32(value: Uint8Array): this {
    return this.u32(value.length).#append(value);
  }

  /** Text as UTF-8 behind its length in bytes, in one byte. */
  text8(text: string): this {
    return this.var8(utf8ToBytes(text));
  }

  /** Text as UTF-8 behind its length in bytes, in two bytes. */
  text16(text: string): this {
    return this.var16(utf8ToBytes(text));
  }

  /** Text as UTF-8 behind its length in bytes, in four bytes. */
  text32(text: string): this {
    return this.var32(utf8ToBytes(text));
  }

  /** Items behind their count in one byte. */
  list8<Item>(items: readonly Item[], write: (item: Item, writer: this) => void): this {
    this.u8(items.length);
    for (const item of items) write(item, this);
    return this;
  }

  /** Items behind their count in two bytes. */
  list16<Item>(items: readonly Item[], write: (item: Item, writer: this) => void): this {
    this.u16(items.length);
    for (const item of items) write(item, this);
    return this;
  }

  /** Zeros until the whole is `total` bytes long. */
  padTo(total: number): this {
    if (!Number.isInteger(total) || total < this.#length) {
      throw new RangeError(`pad: ${this.#length} bytes are written, wanted at most ${total}`);
    }
    return this.#append(new Uint8Array(total - this.#length));
  }

  /** A copy of what is written so far, for a signature or MAC over the fields before it. */
  soFar(): Uint8Array {
    this.#checkOpen();
    return this.#buffer.slice(0, this.#length);
  }

  /** The finished bytes, in an array of their own. */
  done(): Uint8Array {
    const bytes = this.soFar();
    this.#buffer.fill(0);
    this.#done = true;
    return bytes;
  }

  #append(bytes: Uint8Array): this {
    this.#checkOpen();
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#buffer.length));
      larger.set(this.#buffer);
      this.#buffer.fill(0);
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
    return this;
  }

  #checkOpen(): void {
    if (this.#done) throw new Error('write: the writer is already done');
  }
}
