import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../bytes/secret.ts';
import { passphraseFromEntropy } from './passphrase.ts';
import { readTyped, suggest } from './passphrase-typing.ts';
import { loadWordList, type WordList, type WordListId, wordListIds } from './word-lists.ts';

const lists = {} as Record<WordListId, WordList>;
beforeAll(async () => {
  for (const id of wordListIds) lists[id] = await loadWordList(id);
});

const entropies = fc.uint8Array({ minLength: 16, maxLength: 16 });
const bare = (word: string) => word.normalize('NFD').replaceAll(/\p{Mn}/gu, '');

/** Checks that a way of writing is read back to the phrase it was made from. */
async function expectRead(id: WordListId, write: (words: readonly string[]) => string): Promise<void> {
  await fc.assert(
    fc.asyncProperty(entropies, async (entropy) => {
      const words = await passphraseFromEntropy(new Secret(entropy), lists[id]);
      expect(readTyped(write(words), lists[id])).toEqual(words);
    }),
    { numRuns: 25 },
  );
}

/** The same for ways that leave spaces out: what could be cut in two ways is not read, and nothing is read otherwise. */
async function expectReadUnlessTwoWays(id: WordListId, write: (words: readonly string[]) => string): Promise<void> {
  let [read, unread] = [0, 0];
  await fc.assert(
    fc.asyncProperty(entropies, async (entropy) => {
      const words = await passphraseFromEntropy(new Secret(entropy), lists[id]);
      const typed = readTyped(write(words), lists[id]);
      if (typed.length !== 12) unread++;
      else {
        read++;
        expect(typed).toEqual(words);
      }
    }),
    { numRuns: 100 },
  );
  expect(read).toBeGreaterThan(90);
  expect(read + unread).toBe(100);
}

describe.each(wordListIds)('a phrase in %s is read', (id) => {
  test('as it is shown, and in every Unicode form', async () => {
    await expectRead(id, (words) => words.join(lists[id].separator));
    for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD']) await expectRead(id, (words) => words.join(' ').normalize(form));
  });

  test('in upper case, with strange spaces, lines and invisible characters', async () => {
    await expectRead(
      id,
      (words) => `\ufeff ${words.map((word) => word.toLocaleUpperCase('en')).join(' \u00a0\t\r\n')}\n`,
    );
    await expectRead(id, (words) => words.join('\u3000'));
    await expectRead(id, (words) => words.map((word) => `\u200e${word}\u200b`).join(' '));
  });

  test('with numbers, commas and bullets between the words', async () => {
    await expectRead(id, (words) => words.map((word, i) => `${i + 1}. ${word}`).join('\n'));
    await expectRead(id, (words) => words.map((word, i) => `${i + 1}${word}`).join('，'));
    await expectRead(id, (words) => words.map((word, i) => `(${i + 1}) ${word}`).join('、'));
    await expectRead(id, (words) => words.map((word, i) => `${String.fromCharCode(0x2460 + i)}${word}`).join('・'));
    await expectRead(id, (words) => words.join(', '));
    await expectRead(id, (words) => `“${words.join('-')}”`);
  });

  test('with the accents and voicing marks left out', async () => {
    await expectRead(id, (words) => words.map(bare).join(' '));
  });

  test('with all spaces missing, but for phrases that could be cut in two ways', async () => {
    await expectReadUnlessTwoWays(id, (words) => words.join(''));
  });

  test('with some spaces missing, but for the same', async () => {
    await expectReadUnlessTwoWays(id, (words) => `${words.slice(0, 5).join('')} ${words.slice(5).join(' ')}`);
  });

  test('from the first four letters of each word', async () => {
    await expectRead(id, (words) => words.map((word) => [...word].slice(0, 4).join('')).join(' '));
    await expectRead(id, (words) => words.map((word) => [...word].slice(0, 5).join('')).join(' '));
  });
});

describe('the scripts', () => {
  test.each([
    ['chinese_simplified', 'chinese_traditional'],
    ['chinese_traditional', 'chinese_simplified'],
  ] as const)('%s is read though %s was typed', async (id, typed) => {
    const inOther = (words: readonly string[]) =>
      words.map((word) => lists[typed].words[lists[id].words.indexOf(word)]!);
    await expectRead(id, (words) => inOther(words).join(''));
    await expectRead(id, (words) => inOther(words).join(' '));
  });

  test.each(['chinese_simplified', 'chinese_traditional'] as const)(
    'a character that is not in %s stands alone, wherever it is, and the others are read',
    async (id) => {
      const strange = fc.constantFrom('龘', '𠮷', 'ｂ', 'word', '々');
      await fc.assert(
        fc.asyncProperty(entropies, strange, fc.nat(11), fc.boolean(), async (entropy, other, place, isSpaced) => {
          const words = await passphraseFromEntropy(new Secret(entropy), lists[id]);
          const wrong = words.with(place, other);
          const typed = readTyped(wrong.join(isSpaced ? ' ' : ''), lists[id]);
          expect(typed).toEqual(words.with(place, other.normalize('NFKC')));
        }),
        { numRuns: 50 },
      );
    },
  );

  test('a Chinese character keeps its word when a sign that varies its shape follows', async () => {
    await expectRead('chinese_simplified', (words) => words.map((word) => `${word}\ufe00`).join(''));
    await expectRead('chinese_simplified', (words) => words.map((word) => `${word}\u{e0100}`).join(''));
  });

  test('katakana, full width and half width, is read as hiragana', async () => {
    const katakana = (word: string) =>
      word.replaceAll(/[ぁ-ゖ]/gu, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60));
    await expectRead('japanese', (words) => words.map(katakana).join('　'));
    expect(readTyped('ｱｲｺｸｼﾝ　ｶﾞｯｺｳ', lists.japanese)).toEqual(['あいこくしん', 'がっこう']);
  });

  test('full-width Latin letters are read', () => {
    expect(readTyped('ＡＢＡＮＤＯＮ　ａｂｌｅ', lists.english)).toEqual(['abandon', 'able']);
  });

  test('accents that were added are read past, and both ways to write œ', () => {
    expect(readTyped('ábandon ăble', lists.english)).toEqual(['abandon', 'able']);
    expect(readTyped('mœlleux', lists.french)).toEqual(['moelleux']);
    expect(readTyped('ABACO ano académie', lists.spanish)[0]).toBe('ábaco');
  });

  test('a Turkish keyboard’s letters are read', () => {
    expect(readTyped('İCON lıon', lists.english)).toEqual(['icon', 'lion']);
  });
});

describe('what cannot be made out', () => {
  test('stays as it was typed, among the words that can', () => {
    expect(readTyped('abandon xyzzy able', lists.english)).toEqual(['abandon', 'xyzzy', 'able']);
    expect(readTyped('', lists.english)).toEqual([]);
    expect(readTyped(' 1. 、 ', lists.chinese_simplified)).toEqual([]);
  });

  test('three letters are no abbreviation, nor are four with a wrong one', () => {
    expect(readTyped('aba abax', lists.english)).toEqual(['aba', 'abax']);
    expect(readTyped('abandonn', lists.english)).toEqual(['abandonn']);
  });

  test('is never chosen between two readings', () => {
    // "leg end" or "legend": the rest decides how many words there must be.
    const ten = 'zoo '.repeat(10);
    expect(readTyped(`${ten} able legend`, lists.english)).toEqual([...new Array(10).fill('zoo'), 'able', 'legend']);
    expect(readTyped(`${ten} legend`, lists.english)).toEqual([...new Array(10).fill('zoo'), 'leg', 'end']);
    // Two runs of which either could be two words, and eleven in all if neither is: no phrase, so nothing is cut.
    expect(readTyped(`${'zoo '.repeat(9)} legend legend`, lists.english)).toHaveLength(11);
  });

  test('is too much for a phrase: it is given back, at once', () => {
    const { english, chinese_simplified: chinese } = lists;
    for (const [text, list] of [
      ['actactact'.repeat(20_000), english],
      ['cancan '.repeat(20_000), english],
    ] as const) {
      expect(readTyped(text, list).join(' ')).toBe(text.trim());
    }
    expect(readTyped('的'.repeat(50_000), chinese)).toEqual(new Array(50_000).fill('的'));
    // One word too many is still read, so that the count can be told.
    expect(readTyped('的'.repeat(13), chinese)).toHaveLength(13);
    expect(readTyped('ZOO '.repeat(13), english)).toEqual(new Array(13).fill('zoo'));
  });

  test('arbitrary text gives words and never an error', () => {
    fc.assert(
      fc.property(fc.constantFrom(...wordListIds), fc.string({ unit: 'binary', maxLength: 200 }), (id, text) => {
        for (const word of readTyped(text, lists[id])) expect(word).toMatch(/^[\p{L}\p{M}]+$/u);
        expect(suggest(text, lists[id]).every((word) => lists[id].words.includes(word))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

describe('suggestions', () => {
  test('are the words that begin with what is typed, in order, at most so many', () => {
    expect(suggest('aba', lists.english)).toEqual(['abandon']);
    expect(suggest('AB', lists.english, 3)).toEqual(['abandon', 'ability', 'able']);
    expect(suggest('aca', lists.french)).toEqual(['académie', 'acajou', 'acarien']);
    expect(suggest('acá', lists.french)).toContain('acajou');
    expect(suggest('xq', lists.english)).toEqual([]);
    expect(suggest(' ', lists.english)).toEqual([]);
    expect(suggest('アイコ', lists.japanese)).toEqual(['あいこくしん']);
    expect(suggest('馬', lists.chinese_simplified)).toEqual(['马']);
  });

  test.each(wordListIds)('always hold the word itself, from any beginning of it, in %s', (id) => {
    fc.assert(
      fc.property(fc.nat(2047), fc.integer({ min: 1, max: 9 }), (number, length) => {
        const word = lists[id].words[number]!;
        expect(suggest([...word].slice(0, length).join(''), lists[id], 2048)).toContain(word);
      }),
      { numRuns: 60 },
    );
  });

  test('follow a Korean syllable while it is being composed', () => {
    // What an input method shows on the way to 가격: one consonant, a syllable, one with the next one's consonant.
    for (const typed of ['ㄱ', '가', '각', '가겨', '가격'])
      expect(suggest(typed, lists.korean, 2048)).toContain('가격');
    expect(suggest('고', lists.korean, 2048)).toContain('과일');
    expect(suggest('각', lists.korean, 2048)).not.toContain('가난');
  });
});
