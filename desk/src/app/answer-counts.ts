/** Answers to the questions of campaigns, as data: to find cases by, and to count (spec/protocol.md section 2.7). */

import type { MessageView } from '../engine/view.ts';
import { answerText, isId } from './search-query.ts';

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

/** Of the form of ids and months. Sources write what they like: nothing here is known to be an option. */
export function chosenIn(messages: readonly MessageView[]): readonly ChosenAnswer[] {
  return messages.flatMap(({ campaign, answers }) =>
    answers.flatMap(({ question, values }) =>
      campaign === null
        ? []
        : [...new Set(values)]
            .filter((value) => isId(question) && isId(value))
            .map((value) => ({ campaign, question, value })),
    ),
  );
}

/** By campaign and question, the most frequent first. @param cases the answers of each */
export function countAnswers(cases: Iterable<readonly ChosenAnswer[]>): readonly AnswerCount[] {
  const counts = new Map<string, AnswerCount>();
  for (const chosen of cases) {
    const once = new Map(chosen.map((answer) => [`${answer.campaign}/${answerText(answer)}`, answer]));
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
