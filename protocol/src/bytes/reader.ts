/** Reads the bytes of one wire struct, field by field, and accepts nothing else (spec/protocol.md section 1, ENC-1 and ENC-2). */

import { bytesToUtf8 } from './encode.ts';
import { WireError } from './wire-error.ts';

/**
 * Consumes fields in order; numbers are big-endian. Whatever it returns is a copy. Every failure is a WireError; a
 * struct is read completely only after {@link Reader.end}.
 */
export class Reader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(): number {
    return this.#number(1);
  }

  u16(): number {
    return this.#number(2);
  }

  u32(): number {
    return this.#number(4);
  }

  /** A field of fixed length. */
  bytes(length: number): Uint8Array {
    return new Uint8Array(this.#take(length));
  }

  /** Bytes behind their length in one byte. @param max greatest length accepted (bad-length) */
  var8(max = 0xff): Uint8Array {
    return this.#variable(this.u8(), max);
  }

  /** Bytes behind their length in two bytes. @param max greatest length accepted (bad-length) */
  var16(max = 0xffff): Uint8Array {
    return this.#variable(this.u16(), max);
  }

  /** Bytes behind their length in four bytes. @param max greatest length accepted (bad-length) */
  var32(max = 0xffff_ffff): Uint8Array {
    return this.#variable(this.u32(), max);
  }

  /** Strict UTF-8 behind its length in one byte. @param max greatest length in bytes accepted (bad-length) */
  text8(max = 0xff): string {
    return bytesToUtf8(this.var8(max));
  }

  /** Strict UTF-8 behind its length in two bytes. @param max greatest length in bytes accepted (bad-length) */
  text16(max = 0xffff): string {
    return bytesToUtf8(this.var16(max));
  }

  /** Strict UTF-8 behind its length in four bytes. @param max greatest length in bytes accepted (bad-length) */
  text32(max = 0xffff_ffff): string {
    return bytesToUtf8(this.var32(max));
  }

  /** Items behind their count in one byte. @param max greatest count accepted (too-many) */
  list8<Item>(max: number, read: (reader: this, index: number) => Item): Item[] {
    return this.#list(this.u8(), max, read);
  }

  /** Items behind their count in two bytes. @param max greatest count accepted (too-many) */
  list16<Item>(max: number, read: (reader: this, index: number) => Item): Item[] {
    return this.#list(this.u16(), max, read);
  }

  /** One byte that must be a version this code knows. */
  version(...known: readonly number[]): number {
    const version = this.u8();
    if (known.includes(version)) return version;
    throw new WireError('unknown-version', `read version: ${version}, wanted ${known.join(' or ')}`);
  }

  /** Zero padding of this length, by default to the end of the bytes. */
  zeros(length = this.remaining): void {
    let seen = 0;
    for (const byte of this.#take(length)) seen |= byte;
    if (seen !== 0) throw new WireError('bad-padding', `read padding: ${length} bytes are not all zero`);
  }

  /** Everything not read yet. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /** A copy of everything read so far, for a signature or MAC over the fields before it. */
  soFar(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#offset));
  }

  /** Asserts that nothing follows. */
  end(): void {
    if (this.remaining > 0) throw new WireError('trailing', `end of struct: ${this.remaining} bytes follow, wanted 0`);
  }

  #number(length: number): number {
    let value = 0;
    for (const byte of this.#take(length)) value = value * 0x100 + byte;
    return value;
  }

  #variable(length: number, max: number): Uint8Array {
    if (length > max) throw new WireError('bad-length', `read bytes: length ${length}, wanted at most ${max}`);
    return this.bytes(length);
  }

  #list<Item>(count: number, max: number, read: (reader: this, index: number) => Item): Item[] {
    if (count > max) throw new WireError('too-many', `read list: ${count} items, wanted at most ${max}`);
    const items: Item[] = [];
    for (let index = 0; index < count; index++) items.push(read(this, index));
    return items;
  }

  /** A view, for use inside this class only. */
  #take(length: number): Uint8Array {
    if (!Number.isInteger(length) || length < 0) throw new RangeError('read bytes: the length asked for is no length');
    if (length > this.remaining) {
      throw new WireError('truncated', `read bytes: ${this.remaining} are left, wanted ${length}`);
    }
    const view = this.#bytes.subarray(this.#offset, this.#offset + length);
    this.#offset += length;
    return view;
  }
}
