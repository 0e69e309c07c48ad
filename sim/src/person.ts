/** Somebody who may have twelve words, and what the run knows of them. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { entropyFromWords } from '@postern/protocol/keys/passphrase';
import { conversationKey, importPhrase, type PhraseKey } from '@postern/protocol/keys/source-keys';
import { loadWordList, type WordList } from '@postern/protocol/keys/word-lists';

let english: Promise<WordList> | undefined;

export function wordList(): Promise<WordList> {
  english ??= loadWordList('english');
  return english;
}

export class Person {
  readonly name: string;
  words: string | null = null;
  #key: PhraseKey | null = null;

  constructor(name: string) {
    this.name = name;
  }

  /** The phrase's key, for what the run has to know and nobody in it can. */
  async phraseKey(): Promise<PhraseKey> {
    if (this.#key !== null) return this.#key;
    const result = await entropyFromWords((this.words ?? '').split(' '), await wordList());
    if (!result.ok) throw new Error(`read the words of ${this.name}: they do not hold`);
    this.#key = await importPhrase(result.entropy.reveal());
    return this.#key;
  }

  /** Hex of the conversation's id at a desk. */
  async conversation(fingerprint: Uint8Array, desk: Uint8Array): Promise<string> {
    return bytesToHex((await conversationKey(await this.phraseKey(), fingerprint, desk)).id);
  }
}
