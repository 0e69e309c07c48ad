/** Finds conversations by what was written in them, in memory only and in any script. */

import type { CaseFile } from '../engine/view.ts';
import { type AnswerCount, type ChosenAnswer, chosenIn, countAnswers } from './answer-counts.ts';
import { caseName } from './case-name.ts';
import { type AnswerTerm, termsOf } from './search-query.ts';

/** Marks that stand above or below a letter: people leave them out when they search. */
const marks = /\p{Mn}/gu;

/** Of one case, as it is searched, in UTF-16 units: one sign can stand for eighteen. */
const ownTextMax = 16_000_000;
/** Of its files. */
export const filesTextMax = 1_000_000;
/** What is folded before it is seen how much came of it. */
const piece = 10_000;

/** Parts of words count: Chinese has no spaces to cut at, and names are written in many forms. */
export class SearchIndex {
  readonly #texts = new Map<string, string>();
  readonly #chosen = new Map<string, readonly ChosenAnswer[]>();

  /** @param words of the calls that asked, in every language @param ofFiles texts in files, of which the first million letters count */
  set(id: string, view: CaseFile, words: readonly string[] = [], ofFiles: readonly string[] = []): void {
    const answers = view.messages.flatMap(({ answers: all }) =>
      all.flatMap(({ question, values }) => [question, ...values]),
    );
    const texts = [...view.messages.map(({ text }) => text), ...answers, ...view.replies.map(({ text }) => text)];
    const { tags, notes } = view.work;
    for (const { files } of [...view.messages, ...view.replies]) texts.push(...files.map(({ name }) => name));
    texts.push(...words, ...tags, ...notes.map(({ text }) => text));
    this.#chosen.set(id, chosenIn(view.messages));
    const own = foldUpTo([caseName(id), ...texts], ownTextMax);
    this.#texts.set(id, `${own}\n${foldUpTo(ofFiles, filesTextMax)}`);
  }

  remove(id: string): void {
    this.#texts.delete(id);
    this.#chosen.delete(id);
  }

  /** Ids of the conversations that hold every word and answer of the query; none for an empty one. What it asks of the record is not known here. */
  find(query: string): string[] {
    const terms = termsOf(query);
    const words = terms.flatMap((term) => (term.kind === 'word' ? fold(term.text) : [])).filter(Boolean);
    const answers = terms.filter((term) => term.kind === 'answer');
    if (words.length + answers.length === 0) return [];
    return [...this.#texts]
      .filter(
        ([id, text]) => answers.every((answer) => this.#has(id, answer)) && words.every((word) => text.includes(word)),
      )
      .map(([id]) => id);
  }

  /** Of the conversations that have been read so far. */
  answerCounts(): readonly AnswerCount[] {
    return countAnswers(this.#chosen.values());
  }

  clear(): void {
    this.#texts.clear();
    this.#chosen.clear();
  }

  #has(id: string, { question, value }: AnswerTerm): boolean {
    return this.#chosen.get(id)?.some((answer) => answer.question === question && answer.value === value) === true;
  }
}

/** What looks alike when searched: full width, ligatures, upper case, accents. */
function fold(text: string): string {
  return text.normalize('NFKD').replace(marks, '').toLowerCase();
}

function foldUpTo(texts: readonly string[], charactersMax: number): string {
  const folded: string[] = [];
  let left = charactersMax;
  for (const text of texts) {
    for (let at = 0; at < text.length && left > 0; ) {
      // No letter is cut in two.
      const isCut = /[\ud800-\udbff]/.test(text.charAt(at + piece - 1));
      const next = fold(text.slice(at, at + piece + (isCut ? 1 : 0))).slice(0, left);
      folded.push(next);
      left -= next.length;
      at += piece + (isCut ? 1 : 0);
    }
    folded.push('\n');
  }
  return folded.join('');
}
