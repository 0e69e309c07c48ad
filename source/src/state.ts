/** Everything that the page knows while it is open. Nothing of it is stored anywhere. */

import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { WordListId } from '@postern/protocol/keys/word-lists';
import type { Answered } from '@postern/protocol/source';
import { type Call, type CallAnswers, noAnswers } from './call.ts';
import type { FileMove } from './file-move.ts';
import type { Choice, Review } from './reviews.ts';
import type { PhraseProblem, SessionState } from './session.ts';

export type Screen = 'home' | 'write' | 'words' | 'check' | 'sent' | 'enter' | 'answers' | 'verify' | 'carry';

/** What keeps the page from working; each has a heading and a text in the language files. */
export type Trouble =
  | 'offline'
  | 'busy'
  | 'stale'
  | 'none'
  | 'roster'
  | 'expired'
  | 'clock'
  | 'bundle'
  | 'closed'
  | 'indexOld'
  | 'index'
  | 'insecure'
  | 'words';

/** A desk in the page's language. */
export type DeskChoice = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly paused: boolean;
};

export type Organisation = {
  readonly name: string;
  readonly words: readonly string[];
  readonly desks: readonly DeskChoice[];
};

type Room = { readonly fill: number; readonly fits: boolean };

export type Draft = {
  readonly deskId: string | undefined;
  readonly text: string;
  /** To the questions of the call. */
  readonly answers: CallAnswers;
  /** Id of that call, which stays while its list cannot be fetched. */
  readonly callId: Uint8Array | undefined;
  readonly room: Room;
  readonly complaint: 'empty' | 'desk' | 'room' | 'files' | 'clock' | undefined;
};

/** A new phrase while it is shown and typed back. Dropped once its first message is queued. */
type NewPhrase = {
  readonly words: readonly string[];
  /** Places, from 0, that are typed back. */
  readonly asked: readonly number[];
  readonly wrong: readonly number[];
};

/** The list in use, and how loading another one goes. */
type ListChoice = {
  readonly id: WordListId;
  readonly wanted: WordListId;
  readonly state: 'ready' | 'loading' | 'failed';
};

/** Why a typed phrase is none, with the word that is not in the list. */
type Refusal = PhraseProblem & { readonly word?: string | undefined };

/** Seconds from page load. */
export type Times = {
  readonly now: number;
  readonly request: number;
  readonly envelope: number;
  readonly index: number;
};

export type State = {
  readonly screen: Screen;
  readonly organisation: Organisation | undefined;
  readonly trouble: { readonly kind: Trouble; readonly unixNow: number } | undefined;
  /** How the last request went. */
  readonly link: 'ok' | 'lost' | 'busy' | 'answer';
  readonly times: Times | undefined;
  readonly session: SessionState;
  /** The one whose link led here, once it is known; gone when it has been answered. */
  readonly call: Call | undefined;
  readonly draft: Draft;
  /** Chosen, and shown with what they give away before they are sent. */
  readonly reviews: readonly Review[];
  /** On their way for the draft. */
  readonly files: readonly FileMove[];
  /** Of answers, by answer and place. */
  readonly downloads: ReadonlyMap<string, FileMove>;
  readonly list: ListChoice;
  readonly phrase: NewPhrase | undefined;
  readonly problem: Refusal | undefined;
  /** While an answer to the last press of a button is being worked out. */
  readonly working: boolean;
};

export type Event =
  | { readonly type: 'loaded'; readonly organisation: Organisation }
  | { readonly type: 'trouble'; readonly kind: Trouble; readonly unixNow: number }
  | { readonly type: 'session'; readonly session: SessionState }
  | { readonly type: 'link'; readonly link: State['link'] }
  | { readonly type: 'times'; readonly times: Times }
  | { readonly type: 'go'; readonly screen: Screen }
  | { readonly type: 'desk'; readonly id: string }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'call'; readonly call: Call | undefined }
  | { readonly type: 'answer'; readonly question: string; readonly values: readonly string[] }
  | { readonly type: 'room'; readonly text: string; readonly answers: CallAnswers; readonly room: Room }
  | { readonly type: 'attach'; readonly files: readonly File[] }
  | { readonly type: 'detach'; readonly id: string }
  | { readonly type: 'reviews'; readonly reviews: readonly Review[] }
  | { readonly type: 'review'; readonly id: string; readonly choice: Choice }
  | { readonly type: 'files'; readonly files: readonly FileMove[] }
  | { readonly type: 'fetch-file'; readonly id: string; readonly file: FileDescriptor }
  | { readonly type: 'stop-file'; readonly id: string }
  | { readonly type: 'downloads'; readonly downloads: ReadonlyMap<string, FileMove> }
  | { readonly type: 'submit' }
  | { readonly type: 'list'; readonly id: WordListId }
  | { readonly type: 'listed'; readonly id: WordListId; readonly ready: boolean }
  | { readonly type: 'phrase'; readonly words: readonly string[]; readonly asked: readonly number[] }
  | { readonly type: 'check'; readonly typed: readonly string[] }
  | { readonly type: 'queued' }
  | { readonly type: 'not-queued'; readonly reason: 'room' | 'desk' | 'clock' }
  | { readonly type: 'enter'; readonly typed: string }
  | { readonly type: 'entered' }
  | { readonly type: 'refused'; readonly problem: Refusal }
  /** The view that comes next tells how far it is, so it must know of it first. */
  | { readonly type: 'carried'; readonly session: SessionState }
  | { readonly type: 'shown'; readonly id: string }
  /** A person has what an answer brought, or does not want it. */
  | { readonly type: 'settled'; readonly id: string }
  | { readonly type: 'reload' }
  | { readonly type: 'leave' };

/** What `update` asks the outside to do. */
export type Effect =
  | { readonly type: 'measure'; readonly text: string; readonly answers: CallAnswers }
  | Extract<Event, { type: 'attach' | 'review' | 'detach' | 'fetch-file' | 'stop-file' }>
  | { readonly type: 'load-list'; readonly id: WordListId }
  | { readonly type: 'make-phrase'; readonly list: WordListId }
  | {
      readonly type: 'send';
      readonly deskId: string;
      readonly text: string;
      readonly answered: Answered | undefined;
    }
  | { readonly type: 'enter'; readonly typed: string; readonly list: WordListId }
  | { readonly type: 'acknowledge' | 'settle'; readonly id: string }
  | { readonly type: 'reload' }
  | { readonly type: 'leave' };

export function initialState(list: WordListId): State {
  return {
    screen: 'home',
    organisation: undefined,
    trouble: undefined,
    link: 'ok',
    times: undefined,
    session: {
      phrase: 'none',
      outbox: [],
      busy: false,
      looked: 'no-phrase',
      indexTime: 0,
      answers: [],
      unreadable: 0,
      missing: [],
      unacknowledged: 0,
    },
    call: undefined,
    draft: emptyDraft,
    reviews: [],
    files: [],
    downloads: new Map(),
    list: { id: list, wanted: list, state: 'ready' },
    phrase: undefined,
    problem: undefined,
    working: false,
  };
}

export const emptyDraft: Draft = {
  deskId: undefined,
  text: '',
  answers: noAnswers,
  callId: undefined,
  room: { fill: 0, fits: true },
  complaint: undefined,
};

/** Parts on their way and received, over all messages. */
export function progressOf(session: SessionState): { readonly parts: number; readonly stored: number } {
  return session.outbox.reduce(
    (sum, { parts, stored }) => ({ parts: sum.parts + parts, stored: sum.stored + stored }),
    { parts: 0, stored: 0 },
  );
}

/** Of a file of an answer. @param at its place there, from 0 */
export function fileIdOf(answerId: string, at: number): string {
  return `${answerId}/${at}`;
}

export function isWaiting(session: SessionState): boolean {
  return session.outbox.some(({ parts, stored }) => stored < parts);
}
