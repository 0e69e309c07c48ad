import { readFileSync } from 'node:fs';
import { wordlist as czech } from '@scure/bip39/wordlists/czech.js';
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as french } from '@scure/bip39/wordlists/french.js';
import { wordlist as italian } from '@scure/bip39/wordlists/italian.js';
import { wordlist as japanese } from '@scure/bip39/wordlists/japanese.js';
import { wordlist as korean } from '@scure/bip39/wordlists/korean.js';
import { wordlist as portuguese } from '@scure/bip39/wordlists/portuguese.js';
import { wordlist as simplified } from '@scure/bip39/wordlists/simplified-chinese.js';
import { wordlist as spanish } from '@scure/bip39/wordlists/spanish.js';
import { wordlist as traditional } from '@scure/bip39/wordlists/traditional-chinese.js';
import { describe, expect, test } from 'vitest';
import { wordListModule, wordListText } from '../../../tools/word-lists.ts';
import { loadWordList, parseWordList, type WordListId, wordListIds } from './word-lists.ts';

const originals: Record<WordListId, readonly string[]> = {
  english,
  japanese,
  korean,
  spanish,
  chinese_simplified: simplified,
  chinese_traditional: traditional,
  french,
  italian,
  czech,
  portuguese,
};

const bare = (word: string) => word.normalize('NFD').replaceAll(/\p{Mn}/gu, '');

describe.each(wordListIds)('the list %s', (id) => {
  test('is that of BIP-39, word for word', async () => {
    const list = await loadWordList(id);
    expect(list.id).toBe(id);
    expect(list.words.map((word) => word.normalize('NFKD'))).toEqual(
      originals[id].map((word) => word.normalize('NFKD')),
    );
    expect(list.words).toEqual(list.words.map((word) => word.normalize('NFC')));
  });

  test('marks exactly the words that also stand in another list', async () => {
    const list = await loadWordList(id);
    const others = wordListIds.filter((other) => other !== id).flatMap((other) => originals[other].map(bare));
    const elsewhere = new Set(others);
    const expected = originals[id].flatMap((word, number) => (elsewhere.has(bare(word)) ? [number] : []));
    expect([...list.shared]).toEqual(expected);
  });

  test('is committed as the tool writes it', () => {
    const committed = readFileSync(new URL(`./words/${id}.ts`, import.meta.url), 'utf8');
    expect(committed).toBe(wordListModule(id));
  });

  test('keeps four letters unique, with accents and without', async () => {
    const { words } = await loadWordList(id);
    for (const form of [(word: string) => word, bare]) {
      const starts = words.map((word) => [...form(word).normalize('NFC')].slice(0, 4).join(''));
      expect(new Set(starts).size).toBe(2048);
    }
  });
});

test('the Chinese lists know each other’s form of each word that differs', async () => {
  const lists = [await loadWordList('chinese_simplified'), await loadWordList('chinese_traditional')] as const;
  for (const [list, other] of [lists, lists.toReversed() as unknown as typeof lists]) {
    for (const [number, word] of other.words.entries()) {
      const here = list.words[number];
      expect(list.variants.get(word)).toBe(here === word ? undefined : here);
    }
  }
  // From ISO 10646's own pairs: "to produce" and "horse" were simplified, "one" was not.
  expect(lists[0].variants.get('產')).toBe('产');
  expect(lists[0].variants.get('馬')).toBe('马');
  expect(lists[0].variants.has('一')).toBe(false);
  expect(lists[1].variants.get('马')).toBe('馬');
  expect((await loadWordList('english')).variants.size).toBe(0);
});

test('only Japanese has its own space', async () => {
  for (const id of wordListIds) expect((await loadWordList(id)).separator).toBe(id === 'japanese' ? '\u3000' : ' ');
});

test('a text of another form is refused', () => {
  const [text, chinese] = [wordListText('czech'), wordListText('chinese_simplified')];
  const cut = [text.replace(/\d[^\d]+$/u, ''), chinese.slice(0, -1), chinese.slice(0, 40)];
  const longer = [`${text}0slovo`, `${text} slovo`, `${text}/`, `${chinese}字`, `${chinese}/`, `${chinese}//`];
  for (const bad of ['', text.slice(6), text.replace('czech', 'dutch'), text.replace('0', ''), ...cut, ...longer]) {
    expect(() => parseWordList(bad)).toThrow(RangeError);
  }
  expect(() => parseWordList(chinese.replace('/', ''))).toThrow(RangeError);
});
