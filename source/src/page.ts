/** Wires one visit: state, views, traffic and the session, all given from outside. */

import { inLanguage } from '@postern/protocol/keys/in-language';
import type { WordListId } from '@postern/protocol/keys/word-lists';
import type { Random } from '@postern/protocol/primitives/random';
import { dayOf } from '@postern/protocol/time';
import { answeredOf, callOf } from './call.ts';
import type { Downloads } from './downloads.ts';
import type { Clock, Visit, VisitParts } from './network.ts';
import type { Reviews } from './reviews.ts';
import { codeOf, type PageSession } from './session.ts';
import { type Effect, type Event, initialState, type Organisation, type State } from './state.ts';
import { update } from './update.ts';
import type { Uploads } from './uploads.ts';
import { type Typing, typingOf, type WordLists } from './words.ts';

/** What the page's rules need of a visit's traffic. */
export type Traffic = Pick<Visit, 'run' | 'stop' | 'times'>;

export type PageParts = {
  readonly session: PageSession;
  /** By what the session comes to its documents and sends. */
  readonly traffic: (told: Pick<VisitParts, 'report' | 'accepted' | 'campaigns'>) => Traffic;
  readonly clock: Clock;
  readonly random: Random;
  readonly language: string;
  readonly lists: Pick<WordLists, 'load' | 'get'>;
  /** The list of the page's language. */
  readonly list: WordListId;
  /** Name of the call that the person came by, which only this page knows [CAM-7]. */
  readonly call?: string | undefined;
  readonly isSecure: boolean;
  /** Makes what shows the states, on a screen or otherwise. */
  readonly attach: (inputs: Inputs) => (state: State) => void;
  readonly reload: () => void;
  readonly leave: () => void;
  /** Where files can be moved. */
  readonly files?: (report: (event: Event) => void) => PageFiles;
};

export type PageFiles = {
  readonly reviews: Pick<Reviews, 'choose' | 'stop'>;
  readonly uploads: Pick<Uploads, 'attach' | 'detach' | 'descriptors' | 'clear' | 'stop'>;
  /** Where the page itself fetches what an answer brings. */
  readonly downloads?: Pick<Downloads, 'fetch' | 'stop' | 'stopAll'>;
};

/** What whoever shows the page needs to answer a person. */
export type Inputs = {
  readonly dispatch: (event: Event) => void;
  readonly typing: (text: string, list: WordListId) => Typing;
};

export type Page = { readonly dispatch: (event: Event) => void; readonly tick: () => void; readonly stop: () => void };

/** Typing is measured only when it pauses this long: compressing a long text at each key would be felt. */
const measureAfterSeconds = 0.3;

export function startPage(parts: PageParts): Page {
  const { clock, lists } = parts;
  let state = initialState(parts.list);
  const typing = (text: string, id: WordListId): ReturnType<typeof typingOf> => typingOf(text, lists.get(id));
  const show = parts.attach({ typing, dispatch: (event) => dispatch(event) });
  const dispatch = (event: Event): void => {
    const [next, effects] = update(state, event);
    state = next;
    show(state);
    for (const effect of effects) void perform({ ...parts, moves }, effect, dispatch, () => state);
  };
  const moves = parts.files?.((event) => dispatch(event));
  const visit = parts.traffic({
    report: dispatch,
    accepted: () => void accept(parts, dispatch),
    campaigns: (found) => tellCall(parts, state.draft.callId, found, dispatch),
  });
  show(state);
  if (parts.isSecure) {
    void visit.run();
    // Fetched at once by every visit, though only some will need it.
    lists.load(parts.list).catch(() => dispatch({ type: 'trouble', kind: 'words', unixNow: clock.unix() }));
  } else {
    dispatch({ type: 'trouble', kind: 'insecure', unixNow: clock.unix() });
  }
  const tick = (): void => {
    const { times } = visit;
    if (times !== undefined) dispatch({ type: 'times', times });
  };
  return { dispatch, tick, stop: () => visit.stop() };
}

/** The page says who reads only once roster, bundle and index have been verified and the words can be shown. */
async function accept({ session, lists, list, language }: PageParts, dispatch: (event: Event) => void): Promise<void> {
  try {
    const { words } = await lists.load(list);
    dispatch({ type: 'loaded', organisation: organisationOf(session, words, language) });
  } catch {
    // Reported where the list was asked for.
  }
}

/** @param chosen id of the call that the person has chosen here, where no link told [CAM-4] */
function tellCall(
  { call, session, language, clock }: PageParts,
  chosen: Uint8Array | undefined,
  found: boolean,
  dispatch: (event: Event) => void,
): void {
  const which = call ?? (found ? chosen : undefined);
  if (which === undefined) return;
  const here = { language, day: dayOf(clock.unix()) };
  dispatch({ type: 'call', call: found ? callOf(session.campaigns ?? [], which, here) : { kind: 'failed' } });
}

function organisationOf(session: PageSession, words: readonly string[], language: string): Organisation {
  const { names, verificationNumbers } = session.organisation;
  return {
    name: inLanguage(names, language)?.name ?? '',
    words: verificationNumbers.map((number) => words[number] ?? ''),
    desks: session.desks.map(({ id, names: deskNames, paused }) => {
      const named = inLanguage(deskNames, language);
      return { id, name: named?.name ?? id, description: named?.description ?? '', paused };
    }),
  };
}

type Moving = PageParts & { readonly moves: PageFiles | undefined };

async function perform(
  parts: Moving,
  effect: Effect,
  dispatch: (event: Event) => void,
  current: () => State,
): Promise<void> {
  const { session, lists, language, moves } = parts;
  switch (effect.type) {
    case 'measure':
      await parts.clock.wait(measureAfterSeconds);
      if (current().draft.text === effect.text && current().draft.answers === effect.answers) {
        await measure(session, effect, { language, call: current().call }, dispatch);
      }
      return;
    case 'load-list':
      await lists.load(effect.id).then(
        () => dispatch({ type: 'listed', id: effect.id, ready: true }),
        () => dispatch({ type: 'listed', id: effect.id, ready: false }),
      );
      return;
    case 'make-phrase': {
      const words = await session.newPhrase(await lists.load(effect.list));
      dispatch({ type: 'phrase', words, asked: drawPlaces(parts.random, words.length) });
      break;
    }
    case 'send':
      await send(parts, effect, dispatch);
      break;
    case 'enter':
      await enter(parts, effect, dispatch);
      break;
    case 'attach':
      await moves?.uploads.attach(effect.files);
      return;
    case 'review':
      moves?.reviews.choose(effect.id, effect.choice);
      return;
    case 'detach':
      moves?.uploads.detach(effect.id);
      return;
    case 'fetch-file':
      await moves?.downloads?.fetch(effect.id, effect.file);
      return;
    case 'stop-file':
      moves?.downloads?.stop(effect.id);
      return;
    case 'acknowledge':
      session.shown?.(effect.id);
      break;
    case 'settle':
      session.settled?.(effect.id);
      break;
    case 'reload':
      parts.reload();
      return;
    case 'leave':
      moves?.reviews.stop();
      moves?.uploads.stop();
      moves?.downloads?.stopAll();
      session.forget();
      parts.leave();
      return;
  }
  dispatch({ type: 'session', session: session.state });
}

async function measure(
  session: PageSession,
  { text, answers }: Extract<Effect, { type: 'measure' }>,
  { language, call }: { readonly language: string; readonly call: State['call'] },
  dispatch: (event: Event) => void,
): Promise<void> {
  const { fill, fits } = await session.measure(text, language, [], answeredOf(call, answers));
  dispatch({ type: 'room', text, answers, room: { fill, fits } });
}

async function send(
  { session, language, moves }: Moving,
  { deskId, text, answered }: Extract<Effect, { type: 'send' }>,
  dispatch: (event: Event) => void,
): Promise<void> {
  try {
    await session.send({ deskId, text, language, answered, files: moves?.uploads.descriptors() ?? [] });
    moves?.uploads.clear();
    // The view that comes next tells how far the message is, so it must know of it first.
    dispatch({ type: 'session', session: session.state });
    dispatch({ type: 'queued' });
  } catch (error) {
    const reasons = { 'too-long': 'room', 'desk-paused': 'desk' } as const;
    const code = codeOf(error);
    const reason = code === 'too-long' || code === 'desk-paused' ? reasons[code] : 'clock';
    dispatch({ type: 'not-queued', reason });
  }
}

async function enter(
  { session, lists }: PageParts,
  { typed, list }: Extract<Effect, { type: 'enter' }>,
  dispatch: (event: Event) => void,
): Promise<void> {
  const loaded = await lists.load(list);
  const result = await session.enterPhrase(typed, [loaded]);
  if (result.ok) {
    dispatch({ type: 'session', session: session.state });
    dispatch({ type: 'entered' });
    return;
  }
  const word = result.problem === 'unknown-word' ? typingOf(typed, loaded).words[result.index] : undefined;
  dispatch({ type: 'refused', problem: { ...result, word } });
}

const placesAsked = 3;

/** Three different places out of the phrase, in ascending order. */
function drawPlaces(random: Random, length: number): readonly number[] {
  const places = Array.from({ length }, (_, place) => place);
  // A byte's slight favour for low places is of no use to anyone: the words are the secret, not which are asked.
  const drawn = [...random(placesAsked)].flatMap((byte) => places.splice(byte % places.length, 1));
  return drawn.sort((a, b) => a - b);
}
