import { describe, expect, test } from 'vitest';
import { Writer } from './writer.ts';

describe('a writer', () => {
  test('lays fields out in order, most significant byte first', () => {
    const bytes = new Writer()
      .u8(1)
      .u16(0x0203)
      .u32(0x04050607)
      .bytes(Uint8Array.of(8, 9), 2)
      .var8(Uint8Array.of(10))
      .var16(Uint8Array.of(11))
      .var32(Uint8Array.of(12))
      .text8('é')
      .text16('a')
      .text32('b')
      .list8([1, 2], (item, writer) => writer.u8(item))
      .list16([3], (item, writer) => writer.u8(item))
      .padTo(44)
      .done();
    const fields = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 10, 0, 1, 11, 0, 0, 0, 1, 12];
    const texts = [2, 0xc3, 0xa9, 0, 1, 97, 0, 0, 0, 1, 98];
    const lists = [2, 1, 2, 0, 1, 3];
    expect([...bytes]).toEqual([...fields, ...texts, ...lists, ...new Array(8).fill(0)]);
  });

  test.each<[string, (writer: Writer) => void]>([
    ['a number that does not fit u8', (w) => w.u8(256)],
    ['a negative number', (w) => w.u16(-1)],
    ['a fraction', (w) => w.u32(1.5)],
    ['no number', (w) => w.u8(Number.NaN)],
    ['a fixed field of another length', (w) => w.bytes(new Uint8Array(3), 4)],
    ['256 bytes in var8', (w) => w.var8(new Uint8Array(256))],
    ['65,536 bytes in var16', (w) => w.var16(new Uint8Array(65_536))],
    ['256 items in list8', (w) => w.list8(new Array(256).fill(0), () => {})],
    ['padding to less than is written', (w) => w.u32(0).padTo(3)],
    ['half a surrogate pair', (w) => w.text8('\ud83d')],
    ['text with a byte order mark', (w) => w.text16('\ufeffa')],
  ])('refuses %s as its caller’s mistake', (_, write) => {
    expect(() => write(new Writer())).toThrow(RangeError);
  });

  test('grows to any size and counts what it holds', () => {
    const writer = new Writer();
    for (let i = 0; i < 1000; i++) writer.u32(i);
    expect(writer.length).toBe(4000);
    const soFar = writer.soFar();
    expect(writer.u8(1).done().subarray(0, 4000)).toEqual(soFar);
    expect([...soFar.subarray(3996)]).toEqual([0, 0, 3, 231]);
  });

  test('is finished once done, and its bytes are of their own', () => {
    const writer = new Writer().u8(1);
    const bytes = writer.done();
    expect(bytes.buffer.byteLength).toBe(1);
    expect(() => writer.u8(2)).toThrow();
    expect(() => writer.done()).toThrow();
    expect([...bytes]).toEqual([1]);
  });

  test('keeps no reference to what it was given', () => {
    const given = Uint8Array.of(1, 2);
    const writer = new Writer().var8(given);
    given.fill(9);
    expect([...writer.done()]).toEqual([2, 1, 2]);
  });
});
