// Writes the ten BIP-39 word lists from @scure/bip39 in the form that protocol/src/keys/word-lists.ts reads.
// node tools/word-lists.ts         rewrites protocol/src/keys/words/, which is committed
// node tools/word-lists.ts DIR     writes one plain text file for each list into DIR
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type WordListId, wordListIds } from '@postern/protocol/keys/word-lists';
import { wordlist as czech } from '@scure/bip39/wordlists/czech.js';
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as french } from '@scure/bip39/wordlists/french.js';
import { wordlist as italian } from '@scure/bip39/wordlists/italian.js';
import { wordlist as japanese } from '@scure/bip39/wordlists/japanese.js';
import { wordlist as korean } from '@scure/bip39/wordlists/korean.js';
import { wordlist as portuguese } from '@scure/bip39/wordlists/portuguese.js';
import { wordlist as chinese_simplified } from '@scure/bip39/wordlists/simplified-chinese.js';
import { wordlist as spanish } from '@scure/bip39/wordlists/spanish.js';
import { wordlist as chinese_traditional } from '@scure/bip39/wordlists/traditional-chinese.js';

const lists: Readonly<Record<WordListId, readonly string[]>> = {
  english,
  japanese,
  korean,
  spanish,
  chinese_simplified,
  chinese_traditional,
  french,
  italian,
  czech,
  portuguese,
};

/** The two Chinese lists hold the same words in the same places, in the two scripts. */
const otherScript: Readonly<Partial<Record<WordListId, WordListId>>> = {
  chinese_simplified: 'chinese_traditional',
  chinese_traditional: 'chinese_simplified',
};

/** One list in the form of `parseWordList`. */
export function wordListText(id: WordListId): string {
  const words = lists[id].map((word) => word.normalize('NFC'));
  const twin = otherScript[id];
  const entries = twin === undefined ? alphabetical(id, words) : inTwoScripts(words, lists[twin]);
  return `${id} ${entries.join('')}`;
}

function alphabetical(id: WordListId, words: readonly string[]): string[] {
  const elsewhere = new Set(wordListIds.filter((other) => other !== id).flatMap((other) => lists[other].map(bare)));
  return words.map((word, number) => {
    const kept = commonLetters(words[number - 1] ?? '', word);
    return `${kept}${word.slice(kept)}${elsewhere.has(bare(word)) ? '*' : ''}`;
  });
}

function inTwoScripts(words: readonly string[], others: readonly string[]): string[] {
  return words.map((word, number) => (others[number] === word ? word : `${word}/${others[number]}`));
}

/** At the beginning of both; a digit has room for nine. */
function commonLetters(before: string, word: string): number {
  let count = 0;
  while (count < Math.min(9, before.length) && before[count] === word[count]) count += 1;
  return count;
}

/** The TypeScript module that is committed for a list. */
export function wordListModule(id: WordListId): string {
  return `/** The BIP-39 word list "${id}" for parseWordList, written by tools/word-lists.ts. */\nexport const text =\n  '${wordListText(id)}';\n`;
}

/** A word as it may be typed without accents. */
function bare(word: string): string {
  return word.normalize('NFD').replaceAll(/\p{Mn}/gu, '');
}

if (import.meta.main) {
  const directory = process.argv[2];
  const target = directory ?? new URL('../protocol/src/keys/words/', import.meta.url).pathname;
  await mkdir(target, { recursive: true });
  for (const id of wordListIds) {
    const [name, content] =
      directory === undefined ? [`${id}.ts`, wordListModule(id)] : [`${id}.txt`, wordListText(id)];
    await writeFile(join(target, name), content);
  }
}
