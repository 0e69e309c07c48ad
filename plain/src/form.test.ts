/** [PLN-4] Forms as browsers send them, and as they arrive when something has gone wrong. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readForm } from './form.ts';

const type = 'application/x-www-form-urlencoded';
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const read = (text: string, contentType = type) => {
  const { fields, fault } = readForm(contentType, bytes(text));
  return { fault, fields: Object.fromEntries(fields) };
};

describe('[PLN-4] a form', () => {
  it('gives back any text that a browser can send', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        // Browsers write line ends as both characters, which is what a field cannot tell apart.
        const wanted = text.replaceAll(/\r\n?|\n/g, '\n');
        const sent = new URLSearchParams({ text: wanted.replaceAll('\n', '\r\n'), end: '1' }).toString();
        expect(read(sent)).toEqual({ fault: null, fields: { text: wanted, end: '1' } });
      }),
    );
  });

  it('that broke off anywhere is no whole form, and keeps what came of its text', () => {
    const whole = 'form=aa&text=%E6%88%91&go=submit&end=1';
    for (let length = 0; length < whole.length - 1; length++) {
      const { fault } = read(whole.slice(0, length));
      expect([length, fault === 'cut' || fault === 'charset' || length > whole.indexOf('&end')]).toEqual([
        length,
        true,
      ]);
    }
    expect(read('form=aa&text=one&go=sub')).toEqual({ fault: 'cut', fields: { form: 'aa', text: 'one', go: 'sub' } });
  });

  it('of more fields than any page has is none, and nothing of it stays', () => {
    const many = bytes(`text=one&${'a&'.repeat(600)}end=1`);
    expect(readForm(type, many)).toEqual({ fields: new Map(), fault: 'form' });
    expect(many.every((byte) => byte === 0)).toBe(true);
  });

  it('in another encoding is marked, read by the encoding that it names, and else with marks', () => {
    expect(read('text=%CE%D2&end=1', `${type}; charset=gb18030`)).toEqual({
      fault: 'charset',
      fields: { text: '我', end: '1' },
    });
    expect(read('text=ab%CE%D2&end=1').fault).toBe('charset');
    expect(read('text=ab%CE%D2&end=1').fields.text).toMatch(/^ab\uFFFD+$/);
    expect(read('text=%FF&end=1', `${type}; charset=no-such`).fault).toBe('charset');
  });

  it('of another kind is none', () => {
    expect(read('{"text":"x"}', 'application/json')).toEqual({ fault: 'form', fields: {} });
    expect(read('', '')).toEqual({ fault: 'form', fields: {} });
  });

  it('leaves nothing in the bytes that it came in, takes the first of equal names, and fails on nothing', () => {
    const body = bytes('text=secret&text=other&end=1');
    expect(readForm(type, body).fields.get('text')).toBe('secret');
    expect(body.every((byte) => byte === 0)).toBe(true);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (any) => void readForm(type, any)));
  });
});
