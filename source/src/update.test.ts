/** What the page does on every event: what is sent, when, and that nothing is sent twice. */

import { describe, expect, it } from 'vitest';
import { type Call, noAnswers } from './call.ts';
import type { MoveState } from './file-move.ts';
import type { SessionState } from './session.ts';
import { type Effect, type Event, fileIdOf, initialState, type Organisation, type State } from './state.ts';
import { isIdle, sameWord, update } from './update.ts';

const words = 'one two three four five six seven eight nine ten eleven twelve'.split(' ');
const organisation: Organisation = {
  name: 'The Office',
  words: [],
  desks: [
    { id: 'a', name: 'A', description: '', paused: false },
    { id: 'b', name: 'B', description: '', paused: true },
  ],
};

function play(events: readonly Event[], from: State = initialState('english')): { state: State; effects: Effect[] } {
  let state = from;
  const effects: Effect[] = [];
  for (const event of events) {
    const [next, asked] = update(state, event);
    state = next;
    effects.push(...asked);
  }
  return { state, effects };
}

const sessionWith = (fields: Partial<SessionState>): Event => ({
  type: 'session',
  session: { ...initialState('english').session, ...fields },
});

const written: readonly Event[] = [
  { type: 'loaded', organisation },
  { type: 'go', screen: 'write' },
  { type: 'desk', id: 'a' },
  { type: 'text', text: 'what I saw' },
];
const wordsShown: readonly Event[] = [
  ...written,
  { type: 'submit' },
  { type: 'phrase', words, asked: [0, 4, 11] },
  sessionWith({ phrase: 'new' }),
  { type: 'go', screen: 'check' },
];
const sends = (effects: readonly Effect[]): readonly Effect[] => effects.filter(({ type }) => type === 'send');

describe('a first message', () => {
  it('is sent only after three of the words are typed back', () => {
    const { state, effects } = play([...wordsShown, { type: 'check', typed: ['one', 'four', ' Twelve '] }]);
    expect(sends(effects)).toEqual([]);
    expect(state.phrase?.wrong).toEqual([4]);
    const right = play([{ type: 'check', typed: ['one', 'five', ' Twelve '] }], state);
    expect(right.effects).toEqual([{ type: 'send', deskId: 'a', text: 'what I saw' }]);
  });

  it('does not count an empty field as a word', () => {
    const { effects } = play([...wordsShown, { type: 'check', typed: [] }]);
    expect(sends(effects)).toEqual([]);
  });

  it('is not sent a second time by a second press', () => {
    const typed: Event = { type: 'check', typed: ['one', 'five', 'twelve'] };
    expect(sends(play([...wordsShown, typed, typed]).effects)).toHaveLength(1);
  });

  it('leaves neither text nor words in the page once it is queued', () => {
    const { state } = play([...wordsShown, { type: 'check', typed: ['one', 'five', 'twelve'] }, { type: 'queued' }]);
    expect(state.screen).toBe('sent');
    expect(JSON.stringify(state)).not.toMatch(/what I saw|eleven/);
  });

  it('stays where it was, text and all, when it cannot be queued', () => {
    const { state } = play([
      ...wordsShown,
      { type: 'check', typed: ['one', 'five', 'twelve'] },
      { type: 'not-queued', reason: 'desk' },
    ]);
    expect(state).toMatchObject({ screen: 'write', working: false, draft: { text: 'what I saw', complaint: 'desk' } });
  });

  it('keeps its words when the person looks at the text again', () => {
    const { state, effects } = play([...wordsShown, { type: 'go', screen: 'write' }, { type: 'submit' }]);
    expect(state.screen).toBe('words');
    expect(effects.filter(({ type }) => type === 'make-phrase')).toHaveLength(1);
  });
});

describe('what stops a message before it leaves', () => {
  it.each<[string, Event, string]>([
    ['no text', { type: 'text', text: '  \n' }, 'empty'],
    [
      'too much text',
      { type: 'room', text: 'what I saw', answers: noAnswers, room: { fill: 1.2, fits: false } },
      'room',
    ],
  ])('%s', (_, event, complaint) => {
    const { state, effects } = play([...written, event, { type: 'submit' }]);
    expect(state).toMatchObject({ screen: 'write', draft: { complaint } });
    expect(effects.filter(({ type }) => type !== 'measure')).toEqual([]);
  });

  it('no desk chosen, where there is a choice', () => {
    const { state } = play([
      { type: 'loaded', organisation },
      { type: 'go', screen: 'write' },
      { type: 'text', text: 'x' },
      { type: 'submit' },
    ]);
    expect(state).toMatchObject({ screen: 'write', draft: { complaint: 'desk' } });
  });

  it('a desk that has been closed since it was chosen', () => {
    const closed = { ...organisation, desks: organisation.desks.map((desk) => ({ ...desk, paused: true })) };
    const { state } = play([...written, { type: 'loaded', organisation: closed }, { type: 'submit' }]);
    expect(state.draft.complaint).toBe('desk');
  });

  it('nothing verified yet', () => {
    expect(play([{ type: 'go', screen: 'write' }]).state.screen).toBe('home');
  });
});

describe('coming back', () => {
  it('sends a later message at once, without new words', () => {
    const { effects } = play([sessionWith({ phrase: 'entered' }), ...written, { type: 'submit' }]);
    expect(sends(effects)).toHaveLength(1);
    expect(effects.some(({ type }) => type === 'make-phrase')).toBe(false);
  });

  it('does not let other words in while a message waits, which they would drop', () => {
    const waiting = sessionWith({ phrase: 'new', outbox: [{ id: 'm', parts: 2, stored: 1 }] });
    const { state } = play([{ type: 'loaded', organisation }, waiting, { type: 'go', screen: 'enter' }]);
    expect(state.screen).toBe('sent');
  });

  it('says what is wrong with typed words, and forgets that when the person goes elsewhere', () => {
    const refused: Event = {
      type: 'refused',
      problem: { ok: false, problem: 'unknown-word', index: 3, word: 'fuor' },
    };
    const { state } = play([{ type: 'loaded', organisation }, { type: 'go', screen: 'enter' }, refused]);
    expect(state.problem).toMatchObject({ index: 3, word: 'fuor' });
    expect(play([{ type: 'go', screen: 'home' }], state).state.problem).toBeUndefined();
  });
});

describe('word lists', () => {
  it('are asked for by nothing but the choice of one', () => {
    const { effects } = play([
      ...wordsShown,
      { type: 'go', screen: 'enter' },
      { type: 'enter', typed: 'eins zwei' },
      { type: 'times', times: { now: 0, request: 1, envelope: 1, index: 1 } },
      { type: 'link', link: 'lost' },
    ]);
    expect(effects.some(({ type }) => type === 'load-list')).toBe(false);
    expect(play([{ type: 'list', id: 'french' }]).effects).toEqual([{ type: 'load-list', id: 'french' }]);
  });

  it('give new words when they come while words are shown, and keep the old when they do not', () => {
    const shown = play([...written, { type: 'submit' }, { type: 'phrase', words, asked: [0, 1, 2] }]).state;
    const chosen = play([{ type: 'list', id: 'french' }], shown).state;
    const came = play([{ type: 'listed', id: 'french', ready: true }], chosen);
    expect(came.effects).toEqual([{ type: 'make-phrase', list: 'french' }]);
    const failed = play([{ type: 'listed', id: 'french', ready: false }], chosen);
    expect(failed.effects).toEqual([]);
    expect(failed.state).toMatchObject({ list: { id: 'english', state: 'failed' }, phrase: { words } });
  });

  it('do not answer for another choice made meanwhile', () => {
    const { state } = play([
      { type: 'list', id: 'french' },
      { type: 'list', id: 'czech' },
      { type: 'listed', id: 'french', ready: true },
    ]);
    expect(state.list).toEqual({ id: 'english', wanted: 'czech', state: 'loading' });
  });
});

describe('a call', () => {
  const question = { id: 'role', kind: 'text', options: [], onlyIf: null, label: '', hint: '', labels: [] } as const;
  const callWith = (id: number): Call => ({
    kind: 'known',
    id: new Uint8Array(8).fill(id),
    title: '',
    language: 'en',
    state: 'open',
    desks: ['a'],
    questions: [question],
  });
  const answered: readonly Event[] = [
    { type: 'loaded', organisation },
    { type: 'call', call: callWith(1) },
    { type: 'answer', question: 'role', values: ['inside'] },
  ];

  it('keeps its answers when documents are loaded again, with the list of calls or without', () => {
    const { state } = play([
      ...answered,
      { type: 'call', call: { kind: 'failed' } },
      { type: 'call', call: callWith(1) },
    ]);
    expect([...state.draft.answers.keys()]).toEqual(['role']);
  });

  it('[CAM-8] is not answered with what was said to another, though it asks under the same name', () => {
    const ended = { ...callWith(1), state: 'ended' } as const;
    for (const call of [callWith(2), undefined, ended, { kind: 'failed' }, { kind: 'unknown' }] as const) {
      const { state } = play([...answered, { type: 'call', call }, { type: 'call', call: callWith(2) }]);
      expect([...state.draft.answers.keys()]).toEqual([]);
    }
  });
});

it('[RPL-9] gives up an answer once all of its files were saved whole, or a person says so', () => {
  const file = { name: 'a.pdf', type: '', bytes: 3, day: 0, hash: new Uint8Array(32), key: new Uint8Array(32) };
  const answer = { deskId: 'a', number: 1, day: 0, text: 'two files', parts: 1, partsHere: 1, isKept: true };
  const here = sessionWith({
    answers: [
      { ...answer, id: 'a:1:1', files: [file, file] },
      { ...answer, id: 'a:2:1', files: [file] },
      { ...answer, id: 'a:3:1', files: [], isKept: false },
    ],
  });
  const moves = (...states: readonly MoveState[]): Event => {
    const moved = states.map((state, at) => {
      const id = fileIdOf('a:1:1', at);
      return [id, { id, name: 'a.pdf', bytes: 3, state, done: 1, pace: undefined }] as const;
    });
    return { type: 'downloads', downloads: new Map(moved) };
  };
  const settles = (...events: readonly Event[]) => play([here, ...events]).effects;
  const unsaved = ['waiting', 'moving', 'lost', 'gone', 'damaged'] as const;
  for (const state of unsaved) expect(settles(moves('done', state), moves(state, 'done'))).toEqual([]);
  expect(settles(moves('done'))).toEqual([]);
  expect(settles(moves('done', 'done'))).toEqual([{ type: 'settle', id: 'a:1:1' }]);
  expect(settles({ type: 'settled', id: 'a:2:1' })).toEqual([{ type: 'settle', id: 'a:2:1' }]);
});

describe('what the page knows', () => {
  it('measures only the text that stands there now', () => {
    const { state } = play([
      ...written,
      { type: 'room', text: 'what', answers: noAnswers, room: { fill: 9, fits: false } },
    ]);
    expect(state.draft.room.fits).toBe(true);
  });

  it('is idle only with no text, no words shown and nothing on its way', () => {
    expect(isIdle(play([{ type: 'loaded', organisation }]).state)).toBe(true);
    expect(isIdle(play(written).state)).toBe(false);
    expect(isIdle(play(wordsShown).state)).toBe(false);
    const waits = play([sessionWith({ outbox: [{ id: 'm', parts: 1, stored: 0 }] })]).state;
    expect(isIdle(waits)).toBe(false);
  });

  it('sends no message while a person has not decided about a file, and is not idle then', () => {
    const review = { id: 'f', name: 'a.jpg', bytes: 3, state: 'cleanable', found: [], left: [] } as const;
    const asked: Event = { type: 'reviews', reviews: [review] };
    expect(isIdle(play([{ type: 'loaded', organisation }, asked]).state)).toBe(false);
    const { state } = play([...written, asked, { type: 'submit' }]);
    expect([state.screen, state.draft.complaint]).toEqual(['write', 'files']);
    expect(play([{ type: 'reviews', reviews: [] }, { type: 'submit' }], state).state.screen).toBe('words');
  });

  it('forgives case, accents, width and spaces in a word that is typed back, and nothing else', () => {
    expect(sameWord(' ÉCOLE', 'école')).toBe(true);
    expect(sameWord('ecole', 'école')).toBe(true);
    expect(sameWord('ｏｎｅ', 'one')).toBe(true);
    expect(sameWord('on', 'one')).toBe(false);
    expect(sameWord('', '')).toBe(false);
  });
});
