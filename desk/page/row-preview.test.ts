import { CallWords } from '@postern/desk/app/call-words';
import { summaryOf } from '@postern/desk/engine/conversation-view';
import type { Conversation } from '@postern/protocol/desk/state';
import { describe, expect, it } from 'vitest';
import { rowPreview } from './row-preview.ts';

const call = '0707070707070707';
const questions = { since: { label: 'Since when?', options: { year: 'For a year' } } };
const words = new CallWords(
  [{ id: call, name: 'depots', texts: [{ language: 'en', title: 'Depots', questions }] }],
  'en',
);

const answers = [{ question: 'since', values: ['year'] }];
const files = [{ name: 'minutes.pdf' }, { name: 'list.xlsx' }];

/** Of a case with this message, or with parts of one alone. */
function shown(...messages: readonly (object | null)[]) {
  const campaign = new Uint8Array(8).fill(7);
  const conversation = {
    id: new Uint8Array(32),
    links: null,
    partial: [],
    replies: [],
    messages: messages.map((content) => ({
      day: 1,
      repliesBefore: 0,
      content: content && { campaign, language: 'en', answers: [], files: [], text: '', ...content },
    })),
  } as unknown as Conversation;
  return rowPreview(summaryOf(conversation, []), words);
}

describe('what a line shows of the newest message', () => {
  it('is its text, and without one what was answered and which files came', () => {
    expect(shown({ text: ' I saw\n it ', answers, files })).toEqual({ kind: 'text', text: 'I saw it' });
    expect(shown({ answers })).toEqual({ kind: 'instead', text: 'Since when?: For a year' });
    expect(shown({ files })).toEqual({ kind: 'instead', text: 'minutes.pdf · list.xlsx' });
    expect(shown({ answers, files })).toEqual({
      kind: 'instead',
      text: 'Since when?: For a year · minutes.pdf · list.xlsx',
    });
  });

  it('says that a message cannot be read of one that makes no content alone', () => {
    expect(shown(null)).toEqual({ kind: 'note', note: 'inbox.unreadable' });
    expect(shown(null, { answers })).toMatchObject({ kind: 'instead' });
    expect(shown({})).toEqual({ kind: 'note', note: 'inbox.empty' });
    expect(shown()).toEqual({ kind: 'note', note: 'inbox.noText' });
  });

  it('holds no more of a long answer than a line has room for', () => {
    const long = shown({ answers: [{ question: 'why', values: ['x'.repeat(60_000)] }] });
    expect(long).toEqual({ kind: 'instead', text: `why: ${'x'.repeat(160)}` });
  });
});
