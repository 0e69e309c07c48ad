/** What this device has read of its cases' texts, in memory only: for the search, near copies and languages. */

import type { CaseFile } from '../engine/view.ts';
import type { AnswerCount } from './answer-counts.ts';
import { answerWords, type CallView } from './call-words.ts';
import { detectLanguage } from './language.ts';
import { type Alike, NearCopies } from './near-copies.ts';
import { SearchIndex } from './search-index.ts';

export class ReadTexts {
  readonly #search = new SearchIndex();
  readonly #copies = new NearCopies();
  readonly #languages = new Map<string, string>();

  /** @param calls whose words are known */
  take(id: string, view: CaseFile, calls: readonly CallView[]): void {
    this.#search.set(id, view, answerWords(calls, view.messages));
    const texts = view.messages.map(({ text }) => text);
    this.#copies.set(id, texts.join('\n'));
    this.#languages.set(id, detectLanguage(texts.at(-1) ?? ''));
  }

  remove(id: string): void {
    this.#search.remove(id);
    this.#copies.remove(id);
    this.#languages.delete(id);
  }

  clear(): void {
    this.#search.clear();
    this.#copies.clear();
    this.#languages.clear();
  }

  find(query: string): string[] {
    return this.#search.find(query);
  }

  answerCounts(): readonly AnswerCount[] {
    return this.#search.answerCounts();
  }

  seen(id: string): { readonly detected: string; readonly alike: Alike | null } {
    return { detected: this.#languages.get(id) ?? '', alike: this.#copies.of(id) };
  }
}
