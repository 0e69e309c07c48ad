/** Finds conversations by what was written in them, in memory only and in any script. */

import type { CaseFile } from '../engine/view.ts';
import { filesTextMax } from '../files/copy-limits.ts';
import { type AnswerCount, type ChosenAnswer, chosenIn, countAnswers } from './answer-counts.ts';
import { caseName } from './case-name.ts';
import { type AnswerTerm, termsOf } from './search-query.ts';
import type { FileText } from './searchable-text.ts';

/** Marks that stand above or below a letter, and signs that nobody sees: people leave them out when they search. */
const marks = /[\p{Mn}\p{Cf}]/gu;

/** Of one case, as it is searched, in UTF-16 units: one sign can stand for eighteen. */
const ownTextMax = 16_000_000;
/** What is folded before it is seen how much came of it. */
const piece = 10_000;

/** A case that was found. */
export interface Found {
  readonly id: string;
  /** What the file is called in which the first word stands that stands nowhere else; null where no file is needed. */
  readonly file: string | null;
}

interface SearchedCase {
  readonly text: string;
  /** Where the text of each file begins in it, in order. */
  readonly files: readonly { readonly from: number; readonly name: string }[];
}

/** Parts of words count: Chinese has no spaces to cut at, and names are written in many forms. */
export class SearchIndex {
  readonly #texts = new Map<string, SearchedCase>();
  readonly #chosen = new Map<string, readonly ChosenAnswer[]>();

  /** @param words of the calls that asked, in every language @param ofFiles of which the first million letters count */
  set(id: string, view: CaseFile, words: readonly string[] = [], ofFiles: readonly FileText[] = []): void {
    const answers = view.messages.flatMap(({ answers: all }) =>
      all.flatMap(({ question, values }) => [question, ...values]),
    );
    const texts = [...view.messages.map(({ text }) => text), ...answers, ...view.replies.map(({ text }) => text)];
    const { tags, notes } = view.work;
    for (const { files } of [...view.messages, ...view.replies]) texts.push(...files.map(({ name }) => name));
    texts.push(...words, ...tags, ...notes.map(({ text }) => text));
    this.#chosen.set(id, chosenIn(view.messages));
    const pieces = [`${foldUpTo([caseName(id), ...texts], ownTextMax)}\n`];
    let from = pieces[0]?.length ?? 0;
    let left = filesTextMax;
    const files = ofFiles.map(({ name, text }) => {
      const piece = foldUpTo([text], left);
      const file = { from, name };
      pieces.push(piece);
      from += piece.length;
      left = Math.max(0, left - piece.length);
      return file;
    });
    this.#texts.set(id, { text: pieces.join(''), files });
  }

  remove(id: string): void {
    this.#texts.delete(id);
    this.#chosen.delete(id);
  }

  /** The conversations that hold every word and answer of the query; none for an empty one. What it asks of the record is not known here. */
  find(query: string): Found[] {
    const terms = termsOf(query);
    const words = terms.flatMap((term) => (term.kind === 'word' ? fold(term.text) : [])).filter(Boolean);
    const answers = terms.filter((term) => term.kind === 'answer');
    if (words.length + answers.length === 0) return [];
    const found: Found[] = [];
    for (const [id, searched] of this.#texts) {
      if (!answers.every((answer) => this.#has(id, answer))) continue;
      const places = placesOf(words, searched.text);
      if (places !== null) found.push({ id, file: fileAt(places, searched) });
    }
    return found;
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

/** Where each word stands first; null unless all of them are there. */
function placesOf(words: readonly string[], text: string): readonly number[] | null {
  const places: number[] = [];
  for (const word of words) {
    const at = text.indexOf(word);
    if (at < 0) return null;
    places.push(at);
  }
  return places;
}

function fileAt(places: readonly number[], { files }: SearchedCase): string | null {
  const first = files[0]?.from ?? Number.POSITIVE_INFINITY;
  const place = places.find((at) => at >= first);
  return place === undefined ? null : (files.findLast(({ from }) => from <= place)?.name ?? null);
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
