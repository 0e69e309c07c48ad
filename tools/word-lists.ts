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
  const elsewhere = new Set(wordListIds.filter((other) => other !== id).flatMap((other) => lists[other].map(bare)));
  const twin = otherScript[id];
  const entries = lists[id].map((word, number) => {
    const variant = twin === undefined ? word : lists[twin][number];
    const form = variant === word || variant === undefined ? '' : variant;
    return word.normalize('NFC') + form + (elsewhere.has(bare(word)) ? '*' : '');
  });
  return [id, ...entries].join(' ');
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
