/** The page's one rule: what happens on every event, and what it asks the outside to do. */
import { equal } from '@postern/protocol/bytes/equal';
import { answeredOf, noAnswers, openCall } from './call.ts';
import {
  type DeskChoice,
  type Draft,
  type Effect,
  type Event,
  emptyDraft,
  fileIdOf,
  isWaiting,
  type Organisation,
  type Screen,
  type State,
} from './state.ts';

export type Next = readonly [State, readonly Effect[]];

export function update(state: State, event: Event): Next {
  switch (event.type) {
    case 'loaded':
      return loaded(state, event.organisation);
    case 'trouble':
      return quiet({ ...state, trouble: { kind: event.kind, unixNow: event.unixNow } });
    case 'session':
      return quiet({ ...state, session: event.session });
    case 'link':
      return quiet({ ...state, link: event.link });
    case 'times':
      return quiet({ ...state, times: event.times });
    case 'go':
      return go(state, event.screen);
    case 'desk':
      return quiet({ ...state, draft: { ...state.draft, deskId: event.id, complaint: undefined } });
    case 'text':
      return [
        { ...state, draft: { ...state.draft, text: event.text, complaint: undefined } },
        [{ type: 'measure', text: event.text, answers: state.draft.answers }],
      ];
    case 'call':
      return called(state, event.call);
    case 'answer':
      return answer(state, event);
    case 'room':
      return measured(state, event);
    case 'attach':
    case 'review':
    case 'detach':
    case 'fetch-file':
    case 'stop-file':
      return [{ ...state, draft: { ...state.draft, complaint: undefined } }, [event]];
    case 'files':
    case 'reviews':
      return quiet({ ...state, ...moved(event) });
    case 'downloads':
      return downloaded({ ...state, downloads: event.downloads });
    case 'submit':
      return submit(state);
    case 'list':
      return [
        { ...state, list: { ...state.list, wanted: event.id, state: 'loading' } },
        [{ type: 'load-list', id: event.id }],
      ];
    case 'listed':
      return listed(state, event);
    case 'phrase':
      return quiet({ ...state, phrase: { words: event.words, asked: event.asked, wrong: [] }, working: false });
    case 'check':
      return check(state, event.typed);
    case 'queued':
      return queued(state);
    case 'not-queued':
      return quiet({ ...state, screen: 'write', draft: { ...state.draft, complaint: event.reason }, working: false });
    case 'enter':
      return enter(state, event.typed);
    case 'entered':
      return quiet({ ...state, screen: 'answers', problem: undefined, phrase: undefined, working: false });
    case 'refused':
      return quiet({ ...state, problem: event.problem, working: false });
    case 'carried':
      return quiet({ ...state, screen: 'sent', session: event.session });
    case 'shown':
      return [state, [{ type: 'acknowledge', id: event.id }]];
    case 'settled':
      return [state, [{ type: 'settle', id: event.id }]];
    case 'reload':
    case 'leave':
      return [state, [event]];
  }
}

function enter(state: State, typed: string): Next {
  return [{ ...state, problem: undefined, working: true }, [{ type: 'enter', typed, list: state.list.id }]];
}

/** Nothing may be lost by closing the page: no text, no words shown, no message on its way. */
export function isIdle(state: State): boolean {
  const { draft, files, reviews, phrase, session } = state;
  const isEmpty = draft.text === '' && draft.answers.size === 0 && files.length === 0 && reviews.length === 0;
  return isEmpty && phrase === undefined && !isWaiting(session);
}

/** Whether writing may make a phrase, which would drop what was carried here and waits. */
export function makesPhrase({ session, phrase }: Pick<State, 'session' | 'phrase'>): boolean {
  return session.phrase === 'none' || phrase !== undefined;
}

/** A call leads to its own desks. */
export function desksFor({ organisation, call }: Pick<State, 'organisation' | 'call'>): readonly DeskChoice[] {
  const open = openCall(call);
  return organisation?.desks.filter(({ id }) => open === undefined || open.desks.includes(id)) ?? [];
}

function loaded(state: State, organisation: Organisation): Next {
  const draft = withDesk(state.draft, { ...state, organisation });
  return quiet({ ...state, organisation, trouble: undefined, draft });
}

/** A measure of an older text says nothing about the one that stands there now. */
function measured(state: State, { text, answers, room }: Extract<Event, { type: 'room' }>): Next {
  const { draft } = state;
  return quiet(text === draft.text && answers === draft.answers ? { ...state, draft: { ...draft, room } } : state);
}

/** What was answered is answered: who writes again writes freely. */
function queued(state: State): Next {
  const after: State = { ...state, screen: 'sent', call: undefined, phrase: undefined, working: false };
  return quiet({ ...after, draft: withDesk(emptyDraft, after) });
}

/** Documents that are loaded again bring the same call again; another call may ask under the same ids. */
function called(state: State, call: State['call']): Next {
  const before = state.draft.callId;
  const callId = call?.kind === 'known' ? call.id : call && before;
  const isOther = before !== undefined && callId !== undefined && !equal(before, callId);
  const answers = isOther || call === undefined ? noAnswers : state.draft.answers;
  const draft = withDesk({ ...state.draft, answers, callId }, { ...state, call });
  const next: State = { ...state, call, draft };
  return answers === state.draft.answers ? quiet(next) : [next, [{ type: 'measure', text: draft.text, answers }]];
}

function answer(state: State, { question, values }: Extract<Event, { type: 'answer' }>): Next {
  const answers = new Map(state.draft.answers);
  if (values.every((value) => value === '')) answers.delete(question);
  else answers.set(question, values);
  const draft = { ...state.draft, answers, complaint: undefined };
  return [{ ...state, draft }, [{ type: 'measure', text: draft.text, answers }]];
}

/** An answer all files of which were saved whole need not be kept any longer (RPL-9). */
function downloaded(state: State): Next {
  const isSaved = (id: string): boolean => state.downloads.get(id)?.state === 'done';
  const saved = state.session.answers.filter(
    ({ id, files, isKept }) => isKept && files.every((_file, at) => isSaved(fileIdOf(id, at))),
  );
  return [state, saved.map(({ id }) => ({ type: 'settle', id }))];
}

function moved(event: Extract<Event, { type: 'files' | 'reviews' }>): Partial<State> {
  const { type: _type, ...told } = event;
  return told;
}

function quiet(state: State): Next {
  return [state, []];
}

function go(state: State, screen: Screen): Next {
  if (screen !== 'home' && state.organisation === undefined) return quiet(state);
  // Another phrase would drop what still waits to be sent under this one.
  const drops = screen === 'enter' || (screen === 'write' && makesPhrase(state));
  const to = drops && isWaiting(state.session) ? 'sent' : screen;
  return quiet({ ...state, screen: to, problem: undefined });
}

function withDesk(draft: Draft, state: Pick<State, 'organisation' | 'call'>): Draft {
  const desks = desksFor(state);
  const open = desks.filter(({ paused }) => !paused);
  if (open.some(({ id }) => id === draft.deskId)) return draft;
  return { ...draft, deskId: desks.length === 1 ? open[0]?.id : undefined };
}

function submit(state: State): Next {
  const complaint = complaintOf(state);
  if (complaint !== undefined) return quiet({ ...state, draft: { ...state.draft, complaint } });
  if (state.session.phrase === 'none' || state.phrase !== undefined) {
    const shown: State = { ...state, screen: 'words' };
    if (state.phrase !== undefined) return quiet(shown);
    return [{ ...shown, working: true }, [{ type: 'make-phrase', list: state.list.id }]];
  }
  return send(state);
}

function complaintOf({ draft: { text, answers, deskId, room }, files, reviews, call }: State): Draft['complaint'] {
  if (deskId === undefined) return 'desk';
  const hasAnswers = (answeredOf(call, answers)?.answers.length ?? 0) > 0;
  if (text.trim() === '' && !hasAnswers) return 'empty';
  if (!room.fits) return 'room';
  return reviews.length > 0 || files.some(({ state }) => state !== 'done') ? 'files' : undefined;
}

function send(state: State): Next {
  const { deskId, text, answers } = state.draft;
  if (deskId === undefined || state.working) return quiet(state);
  return [{ ...state, working: true }, [{ type: 'send', deskId, text, answered: answeredOf(state.call, answers) }]];
}

function listed(state: State, { id, ready }: Extract<Event, { type: 'listed' }>): Next {
  if (state.list.wanted !== id) return quiet(state);
  const { list } = state;
  if (!ready) return quiet({ ...state, list: { id: list.id, wanted: list.id, state: 'failed' } });
  const chosen: State = { ...state, list: { id, wanted: id, state: 'ready' }, problem: undefined };
  // Words that were shown in another language are given up: they have not been used for anything.
  return state.screen === 'words' ? [{ ...chosen, working: true }, [{ type: 'make-phrase', list: id }]] : quiet(chosen);
}

function check(state: State, typed: readonly string[]): Next {
  const { phrase } = state;
  if (phrase === undefined) return quiet(state);
  const wrong = phrase.asked.filter((place, i) => !sameWord(typed[i] ?? '', phrase.words[place] ?? ''));
  if (wrong.length > 0) return quiet({ ...state, phrase: { ...phrase, wrong } });
  return send({ ...state, phrase: { ...phrase, wrong } });
}

/** As forgiving as a person copying from paper needs: case, accents, width and spaces do not count. */
export function sameWord(typed: string, word: string): boolean {
  return plain(typed) !== '' && plain(typed) === plain(word);
}

function plain(word: string): string {
  return word
    .normalize('NFKD')
    .replaceAll(/\p{Mn}|\s/gu, '')
    .toLowerCase();
}
