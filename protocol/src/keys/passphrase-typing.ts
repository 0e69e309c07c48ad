/** Reads a passphrase as people type or paste it, and completes words while they do (spec/protocol.md section 3). */

import { PHRASE_WORDS } from '../constants.ts';
import type { WordList } from './word-lists.ts';

/** From this many letters on, the beginning of a word stands for it: no two words of a list share their first four. */
const prefixLetters = 4;

/** A text of more runs of letters than this is no phrase, and not looked at closely. */
const runsMax = 2 * PHRASE_WORDS;

/** More ways than this to read something count as none. */
const waysMax = 64;

const runsOfLetters = /[\p{L}\p{M}]+/gu;
/** A Chinese character with what varies its shape, or letters of other scripts. */
const runsOfChinese = /(?!\P{L})\p{Script=Han}\p{M}*|(?:(?!\p{Script=Han})[\p{L}\p{M}])+/gu;

/** A list by the spellings under which its words are found. */
type Lookup = {
  /** By the exact word. */
  readonly exact: ReadonlyMap<string, string>;
  /** By the word without accents, voicing marks and small kana; only where that still names one word. */
  readonly folded: ReadonlyMap<string, string>;
  /** All of these spellings, in the order of the list. */
  readonly spellings: readonly string[];
  readonly longest: number;
};

/**
 * The words that a text means, in the list's spelling. It sets aside: upper case, full-width and half-width forms,
 * decomposed letters, accents left out or added, katakana for hiragana, numbers, commas and any other signs between
 * words, missing spaces, the end of a word after its fourth letter, and the other Chinese script. What it cannot make
 * out stays as it was typed; in a Chinese list each character is a word, so a wrong one stands alone. It never chooses
 * between two readings.
 */
export function readTyped(text: string, list: WordList): string[] {
  const runs = plain(text).match(list.id.startsWith('chinese') ? runsOfChinese : runsOfLetters) ?? [];
  if (runs.length > runsMax) return [...runs];
  const lookup = lookupOf(list);
  const readings = runs.map((run) => readingsOf(run, list, lookup));
  const whole = onlyPhrase(readings);
  return whole ?? runs.flatMap((run, i) => onlyReading(readings[i] ?? []) ?? [run]);
}

/**
 * Words that begin with what is typed, in the order of the list; for Korean also while a syllable is being composed.
 * @param max how many at the most
 */
export function suggest(prefix: string, list: WordList, max = 8): string[] {
  const run = plain(prefix).trim();
  if (run === '') return [];
  const variant = list.variants.get(run);
  const start = strokes(variant ?? run);
  const known = strokesOf(list);
  return list.words.filter((_, number) => known[number]?.startsWith(start)).slice(0, max);
}

/** All ways to read one run of letters as words, none if there is no way. */
function readingsOf(run: string, list: WordList, lookup: Lookup): string[][] {
  const single = findWord(run, list, lookup);
  const several = cutsOf(fold(run), list, lookup).filter((words) => words.length > 1);
  return single === undefined ? several : [[single], ...several];
}

function findWord(run: string, list: WordList, lookup: Lookup): string | undefined {
  const found = lookup.exact.get(run) ?? lookup.folded.get(fold(run)) ?? list.variants.get(run);
  if (found !== undefined || run.length < prefixLetters) return found;
  const start = fold(run);
  const [spelling, another] = lookup.spellings.filter((known) => known.startsWith(start));
  return spelling === undefined || another !== undefined ? undefined : lookup.folded.get(spelling);
}

/** All ways to cut a run of folded letters into whole words; none if there are too many, or too many letters. */
function cutsOf(run: string, list: WordList, lookup: Lookup): string[][] {
  if (run.length > runsMax * lookup.longest) return [];
  const cutsFrom: string[][][] = new Array(run.length + 1);
  cutsFrom[run.length] = [[]];
  for (let start = run.length - 1; start >= 0; start--) {
    const cuts: string[][] = [];
    for (let end = start + 1; end <= Math.min(run.length, start + lookup.longest); end++) {
      const rest = cutsFrom[end] ?? [];
      if (rest.length === 0) continue;
      const piece = run.slice(start, end);
      const word = lookup.folded.get(piece) ?? list.variants.get(piece);
      if (word !== undefined) for (const words of rest) cuts.push([word, ...words]);
    }
    if (cuts.length > waysMax) return [];
    cutsFrom[start] = cuts;
  }
  return cutsFrom[0] ?? [];
}

/** The one way to take a reading of each run so that there are twelve words; null if there is none or a second. */
function onlyPhrase(readings: readonly string[][][]): string[] | null {
  let ways: string[][] = [[]];
  for (const [i, ofRun] of readings.entries()) {
    const runsLeft = readings.length - i - 1;
    ways = ways.flatMap((words) => ofRun.map((more) => [...words, ...more]));
    ways = ways.filter((words) => words.length + runsLeft <= PHRASE_WORDS);
    if (ways.length > waysMax) return null;
  }
  const phrases = ways.filter((words) => words.length === PHRASE_WORDS);
  return phrases.length === 1 ? (phrases[0] ?? null) : null;
}

/** The word that a run is, else the one way to cut it. */
function onlyReading(readings: readonly string[][]): string[] | undefined {
  const single = readings.find((words) => words.length === 1);
  return single ?? (readings.length === 1 ? readings[0] : undefined);
}

const lookups = new WeakMap<WordList, Lookup>();
const strokesByList = new WeakMap<WordList, readonly string[]>();

function lookupOf(list: WordList): Lookup {
  const known = lookups.get(list);
  if (known !== undefined) return known;
  const exact = new Map(list.words.map((word) => [word, word]));
  const byFold = Map.groupBy(list.words, fold);
  const folded = new Map<string, string>();
  for (const [spelling, [word, another]] of byFold) {
    if (word !== undefined && another === undefined) folded.set(spelling, word);
  }
  const spellings = [...folded.keys()];
  const longest = Math.max(...spellings.map((spelling) => spelling.length));
  const lookup = { exact, folded, spellings, longest };
  lookups.set(list, lookup);
  return lookup;
}

function strokesOf(list: WordList): readonly string[] {
  const known = strokesByList.get(list) ?? list.words.map(strokes);
  strokesByList.set(list, known);
  return known;
}

/** One form for letters that look or type alike, without what stands invisibly between them. */
function plain(text: string): string {
  return text
    .replaceAll(/\p{Cf}|\u034f/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\u30a1-\u30f6]/gu, (katakana) => String.fromCharCode(katakana.charCodeAt(0) - 0x60));
}

const smallKana = 'ぁぃぅぇぉっゃゅょゎ';
const fullKana = 'あいうえおつやゆよわ';
const ligatures: Readonly<Record<string, string>> = { œ: 'oe', æ: 'ae', ß: 'ss', ı: 'i' };

/** A spelling without accents and voicing marks, and with full-sized kana. Hangul stays composed. */
function fold(word: string): string {
  return word
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .normalize('NFC')
    .replaceAll(/[œæßı]/gu, (ligature) => ligatures[ligature] ?? ligature)
    .replaceAll(/[ぁぃぅぇぉっゃゅょゎ]/gu, (kana) => fullKana.charAt(smallKana.indexOf(kana)));
}

/**
 * A folded spelling cut into the strokes by which it is typed. Only Hangul differs: a final consonant becomes the
 * initial that it turns into when a vowel follows, and compound letters are taken apart, so that whatever an input
 * method shows half way is the beginning of the word.
 */
function strokes(word: string): string {
  return fold(word)
    .normalize('NFD')
    .replaceAll(/[\u11a8-\u11c2]/gu, (final) => hangulFinals[final.charCodeAt(0) - 0x11a8] ?? final)
    .replaceAll(/[\u1169-\u1175]/gu, (vowel) => hangulVowels[vowel] ?? vowel);
}

/** The initials for the finals from U+11A8 on, clusters as two. */
const hangulFinals: readonly string[] = [
  ...['ᄀ', 'ᄁ', 'ᄀᄉ', 'ᄂ', 'ᄂᄌ', 'ᄂᄒ', 'ᄃ', 'ᄅ', 'ᄅᄀ', 'ᄅᄆ', 'ᄅᄇ', 'ᄅᄉ', 'ᄅᄐ', 'ᄅᄑ', 'ᄅᄒ'],
  ...['ᄆ', 'ᄇ', 'ᄇᄉ', 'ᄉ', 'ᄊ', 'ᄋ', 'ᄌ', 'ᄎ', 'ᄏ', 'ᄐ', 'ᄑ', 'ᄒ'],
];

/** Vowels typed as two. */
const hangulVowels: Readonly<Record<string, string>> = {
  ...{ ᅪ: 'ᅩᅡ', ᅫ: 'ᅩᅢ', ᅬ: 'ᅩᅵ', ᅯ: 'ᅮᅥ', ᅰ: 'ᅮᅦ', ᅱ: 'ᅮᅵ', ᅴ: 'ᅳᅵ' },
};
