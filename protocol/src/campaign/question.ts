/** What a campaign asks, apart from its words in each language (spec/protocol.md section 2.7). */

import type { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import type { Writer } from '../bytes/writer.ts';

/** Number on the wire and whether it has options. A scale's options are its steps in order, a place's its regions. */
export const questionKinds = {
  text: { wire: 1, hasOptions: false },
  choice: { wire: 2, hasOptions: true },
  several: { wire: 3, hasOptions: true },
  scale: { wire: 4, hasOptions: true },
  month: { wire: 5, hasOptions: false },
  place: { wire: 6, hasOptions: true },
} as const;
export type QuestionKind = keyof typeof questionKinds;

export type Question = {
  /** Names it in answers: a-z, 0-9 and hyphens, at most 40; no other question of the campaign has it. */
  readonly id: string;
  readonly kind: QuestionKind;
  /** Ids of the options, distinct; none for text and month, else 2 to 64. */
  readonly options: readonly string[];
  /** Asked only of who chose this option of an earlier choice, several, scale or place; null: asked of everybody. */
  readonly onlyIf: { readonly question: string; readonly option: string } | null;
};

const optionsMin = 2;
const optionsMax = 64;
const idForm = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** `text8 id, u8 kind, options: list8 of text8, only if: list8 (0 or 1) of { text8 question, text8 option }` */
export function writeQuestion(question: Question, writer: Writer): void {
  const { onlyIf } = question;
  writer
    .text8(question.id)
    .u8(questionKinds[question.kind].wire)
    .list8(question.options, (option, w) => w.text8(option))
    .list8(onlyIf === null ? [] : [onlyIf], (condition, w) => w.text8(condition.question).text8(condition.option));
}

/** @throws WireError bad-value for a kind that is not known (CAM-2) */
export function readQuestion(reader: Reader): Question {
  const id = readId(reader);
  const wire = reader.u8();
  const kind = (Object.keys(questionKinds) as QuestionKind[]).find((name) => questionKinds[name].wire === wire);
  if (kind === undefined) throw bad('its kind is not known');
  const options = reader.list8(optionsMax, readId);
  if (questionKinds[kind].hasOptions !== options.length >= optionsMin) throw bad('its kind and options do not fit');
  if (new Set(options).size !== options.length) throw bad('two options have one id');
  const [onlyIf = null] = reader.list8(1, (r) => ({ question: readId(r), option: readId(r) }));
  return { id, kind, options, onlyIf };
}

/** Every id once, and every condition about an option of a question that stands before. @throws WireError bad-value */
export function requireConditions(questions: readonly Question[]): void {
  const before = new Map<string, Question>();
  for (const question of questions) {
    if (before.has(question.id)) throw bad('two questions have one id');
    const { onlyIf } = question;
    if (onlyIf !== null && before.get(onlyIf.question)?.options.includes(onlyIf.option) !== true) {
      throw bad('its condition names no option of an earlier question');
    }
    before.set(question.id, question);
  }
}

/** The questions that stand open after these answers, in their order. @param chosen option ids by question id */
export function askedQuestions(
  questions: readonly Question[],
  chosen: ReadonlyMap<string, readonly string[]>,
): Question[] {
  const asked: Question[] = [];
  for (const question of questions) {
    const { onlyIf } = question;
    const isAsked =
      onlyIf === null ||
      (asked.some(({ id }) => id === onlyIf.question) && chosen.get(onlyIf.question)?.includes(onlyIf.option) === true);
    if (isAsked) asked.push(question);
  }
  return asked;
}

function readId(reader: Reader): string {
  const id = reader.text8();
  if (!idForm.test(id)) throw bad('an id has other signs than a-z, 0-9 and hyphens, or too many');
  return id;
}

function bad(what: string): WireError {
  return new WireError('bad-value', `read a question: ${what}`);
}
