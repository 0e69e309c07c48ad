/** Reads the bytes of a foreign file format at any place, in either byte order, and never outside of its borders. */

import { MetadataError } from './report.ts';

export type ByteOrder = 'little' | 'big';

/** Every reach beyond the end is a MetadataError. Views share the file's memory and are not written to. */
export class FileView {
  readonly #bytes: Uint8Array;
  readonly order: ByteOrder;

  constructor(bytes: Uint8Array, order: ByteOrder = 'big') {
    this.#bytes = bytes;
    this.order = order;
  }

  get length(): number {
    return this.#bytes.length;
  }

  u8(at: number): number {
    return this.#number(at, 1);
  }

  u16(at: number): number {
    return this.#number(at, 2);
  }

  u24(at: number): number {
    return this.#number(at, 3);
  }

  u32(at: number): number {
    return this.#number(at, 4);
  }

  /** Above 2^53 it is beyond every file, and so refused. */
  u64(at: number): number {
    const [first, second] = [this.u32(at), this.u32(at + 4)];
    const value = this.order === 'big' ? first * 2 ** 32 + second : second * 2 ** 32 + first;
    if (!Number.isSafeInteger(value)) throw new MetadataError('malformed', 'read number: it is beyond every file');
    return value;
  }

  /** The bytes from `from` up to `to`. */
  bytes(from: number, to: number = this.length): Uint8Array {
    this.checkRange(from, to);
    return this.#bytes.subarray(from, to);
  }

  /** Without reading it. */
  checkRange(from: number, to: number): void {
    const isRange = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= this.length;
    if (!isRange) throw new MetadataError('malformed', `read bytes: ${this.length} bytes do not hold the range`);
  }

  part(from: number, to: number = this.length, order: ByteOrder = this.order): FileView {
    return new FileView(this.bytes(from, to), order);
  }

  /** One character for each byte. */
  latin(from: number, to: number = this.length): string {
    return latinOf(this.bytes(from, to));
  }

  /** Where this ASCII text begins at or after `from`, before `to`; -1 if nowhere. */
  find(text: string, from = 0, to: number = this.length): number {
    if (from >= to) return -1;
    const bytes = this.bytes(from, to);
    const first = text.charCodeAt(0);
    let at = bytes.indexOf(first);
    while (at >= 0 && at + text.length <= bytes.length) {
      if (isAt(bytes, text, at)) return from + at;
      at = bytes.indexOf(first, at + 1);
    }
    return -1;
  }

  startsWith(text: string, at = 0): boolean {
    return at >= 0 && at + text.length <= this.length && isAt(this.bytes(at, at + text.length), text, 0);
  }

  #number(at: number, size: number): number {
    const bytes = this.bytes(at, at + size);
    let value = 0;
    for (let index = 0; index < size; index++) {
      value = value * 0x100 + (bytes[this.order === 'big' ? index : size - 1 - index] ?? 0);
    }
    return value;
  }
}

function isAt(bytes: Uint8Array, text: string, at: number): boolean {
  for (let index = 0; index < text.length; index++) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** One character for each byte, in pieces that the engine's stack holds. */
export function latinOf(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

/** UTF-8 as far as it is such, else one character for each byte. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return latinOf(bytes);
  }
}

export function isAllZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
