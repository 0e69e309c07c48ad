import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  base64urlToBytes,
  bytesToBase64url,
  bytesToHex,
  bytesToUtf8,
  concat,
  hexToBytes,
  lengthPrefixed,
  u16be,
  u32be,
  utf8ToBytes,
  wireText,
} from './encode.ts';
import { WireError } from './wire-error.ts';

const bytes = fc.uint8Array({ maxLength: 100 });

describe('hexadecimal', () => {
  test('is what Node writes, and reads back', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(bytesToHex(value)).toBe(Buffer.from(value).toString('hex'));
        expect(hexToBytes(bytesToHex(value))).toEqual(value);
      }),
    );
  });

  test.each(['a', 'AB', '0g', ' 00', '0x00', '００'])('%j is refused', (text) => {
    expect(() => hexToBytes(text)).toThrow(WireError);
  });
});

describe('base64url', () => {
  test('is what Node writes, and reads back', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(bytesToBase64url(value)).toBe(Buffer.from(value).toString('base64url'));
        expect(base64urlToBytes(bytesToBase64url(value))).toEqual(value);
      }),
    );
  });

  test('each byte string has one form: a text that decodes is what its bytes encode to', () => {
    const almost = fc.string({ unit: fc.constantFrom(...'AQgw-_9z=+/ \n'), maxLength: 9 });
    fc.assert(
      fc.property(almost, (text) => {
        let decoded: Uint8Array;
        try {
          decoded = base64urlToBytes(text);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
          return;
        }
        expect(bytesToBase64url(decoded)).toBe(text);
      }),
    );
  });

  test.each(['A', 'AB', 'AAB', 'AA==', 'AA=', '+A', 'A A', 'AAAAA', 'AA\n', '😀A'])('%j is refused', (text) => {
    expect(() => base64urlToBytes(text)).toThrow(WireError);
  });
});

describe('UTF-8', () => {
  test('well-formed text comes back unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        fc.pre(!value.startsWith('\ufeff'));
        expect(bytesToUtf8(utf8ToBytes(value))).toBe(value);
      }),
    );
  });

  test('any text can be made fit, and fit text stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }), (value) => {
        const fit = wireText(value);
        expect(bytesToUtf8(utf8ToBytes(fit))).toBe(fit);
        expect(wireText(fit)).toBe(fit);
      }),
    );
    expect(wireText('\ufeff\ufeffa\ufeff')).toBe('a\ufeff');
  });
});

describe('joining', () => {
  test('concat gives a fresh array', () => {
    const part = Uint8Array.of(1, 2);
    const joined = concat(part);
    part.fill(0);
    expect([...joined]).toEqual([1, 2]);
    expect([...concat()]).toEqual([]);
  });

  test('lengthPrefixed puts two bytes of length before each part', () => {
    expect([...lengthPrefixed('ab', Uint8Array.of(9), '')]).toEqual([0, 2, 97, 98, 0, 1, 9, 0, 0]);
    expect([...lengthPrefixed('é')]).toEqual([0, 2, 0xc3, 0xa9]);
    expect(() => lengthPrefixed(new Uint8Array(65_536))).toThrow(RangeError);
  });

  test('two different lists of parts never give the same bytes', () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 3, max: 3 }), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const same = a.length === b.length && a.every((part, i) => bytesToHex(part) === bytesToHex(b[i]!));
        expect(bytesToHex(lengthPrefixed(...a)) === bytesToHex(lengthPrefixed(...b))).toBe(same);
      }),
      { numRuns: 1000 },
    );
  });

  test('numbers are big-endian and must fit', () => {
    expect([...u16be(0x0102), ...u32be(0xfffefdfc)]).toEqual([1, 2, 0xff, 0xfe, 0xfd, 0xfc]);
    for (const value of [-1, 65_536, 0.5, Number.NaN]) expect(() => u16be(value)).toThrow(RangeError);
    for (const value of [-1, 2 ** 32, Number.POSITIVE_INFINITY]) expect(() => u32be(value)).toThrow(RangeError);
  });
});
