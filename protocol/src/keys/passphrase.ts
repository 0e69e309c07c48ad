/** The source's passphrase: twelve words of a BIP-39 list for 16 bytes of entropy (spec/protocol.md section 3). */

import { Secret } from '../bytes/secret.ts';
import { PHRASE_BYTES, PHRASE_WORDS, WORD_BITS } from '../constants.ts';
import { sha256 } from '../primitives/hash.ts';
import type { Random } from '../primitives/random.ts';
import { checkLength } from '../primitives/web-crypto.ts';
import type { WordList } from './word-lists.ts';

/** A phrase as it is shown, with the entropy that it stands for. */
export type Passphrase = { readonly words: readonly string[]; readonly entropy: Secret };

/** What a person typed, once it is cut into words. */
export type PassphraseResult =
  | { readonly ok: true; readonly entropy: Secret }
  /** There are not twelve words but `count`. */
  | { readonly ok: false; readonly problem: 'count'; readonly count: number }
  /** The word at this place, counted from 0, is not in the list. */
  | { readonly ok: false; readonly problem: 'unknown-word'; readonly index: number }
  /** Each word is in the list, but together they are no phrase: one is wrong, or two changed places. */
  | { readonly ok: false; readonly problem: 'checksum' };

/** The twelve words for 16 bytes. */
export async function passphraseFromEntropy(entropy: Secret, list: WordList): Promise<string[]> {
  const numbers = await entropyToNumbers(entropy.reveal());
  return numbers.map((number) => list.words[number] ?? '');
}

/** The 16 bytes for twelve words, each exactly as in the list but for its Unicode form (SRC-2). */
export async function entropyFromWords(words: readonly string[], list: WordList): Promise<PassphraseResult> {
  if (words.length !== PHRASE_WORDS) return { ok: false, problem: 'count', count: words.length };
  const numbers = words.map((word) => list.words.indexOf(word.normalize('NFKC')));
  const index = numbers.indexOf(-1);
  if (index >= 0) return { ok: false, problem: 'unknown-word', index };
  const { entropy, checksum } = numbersToEntropy(numbers);
  if ((await checksumOf(entropy)) !== checksum) return { ok: false, problem: 'checksum' };
  return { ok: true, entropy: new Secret(entropy) };
}

/**
 * A new phrase, which no other list can take for one of its own (SRC-1): if all twelve words also stand in other lists
 * it is drawn again. That happens to 0.34 % of phrases in the Chinese lists, which costs 0.005 of their 128 bits, and in
 * the other lists to fewer than one in 10^13.
 */
export async function newPassphrase(random: Random, list: WordList): Promise<Passphrase> {
  for (let attempt = 0; attempt < 64; attempt++) {
    const bytes = random(PHRASE_BYTES);
    const numbers = await entropyToNumbers(bytes);
    if (numbers.every((number) => list.shared.has(number))) continue;
    return { words: numbers.map((number) => list.words[number] ?? ''), entropy: new Secret(bytes) };
  }
  throw new Error('make a passphrase: 64 draws were all valid in two lists, so the random numbers are not random');
}

/** The entropy and the first four bits of its hash, cut into twelve numbers of 11 bits. */
async function entropyToNumbers(entropy: Uint8Array): Promise<number[]> {
  checkLength('passphrase entropy', entropy, PHRASE_BYTES);
  const numbers: number[] = [];
  let held = 0;
  let bits = 0;
  for (const byte of [...entropy, (await checksumOf(entropy)) << 4]) {
    held = (held << 8) | byte;
    bits += 8;
    if (bits < WORD_BITS) continue;
    bits -= WORD_BITS;
    numbers.push(held >> bits);
    held &= (1 << bits) - 1;
  }
  return numbers;
}

function numbersToEntropy(numbers: readonly number[]): { entropy: Uint8Array; checksum: number } {
  const entropy = new Uint8Array(PHRASE_BYTES);
  let held = 0;
  let bits = 0;
  let filled = 0;
  for (const number of numbers) {
    held = (held << WORD_BITS) | number;
    bits += WORD_BITS;
    while (bits >= 8 && filled < PHRASE_BYTES) {
      bits -= 8;
      entropy[filled++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  return { entropy, checksum: held };
}

async function checksumOf(entropy: Uint8Array): Promise<number> {
  const [first = 0] = await sha256(entropy);
  return first >> 4;
}
