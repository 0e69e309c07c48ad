import { carriedToLines } from '@postern/protocol/messages/carried';
import { SourceSession } from '@postern/protocol/source';
import { seededRandom } from '@postern/protocol/testing/seeded-random';
import { dayOf } from '@postern/protocol/time';
import { expect, it } from 'vitest';
import { carryInto } from './carrying.ts';
import type { Event } from './state.ts';
import { initialState, isWaiting, type State } from './state.ts';
import { visitAnswers } from './testing/visit-server.ts';
import { update } from './update.ts';

const now = 1_795_500_000;

it('[CAR-2] nothing that was brought is said to be received before it is, nor lost to words that are drawn meanwhile', async () => {
  const random = seededRandom('carrying');
  const answers = await visitAnswers(() => now);
  const session = new SourceSession({ fingerprint: answers.fingerprint, random });
  const [roster, bundle, index] = await Promise.all(
    ['/roster', '/bundle', '/index/0'].map(async (path) => (await answers.respond(path, new Uint8Array(0)))?.body),
  );
  if (roster === undefined || bundle === undefined || index === undefined) throw new Error('no documents');
  await session.load({ roster, bundle, index }, now);
  let state: State = { ...initialState('english'), screen: 'carry' };
  const tell = (event: Event): void => {
    [state] = update(state, event);
    if (state.screen === 'sent') expect(isWaiting(state.session)).toBe(true);
  };
  const today = dayOf(now);
  const lines = await carriedToLines({ lastDay: today, envelopes: [random(4096)] }, answers.fingerprint);
  expect(await carryInto(session, lines.join(' '), today, tell)).toBeUndefined();
  expect(state.screen).toBe('sent');
  const organisation = { name: '', words: [], desks: [] };
  const words = { words: [], asked: [], wrong: [] };
  const shown: State = { ...state, organisation, phrase: words, session: { ...state.session, phrase: 'new' } };
  for (const from of [{ ...state, organisation }, shown])
    expect(update(from, { type: 'go', screen: 'write' })[0].screen).toBe('sent');
  expect(update({ ...shown, phrase: undefined }, { type: 'go', screen: 'write' })[0].screen).toBe('write');
});
