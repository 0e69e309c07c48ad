/** The ten word lists of BIP-39 as the protocol uses them: one at a time, each complete in itself. */

/** The lists, by the names that BIP-39 gives their files. */
export const wordListIds = [
  'english',
  'japanese',
  'korean',
  'spanish',
  'chinese_simplified',
  'chinese_traditional',
  'french',
  'italian',
  'czech',
  'portuguese',
] as const;

export type WordListId = (typeof wordListIds)[number];

/** One list, with what must be known of the nine others so that they need not be loaded. */
export type WordList = {
  readonly id: WordListId;
  /** 2,048 words in Unicode's composed form (NFC). */
  readonly words: readonly string[];
  /** What stands between the words of a phrase when it is shown: an ideographic space for Japanese, else a space. */
  readonly separator: string;
  /** Numbers of the words that also stand in another list, accents left aside. */
  readonly shared: ReadonlySet<number>;
  /** The other Chinese list's form of a word, to this list's; empty for lists that are not Chinese. */
  readonly variants: ReadonlyMap<string, string>;
};

/** Words in a list. */
export const wordCount = 2048;

/** How many letters of the word before stand at the beginning of this one, the letters after those, whether it is shared. */
const entryForm = /(\d)([^\d*/]*)(\*?)/gu;
/** A character that both Chinese lists have in this place, or this list's and the other's. */
const chineseForm = /([^\d*/])(?:\/([^\d*/]))?/gu;

/**
 * Reads the text that `tools/word-lists.ts` writes: the id, a space, then 2,048 entries of one of the two forms above,
 * with nothing between: each visit loads a list, and this makes it a quarter shorter than words in full. What the Chinese
 * lists share is what they have in the same place.
 * @throws RangeError for any other text, which means that a build is broken
 */
export function parseWordList(text: string): WordList {
  const [name, body = ''] = text.split(' ', 2);
  const id = wordListIds.find((known) => known === name);
  const isChinese = id === 'chinese_simplified' || id === 'chinese_traditional';
  const entries = [...body.matchAll(isChinese ? chineseForm : entryForm)];
  const read = entries.map(([entry]) => entry).join('');
  if (id === undefined || entries.length !== wordCount || `${id} ${read}` !== text) {
    throw new RangeError(`read a word list: ${entries.length} words, wanted a known name and ${wordCount}`);
  }
  const words: string[] = [];
  const shared = new Set<number>();
  const variants = new Map<string, string>();
  for (const [number, [, first = '', second, mark]] of entries.entries()) {
    const word = isChinese ? first : (words.at(-1) ?? '').slice(0, Number(first)) + second;
    if (isChinese && second !== undefined) variants.set(second, word);
    if (isChinese ? second === undefined : mark !== '') shared.add(number);
    words.push(word);
  }
  return { id, words, separator: id === 'japanese' ? '\u3000' : ' ', shared, variants };
}

/** Loads one list; a bundler makes a file of its own out of each. The files have the names of the lists. */
export async function loadWordList(id: WordListId): Promise<WordList> {
  const { text } = await importWords(id);
  return parseWordList(text);
}

function importWords(id: WordListId): Promise<{ readonly text: string }> {
  switch (id) {
    case 'english':
      return import('./words/english.ts');
    case 'japanese':
      return import('./words/japanese.ts');
    case 'korean':
      return import('./words/korean.ts');
    case 'spanish':
      return import('./words/spanish.ts');
    case 'chinese_simplified':
      return import('./words/chinese_simplified.ts');
    case 'chinese_traditional':
      return import('./words/chinese_traditional.ts');
    case 'french':
      return import('./words/french.ts');
    case 'italian':
      return import('./words/italian.ts');
    case 'czech':
      return import('./words/czech.ts');
    case 'portuguese':
      return import('./words/portuguese.ts');
  }
}
