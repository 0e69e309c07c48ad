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

const sharedMark = '*';

/**
 * Reads the text that `tools/word-lists.ts` writes: the id, then the words, single spaces between. A word that is
 * shared ends with an asterisk; one that has another form in the other Chinese list is followed by that form.
 * @throws RangeError for any other text, which means that a build is broken
 */
export function parseWordList(text: string): WordList {
  const [name, ...entries] = text.split(' ');
  const id = wordListIds.find((known) => known === name);
  if (id === undefined || entries.length !== wordCount) {
    throw new RangeError(`read a word list: ${entries.length} words, wanted a known name and ${wordCount}`);
  }
  const isChinese = id === 'chinese_simplified' || id === 'chinese_traditional';
  const words: string[] = [];
  const shared = new Set<number>();
  const variants = new Map<string, string>();
  for (const [number, entry] of entries.entries()) {
    const marked = entry.endsWith(sharedMark);
    const letters = marked ? entry.slice(0, -sharedMark.length) : entry;
    const word = isChinese ? letters.slice(0, 1) : letters;
    if (marked) shared.add(number);
    if (word !== letters) variants.set(letters.slice(1), word);
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
