import { expect, it } from 'vitest';
import { firstDraft } from './first-draft.ts';

it('begins a call in the words of each language of the desk, unreviewed, and in English elsewhere', () => {
  const languages = ['zh-Hans', 'ru', 'es', 'en', 'bo'];
  const fields = { name: 'call', from: '2026-12-01', until: '2027-01-01', desks: ['Desk'], languages };
  const { structure, texts } = firstDraft(fields, (length) => new Uint8Array(length));
  const titles = texts.map(([, { title }]) => title);
  expect(new Set(titles).size).toBe(4);
  expect(titles[4]).toBe(titles[3]);
  for (const [, { state, reviewer, questions }] of texts) {
    expect([state, reviewer]).toEqual(['draft', '']);
    expect(Object.keys(questions)).toEqual(structure.questions.map(({ id }) => id));
  }
});
