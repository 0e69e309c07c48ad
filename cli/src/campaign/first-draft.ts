/** What `postern campaign new` writes: a folder that can be checked at once, and shows what there is to fill in. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { CAMPAIGN_ID_BYTES } from '@postern/protocol/constants';
import type { Random } from '@postern/protocol/primitives/random';
import { firstWords } from './first-words.ts';

export interface FirstDraft {
  readonly name: string;
  readonly from: string;
  readonly until: string;
  readonly desks: readonly string[];
  readonly languages: readonly string[];
}

export function firstDraft({ languages, ...fields }: FirstDraft, random: Random) {
  const structure = { id: bytesToHex(random(CAMPAIGN_ID_BYTES)), ...fields, questions };
  const words = (language: string) => ({ state: 'draft', reviewer: '', ...firstWords(language) });
  return { structure, texts: languages.map((language) => [language, words(language)] as const) };
}

const questions = [
  { id: 'role', kind: 'choice', options: ['inside', 'outside'] },
  { id: 'since', kind: 'month' },
  { id: 'papers', kind: 'text', onlyIf: { question: 'role', option: 'inside' } },
];
