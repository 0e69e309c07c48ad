// What `campaign check` and the desk's list tell of texts in which something was left as it was found.
import type { CampaignText } from '@postern/protocol/campaign/campaign-text';
import { expect, it } from 'vitest';
import { unwrittenIn } from './unwritten.ts';

const questions = [{ id: 'where', kind: 'choice', options: ['a', 'b'], onlyIf: null }] as const;

const english: CampaignText = {
  language: 'en',
  state: 'reviewed',
  reviewer: 'R. Reader',
  title: 'Harbour of Ostia',
  summary: 'Who was paid for the harbour wall?',
  body: 'A wall was paid for twice, and stands once.',
  who: 'Whoever poured concrete there.',
  wanted: 'Which lorries came, and when.',
  safe: ['Read the page first.', 'Write away from home.', 'Leave your phone elsewhere.'],
  never: '- Ask for money.',
  after: 'Come back in three days.',
  prompts: [{ label: 'Where did you work?', hint: '', options: ['Ostia, northern pier', 'Elsewhere, or nowhere'] }],
};

const spanish: CampaignText = {
  ...english,
  language: 'es',
  summary: '¿A quién se pagó el muro del puerto?',
  body: 'Un muro se pagó dos veces y está una.',
  who: 'Quien echó hormigón allí.',
  wanted: 'Qué camiones llegaron y cuándo.',
  safe: ['Lea antes la página.', 'Escriba lejos de casa.', 'Deje el teléfono en otro lugar.'],
  never: '- Pedirle dinero.',
  after: 'Vuelva en tres días.',
  prompts: [{ label: '¿Dónde trabajó?', hint: '', options: ['Ostia, northern pier', 'En otra parte'] }],
};

const found = (texts: readonly CampaignText[]) => unwrittenIn({ questions, texts });

it('lets texts pass that were written, also with the same names and with safe steps that a new call brings', () => {
  expect(found([english, spanish])).toEqual([]);
});

it.each([
  ['what a new call says where its title belongs', { title: 'What the call is about' }, 'title'],
  ['it with a space behind', { who: 'Who should answer. ' }, 'who'],
  ['it in the language of another desk', { title: '这次征集的主题' }, 'title'],
])('tells of %s', (_what, change, field) => {
  expect(found([{ ...english, ...change }, spanish])).toEqual([{ language: 'en', field }]);
});

it('tells of words of another language, both where they are copied and where a new call has brought them', () => {
  for (const [change, field] of [
    [{ body: english.body }, 'body'],
    [{ safe: [english.safe[0], spanish.safe[1], spanish.safe[2]] }, 'safe 1'],
    [{ prompts: [{ ...spanish.prompts[0]!, label: 'Where did you work?' }] }, 'question where'],
  ] as const) {
    const both = found([english, { ...spanish, ...change } as CampaignText]);
    expect(both.find(({ language }) => language === 'es')).toEqual({ language: 'es', field });
  }
  const arabic = { ...spanish, language: 'ar', after: 'Come back in two or three days with your twelve words.' };
  expect(found([arabic])).toEqual([{ language: 'ar', field: 'after' }]);
  expect(found([{ ...english, after: arabic.after }])).toEqual([]);
});

it('takes Chinese in both scripts for one language', () => {
  const chinese = { ...spanish, language: 'zh-Hans', body: '一段兩地寫法完全相同的十個字以上的文字' };
  expect(found([chinese, { ...chinese, language: 'zh-Hant' }])).toEqual([]);
});
