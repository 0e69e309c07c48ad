import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { sampleCampaign } from '@postern/protocol/testing/campaign-samples';
import { describe, expect, it } from 'vitest';
import type { MessageView } from '../engine/view.ts';
import { answerWords, CallWords, callViews } from './call-words.ts';

const roster = { fingerprint: new Uint8Array(32), desks: [{ id: new Uint8Array(8).fill(1) }] };
const sample = sampleCampaign(roster as unknown as VerifiedRoster, 1);
const choice = sample.questions.find(({ kind }) => kind === 'choice')!;
const [option = ''] = choice.options;
const at = sample.questions.indexOf(choice);
const labels: Readonly<Record<string, readonly [question: string, option: string]>> = {
  en: ['Who are you?', 'Works there'],
  'zh-Hans': ['你是谁？', '在那里工作'],
  ar: ['من أنت؟', 'يعمل هناك'],
};
const campaign = {
  ...sample,
  texts: sample.texts.map((text) => {
    const [label = '', first = ''] = labels[text.language] ?? [];
    const prompts = text.prompts.map((prompt, place) =>
      place === at ? { ...prompt, label, options: [first, ...prompt.options.slice(1)] } : prompt,
    );
    return { ...text, prompts };
  }),
};
const calls = callViews([campaign]);
const id = calls[0]?.id ?? '';
const answers = [{ question: choice.id, values: [option, 'constructor'] }];

describe('the words of a call', () => {
  it.each([
    ['zh-Hans', 'zh-Hans'],
    ['zh-Hant', 'zh-Hans'],
    ['ru', 'en'],
  ])('are read in %s as %s', (language, found) => {
    const words = new CallWords(calls, language);
    const [question = '', first = ''] = labels[found] ?? [];
    expect(words.answers({ campaign: id, answers })).toEqual([
      {
        question: { text: question, language: found },
        values: [{ text: first, language: found }, { text: 'constructor' }],
      },
    ]);
    expect(words.pair(choice.id, option).map(([asked, given]) => [asked.text, given.text])).toEqual([
      [question, first],
    ]);
  });

  it('are ids where the call is not known, or has no such question', () => {
    const words = new CallWords(calls, 'en');
    expect(words.title('0123456789abcdef')).toEqual({ text: '012345', language: undefined });
    expect(words.question('0123456789abcdef', choice.id).text).toBe(choice.id);
    expect(words.question(null, choice.id).text).toBe(choice.id);
    expect(words.value(id, '__proto__', option).text).toBe(option);
    expect(words.pair(choice.id, 'toString')).toEqual([]);
  });

  it('are found by a search in every language of the call', () => {
    const message = { campaign: id, answers } as unknown as MessageView;
    expect(answerWords(calls, [message])).toEqual(expect.arrayContaining(Object.values(labels).flat()));
    expect(answerWords([], [message])).toEqual([]);
  });
});
