import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../bytes/encode.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import { readDescriptor, wireFileName, wireFileType, writeDescriptor } from './descriptor.ts';

const file = { name: 'a.jpg', type: 'image/jpeg', bytes: 1, day: 0, hash: new Uint8Array(32), key: new Uint8Array(32) };
const badNames = [
  '',
  ' ',
  '.',
  '..',
  'a/b',
  'a\\b',
  'a\nb',
  'a\u0000',
  'photo\u202egpj.exe',
  '\u2066a',
  'x'.repeat(201),
];

/** The struct as the specification lays it out, for any name and type. */
function written(name: string, type: string, bytes = 1): Uint8Array {
  return new Writer().text8(name).text8(type).u32(bytes).u32(0).bytes(file.hash, 32).bytes(file.key, 32).done();
}

describe('a descriptor', () => {
  it('[FIL-5] is refused with a name that is a path, or turns the direction of writing', () => {
    for (const name of badNames) {
      expect(() => readDescriptor(new Reader(written(name, ''))), JSON.stringify(name)).toThrow(WireError);
      expect(() => writeDescriptor({ ...file, name }, new Writer()), JSON.stringify(name)).toThrow(RangeError);
    }
    expect(readDescriptor(new Reader(written('照片 (1).tar.gz', ''))).name).toBe('照片 (1).tar.gz');
  });

  it('is refused with a type that is none, or more bytes than a file may have', () => {
    for (const type of ['jpeg', 'image/', 'Image/JPEG', 'text/html; charset=x', `a/${'b'.repeat(70)}`])
      expect(() => readDescriptor(new Reader(written('a', type))), type).toThrow(WireError);
    expect(readDescriptor(new Reader(written('a', 'a/b', 524_288_000))).bytes).toBe(524_288_000);
    expect(() => readDescriptor(new Reader(written('a', 'a/b', 524_288_001)))).toThrow(WireError);
  });
});

describe('what a system gives as name and type', () => {
  it('[FIL-5] becomes one that may be sent, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.constantFrom(...badNames)), (given) => {
        const name = wireFileName(given);
        expect(utf8ToBytes(name).length).toBeLessThanOrEqual(200);
        expect(readDescriptor(new Reader(written(name, ''))).name).toBe(name);
      }),
    );
    expect(wireFileName('C:\\fakepath\\报告.docx')).toBe('报告.docx');
    expect(wireFileName('photo\u202egpj.exe')).toBe('photogpj.exe');
    expect(wireFileName(`${'长'.repeat(100)}.jpeg`)).toMatch(/^长{65}\.jpeg$/);
    expect([wireFileName(''), wireFileName('..'), wireFileName('\u202e')]).toEqual(['file', 'file', 'file']);
  });

  it('keeps the type without its parameters, or none', () => {
    expect(wireFileType('Text/Plain; charset=utf-8')).toBe('text/plain');
    for (const type of ['', 'what', 'a b/c', '/']) expect(wireFileType(type)).toBe('');
  });
});
