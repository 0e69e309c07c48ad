/** Help while words are typed, and when lists are loaded. */
import { readFileSync } from 'node:fs';
import { loadWordList, type WordList } from '@postern/protocol/keys/word-lists';
import { beforeAll, describe, expect, it } from 'vitest';
import { complete, pathsOf, typingOf, WordLists } from './words.ts';

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
  it('are fetched once each from the paths that the page names', async () => {
    const asked: string[] = [];
    const text = /'(.*)'/.exec(
      readFileSync(new URL('../../protocol/src/keys/words/english.ts', import.meta.url), 'utf8'),
    )?.[1];
    const get = async (path: string) => {
      asked.push(path);
      return { status: asked.length === 1 ? 503 : 200, body: new TextEncoder().encode(text) };
    };
    const lists = new WordLists(get, pathsOf('czech.00 english.1a2b'));
    await expect(lists.load('english')).rejects.toThrow(/503/);
    const [first, second] = await Promise.all([lists.load('english'), lists.load('english')]);
    expect(first).toBe(second);
    expect(first.words).toEqual(english.words);
    expect(asked).toEqual(['/a/words-english.1a2b.txt', '/a/words-english.1a2b.txt']);
    await expect(lists.load('korean')).rejects.toThrow(/korean/);
  });
});
