/** What `postern campaign new` writes: a folder that can be checked at once, and shows what there is to fill in. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { CAMPAIGN_ID_BYTES } from '@postern/protocol/constants';
import type { Random } from '@postern/protocol/primitives/random';

export interface FirstDraft {
  readonly name: string;
  readonly from: string;
  readonly until: string;
  readonly desks: readonly string[];
  readonly languages: readonly string[];
}

export function firstDraft({ languages, ...fields }: FirstDraft, random: Random) {
  const structure = { id: bytesToHex(random(CAMPAIGN_ID_BYTES)), ...fields, questions };
  return { structure, texts: languages.map((language) => [language, words] as const) };
}

const questions = [
  { id: 'role', kind: 'choice', options: ['inside', 'outside'] },
  { id: 'since', kind: 'month' },
  { id: 'papers', kind: 'text', onlyIf: { question: 'role', option: 'inside' } },
];

const words = {
  state: 'draft',
  reviewer: '',
  title: 'What the call is about',
  summary: 'One sentence that stands in captions and previews.',
  body: ['What has happened, and what is at stake.'],
  who: ['Who should answer.'],
  wanted: ['What you want to know.'],
  safe: [
    'If little can happen to you: read the page “Before you write” first.',
    'If you could lose your work: write away from home and work, on a device of your own.',
    'If you could lose your freedom: leave your phone elsewhere, write on paper first, and tell nobody.',
  ],
  never: ['- Ask for money.', '- Write to you first.', '- Ask you to install something.'],
  after: ['Come back in two or three days with your twelve words.'],
  questions: {
    role: { label: 'How do you know?', hint: '', options: { inside: 'I work there', outside: 'From outside' } },
    since: { label: 'Since when?', hint: 'Month and year are enough.' },
    papers: { label: 'Which papers have you seen?', hint: 'Do not take any along for us.' },
  },
};
