/** A campaign with every kind of question in three languages, for tests and vectors. */

import { base64urlToBytes } from '../bytes/encode.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { CampaignText } from '../campaign/campaign-text.ts';
import type { Film } from '../campaign/film.ts';
import type { Question } from '../campaign/question.ts';
import type { VerifiedRoster } from '../keys/roster-chain.ts';

const questions: readonly Question[] = [
  { id: 'what', kind: 'text', options: [], onlyIf: null },
  { id: 'role', kind: 'choice', options: ['inside', 'supplier', 'other'], onlyIf: null },
  { id: 'papers', kind: 'several', options: ['contract', 'letter'], onlyIf: { question: 'role', option: 'inside' } },
  { id: 'sure', kind: 'scale', options: ['1', '2', '3'], onlyIf: null },
  { id: 'when', kind: 'month', options: [], onlyIf: null },
  { id: 'where', kind: 'place', options: ['north', 'south'], onlyIf: null },
];

function words(language: string, title: string, state: 'draft' | 'reviewed'): CampaignText {
  return {
    language,
    state,
    reviewer: state === 'draft' ? '' : 'R. Reader',
    title,
    summary: `${title}.`,
    body: `## ${title}\n\nText with **weight**.\n\n- one\n- two`,
    who: 'Who knows.',
    wanted: 'What was paid.',
    safe: ['Not from work.', 'Not from home.', 'On paper first.'],
    never: '- Ask for money',
    after: 'Come back in three days.',
    prompts: questions.map(({ id, options }) => ({ label: `${id}?`, hint: '', options: options.map((o) => `<${o}>`) })),
  };
}

/** Leads to the first desk of the roster. @param day the first of thirty days */
export function sampleCampaign({ fingerprint, desks }: VerifiedRoster, day: number): Campaign {
  return {
    fingerprint,
    id: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    name: 'county-hospital',
    firstDay: day,
    lastDay: day + 29,
    withdrawn: false,
    color: [11, 94, 73],
    film: null,
    desks: desks.slice(0, 1).map(({ id }) => id),
    questions,
    texts: [
      words('ar', 'مستشفى المقاطعة', 'draft'),
      words('en', 'The county hospital', 'reviewed'),
      words('zh-Hans', '县医院', 'reviewed'),
    ],
  };
}

/** Of a file of that many bytes, with the smallest picture there is. @param pieces its hashes */
export function sampleFilm(
  languages: readonly string[],
  bytes = 1,
  pieces: readonly Uint8Array[] = [new Uint8Array(32)],
): Film {
  const poster = base64urlToBytes(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK-kcQAAAABJRU5ErkJggg',
  );
  const captions = 'WEBVTT\n\n00:00.000 --> 00:01.500\nWho was paid?';
  const texts = languages.map((language) => ({ language, captions, transcript: 'A hospital. *Who was paid?*' }));
  return { bytes, width: 320, height: 180, seconds: 65, pieces, poster, texts };
}
