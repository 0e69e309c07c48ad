/** Answers to the questions of campaigns, as data: to find cases by, and to count (spec/protocol.md section 2.7). */

import type { MessageView } from '../engine/view.ts';

export interface AnswerCount {
  /** Hex. */
  readonly campaign: string;
  /** Ids, as the campaign has them. */
  readonly question: string;
  readonly value: string;
  /** Cases in which it was answered so, once or more often. */
  readonly cases: number;
}

/** One answer by choice; what a person has typed freely is none. */
export type ChosenAnswer = Omit<AnswerCount, 'cases'>;

const idForm = /^[a-z0-9][a-z0-9-]{0,39}$/;
const pairForm = /^[a-z0-9][a-z0-9-]{0,39}=[a-z0-9][a-z0-9-]{0,39}$/;

/** Of the form of ids and months. Sources write what they like: nothing here is known to be an option. */
export function chosenIn(messages: readonly MessageView[]): readonly ChosenAnswer[] {
  return messages.flatMap(({ campaign, answers }) =>
    answers.flatMap(({ question, values }) =>
      campaign === null
        ? []
        : [...new Set(values)]
            .filter((value) => idForm.test(question) && idForm.test(value))
            .map((value) => ({ campaign, question, value })),
    ),
  );
}

/** A word of a search that asks for an answer and not for a text. */
export function isAnswerQuery(word: string): boolean {
  return pairForm.test(word);
}

export function answerQuery({ question, value }: Pick<AnswerCount, 'question' | 'value'>): string {
  return `${question}=${value}`;
}

/** Those that the words of a search ask for. */
export function answerQueriesIn(query: string): readonly Pick<AnswerCount, 'question' | 'value'>[] {
  const pairs = query.toLowerCase().split(/\s+/u).filter(isAnswerQuery);
  return pairs.map((pair) => {
    const [question = '', value = ''] = pair.split('=');
    return { question, value };
  });
}

/** By campaign and question, the most frequent first. @param cases the answers of each */
export function countAnswers(cases: Iterable<readonly ChosenAnswer[]>): readonly AnswerCount[] {
  const counts = new Map<string, AnswerCount>();
  for (const chosen of cases) {
    const once = new Map(chosen.map((answer) => [`${answer.campaign}/${answerQuery(answer)}`, answer]));
    for (const [key, answer] of once) counts.set(key, { ...answer, cases: (counts.get(key)?.cases ?? 0) + 1 });
  }
  return [...counts.values()].sort(
    (a, b) =>
      a.campaign.localeCompare(b.campaign) ||
      a.question.localeCompare(b.question) ||
      b.cases - a.cases ||
      a.value.localeCompare(b.value),
  );
}
