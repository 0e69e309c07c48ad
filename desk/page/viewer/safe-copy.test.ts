import { searchableText } from '@postern/desk/app/searchable-text';
import { bytesToUtf8 } from '@postern/protocol/bytes/encode';
import { expect, it } from 'vitest';
import { languages, wordsOf } from '../languages/languages.ts';
import { markedText, pageBytes } from './safe-copy.ts';

it.each([
  ['a byte order mark', '\ufeffA list'],
  ['half a character', 'A list\ud800'],
])('gives the text of a page that has %s in the form that text fields take', (_, text) => {
  const drawn = { kind: 'drawn', page: 0, pages: 1, width: 1, height: 1, pixels: new Uint8ClampedArray(4) } as const;
  const words = pageBytes({ ...drawn, text }).slice(12, -4);
  expect(bytesToUtf8(words)).toBe(text.toWellFormed().replace('\ufeff', ''));
});

const marks = { recognised: (page: number) => `[${page} read]`, unread: (page: number) => `[${page} unread]` };
const pixels = { width: 1, height: 1, pixels: new Uint8ClampedArray(4) } as const;

it.each([
  ['a page of letters', { text: 'Own', recognition: 'none', recognised: '' }, 'Own'],
  ['a picture', { text: '\n', recognition: 'done', recognised: 'Seen' }, '[3 read]\nSeen'],
  [
    'a picture with letters laid over it',
    { text: 'Own', recognition: 'done', recognised: 'Seen' },
    'Own\n[3 read]\nSeen',
  ],
  ['a picture without a word', { text: '', recognition: 'done', recognised: ' \n' }, ''],
  [
    'a picture under as many letters as a page may have',
    { text: 'O'.repeat(80_000), recognition: 'done', recognised: 'Seen' },
    `${'O'.repeat(79_986)}\n[3 read]\nSeen`,
  ],
  [
    'such a one that could not be read',
    { text: 'O'.repeat(80_000), recognition: 'failed', recognised: '' },
    `${'O'.repeat(79_989)}\n[3 unread]`,
  ],
  ['a picture that could not be read', { text: 'Own', recognition: 'failed', recognised: '' }, 'Own\n[3 unread]'],
] as const)('marks what was recognised by machine, of %s', (_, read, wanted) => {
  expect(markedText({ kind: 'drawn', page: 2, pages: 3, ...pixels, ...read }, marks)).toBe(wanted);
});

it.each(languages)('writes no mark that the search would take for words of the file: $tag', (language) => {
  const { say, number } = wordsOf(language);
  const page = number(500);
  const text = [say('text.mark', { page }), 'Ledger', say('text.unread', { page }), '[Page 4: torn out]'].join('\n');
  expect(searchableText(text).trim()).toBe('Ledger [Page 4: torn out]');
});
