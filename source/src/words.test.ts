/** Help while words are typed, and when lists are loaded. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { loadWordList, type WordList } from '@postern/protocol/keys/word-lists';
import { beforeAll, describe, expect, it } from 'vitest';
import { complete, placesOf, typingOf, WordLists } from './words.ts';

let english: WordList;
let chinese: WordList;

beforeAll(async () => {
  english = await loadWordList('english');
  chinese = await loadWordList('chinese_simplified');
});

describe('typing', () => {
  it('counts words and offers to complete the last', () => {
    const { words, suggestions } = typingOf('legal winner th', english);
    expect(words).toHaveLength(3);
    expect(suggestions).toEqual(english.words.filter((word) => word.startsWith('th')).slice(0, 5));
    expect(complete('legal winner th', 'thank')).toBe('legal winner thank ');
  });

  it('offers nothing after a single letter, a whole word or a space', () => {
    for (const text of ['', 'l', 'legal', 'legal ']) expect(typingOf(text, english).suggestions).toEqual([]);
  });

  it('takes each Chinese character as a word, so that a wrong one stands alone', () => {
    const typed = `${chinese.words.slice(0, 5).join('')}龘${chinese.words.slice(6, 12).join('')}`;
    const { words } = typingOf(typed, chinese);
    expect(words).toHaveLength(12);
    expect(words[5]).toBe('龘');
  });

  it('knows no words before the list is there', () => {
    expect(typingOf('legal', undefined)).toEqual({ words: [], suggestions: [] });
  });
});

describe('lists', () => {
  const source = readFileSync(new URL('../../protocol/src/keys/words/english.ts', import.meta.url), 'utf8');
  const text = /'(.*)'/.exec(source)?.[1] ?? '';

  it('[ROS-5] are refused, from whichever address, unless they are those that the page names', async () => {
    const changed = new TextEncoder().encode(text.replace('abandon', 'abanbon'));
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
    const lists = new WordLists(async () => ({ status: 200, body: changed }), placesOf(`english.${hash}`));
    await expect(lists.load('english')).rejects.toThrow(/another/);
  });

  it('are fetched once each from the paths that the page names', async () => {
    const asked: string[] = [];
    const get = async (path: string) => {
      asked.push(path);
      return { status: asked.length === 1 ? 503 : 200, body: new TextEncoder().encode(text) };
    };
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
    const lists = new WordLists(get, placesOf(`czech.00 english.${hash}`));
    await expect(lists.load('english')).rejects.toThrow(/503/);
    const [first, second] = await Promise.all([lists.load('english'), lists.load('english')]);
    expect(first).toBe(second);
    expect(first.words).toEqual(english.words);
    expect(asked).toEqual([`/a/words-english.${hash}.txt`, `/a/words-english.${hash}.txt`]);
    await expect(lists.load('korean')).rejects.toThrow(/korean/);
  });
});
