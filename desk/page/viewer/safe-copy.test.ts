import { bytesToUtf8 } from '@postern/protocol/bytes/encode';
import { expect, it } from 'vitest';
import { pageBytes } from './safe-copy.ts';

it.each([
  ['a byte order mark', '\ufeffA list'],
  ['half a character', 'A list\ud800'],
])('gives the text of a page that has %s in the form that text fields take', (_, text) => {
  const drawn = { kind: 'drawn', page: 0, pages: 1, width: 1, height: 1, pixels: new Uint8ClampedArray(4) } as const;
  const words = pageBytes({ ...drawn, text }).slice(12, -4);
  expect(bytesToUtf8(words)).toBe(text.toWellFormed().replace('\ufeff', ''));
});
