/** What this device has read of its cases' texts, in memory only: for the search, near copies and languages. */

import type { CaseFile, MessageView } from '../engine/view.ts';
import type { AnswerCount } from './answer-counts.ts';
import { answerWords, type CallView } from './call-words.ts';
import { detectLanguage } from './language.ts';
import { type Alike, NearCopies } from './near-copies.ts';
import { type Found, SearchIndex } from './search-index.ts';
import type { FileText } from './searchable-text.ts';

export class ReadTexts {
  readonly #search = new SearchIndex();
  readonly #copies = new NearCopies();
  readonly #languages = new Map<string, string>();
  /** The newest message that near copies and languages know of each case. */
  readonly #newest = new Map<string, string>();

  /** @param calls whose words are known @param ofFiles what is known of the texts in its files */
  take(id: string, view: CaseFile, calls: readonly CallView[], ofFiles: readonly FileText[]): void {
    this.#search.set(id, view, answerWords(calls, view.messages), ofFiles);
    const texts = view.messages.map(({ text }) => text);
    // A message does not change once it is there, and most of what is done to a case brings none.
    const newest = `${texts.length}/${view.messages.at(-1)?.id}`;
    if (this.#newest.get(id) === newest) return;
    this.#newest.set(id, newest);
    this.#copies.set(id, view.messages.flatMap(comparedTexts).join('\n'));
    this.#languages.set(id, detectLanguage(texts.at(-1) ?? ''));
  }

  remove(id: string): void {
    this.#search.remove(id);
    this.#copies.remove(id);
    this.#languages.delete(id);
    this.#newest.delete(id);
  }

  clear(): void {
    this.#search.clear();
    this.#copies.clear();
    this.#languages.clear();
    this.#newest.clear();
  }

  find(query: string): Found[] {
    return this.#search.find(query);
  }

  answerCounts(): readonly AnswerCount[] {
    return this.#search.answerCounts();
  }

  seen(id: string): { readonly detected: string; readonly alike: Alike | null } {
    return { detected: this.#languages.get(id) ?? '', alike: this.#copies.of(id) };
  }
}

/** Longer than the ids of options may be: a person has typed it. */
const typedMin = 41;

/**
 * What near copies are told by: what a person typed, else the files. Choices are left out, since many people who know
 * nothing of each other make the same.
 */
function comparedTexts({ text, answers, files }: MessageView): readonly string[] {
  const typed = [text, ...answers.flatMap(({ values }) => values.filter((value) => value.length >= typedMin))];
  const written = typed.filter((one) => one.trim() !== '');
  return written.length > 0 ? written : files.map(({ hash }) => hash);
}
