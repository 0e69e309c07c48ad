import { entropyToMnemonic, mnemonicToEntropy, validateMnemonic } from '@scure/bip39';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foreignVectors } from '../../../vectors/foreign/read.ts';
import { bytesToHex, hexToBytes } from '../bytes/encode.ts';
import { Secret } from '../bytes/secret.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { entropyFromWords, newPassphrase, passphraseFromEntropy } from './passphrase.ts';
import { loadWordList, type WordList, type WordListId, wordListIds } from './word-lists.ts';

const vectors = foreignVectors<Record<WordListId, { entropy: string; words: string }[]>>('bip-39');

async function entropyOf(words: readonly string[], list: WordList): Promise<string> {
  const result = await entropyFromWords(words, list);
  return result.ok ? bytesToHex(result.entropy.reveal()) : result.problem;
}

describe.each(wordListIds)('[SRC-2] passphrases in %s', (id) => {
  test('are those of BIP-39’s vectors, both ways', async () => {
    const list = await loadWordList(id);
    expect(vectors[id]).toHaveLength(8);
    for (const { entropy, words } of vectors[id]) {
      const made = await passphraseFromEntropy(new Secret(hexToBytes(entropy)), list);
      expect(made.join(' ').normalize('NFKD')).toBe(words.replaceAll('\u3000', ' ').normalize('NFKD'));
      for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD']) {
        expect(await entropyOf(words.normalize(form).split(/[ \u3000]/u), list)).toBe(entropy);
      }
    }
  });

  test('agree with @scure/bip39 for any entropy', async () => {
    const list = await loadWordList(id);
    const words = list.words.map((word) => word.normalize('NFKD'));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 16, maxLength: 16 }), async (entropy) => {
        const made = await passphraseFromEntropy(new Secret(entropy.slice()), list);
        expect(made.join(' ').normalize('NFKD')).toBe(entropyToMnemonic(entropy, words).replaceAll('\u3000', ' '));
        expect(await entropyOf(made, list)).toBe(bytesToHex(entropy));
        expect(mnemonicToEntropy(made.join(' '), words)).toEqual(entropy);
      }),
      { numRuns: 30 },
    );
  });

  test('are refused when a word is changed, exactly as @scure/bip39 refuses them', async () => {
    const list = await loadWordList(id);
    const words = list.words.map((word) => word.normalize('NFKD'));
    const numbers = fc.array(fc.nat(2047), { minLength: 12, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(numbers, async (chosen) => {
        const phrase = chosen.map((number) => list.words[number]!);
        const valid = validateMnemonic(phrase.join(' '), words);
        const result = await entropyFromWords(phrase, list);
        expect(result.ok || result.problem).toBe(valid || 'checksum');
      }),
      { numRuns: 60 },
    );
  });

  test('[SRC-1] are made of the random bytes alone, and never valid in two lists', async () => {
    const list = await loadWordList(id);
    const random = seededRandom(`passphrases ${id}`);
    const others = await Promise.all(wordListIds.filter((other) => other !== id).map(loadWordList));
    for (let i = 0; i < 50; i++) {
      const drawn: Uint8Array[] = [];
      const { words, entropy } = await newPassphrase((length) => drawn[drawn.push(random(length)) - 1]!.slice(), list);
      expect(entropy.reveal()).toEqual(drawn.at(-1));
      expect(await entropyOf(words, list)).toBe(bytesToHex(entropy.reveal()));
      for (const other of others) expect((await entropyFromWords(words, other)).ok).toBe(false);
    }
  });
});

describe('[SRC-1] a phrase that is valid in two lists', () => {
  test.each(['chinese_simplified', 'chinese_traditional'] as const)('is drawn again in %s', async (id) => {
    const list = await loadWordList(id);
    const other = await loadWordList(id === 'chinese_simplified' ? 'chinese_traditional' : 'chinese_simplified');
    // All zeros: the first word twelve times but for the checksum, which both scripts share.
    const zeros = new Uint8Array(16);
    const both = await passphraseFromEntropy(new Secret(zeros), list);
    expect((await entropyFromWords(both, other)).ok).toBe(true);
    const next = hexToBytes('00112233445566778899aabbccddeeff');
    const draws = [zeros, zeros, next];
    const { entropy } = await newPassphrase(() => draws.shift()!.slice(), list);
    expect(draws).toHaveLength(0);
    expect(entropy.reveal()).toEqual(next);
  });

  test('is given up on when the random numbers are none', async () => {
    const list = await loadWordList('chinese_simplified');
    await expect(newPassphrase((length) => new Uint8Array(length), list)).rejects.toThrow(/not random/u);
  });
});

describe('[SRC-2] what is no passphrase says why', () => {
  const good = 'legal winner thank year wave sausage worth useful legal winner thank yellow'.split(' ');

  test('another number of words', async () => {
    const list = await loadWordList('english');
    for (const count of [0, 1, 11, 13, 24]) {
      const words = Array.from({ length: count }, (_, i) => good[i % 12]!);
      expect(await entropyFromWords(words, list)).toEqual({ ok: false, problem: 'count', count });
    }
  });

  test('the first word that is not in the list', async () => {
    const list = await loadWordList('english');
    const words = good.with(3, 'yeer').with(7, 'usefull');
    expect(await entropyFromWords(words, list)).toEqual({ ok: false, problem: 'unknown-word', index: 3 });
    const french = await loadWordList('french');
    expect(await entropyFromWords(good, french)).toMatchObject({ problem: 'unknown-word' });
  });

  test('a checksum that does not hold, as after two words changed places', async () => {
    const list = await loadWordList('english');
    expect((await entropyFromWords(good, list)).ok).toBe(true);
    const swapped = good.with(0, good[1]!).with(1, good[0]!);
    expect(await entropyFromWords(swapped, list)).toEqual({ ok: false, problem: 'checksum' });
  });
});

test('entropy of another length is the caller’s mistake', async () => {
  const list = await loadWordList('english');
  await expect(passphraseFromEntropy(new Secret(new Uint8Array(15)), list)).rejects.toThrow(RangeError);
});
