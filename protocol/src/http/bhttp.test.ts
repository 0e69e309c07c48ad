import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, concat, hexToBytes, utf8ToBytes } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { damaged } from '../testing/reader-faults.ts';
import { decodeBinaryRequest, decodeBinaryResponse, encodeBinaryRequest, encodeBinaryResponse } from './bhttp.ts';

const hex = (text: string): Uint8Array => hexToBytes(text.replaceAll(/\s/g, ''));
const nothing = new Uint8Array(0);

// RFC 9292 section 5.1, figure 8: a known-length request with three fields.
const figure8 = hex(`
  00034745 54056874 74707300 0a2f6865 6c6c6f2e 74787440 6c0a7573 65722d61 67656e74 34637572 6c2f372e 31362e33
  206c6962 6375726c 2f372e31 362e3320 4f70656e 53534c2f 302e392e 376c207a 6c69622f 312e322e 3304686f 73740f77
  77772e65 78616d70 6c652e63 6f6d0f61 63636570 742d6c61 6e677561 67650665 6e2c206d 690000`);
// The same without its fields: framing and control data as the figure has them, then three empty sections.
const figure8WithoutFields = concat(figure8.subarray(0, 23), new Uint8Array(3));
// RFC 9458 appendix A: a request and a response, both cut short after their control data.
const ohttpRequest = hex('00034745540568747470730b6578616d706c652e636f6d012f');
const ohttpResponse = hex('0140c8');

describe('published messages', () => {
  it('reads the request of RFC 9458 appendix A', () => {
    const request = { method: 'GET', scheme: 'https', authority: 'example.com', path: '/', content: nothing };
    expect(decodeBinaryRequest(ohttpRequest)).toEqual(request);
    expect(bytesToHex(encodeBinaryRequest(request, 28))).toBe(`${bytesToHex(ohttpRequest)}000000`);
  });

  it('reads the response of RFC 9458 appendix A', () => {
    expect(decodeBinaryResponse(ohttpResponse)).toEqual({ status: 200, content: nothing });
    expect(bytesToHex(encodeBinaryResponse({ status: 200, content: nothing }, 6))).toBe('0140c8000000');
  });

  it('reads the control data of RFC 9292 figure 8 and refuses its fields', () => {
    const { method, scheme, authority, path } = decodeBinaryRequest(figure8WithoutFields);
    expect([method, scheme, authority, path]).toEqual(['GET', 'https', '', '/hello.txt']);
    expect(() => decodeBinaryRequest(figure8)).toThrow(WireError);
  });
});

describe('binary messages', () => {
  const content = fc.uint8Array({ maxLength: 300 });
  const text = fc.string({ maxLength: 40 });

  it('come back as they were, with padding and without', () => {
    fc.assert(
      fc.property(text, text, text, text, content, fc.nat(100), (method, scheme, authority, path, body, padding) => {
        const request = { method, scheme, authority, path, content: body };
        const controlBytes = [method, scheme, authority, path].map((part) => utf8ToBytes(part).length);
        const varintBytes = (value: number): number => (value < 64 ? 1 : 2);
        const size = [...controlBytes, body.length].reduce((sum, n) => sum + varintBytes(n) + n, 3) + padding;
        const encoded = encodeBinaryRequest(request, size);
        expect(encoded.length).toBe(size);
        expect(decodeBinaryRequest(encoded)).toEqual(request);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), content, (status, body) => {
        expect(decodeBinaryResponse(encodeBinaryResponse({ status, content: body }, 400))).toEqual({
          status,
          content: body,
        });
      }),
    );
  });

  it.each([
    ['the indeterminate form', '02 03474554 056874747073 00 012f 00 00 00'],
    ['a response in place of a request', '01 40c8 00 00 00'],
    ['a trailer field', '00 03474554 056874747073 00 012f 00 00 04 0161 0162'],
    ['padding that is not zero', '00 03474554 056874747073 00 012f 00 00 00 00 01'],
    ['a content longer than what follows', '00 03474554 056874747073 00 012f 00 02 61'],
    ['a length of 2^62 − 1', '00 ffffffffffffffff 474554'],
    ['a method that is not UTF-8', '00 01ff 056874747073 00 012f 00 00 00'],
  ])('refuse %s', (_, message) => {
    expect(() => decodeBinaryRequest(hex(message))).toThrow(WireError);
  });

  it.each([
    ['the indeterminate form', '03 40c8 00 00 00'],
    ['an informational response', '01 4066 00 40c8 00 00 00'],
    ['a status past the last', '01 4258 00 00 00'],
    ['a field', '01 40c8 04 0161 0162 00 00'],
  ])('refuse %s in a response', (_, message) => {
    expect(() => decodeBinaryResponse(hex(message))).toThrow(WireError);
  });

  it('may write an integer longer than it need be, as RFC 9292 section 3 allows', () => {
    expect(decodeBinaryResponse(hex('01 800000c8 4000 c000000000000002 6162 00')).content).toEqual(utf8ToBytes('ab'));
  });

  it('do not fit into fewer bytes than they have', () => {
    expect(() => encodeBinaryResponse({ status: 200, content: new Uint8Array(10) }, 15)).toThrow(RangeError);
    expect(encodeBinaryResponse({ status: 200, content: new Uint8Array(10) }, 16).length).toBe(16);
  });

  it('[ENC-1] fail with one kind of error on any bytes', () => {
    for (const bytes of damaged(figure8)) expectOnlyWireError(() => decodeBinaryRequest(bytes));
    for (const bytes of damaged(figure8WithoutFields)) expectOnlyWireError(() => decodeBinaryRequest(bytes));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => expectOnlyWireError(() => decodeBinaryRequest(bytes))));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => expectOnlyWireError(() => decodeBinaryResponse(bytes))));
  });
});

function expectOnlyWireError(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(WireError);
  }
}
