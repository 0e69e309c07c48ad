/** What the ids in answers mean, in the words of the campaign that asked (spec/protocol.md, section 2.7). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { Campaign } from '@postern/protocol/campaign/campaign';
import { inLanguage } from '@postern/protocol/keys/in-language';
import type { MessageView } from '../engine/view.ts';

/** What the page knows of a campaign. */
export interface CallView {
  /** Hex. */
  readonly id: string;
  /** Its place in addresses. */
  readonly name: string;
  readonly texts: readonly CallText[];
}

interface CallText {
  /** BCP 47. */
  readonly language: string;
  readonly title: string;
  readonly questions: Readonly<Record<string, { readonly label: string; readonly options: Words }>>;
}
type Words = Readonly<Record<string, string>>;

/** A word or an id, and the language of the word. */
export interface Said {
  readonly text: string;
  /** Undefined for an id, or for what a person typed. */
  readonly language: string | undefined;
}

export interface SaidAnswer {
  readonly question: Said;
  readonly values: readonly Said[];
}

export function callViews(campaigns: readonly Campaign[]): readonly CallView[] {
  return campaigns.map(({ id, name, texts, questions }) => ({
    id: bytesToHex(id),
    name,
    texts: texts.map(({ language, title, prompts }) => ({
      language,
      title,
      questions: Object.fromEntries(
        questions.map((question, at) => {
          const labels = prompts[at]?.options ?? [];
          const options = Object.fromEntries(
            question.options.map((option, place) => [option, labels[place] ?? option]),
          );
          return [question.id, { label: prompts[at]?.label ?? question.id, options }];
        }),
      ),
    })),
  }));
}

/** Calls in the language of who reads, as far as they have it. */
export class CallWords {
  readonly #texts: ReadonlyMap<string, CallText>;

  /** @param language BCP 47 */
  constructor(calls: readonly CallView[], language: string) {
    this.#texts = new Map(
      calls.flatMap(({ id, texts }) => {
        const text = inLanguage(texts, language);
        return text === undefined ? [] : [[id, text] as const];
      }),
    );
  }

  /** @param campaign hex; one that is not known is named by the beginning of its id */
  title(campaign: string): Said {
    const text = this.#texts.get(campaign);
    return { text: text?.title ?? campaign.slice(0, 6), language: text?.language };
  }

  question(campaign: string | null, question: string): Said {
    const text = this.#textOf(campaign);
    const label = own(text?.questions, question)?.label;
    return { text: label ?? question, language: label === undefined ? undefined : text?.language };
  }

  /** Of an answer by choice; a text or a month is what it is. */
  value(campaign: string | null, question: string, value: string): Said {
    const text = this.#textOf(campaign);
    const label = own(own(text?.questions, question)?.options, value);
    return { text: label ?? value, language: label === undefined ? undefined : text?.language };
  }

  answers({ campaign, answers }: Pick<MessageView, 'campaign' | 'answers'>): readonly SaidAnswer[] {
    return answers.map(({ question, values }) => ({
      question: this.question(campaign, question),
      values: values.map((value) => this.value(campaign, question, value)),
    }));
  }

  /** A pair of ids that somebody searches for, in the words of each call that has it. */
  pair(question: string, value: string): readonly (readonly [Said, Said])[] {
    const having = [...this.#texts].filter(([, { questions }]) => own(own(questions, question)?.options, value));
    return having.map(([id]) => [this.question(id, question), this.value(id, question, value)]);
  }

  #textOf(campaign: string | null): CallText | undefined {
    return campaign === null ? undefined : this.#texts.get(campaign);
  }
}

/** The words of chosen answers in every language of their calls, for the search. */
export function answerWords(calls: readonly CallView[], messages: readonly MessageView[]): readonly string[] {
  return messages.flatMap(({ campaign, answers }) => {
    const texts = calls.find(({ id }) => id === campaign)?.texts ?? [];
    return texts.flatMap(({ questions }) =>
      answers.flatMap(({ question, values }) => {
        const asked = own(questions, question);
        return asked === undefined ? [] : [asked.label, ...values.flatMap((value) => own(asked.options, value) ?? [])];
      }),
    );
  });
}

/** Sources write what they like: `constructor` is no question. */
function own<Value>(record: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
