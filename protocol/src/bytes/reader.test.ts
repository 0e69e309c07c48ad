import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, utf8ToBytes } from './encode.ts';
import { Reader } from './reader.ts';
import { WireError, type WireErrorCode } from './wire-error.ts';
import { Writer } from './writer.ts';

/** Every kind of field, as one value with the way to write and to read it. */
type Field = { readonly value: unknown; write(writer: Writer): void; read(reader: Reader): unknown };

const bytesUpTo = (max: number) => fc.uint8Array({ maxLength: max });
const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((value) => !value.startsWith('\ufeff'));

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.nat(0xff).map((value) => ({ value, write: (w: Writer) => w.u8(value), read: (r: Reader) => r.u8() })),
  fc.nat(0xffff).map((value) => ({ value, write: (w: Writer) => w.u16(value), read: (r: Reader) => r.u16() })),
  fc.nat(0xffff_ffff).map((value) => ({ value, write: (w: Writer) => w.u32(value), read: (r: Reader) => r.u32() })),
  bytesUpTo(40).map((value) => ({
    value,
    write: (w: Writer) => w.bytes(value, value.length),
    read: (r: Reader) => r.bytes(value.length),
  })),
  bytesUpTo(255).map((value) => ({ value, write: (w: Writer) => w.var8(value), read: (r: Reader) => r.var8() })),
  bytesUpTo(600).map((value) => ({ value, write: (w: Writer) => w.var16(value), read: (r: Reader) => r.var16() })),
  bytesUpTo(600).map((value) => ({ value, write: (w: Writer) => w.var32(value), read: (r: Reader) => r.var32() })),
  text.map((value) => ({ value, write: (w: Writer) => w.text16(value), read: (r: Reader) => r.text16() })),
  text.map((value) => ({ value, write: (w: Writer) => w.text32(value), read: (r: Reader) => r.text32() })),
  fc.array(text, { maxLength: 9 }).map((value) => ({
    value,
    write: (w: Writer) => w.list8(value, (item, to) => to.text16(item)),
    read: (r: Reader) => r.list8(9, (from) => from.text16()),
  })),
  fc.array(bytesUpTo(20), { maxLength: 9 }).map((value) => ({
    value,
    write: (w: Writer) => w.list16(value, (item, to) => to.var8(item)),
    read: (r: Reader) => r.list16(9, (from) => from.var8(20)),
  })),
);
const struct = fc.array(field, { maxLength: 8 });

function write(fields: readonly Field[]): Uint8Array {
  const writer = new Writer();
  for (const one of fields) one.write(writer);
  return writer.done();
}

function read(fields: readonly Field[], bytes: Uint8Array): unknown[] {
  const reader = new Reader(bytes);
  const values = fields.map((one) => one.read(reader));
  reader.end();
  return values;
}

/** Runs a read that may fail, but only with a WireError. */
function outcome(readIt: () => unknown): 'read' | WireErrorCode {
  try {
    readIt();
    return 'read';
  } catch (error) {
    if (error instanceof WireError) return error.code;
    throw error;
  }
}

describe('[ENC-1] a reader refuses what is not exactly the struct', () => {
  test('it reads back what was written, from an array of its own, from a view and from a Buffer', () => {
    fc.assert(
      fc.property(struct, (fields) => {
        const bytes = write(fields);
        const values = fields.map((one) => one.value);
        const view = concat(Uint8Array.of(7, 7, 7), bytes, Uint8Array.of(9)).subarray(3, 3 + bytes.length);
        for (const form of [bytes, view, Buffer.from(bytes)]) expect(read(fields, form)).toEqual(values);
      }),
    );
  });

  test('every truncation is refused as truncated', () => {
    fc.assert(
      fc.property(struct, (fields) => {
        const bytes = write(fields);
        for (let length = 0; length < bytes.length; length++) {
          expect(outcome(() => read(fields, bytes.subarray(0, length)))).toBe('truncated');
        }
      }),
      { numRuns: 40 },
    );
  });

  test('every extension is refused as trailing', () => {
    fc.assert(
      fc.property(struct, fc.uint8Array({ minLength: 1, maxLength: 9 }), (fields, more) => {
        expect(outcome(() => read(fields, concat(write(fields), more)))).toBe('trailing');
      }),
    );
  });

  test('every flipped bit gives a value or a WireError and nothing else', () => {
    fc.assert(
      fc.property(struct, (fields) => {
        const bytes = write(fields);
        for (let bit = 0; bit < 8 * bytes.length; bit++) {
          const flipped = bytes.slice();
          flipped[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          outcome(() => read(fields, flipped));
        }
      }),
      { numRuns: 25 },
    );
  });

  test('arbitrary bytes give a value or a WireError and nothing else', () => {
    fc.assert(fc.property(struct, bytesUpTo(300), (fields, bytes) => void outcome(() => read(fields, bytes))));
  });

  test('an unknown version has a code of its own', () => {
    expect(() => new Reader(Uint8Array.of(1)).version(1)).not.toThrow();
    expect(outcome(() => new Reader(Uint8Array.of(2)).version(1))).toBe('unknown-version');
  });

  test('lengths and counts over the limit are refused before anything is read', () => {
    expect(outcome(() => new Reader(Uint8Array.of(3, 1, 2, 3)).var8(2))).toBe('bad-length');
    expect(outcome(() => new Reader(Uint8Array.of(0, 3, 1, 2, 3)).var16(2))).toBe('bad-length');
    expect(outcome(() => new Reader(Uint8Array.of(255, 255, 255, 255)).var32(2))).toBe('bad-length');
    expect(outcome(() => new Reader(Uint8Array.of(255, 255, 255, 255)).var32())).toBe('truncated');
    const never = (): never => {
      throw new Error('an item was read');
    };
    expect(outcome(() => new Reader(Uint8Array.of(3, 0, 0, 0)).list8(2, never))).toBe('too-many');
    expect(outcome(() => new Reader(Uint8Array.of(0, 3, 0, 0, 0)).list16(2, never))).toBe('too-many');
  });

  test.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a code point past the last', [0xf4, 0x90, 0x80, 0x80]],
    ['a cut-off character', [0xe4, 0xbd]],
    ['a byte order mark at the start', [0xef, 0xbb, 0xbf, 0x61]],
  ])('text is refused: %s', (_, bytes) => {
    expect(outcome(() => new Reader(Uint8Array.of(bytes.length, ...bytes)).text8())).toBe('bad-utf8');
  });
});

describe('[ENC-2] padding is zero bytes', () => {
  test('any other byte in its place is refused', () => {
    fc.assert(
      fc.property(bytesUpTo(40), fc.nat(60), (content, zeros) => {
        const padded = new Writer()
          .var8(content)
          .padTo(1 + content.length + zeros)
          .done();
        const readPadded = (bytes: Uint8Array) => {
          const reader = new Reader(bytes);
          reader.var8();
          reader.zeros();
          reader.end();
        };
        expect(outcome(() => readPadded(padded))).toBe('read');
        for (let i = 1 + content.length; i < padded.length; i++) {
          const dirty = padded.slice();
          dirty[i] = 1;
          expect(outcome(() => readPadded(dirty))).toBe('bad-padding');
        }
      }),
      { numRuns: 30 },
    );
  });

  test('padding of a given length stops there and must be there', () => {
    const reader = new Reader(Uint8Array.of(0, 0, 5));
    reader.zeros(2);
    expect(reader.u8()).toBe(5);
    expect(outcome(() => new Reader(new Uint8Array(2)).zeros(3))).toBe('truncated');
  });
});

describe('what a reader returns', () => {
  test('is a copy: neither side sees later changes of the other', () => {
    const input = new Uint8Array([1, 2, 3, 4, 2, 8, 9]);
    const reader = new Reader(input);
    const fixed = reader.bytes(4);
    const soFar = reader.soFar();
    const variable = reader.var8();
    input.fill(0);
    expect([...fixed, ...soFar, ...variable]).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 8, 9]);
    const pooled = Buffer.from([5, 6, 7]);
    const rest = new Reader(pooled).rest();
    rest.fill(0);
    expect([...pooled]).toEqual([5, 6, 7]);
    expect(rest.buffer.byteLength).toBe(3);
  });

  test('is in the order of the fields, most significant byte first', () => {
    const reader = new Reader(Uint8Array.of(1, 2, 3, 0xff, 0xfe, 0xfd, 0xfc, 9));
    expect([reader.u8(), reader.u16(), reader.u32(), reader.remaining]).toEqual([1, 0x0203, 0xfffefdfc, 1]);
  });

  test('an error says sizes and never content', () => {
    const secret = utf8ToBytes('hunter2-hunter2');
    for (const readIt of [
      () => new Reader(secret).var8(),
      () => new Reader(secret).zeros(),
      () => new Reader(secret).end(),
      () => new Reader(Uint8Array.of(2, 0xff, 0x41)).text8(),
    ]) {
      expect(readIt).toThrow(WireError);
      expect(readIt).not.toThrow(/hunter|\u0041\ufffd|255/u);
    }
  });
});
