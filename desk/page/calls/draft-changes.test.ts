// When the words of a call count as read by somebody, and when no longer.
import type { CallDraft, DraftText } from '@postern/desk/calls/call-draft';
import { expect, it } from 'vitest';
import { withReviewer, withWords } from './draft-changes.ts';

const words = (title: string): DraftText => ({
  state: 'draft',
  reviewer: '',
  title,
  summary: '',
  body: '',
  who: '',
  wanted: '',
  safe: ['', '', ''],
  never: '',
  after: '',
  questions: {},
});
const draft: CallDraft = {
  structure: {
    id: '0102030405060708',
    name: 'call',
    from: '2031-01-01',
    until: '2031-02-01',
    desks: [],
    questions: [],
  },
  texts: { en: words('Who was paid?'), 'zh-Hans': words('谁收了钱？'), ar: words('من قبض؟') },
  source: 'en',
  checks: { contact: false, words: false },
};
const read = Object.keys(draft.texts).reduce((all, language) => withReviewer(all, language, 'R. Reader'), draft);
const reviewed = ({ texts }: CallDraft): string[] =>
  Object.entries(texts).flatMap(([language, { state, reviewer }]) =>
    state === 'reviewed' && reviewer !== '' ? [language] : [],
  );

it('are read once somebody is named, and by nobody once the name is gone', () => {
  expect(reviewed(draft)).toEqual([]);
  expect(reviewed(read)).toEqual(['en', 'zh-Hans', 'ar']);
  expect(reviewed(withReviewer(read, 'ar', ' '))).toEqual(['en', 'zh-Hans']);
});

it('are a draft again after any change, with all that is translated from them, and with no other', () => {
  const changed = (language: string): CallDraft =>
    withWords(read, language, { ...(read.texts[language] as DraftText), after: 'Changed.' });
  expect(reviewed(changed('zh-Hans'))).toEqual(['en', 'ar']);
  expect(reviewed(changed('en'))).toEqual([]);
  expect(changed('en').texts.en).toMatchObject({ after: 'Changed.', reviewer: '' });
});

it('are a draft in a language that is added', () => {
  const added = withWords(read, 'ko', read.texts.en as DraftText);
  expect(reviewed(added)).toEqual(['en', 'zh-Hans', 'ar']);
  expect(added.texts.ko).toMatchObject({ title: 'Who was paid?', state: 'draft', reviewer: '' });
});
