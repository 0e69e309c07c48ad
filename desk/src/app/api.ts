/** What the page and the local process say to each other: JSON, one address for each call, all by POST. */

import type { CallCheck, CallKit, CallList, CallRefusal } from '../calls/call-desk.ts';
import type { CallDraft } from '../calls/call-draft.ts';
import type { FilmView, FilmWords } from '../calls/film-view.ts';
import type { CallPreview, PreviewKind } from '../calls/workshop.ts';
import type { TeamView } from '../engine/case-view.ts';
import type { TakenEnvelopes } from '../engine/envelopes.ts';
import type { AlertCode, CaseFile, CaseLine, EngineStatus, ReplyProblem, ReplyRoom } from '../engine/view.ts';
import type { Exported, ExportOrder, ExportProblem } from '../export/export-cases.ts';
import type { Attachment, AttachProblem, GivenFile } from '../files/attachments.ts';
import type { Transfer } from '../files/chunk-ports.ts';
import { filesTextMax } from '../files/copy-limits.ts';
import type { SaveProblem } from '../files/desk-files.ts';
import type { SavedFile } from '../files/plain-files.ts';
import type { CopyOrder } from '../files/safe-copies.ts';
import type { AnswerCount } from './answer-counts.ts';
import type { CallView } from './call-words.ts';
import type { CaseAnswer, CaseCallName, CaseCalls } from './case-calls.ts';
import type { CopyProblem, CopyView } from './copy-records.ts';
import type { Alike } from './near-copies.ts';
import type { Found } from './search-index.ts';
import type { Seen } from './seen.ts';
import type { WeekCount } from './statistics.ts';
import type { UnreadFile, WaitingFile } from './word-states.ts';

/** A line of the inbox with what this device adds: how much of it a person has seen here. */
export interface InboxRow extends CaseLine {
  readonly isUnread: boolean;
  /** Whether something was done to the case since it was looked at here. */
  readonly hasNews: boolean;
  /** Of the newest message as the device can tell; empty if it cannot. */
  readonly detected: string;
  /** Other cases with nearly the same text. */
  readonly alike: Alike | null;
  /** Whether an unsent text waits here. */
  readonly hasDraft: boolean;
}

/** What a person has chosen on this device. */
export interface Preferences {
  /** Tag of a language file of the page; empty: as the browser is set. */
  readonly language: string;
  readonly hasKeys: boolean;
}

/**
 * - `locked`: waits for the passphrase
 * - `opening`: reads its data
 * - `open`: at work
 * - `unlisted`: opened, but no roster lists the device yet
 */
export type LockPhase = 'locked' | 'opening' | 'open' | 'unlisted';

/** One line of the stream of changes. The first of an open desk carries everything, the later ones what differs. */
export type Change =
  | { readonly kind: 'phase'; readonly phase: LockPhase; readonly idleMinutes: number }
  /** While it is `opening`: how many of its cases it has read. */
  | { readonly kind: 'opening'; readonly read: number; readonly all: number }
  | { readonly kind: 'preferences'; readonly preferences: Preferences }
  | {
      readonly kind: 'status';
      readonly status: EngineStatus;
      /** UTC day of the device's clock. */
      readonly today: number;
      /** Whether the last round failed for a reason that is not the network: the disk, mostly. */
      readonly hasFailed: boolean;
      /** Cases that the search has not read yet. */
      readonly unsearched: number;
      /** Grows with each case that the search reads or forgets: what was found before may not be what is found now. */
      readonly readings: number;
      /** Files on this device that wait to be read for the search, and those that it does not know, or not whole. */
      readonly words: { readonly waiting: number; readonly unread: number };
      readonly team: TeamView;
    }
  | {
      readonly kind: 'inbox';
      readonly isWhole: boolean;
      readonly rows: readonly InboxRow[];
      readonly gone: readonly string[];
    }
  | {
      readonly kind: 'files';
      /** Files that move, have moved or are here, by the name under which they are kept. */
      readonly transfers: readonly Transfer[];
      readonly attachments: readonly Attachment[];
    }
  | { readonly kind: 'calls'; readonly calls: readonly CallView[] }
  /** Keeps the connection known to be alive. */
  | { readonly kind: 'still' };

/** Arguments of each call; nothing else is accepted. Ids are lower-case hex. */
export interface Calls extends CaseCalls {
  /** The token of the link, for a session. */
  readonly session: { readonly token: string };
  readonly changes: Record<never, never>;
  readonly unlock: { readonly passphrase: string };
  readonly lock: Record<never, never>;
  /** Somebody is there. */
  readonly present: Record<never, never>;
  readonly conversation: { readonly id: string };
  readonly room: { readonly id: string; readonly text: string };
  /** `attachments`: ids of files that are attached to it, all of them stored. */
  readonly reply: { readonly id: string; readonly text: string; readonly attachments: readonly string[] };
  /** Of a message or reply, the file at a place from 0. */
  readonly 'file-fetch': FilePlace;
  readonly 'file-stop': { readonly kept: string };
  /** In the clear, into the device's folder. */
  readonly 'file-save': FilePlace;
  /** Answered with the bytes of the file, not with JSON. */
  readonly 'file-read': FilePlace;
  /** Of a file of any size, `bytes` from `from` on, as bytes. */
  readonly 'file-part': FilePart;
  /** A file begins to be read for the search; what stands in it follows by `wordsAddress`. */
  readonly 'words-next': Record<never, never>;
  /** Answered with the bytes of that file, not with JSON. */
  readonly 'words-read': { readonly kept: string };
  /** Languages whose text can be recognised in pictures on this machine. */
  readonly 'text-languages': Record<never, never>;
  /** Answered with the recogniser's data of one of them, not with JSON. */
  readonly 'text-language-data': { readonly language: string };
  /** A safe copy of a file, or its text alone; its pages follow by `copyAddress`. */
  readonly 'copy-begin': CopyOrder;
  /** Every page has come: it is sealed and kept. */
  readonly 'copy-end': { readonly copy: string };
  readonly 'copy-drop': { readonly copy: string };
  /** Somebody has chosen a file and has still to say in what form it goes: its name is kept, so that it is not forgotten without a word. */
  readonly 'attach-wanted': { readonly id: string; readonly name: string };
  /** A file for a reply; its content follows by `attachAddress`. `wanted`: what was answered when it was chosen. */
  readonly attach: { readonly id: string; readonly wanted: string | null } & GivenFile;
  /** Once more, for one that could not be posted. */
  readonly 'attach-again': { readonly attachment: string };
  readonly detach: { readonly attachment: string };
  readonly draft: { readonly id: string; readonly text: string };
  /** A note for the team that was begun, and what there is of it now. */
  readonly 'note-begun': { readonly id: string };
  readonly 'note-keep': { readonly id: string; readonly text: string };
  /** So much of the conversation has been looked at. */
  readonly seen: { readonly id: string } & Seen;
  readonly search: { readonly query: string };
  readonly statistics: Record<never, never>;
  readonly calls: Record<never, never>;
  /** A new draft, in this language first. */
  readonly 'call-begin': { readonly language: string };
  readonly 'call-read': { readonly call: string };
  /** JSON of a `CallDraft`. */
  readonly 'call-write': { readonly draft: string };
  readonly 'call-drop': { readonly call: string };
  readonly 'call-check': { readonly call: string };
  readonly 'call-preview': { readonly call: string; readonly language: string; readonly kind: PreviewKind };
  readonly 'film-view': { readonly call: string };
  /** What was typed, right or not. */
  readonly 'film-write': { readonly call: string; readonly language: string } & FilmWords;
  readonly 'film-remove': { readonly call: string };
  /** Answered with the bytes of the video, not with JSON. */
  readonly 'film-read': { readonly call: string };
  /** Into a folder, for where the root key is. */
  readonly 'call-sign': { readonly call: string };
  /** Base64url of the signed roster. */
  readonly 'call-publish': { readonly call: string; readonly roster: string };
  /** `films`: of title and end cards too. */
  readonly 'call-kit': { readonly call: string; readonly films: boolean };
  /** What a second person has agreed to, into a sealed file in the device's folder. */
  readonly export: ExportOrder;
  /** Lines of sealed messages that somebody has carried here. */
  readonly carried: { readonly text: string };
  /** Somebody has seen an alert. */
  readonly dismiss: { readonly code: AlertCode; readonly device: string | null; readonly conversation: string | null };
  readonly preferences: { readonly language: string; readonly hasKeys: boolean };
}

export interface Answers extends Readonly<Record<CaseCallName, CaseAnswer>> {
  readonly session: { readonly session: string };
  readonly changes: never;
  readonly unlock: { readonly isOpen: boolean };
  readonly lock: Record<never, never>;
  readonly present: Record<never, never>;
  readonly conversation: {
    readonly view: CaseFile | null;
    readonly draft: string;
    readonly copies: readonly CopyView[];
    readonly unread: readonly UnreadFile[];
    /** How much of it had been looked at before. */
    readonly seen: Seen;
  };
  readonly room: { readonly room: ReplyRoom | null };
  readonly reply: { readonly messageId: string } | { readonly problem: ReplyProblem | 'files' };
  readonly 'file-fetch': Record<never, never>;
  readonly 'file-stop': Record<never, never>;
  readonly 'file-read': never;
  readonly 'file-part': never;
  readonly 'file-save': SavedFile | { readonly problem: SaveProblem };
  /** Null: none waits. */
  readonly 'words-next': { readonly file: WaitingFile | null };
  readonly 'words-read': never;
  /** BCP 47. */
  readonly 'text-languages': { readonly languages: readonly string[] };
  readonly 'text-language-data': never;
  readonly 'copy-begin': { readonly copy: string } | { readonly problem: CopyProblem };
  readonly 'copy-end': { readonly problem: CopyProblem | null };
  readonly 'copy-drop': Record<never, never>;
  /** To be given with `attach`, or to `detach`; null where none is kept. */
  readonly 'attach-wanted': { readonly wanted: string | null };
  readonly attach: { readonly attachment: string } | { readonly problem: AttachProblem | 'unknown-conversation' };
  readonly 'attach-again': Record<never, never>;
  readonly detach: Record<never, never>;
  readonly draft: Record<never, never>;
  readonly 'note-begun': { readonly text: string };
  readonly 'note-keep': Record<never, never>;
  readonly seen: Record<never, never>;
  readonly search: { readonly found: readonly Found[] };
  readonly export: Exported | { readonly problem: ExportProblem };
  readonly calls: CallList;
  readonly 'call-begin': { readonly call: string };
  readonly 'call-read': { readonly draft: CallDraft | null };
  readonly 'call-write': { readonly isKept: boolean };
  readonly 'call-drop': Record<never, never>;
  readonly 'call-check': CallCheck;
  readonly 'call-preview': CallPreview;
  readonly 'film-view': { readonly film: FilmView | null };
  readonly 'film-write': { readonly film: FilmView | null };
  readonly 'film-remove': Record<never, never>;
  readonly 'film-read': never;
  readonly 'call-sign': { readonly path: string } | { readonly problem: CallRefusal };
  readonly 'call-publish': { readonly number: number } | { readonly problem: CallRefusal };
  readonly 'call-kit': CallKit;
  readonly statistics: { readonly weeks: readonly WeekCount[]; readonly answers: readonly AnswerCount[] };
  readonly carried: TakenEnvelopes | CarriedRefusal;
  readonly dismiss: Record<never, never>;
  readonly preferences: Record<never, never>;
}

/** `missing`: some lines are not there. `lines`: they are none. `organisation`: they are for another one, or damaged. `old`: no key is left that opens them. */
export type CarriedProblem = 'missing' | 'lines' | 'organisation' | 'old';

/** `missing`: numbers, from 1, of the lines that are not there. */
export type CarriedRefusal =
  | { readonly problem: Exclude<CarriedProblem, 'missing'> }
  | { readonly problem: 'missing'; readonly missing: readonly number[] };

export type CallName = keyof Calls;
/** Answered with bytes, not with JSON. */
export type BytesCall = 'file-read' | 'file-part' | 'words-read' | 'film-read' | 'text-language-data';

/** In place of an answer, with a status that says the same: 400, 401, 403, 404, 409, 423, 429, 500. */
export interface CallProblem {
  readonly problem: 'malformed' | 'session' | 'token' | 'not-found' | 'locked' | 'busy' | 'failed';
}

export interface FilePlace {
  readonly id: string;
  /** Of a message or reply; or the name under which a safe copy or text is kept, then `at` is 0. */
  readonly message: string;
  readonly at: number;
}

export interface FilePart extends FilePlace {
  readonly from: number;
  /** At most `partBytesMax`; the end of the file may come before. */
  readonly bytes: number;
}

export const callAddress = '/api/';
/** Larger files are not handed over whole: of some kinds parts are shown. */
export const readBytesMax: number = 128 * 1024 * 1024;
export const partBytesMax: number = 4 * 1024 * 1024;
/** Takes the bytes of an attachment one after the other, at most so many at once; the header names it. */
export const attachAddress = '/api/attach-data';
export const attachHeader = 'x-desk-attachment';
export const attachBytesMax: number = 2 * 1024 * 1024;
/** Takes one page of a safe copy at a time: `u32 width, u32 height, var32 text, rgba`; no pixel where it has its text alone. Answered with `{ page: PageAnswer }`. */
export const copyAddress = '/api/copy-page';
export const copyHeader = 'x-desk-copy';
export const copyPageBytesMax: number = 18 * 1024 * 1024;
/** Takes what stands in a file: `u8 state, text32 words`, states as in `toldStates`; the header names the file. */
export const wordsAddress = '/api/file-words';
export const wordsHeader = 'x-desk-words';
export const wordsBytesMax: number = 3 * filesTextMax + 5;
/** Takes a file of a call's film; the header names both: `<call> <kind>`. Answered with a `FilmTaken`. */
export const filmAddress = '/api/film-file';
export const filmHeader = 'x-desk-film';
/** Carries the session; a header, since a cookie would be sent to every other port of this machine too. */
export const sessionHeader = 'x-desk-session';
