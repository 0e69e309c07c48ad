/** Verification words in the languages of an organisation, and fingerprints as people type them (spec/protocol.md, section 2.1). */

import type { Fingerprint } from '@postern/protocol/bytes/brand';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { qrToFingerprint, verificationNumbers, verificationWords } from '@postern/protocol/keys/fingerprint';
import { readTyped } from '@postern/protocol/keys/passphrase-typing';
import { loadWordList, type WordListId, wordListIds } from '@postern/protocol/keys/word-lists';
import { usage } from '../terminal/failure.ts';

export interface Words {
  readonly list: WordListId;
  readonly words: readonly string[];
  /** As they are written, with the list's own space between. */
  readonly text: string;
}

const listOfLanguage: Readonly<Record<string, WordListId>> = {
  ja: 'japanese',
  ko: 'korean',
  es: 'spanish',
  fr: 'french',
  it: 'italian',
  cs: 'czech',
  pt: 'portuguese',
  zh: 'chinese_simplified',
  'zh-Hant': 'chinese_traditional',
  'zh-TW': 'chinese_traditional',
  'zh-HK': 'chinese_traditional',
};

/** English, then the lists of the languages in which there are names. */
export function listsFor(names: readonly { readonly language: string }[]): WordListId[] {
  const lists = names.map(({ language }) => listOfLanguage[language] ?? listOfLanguage[language.split('-')[0] ?? '']);
  return [...new Set<WordListId>(['english', ...lists.filter((list) => list !== undefined)])];
}

export function wordsIn(fingerprint: Fingerprint, lists: readonly WordListId[]): Promise<Words[]> {
  return Promise.all(
    lists.map(async (list) => {
      const { words: all, separator } = await loadWordList(list);
      const words = verificationWords(fingerprint, all);
      return { list, words, text: words.join(separator) };
    }),
  );
}

/** 64 digits in groups of four. */
export function digitsOf(fingerprint: Fingerprint): string {
  return bytesToHex(fingerprint).replace(/.{4}(?=.)/g, '$& ');
}

/**
 * Whether what a person typed is this fingerprint: eight words of any of the ten lists, 64 digits, or a QR code's text.
 * @throws Failure for what is none of them
 */
export async function isFingerprint(typed: string, fingerprint: Fingerprint): Promise<boolean> {
  const text = typed.trim();
  const digits = text.replaceAll(/\s/g, '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return digits === bytesToHex(fingerprint);
  if (text.startsWith('postern:')) return equal(qrToFingerprint(text), fingerprint);
  const numbers = await numbersOf(text);
  if (numbers.length === 0)
    throw usage('The fingerprint is neither eight words of one list, nor 64 digits, nor the text of a QR code.');
  const wanted = verificationNumbers(fingerprint).join();
  return numbers.some((read) => read.join() === wanted);
}

/** Readings of eight words, one for each list that has them all. */
async function numbersOf(text: string): Promise<number[][]> {
  const lists = await Promise.all(wordListIds.map(loadWordList));
  const readings = lists.map((list) => readTyped(text, list).map((word) => list.words.indexOf(word)));
  return readings.filter((numbers) => numbers.length === 8 && !numbers.includes(-1));
}
