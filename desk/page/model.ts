/** What the page shows, as one value, and how each event changes it. Nothing in here touches browser or network. */

import type { Change, FilePlace, InboxRow, LockPhase, Preferences } from '@postern/desk/app/api';
import type { CallView } from '@postern/desk/app/call-words';
import type { CopyView } from '@postern/desk/app/copy-records';
import type { Found } from '@postern/desk/app/search-index';
import { textQuery } from '@postern/desk/app/search-query';
import type { UnreadFile } from '@postern/desk/app/word-states';
import type { CaseProblem, TeamView } from '@postern/desk/engine/case-view';
import type { CaseFile, EngineStatus, ReplyProblem, ReplyRoom } from '@postern/desk/engine/view';
import type { Attachment } from '@postern/desk/files/attachments';
import type { Transfer } from '@postern/desk/files/chunk-ports';
import type { SaveProblem } from '@postern/desk/files/desk-files';
import type { SavedFile } from '@postern/desk/files/plain-files';
import type { Examined, ExaminedState, Trace } from '@postern/protocol/metadata/examine';
import type { Seen } from './news.ts';
import type { CopyFailure } from './viewer/viewer-messages.ts';

/** A safe copy on its way, or a file's text alone, which has no pixels. `asking`: whether, and how. `read`: the text is there. */
export type Copying =
  | { readonly kind: 'asking'; readonly hasPixels: boolean }
  | { readonly kind: 'working'; readonly done: number; readonly pages: number; readonly hasPixels: boolean }
  | { readonly kind: 'read' }
  | { readonly kind: 'failed'; readonly problem: CopyFailure; readonly hasPixels: boolean };

/** A file that somebody wants to attach, and what it gives away. `looking`: nothing of it is known yet. */
export interface FileReview {
  readonly id: string;
  /** Hex: of the case that it is for. */
  readonly conversation: string;
  readonly name: string;
  readonly bytes: number;
  readonly state: 'looking' | ExaminedState;
  readonly found: readonly Trace[];
  readonly left: readonly Trace[];
  /** On its way to the local process, which does not know of it yet. */
  readonly isChosen: boolean;
}

/** What a file of a case gives away. */
export type Traces = 'looking' | Pick<Examined, 'state' | 'found'>;

export const filters = ['all', 'changed', 'unanswered', 'mine', 'due', 'answered', 'closed', 'loss'] as const;
export type Filter = (typeof filters)[number];
/** Newest first; best graded first; longest waiting for an answer first. */
export const orders = ['newest', 'graded', 'waiting'] as const;
export type Order = (typeof orders)[number];
/** Which of the three a narrow window shows; wide ones show several. */
type Pane = 'inbox' | 'case' | 'work' | 'status';
/** `refused`: the link is used up. `gone`: the local process does not answer. */
type Link = 'starting' | 'refused' | 'live' | 'gone';
type UnlockState = 'idle' | 'working' | 'wrong' | 'busy' | 'failed';
export type SendProblem = ReplyProblem | FileComplaint | 'failed';
/** `files`: not all of them are stored. `undecided`: one waits for a choice. `file-unread`: the file changed while it was read, or cannot be read. */
type FileComplaint = 'files' | 'undecided' | 'too-many-files' | 'no-room' | 'file-too-large' | 'file-unread';

export type Save =
  | { readonly kind: 'asking' }
  | { readonly kind: 'saving' }
  | ({ readonly kind: 'saved' } & SavedFile)
  | { readonly kind: 'failed'; readonly problem: SaveProblem };

export interface ViewedFile {
  readonly place: FilePlace;
  /** The name under which it is kept; of a copy the place says the same. */
  readonly kept: string;
  readonly name: string;
  readonly bytes: number;
}

export interface OpenCase {
  readonly id: string;
  /** Null while it is read, and when it is not there any more. */
  readonly view: CaseFile | null;
  /** Cases that are part of it, through others too; not all if there are many. */
  readonly parts: readonly CaseFile[];
  /** Safe copies and texts of its files, and of those of its parts. */
  readonly copies: readonly CopyView[];
  /** Why the search does not know its files, or not whole, by the names under which they are kept. */
  readonly unread: ReadonlyMap<string, UnreadFile['state']>;
  /** How much of it, and of each part, had been looked at before it was opened. */
  readonly seen: ReadonlyMap<string, Seen>;
  readonly isLoading: boolean;
  readonly draft: string;
  /** For the draft as it stands; null until known. */
  readonly room: ReplyRoom | null;
  readonly isSending: boolean;
  readonly problem: SendProblem | null;
  /** Whether the draft is kept by the local process. */
  readonly isSaved: boolean;
}

export interface State {
  readonly link: Link;
  readonly phase: LockPhase | null;
  readonly idleMinutes: number;
  /** Cases read so far while the device opens. */
  readonly opening: { readonly read: number; readonly all: number } | null;
  readonly unlock: UnlockState;
  readonly preferences: Preferences;
  readonly status: EngineStatus | null;
  readonly today: number;
  readonly hasFailed: boolean;
  /** Cases that the search has not read yet. */
  readonly unsearched: number;
  /** Grows with each case that the search reads or forgets. */
  readonly readings: number;
  /** Files that wait to be read for the search, and those that it does not know, or not whole. */
  readonly words: { readonly waiting: number; readonly unread: number };
  readonly rows: ReadonlyMap<string, InboxRow>;
  readonly hasInbox: boolean;
  readonly filter: Filter;
  readonly order: Order;
  readonly query: string;
  /** Whether what has been found is not for the query as it stands. */
  readonly isSearching: boolean;
  /** What holds the words and answers of the query, and in which file, if it is one; null if it has none. */
  readonly found: ReadonlyMap<string, string | null> | null;
  /** The line that the keys move. */
  readonly cursor: string | null;
  readonly open: OpenCase | null;
  /** Files that move or are here, by the name under which they are kept. */
  readonly transfers: ReadonlyMap<string, Transfer>;
  /** Originals that were asked for in the clear, by the same names. */
  readonly saves: ReadonlyMap<string, Save>;
  /** Safe copies and texts that are asked for, by the names of their originals. */
  readonly copying: ReadonlyMap<string, Copying>;
  /** What files give away that somebody has asked about, by the names under which they are kept. */
  readonly traces: ReadonlyMap<string, Traces>;
  /** Files that wait for a choice before they are attached. */
  readonly reviews: readonly FileReview[];
  /** The file that is looked at. */
  readonly viewed: ViewedFile | null;
  /** Files for replies that are not written. */
  readonly attachments: readonly Attachment[];
  readonly pane: Pane;
  readonly isHelpOpen: boolean;
  readonly isFilterOpen: boolean;
  readonly isTeamOpen: boolean;
  /** Whether calls are written. */
  readonly isCallsOpen: boolean;
  readonly isCarriedOpen: boolean;
  readonly team: TeamView | null;
  /** Calls whose words are known. */
  readonly calls: readonly CallView[];
  /** Ids that what is done in the bar at the bottom is about. */
  readonly selected: ReadonlySet<string>;
  /** The group of near copies that is shown alone; null: each group as one line. */
  readonly group: string | null;
  /** Why what was asked for last was not done to a case. */
  readonly caseProblem: CaseProblem | 'failed' | null;
  /** Conversations with news since the last look, for screen readers. */
  readonly arrived: number;
}

export type Event =
  | { readonly kind: 'link'; readonly link: Link }
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'unlock'; readonly unlock: UnlockState }
  | { readonly kind: 'filter'; readonly filter: Filter }
  | { readonly kind: 'order'; readonly order: Order }
  | { readonly kind: 'query'; readonly query: string }
  /** `text`: of the query, what was looked for. */
  | { readonly kind: 'found'; readonly text: string; readonly found: readonly Found[] }
  | { readonly kind: 'cursor'; readonly id: string }
  | { readonly kind: 'open'; readonly id: string }
  | ({ readonly kind: 'case'; readonly id: string } & Pick<
      OpenCase,
      'view' | 'parts' | 'draft' | 'copies' | 'unread' | 'seen'
    >)
  | { readonly kind: 'close' }
  | { readonly kind: 'draft'; readonly text: string }
  | { readonly kind: 'saved'; readonly id: string; readonly text: string }
  | { readonly kind: 'room'; readonly id: string; readonly text: string; readonly room: ReplyRoom | null }
  | { readonly kind: 'sending' }
  | { readonly kind: 'sent'; readonly id: string; readonly text: string }
  | { readonly kind: 'not-sent'; readonly id: string; readonly problem: SendProblem }
  /** Null: the question is taken back, or what was said of it. */
  | { readonly kind: 'view'; readonly file: ViewedFile | null }
  | { readonly kind: 'save'; readonly kept: string; readonly save: Save | null }
  | { readonly kind: 'traces'; readonly kept: string; readonly traces: Traces | null }
  | { readonly kind: 'reviews'; readonly reviews: readonly FileReview[] }
  | { readonly kind: 'copy'; readonly kept: string; readonly copying: Copying | null }
  | { readonly kind: 'pane'; readonly pane: Pane }
  | { readonly kind: 'help' | 'team' | 'calls' | 'carried' | 'narrow'; readonly isOpen: boolean }
  | { readonly kind: 'select'; readonly ids: readonly string[]; readonly isSelected: boolean }
  | { readonly kind: 'group'; readonly group: string | null }
  | { readonly kind: 'case-problem'; readonly problem: CaseProblem | 'failed' | null };

export const firstState: State = {
  link: 'starting',
  phase: null,
  idleMinutes: 0,
  opening: null,
  unlock: 'idle',
  preferences: { language: '', hasKeys: true },
  status: null,
  today: 0,
  hasFailed: false,
  unsearched: 0,
  readings: 0,
  words: { waiting: 0, unread: 0 },
  rows: new Map(),
  hasInbox: false,
  filter: 'all',
  order: 'newest',
  query: '',
  isSearching: false,
  found: null,
  cursor: null,
  open: null,
  transfers: new Map(),
  saves: new Map(),
  copying: new Map(),
  traces: new Map(),
  reviews: [],
  viewed: null,
  attachments: [],
  pane: 'inbox',
  isHelpOpen: false,
  isFilterOpen: false,
  isTeamOpen: false,
  isCallsOpen: false,
  isCarriedOpen: false,
  team: null,
  calls: [],
  selected: new Set(),
  group: null,
  caseProblem: null,
  arrived: 0,
};

const noCase = { view: null, parts: [], copies: [], unread: new Map(), seen: new Map(), isLoading: true } as const;
const noDraft = { draft: '', room: null, isSending: false, problem: null, isSaved: false } as const;

export function update(state: State, event: Event): State {
  switch (event.kind) {
    case 'link':
      return { ...state, link: event.link };
    case 'change':
      return applyChange(state, event.change);
    case 'unlock':
      return { ...state, unlock: event.unlock };
    case 'filter':
      return { ...state, filter: event.filter, group: null };
    case 'order':
      return { ...state, order: event.order };
    case 'query':
      return textQuery(event.query) === ''
        ? { ...state, query: event.query, isSearching: false, found: null }
        : { ...state, query: event.query, isSearching: true };
    case 'found':
      // An answer to a query that was typed on since is of no use.
      return event.text === textQuery(state.query)
        ? { ...state, isSearching: false, found: new Map(event.found.map(({ id, file }) => [id, file])) }
        : state;
    case 'cursor':
      return { ...state, cursor: event.id };
    case 'open':
      return {
        ...state,
        cursor: event.id,
        pane: 'case',
        caseProblem: null,
        open: state.open?.id === event.id ? state.open : { id: event.id, ...noCase, ...noDraft },
      };
    case 'close':
      return { ...state, open: null, pane: 'inbox' };
    case 'view':
      return { ...state, viewed: event.file };
    case 'save':
      return { ...state, saves: withEntry(state.saves, event.kept, event.save) };
    case 'copy':
      return { ...state, copying: withEntry(state.copying, event.kept, event.copying) };
    case 'traces':
      return { ...state, traces: withEntry(state.traces, event.kept, event.traces) };
    case 'reviews':
      return { ...state, reviews: event.reviews };
    case 'pane':
      return { ...state, pane: event.pane };
    case 'help':
      return { ...state, isHelpOpen: event.isOpen };
    case 'narrow':
      return { ...state, isFilterOpen: event.isOpen };
    case 'calls':
      return { ...state, isCallsOpen: event.isOpen };
    case 'carried':
      return { ...state, isCarriedOpen: event.isOpen };
    case 'team':
      return { ...state, isTeamOpen: event.isOpen, caseProblem: null };
    case 'select': {
      const selected = new Set(state.selected);
      for (const id of event.ids) if (event.isSelected) selected.add(id);
      for (const id of event.ids) if (!event.isSelected) selected.delete(id);
      return { ...state, selected };
    }
    case 'group':
      return { ...state, group: event.group };
    case 'case-problem':
      return { ...state, caseProblem: event.problem };
    default:
      return state.open === null ? state : { ...state, open: updateCase(state.open, event) };
  }
}

/** Null takes it out. */
function withEntry<Value>(
  entries: ReadonlyMap<string, Value>,
  key: string,
  value: Value | null,
): ReadonlyMap<string, Value> {
  const changed = new Map(entries);
  if (value === null) changed.delete(key);
  else changed.set(key, value);
  return changed;
}

type CaseEvent = Extract<Event, { kind: 'case' | 'draft' | 'saved' | 'room' | 'sending' | 'sent' | 'not-sent' }>;

function updateCase(open: OpenCase, event: CaseEvent): OpenCase {
  // Answers about a conversation that is not open any more.
  if ('id' in event && event.id !== open.id) return open;
  switch (event.kind) {
    case 'case':
      // What is being typed here is newer than what was kept.
      return {
        ...open,
        ...{ view: event.view, parts: event.parts, copies: event.copies, unread: event.unread },
        // What was new when it was opened stays so until it is closed.
        seen: new Map([...event.seen, ...open.seen]),
        isLoading: false,
        draft: open.isLoading ? event.draft : open.draft,
      };
    case 'draft':
      return { ...open, draft: event.text, isSaved: false, problem: null, room: event.text === '' ? null : open.room };
    case 'saved':
      return event.text === open.draft ? { ...open, isSaved: event.text !== '' } : open;
    case 'room':
      return event.text === open.draft ? { ...open, room: event.room } : open;
    case 'sending':
      return { ...open, isSending: true, problem: null };
    case 'sent':
      return {
        ...open,
        isSending: false,
        isSaved: false,
        ...(event.text === open.draft ? { draft: '', room: null } : {}),
      };
    case 'not-sent':
      return { ...open, isSending: false, problem: event.problem };
  }
}

function applyChange(state: State, change: Change): State {
  switch (change.kind) {
    case 'phase':
      return applyPhase(state, change.phase, change.idleMinutes);
    case 'opening':
      return { ...state, opening: { read: change.read, all: change.all } };
    case 'preferences':
      return { ...state, preferences: change.preferences };
    case 'status': {
      const { kind: _, ...told } = change;
      return { ...state, ...told };
    }
    case 'inbox': {
      const rows = new Map(change.isWhole ? [] : state.rows);
      const selected = new Set(state.selected);
      for (const id of change.gone) rows.delete(id);
      for (const id of change.gone) selected.delete(id);
      for (const row of change.rows) rows.set(row.id, row);
      return { ...state, rows, selected, hasInbox: true, arrived: state.hasInbox ? arrivals(state, change.rows) : 0 };
    }
    case 'files': {
      const transfers = new Map(change.transfers.map((transfer) => [transfer.name, transfer]));
      return { ...state, transfers, attachments: change.attachments };
    }
    case 'calls':
      return { ...state, calls: change.calls };
    case 'still':
      return state;
  }
}

/** A locked page holds nothing of what it showed. */
function applyPhase(state: State, phase: LockPhase, idleMinutes: number): State {
  const unlock = state.unlock === 'working' && phase === 'open' ? 'idle' : state.unlock;
  if (phase === 'open') return { ...state, phase, idleMinutes, unlock, opening: null };
  const { link, preferences } = state;
  return { ...firstState, link, preferences, phase, idleMinutes, unlock };
}

function arrivals(state: State, rows: readonly InboxRow[]): number {
  return rows.filter((row) => {
    const known = state.rows.get(row.id);
    return row.isUnread && (known === undefined || known.messages + known.incomplete < row.messages + row.incomplete);
  }).length;
}
