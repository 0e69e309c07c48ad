import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import * as mupdf from 'mupdf';
import { describe, expect, it } from 'vitest';
import { textDocument } from './text-html.ts';

const word = Array.from({ length: 400 }, (_, at) => String.fromCharCode(97 + (at % 26))).join('');
const address = `https://example.org/${'path/of/a/file/'.repeat(16)}?of=${'x'.repeat(64)}`;

/** Everything that lies on a page, as it is drawn. */
function drawnText(text: string): string {
  const set = mupdf.Document.openDocument(textDocument(utf8ToBytes(text)) ?? '', 'text/html');
  const pages = Array.from({ length: set.countPages() }, (_, at) => set.loadPage(at));
  return pages.map((page) => page.toStructuredText('inhibit-spaces,preserve-whitespace').asText()).join('');
}

describe('a text that is set', () => {
  it.each([
    ['a word', word],
    ['an address', address],
    ['a line of Chinese', '合同'.repeat(200)],
    ['a word of Arabic', 'ضبعقس'.repeat(80)],
    ['a line of signs that markup has names for', '<&>"'.repeat(200)],
    ['a line of Tibetan', 'བོད་སྐད་'.repeat(50)],
  ])('has the whole of %s that is longer than its page is wide', (_, text) => {
    expect(drawnText(text).replace(/[\s\u200b]/g, '')).toBe(text);
  });

  it('keeps the columns of a table that is made with tabs', () => {
    const lines = drawnText('a\tb\nlonger\tb\nfar longer\tb\n\tb\n合同\tb').split('\n');
    expect(lines.slice(0, 3).map((line) => line.indexOf('b'))).toEqual([8, 8, 16]);
    expect(lines.slice(3, 5).map((line) => line.indexOf('b'))).toEqual([8, 8]);
  });

  it.each([
    ['lines', '\n'.repeat(16_000_000)],
    ['letters', 'a '.repeat(4_000_001)],
    ['bytes', 'ཀ'.repeat(8_000_001)],
  ])('is none with more %s than a safe copy may hold', (_, text) => {
    expect(textDocument(utf8ToBytes(text))).toBeNull();
  });

  it('is one with as many lines as the pages of a safe copy hold', () => {
    expect(textDocument(utf8ToBytes('\r\n'.repeat(20_000)))).not.toBeNull();
  });
});
