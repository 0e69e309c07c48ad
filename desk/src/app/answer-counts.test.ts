import { describe, expect, it } from 'vitest';
import type { CaseFile, MessageView } from '../engine/view.ts';
import { chosenIn, countAnswers } from './answer-counts.ts';
import { SearchIndex } from './search-index.ts';

const message = (answers: MessageView['answers'], text = '', campaign: string | null = 'aa'): MessageView => ({
  id: '00',
  day: 1,
  repliesBefore: 0,
  language: 'en',
  campaign,
  answers,
  text,
  files: [],
  isUnreadable: false,
});
const buyer = { question: 'role', values: ['buyer'] };
const seen = { question: 'seen', values: ['bids', 'terms', 'bids'] };

describe('answers by choice', () => {
  it('count once for each case, and typed text never', () => {
    const typed = { question: 'papers', values: ['Three drafts, in the office'] };
    const cases = [[message([buyer, seen, typed]), message([buyer])], [message([buyer])], [message([buyer], '', null)]];
    expect(countAnswers(cases.map(chosenIn))).toEqual([
      { campaign: 'aa', question: 'role', value: 'buyer', cases: 2 },
      { campaign: 'aa', question: 'seen', value: 'bids', cases: 1 },
      { campaign: 'aa', question: 'seen', value: 'terms', cases: 1 },
    ]);
  });

  it('are found exactly, and not by who only writes the same as text', () => {
    const index = new SearchIndex();
    const add = (id: string, messages: readonly MessageView[]): void =>
      index.set(id, { messages, replies: [], work: { tags: [], notes: [] } } as unknown as CaseFile);
    add('01', [message([buyer, seen])]);
    add('02', [message([{ question: 'role', values: ['buyer-2'] }])]);
    add('03', [message([], 'role=buyer')]);
    expect(index.find('role=buyer').map(({ id }) => id)).toEqual(['01']);
    expect(index.find('role=buyer seen=terms').map(({ id }) => id)).toEqual(['01']);
    expect(index.find('role=buyer seen=payments').map(({ id }) => id)).toEqual([]);
    expect(index.answerCounts().map(({ cases }) => cases)).toEqual([1, 1, 1, 1]);
  });
});
