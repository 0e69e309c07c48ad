/** The BIP-39 word lists as the page loads them: its own language's at once, another only when a person chooses it. */
import { bytesToHex, bytesToUtf8 } from '@postern/protocol/bytes/encode';
import { readTyped, suggest } from '@postern/protocol/keys/passphrase-typing';
import { parseWordList, type WordList, type WordListId, wordListIds } from '@postern/protocol/keys/word-lists';
import { sha256 } from '@postern/protocol/primitives/hash';
import type { Http } from './http.ts';

/** What each list calls its language, and that language's tag. */
export const listNames: Readonly<Record<WordListId, readonly [name: string, tag: string]>> = {
  chinese_simplified: ['简体中文', 'zh-Hans'],
  chinese_traditional: ['繁體中文', 'zh-Hant'],
  english: ['English', 'en'],
  french: ['Français', 'fr'],
  spanish: ['Español', 'es'],
  portuguese: ['Português', 'pt'],
  italian: ['Italiano', 'it'],
  czech: ['Čeština', 'cs'],
  japanese: ['日本語', 'ja'],
  korean: ['한국어', 'ko'],
};

export function isWordListId(text: string | undefined): text is WordListId {
  return wordListIds.some((id) => id === text);
}

export class WordLists {
  readonly #get: Http['get'];
  readonly #places: ReadonlyMap<string, ListPlace>;
  readonly #loaded = new Map<WordListId, WordList>();
  readonly #loading = new Map<WordListId, Promise<WordList>>();

  /** @param places by list, as `placesOf` reads them from the page */
  constructor(get: Http['get'], places: ReadonlyMap<string, ListPlace>) {
    this.#get = get;
    this.#places = places;
  }

  /**
   * Asking for a list that the page has not loaded is a request that others can see, so it happens only at page load and
   * when a person chooses another language (spec/threat-model.md, section 3).
   */
  load(id: WordListId): Promise<WordList> {
    const loading = this.#loading.get(id) ?? this.#fetch(id);
    this.#loading.set(id, loading);
    loading.catch(() => this.#loading.delete(id));
    return loading;
  }

  get(id: WordListId): WordList | undefined {
    return this.#loaded.get(id);
  }

  async #fetch(id: WordListId): Promise<WordList> {
    const place = this.#places.get(id);
    if (place === undefined) throw new RangeError(`load a word list: the page names none for ${id}`);
    const { status, body } = await this.#get(place.path);
    if (status !== 200) throw new RangeError(`load a word list: status ${status}, wanted 200`);
    if (place.hash !== undefined && !bytesToHex(await sha256(body)).startsWith(place.hash)) {
      throw new RangeError('load a word list: it is another than the page names');
    }
    const list = parseWordList(bytesToUtf8(body));
    this.#loaded.set(id, list);
    return list;
  }
}

/** Where a list stands. */
export type ListPlace = {
  readonly path: string;
  /** The beginning of its SHA-256, hex: another address than the page's own may give it. None for what is in the page. */
  readonly hash?: string | undefined;
};

/** Reads `english.1a2b… french.3c4d… …`, list and hash of its content, one for each list. */
export function placesOf(names: string): ReadonlyMap<string, ListPlace> {
  return new Map(
    names.split(' ').map((name) => {
      const [id = '', hash] = name.split('.');
      return [id, { path: `/a/words-${name}.txt`, hash }];
    }),
  );
}

export type Typing = {
  readonly words: readonly string[];
  /** Words that the last letters may become. */
  readonly suggestions: readonly string[];
};

const suggestionsMax = 5;

/** What a text typed so far means in a list, and how its last word could go on. */
export function typingOf(text: string, list: WordList | undefined): Typing {
  if (list === undefined) return { words: [], suggestions: [] };
  const words = readTyped(text, list);
  const last = lastLetters(text);
  // One letter of an alphabet leaves too many words to be of help.
  const isEnough = last.length > 1 || !/\p{Script=Latin}/u.test(last);
  const completions = isEnough ? suggest(last, list, suggestionsMax) : [];
  const isWhole = list.words.includes(last.normalize('NFC').toLowerCase());
  return { words, suggestions: isWhole || last === '' ? [] : completions };
}

/** The text with its last letters replaced by a whole word, ready for the next. */
export function complete(text: string, word: string): string {
  return `${text.slice(0, text.length - lastLetters(text).length)}${word} `;
}

function lastLetters(text: string): string {
  return /[\p{L}\p{M}]+$/u.exec(text)?.[0] ?? '';
}
