/** The page's one rule: what happens on every event, and what it asks the outside to do. */
import {
  type Draft,
  type Effect,
  type Event,
  emptyDraft,
  isWaiting,
  type Organisation,
  type Screen,
  type State,
} from './state.ts';

export type Next = readonly [State, readonly Effect[]];

export function update(state: State, event: Event): Next {
  switch (event.type) {
    case 'loaded':
      return quiet({
        ...state,
        organisation: event.organisation,
        trouble: undefined,
        draft: withDesk(state.draft, event.organisation),
      });
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
        [{ type: 'measure', text: event.text }],
      ];
    case 'room':
      // A measure of an older text says nothing about the one that stands there now.
      return quiet(event.text === state.draft.text ? { ...state, draft: { ...state.draft, room: event.room } } : state);
    case 'attach':
    case 'detach':
    case 'fetch-file':
    case 'stop-file':
      return [{ ...state, draft: { ...state.draft, complaint: undefined } }, [event]];
    case 'files':
    case 'downloads':
      return quiet({ ...state, ...moved(event) });
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
      return quiet({
        ...state,
        screen: 'sent',
        draft: withDesk(emptyDraft, state.organisation),
        phrase: undefined,
        working: false,
      });
    case 'not-queued':
      return quiet({ ...state, screen: 'write', draft: { ...state.draft, complaint: event.reason }, working: false });
    case 'enter':
      return [
        { ...state, problem: undefined, working: true },
        [{ type: 'enter', typed: event.typed, list: state.list.id }],
      ];
    case 'entered':
      return quiet({ ...state, screen: 'answers', problem: undefined, phrase: undefined, working: false });
    case 'refused':
      return quiet({ ...state, problem: event.problem, working: false });
    case 'carried':
      return quiet({ ...state, screen: 'sent' });
    case 'shown':
      return [state, [{ type: 'acknowledge', id: event.id }]];
    case 'reload':
      return [state, [{ type: 'reload' }]];
    case 'leave':
      return [state, [{ type: 'leave' }]];
  }
}

/** Nothing may be lost by closing the page: no text, no words shown, no message on its way. */
export function isIdle(state: State): boolean {
  return state.draft.text === '' && state.files.length === 0 && state.phrase === undefined && !isWaiting(state.session);
}

function moved(event: Extract<Event, { type: 'files' | 'downloads' }>): Partial<State> {
  return event.type === 'files' ? { files: event.files } : { downloads: event.downloads };
}

function quiet(state: State): Next {
  return [state, []];
}

function go(state: State, screen: Screen): Next {
  if (screen !== 'home' && state.organisation === undefined) return quiet(state);
  // Another phrase would drop what still waits to be sent under this one.
  const wouldDrop = screen === 'enter' || (screen === 'write' && state.session.phrase === 'none');
  const to = wouldDrop && isWaiting(state.session) ? 'sent' : screen;
  return quiet({ ...state, screen: to, problem: undefined });
}

function withDesk(draft: Draft, organisation: Organisation | undefined): Draft {
  const open = organisation?.desks.filter(({ paused }) => !paused) ?? [];
  if (open.some(({ id }) => id === draft.deskId)) return draft;
  return { ...draft, deskId: organisation?.desks.length === 1 ? open[0]?.id : undefined };
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

function complaintOf({ draft: { text, deskId, room }, files }: State): Draft['complaint'] {
  if (deskId === undefined) return 'desk';
  if (text.trim() === '') return 'empty';
  if (!room.fits) return 'room';
  return files.some(({ state }) => state !== 'done') ? 'files' : undefined;
}

function send(state: State): Next {
  const { deskId, text } = state.draft;
  if (deskId === undefined || state.working) return quiet(state);
  return [{ ...state, working: true }, [{ type: 'send', deskId, text }]];
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
