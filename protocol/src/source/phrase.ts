/** A phrase as a person types it back, of whichever list it is in (spec/protocol.md, section 3, SRC-2). */

import { entropyFromWords, type PassphraseResult } from '../keys/passphrase.ts';
import { readTyped } from '../keys/passphrase-typing.ts';
import type { WordList } from '../keys/word-lists.ts';

export type PhraseProblem = Exclude<PassphraseResult, { readonly ok: true }>;

/** @returns the phrase's entropy, or the problem with the list that comes closest */
export async function readPhrase(typed: string, lists: readonly WordList[]): Promise<PassphraseResult> {
  let closest: PhraseProblem = { ok: false, problem: 'count', count: 0 };
  for (const list of lists) {
    const result = await entropyFromWords(readTyped(typed, list), list);
    if (result.ok) return result;
    if (closest.problem !== 'checksum') closest = result;
  }
  return closest;
}
