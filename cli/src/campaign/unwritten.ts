/** Words that nobody has written for a call: those that it began with, and those of another of its languages. */

import type { Campaign } from '@postern/protocol/campaign/campaign';
import type { CampaignText } from '@postern/protocol/campaign/campaign-text';
import { isAkin } from '@postern/protocol/keys/in-language';
import { type FirstWords, firstWordsBy } from './first-words.ts';

/** By the names that they have in the folder of a call. */
type Words = ReadonlyMap<string, string>;

/** What a new call says there is what belongs there; all else in it can stand as it is. */
const instructions = ['title', 'summary', 'body', 'who', 'wanted'];

/** Fewer are a name or a number, which may be the same in every language. */
const lettersMin = 10;

/** What new calls begin with, by language. */
const begun = [...firstWordsBy].map(([of, first]) => [of, firstWordsOf(first)] as const);

/** @returns of each text in which some are, its language and the first field that has such */
export function unwrittenIn({
  questions,
  texts,
}: Pick<Campaign, 'questions' | 'texts'>): { readonly language: string; readonly field: string }[] {
  const all = texts.map((text) => ({ language: text.language, words: wordsOf(text, questions) }));
  return all.flatMap(({ language, words }) => {
    // Chinese in one script can be the same, word by word, in the other.
    const elsewhere = all.filter((other) => !isAkin(other.language, language));
    const field = [...words].find(
      ([name, said]) =>
        isOfNewCall(name, said, language) || elsewhere.some((other) => isCopied(name, said, other.words)),
    )?.[0];
    return field === undefined ? [] : [{ language, field }];
  });
}

function isOfNewCall(name: string, said: string, language: string): boolean {
  return begun.some(
    ([of, first]) => said !== '' && first.get(name) === said && (instructions.includes(name) || !isAkin(of, language)),
  );
}

/** Titles and options are often names. */
function isCopied(name: string, said: string, other: Words): boolean {
  const letters = said.match(/\p{L}/gu)?.length ?? 0;
  return letters >= lettersMin && name !== 'title' && !/ option /.test(name) && other.get(name) === said;
}

function wordsOf(text: CampaignText, questions: Campaign['questions']): Words {
  const prompts = questions.flatMap(({ id, options }, at) => {
    const { label = '', hint = '', options: labels = [] } = text.prompts[at] ?? {};
    return promptWords(id, { label, hint, options: options.map((option, of) => [option, labels[of] ?? '']) });
  });
  return joined([...commonWords(text), ...prompts]);
}

function firstWordsOf(first: FirstWords): Words {
  const prompts = Object.entries<FirstWords['questions']['role' | 'since']>(first.questions).flatMap(
    ([id, { label, hint, ...more }]) =>
      promptWords(id, { label, hint, options: Object.entries('options' in more ? more.options : {}) }),
  );
  return joined([...commonWords(first), ...prompts]);
}

type Named = readonly [name: string, said: string | readonly string[]];

function commonWords(text: CampaignText | FirstWords): Named[] {
  const names = ['title', 'summary', 'body', 'who', 'wanted', 'never', 'after'] as const;
  return [
    ...names.map((name): Named => [name, text[name]]),
    ...text.safe.map((step, at): Named => [`safe ${at + 1}`, step]),
  ];
}

function promptWords(
  id: string,
  { label, hint, options }: { label: string; hint: string; options: (readonly [string, string])[] },
): Named[] {
  return [
    [`question ${id}`, label],
    [`hint of ${id}`, hint],
    ...options.map(([option, words]): Named => [`question ${id} option ${option}`, words]),
  ];
}

function joined(all: readonly Named[]): Words {
  return new Map(all.map(([name, said]) => [name, (typeof said === 'string' ? said : said.join('\n')).trim()]));
}
