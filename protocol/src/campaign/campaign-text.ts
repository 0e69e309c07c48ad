/** The words of a campaign in one language (spec/protocol.md section 2.7). */

import type { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import type { Writer } from '../bytes/writer.ts';
import { requireLine, requirePlain } from './plain-text.ts';
import type { Question } from './question.ts';

/** How far the words have come: made but read by nobody, or read by a named reviewer. */
export const textStates = { draft: 1, reviewed: 2 } as const;
export type TextState = keyof typeof textStates;

/** A question in the words of one language. */
export type Prompt = {
  readonly label: string;
  /** May be empty. */
  readonly hint: string;
  /** One for each option of the question, in its order. */
  readonly options: readonly string[];
};

/** Fields in Markdown are read by `parseMarkdown`; the others are plain text of one line. */
export type CampaignText = {
  /** BCP 47. */
  readonly language: string;
  readonly state: TextState;
  /** Who has read it, a name or a role; empty for a draft. */
  readonly reviewer: string;
  readonly title: string;
  /** One sentence, for captions and previews. */
  readonly summary: string;
  /** Markdown: what it is about and what is at stake. */
  readonly body: string;
  /** Markdown: who should answer. */
  readonly who: string;
  /** Markdown: what the desk wants to know. */
  readonly wanted: string;
  /** Markdown: how to write safely, for little, some and great danger. */
  readonly safe: readonly [string, string, string];
  /** Markdown: what the desk will never do. */
  readonly never: string;
  /** Markdown: what happens after writing. */
  readonly after: string;
  /** One for each question, in its order. */
  readonly prompts: readonly Prompt[];
};

const languageForm = /^[a-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/;

/** The layout is that of the fields, in their order. @throws RangeError if prompts and questions do not fit */
export function writeCampaignText(text: CampaignText, questions: readonly Question[], writer: Writer): void {
  const fits = text.prompts.every(({ options }, at) => options.length === questions[at]?.options.length);
  if (!fits || text.prompts.length !== questions.length) {
    throw new RangeError(
      `write the words of a campaign: ${text.prompts.length} prompts for ${questions.length} questions`,
    );
  }
  writer.text8(text.language).u8(textStates[text.state]).text8(text.reviewer).text8(text.title).text16(text.summary);
  for (const field of [text.body, text.who, text.wanted, ...text.safe, text.never, text.after]) writer.text16(field);
  for (const { label, hint, options } of text.prompts) {
    writer.text16(label).text16(hint);
    for (const option of options) writer.text8(option);
  }
}

/** @throws WireError bad-value for a text with hidden signs, a reviewed one without a reviewer, an empty title */
export function readCampaignText(reader: Reader, questions: readonly Question[]): CampaignText {
  const language = reader.text8();
  if (!languageForm.test(language)) throw new WireError('bad-value', 'read a campaign: a language is no BCP 47 tag');
  const wire = reader.u8();
  const state = (Object.keys(textStates) as TextState[]).find((name) => textStates[name] === wire);
  const reviewer = requirePlain(reader.text8());
  if (state === undefined || (state === 'reviewed') !== reviewer.trim() > '') {
    throw new WireError('bad-value', 'read a campaign: a text is neither a draft nor reviewed by somebody');
  }
  const [title, summary] = [requireLine(reader.text8()), requireLine(reader.text16())];
  const block = (): string => requirePlain(reader.text16());
  const [body, who, wanted] = [block(), block(), block()];
  const safe = [block(), block(), block()] as const;
  const [never, after] = [block(), block()];
  const prompts = questions.map(({ options }) => ({
    label: requireLine(reader.text16()),
    hint: requirePlain(reader.text16()),
    options: options.map(() => requireLine(reader.text8())),
  }));
  return { language, state, reviewer, title, summary, body, who, wanted, safe, never, after, prompts };
}
