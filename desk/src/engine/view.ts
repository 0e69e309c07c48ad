/** What the engine shows of itself and of the desk's conversations: plain data, ready for JSON (spec/protocol.md, section 7). */

import type { CaseSummary, CaseView } from './case-view.ts';

/**
 * Plain codes that the page turns into words.
 *
 * - `removed`: the roster in use no longer lists this device; the engine does nothing any more
 * - `roster-rolled-back`, `roster-conflict`, `roster-invalid`: the server gave a roster that must be refused (ROS-1, ROS-3)
 * - `roster-expired`, `roster-expiring`: the last day is past, or at most seven days ahead
 * - `log-fork`: a peer's signed head, or what the server goes on from, contradicts this device's log (TRK-3, LOG-10)
 * - `log-withheld`: a peer has seen more entries than the server gives (TRK-3)
 * - `log-invalid`: an entry was refused; nothing after it is read (LOG-1)
 * - `log-gap`: entries that this device has not read are deleted already; it needs a snapshot
 * - `log-lost`: no device could read on, and this one, which has read furthest, has gone on from what it has; entries
 *   that it had not read are lost (LOG-11)
 * - `log-restored`: the server had lost entries, this device has put them back
 * - `key-invalid`: a day key or transport key of this desk does not verify
 * - `parcel-invalid`: a parcel was refused (PAR-1)
 * - `envelopes-malformed`: opened with a day key, but refused (ENV-4)
 * - `case-full`: one conversation has brought more than a desk keeps of it; what there was no room for was left out (LOG-12)
 * - `days-unfinished`: a day's envelopes could not all be tried before their keys were erased
 * - `day-keys-short`: no day key is published for tomorrow
 * - `no-receipt`: day keys wait since a day or more because no other device has confirmed them (DAY-1)
 * - `bundle-invalid`, `index-invalid`: what sources are given does not verify
 * - `issuer-invalid`: the server offered token keys that the bundle does not name (TOK-3)
 * - `reply-too-old`: a reply was not posted in time for its root and never will be (CHN-2)
 * - `reply-refused`: the server has refused a reply for good
 * - `reply-unreadable`: a removed device has signed a reply that the source has not read: it cannot open it any more (RPL-1)
 * - `loss-suspected`: replies left the index early, and no receipt of the source came before
 * - `event-refused`: a device wrote what its role does not permit; it counts nowhere (CAS-1)
 * - `lead-missing`: no device that the roster lists for the desk is lead, as after the last one was removed
 * - `term-changed`: another device has changed how long cases are kept (CAS-7)
 * - `clock`: the server does not accept this device's clock
 */
export const alertCodes = [
  'removed',
  'roster-rolled-back',
  'roster-conflict',
  'roster-invalid',
  'roster-expired',
  'roster-expiring',
  'log-fork',
  'log-withheld',
  'log-invalid',
  'log-gap',
  'log-lost',
  'log-restored',
  'key-invalid',
  'parcel-invalid',
  'envelopes-malformed',
  'case-full',
  'days-unfinished',
  'day-keys-short',
  'no-receipt',
  'bundle-invalid',
  'index-invalid',
  'issuer-invalid',
  'reply-too-old',
  'reply-refused',
  'reply-unreadable',
  'loss-suspected',
  'event-refused',
  'lead-missing',
  'term-changed',
  'clock',
] as const;
export type AlertCode = (typeof alertCodes)[number];

/** Something that people must know. The same code, device and conversation stand once. */
export interface Alert {
  readonly code: AlertCode;
  /** The UTC day on which it was first seen. */
  readonly day: number;
  /** Hex of the peer that it is about, or null. */
  readonly device: string | null;
  /** Hex of the conversation that it is about, or null. */
  readonly conversation: string | null;
  /** How many of them, 1 or more. */
  readonly count: number;
}

/**
 * - `starting`: has not reached the server yet
 * - `joining`: a new device that waits for a snapshot from another one
 * - `working`: follows the log
 * - `stopped`: removed, or its log cannot be read on; see the alerts
 */
export type EnginePhase = 'starting' | 'joining' | 'working' | 'stopped';

export interface DeviceStatus {
  /** Hex, 16 digits. */
  readonly id: string;
  readonly isThis: boolean;
  /** The newest UTC day of which this device has seen a transport key of it, however long ago; null if it has seen none. */
  readonly lastDay: number | null;
}

/** Pieces of the desk's state that have come, of so many. */
export interface ComingState {
  readonly here: number;
  readonly pieces: number;
}

export interface EngineStatus {
  readonly phase: EnginePhase;
  /** While it is `joining`, since the first piece of this run; null before. */
  readonly coming: ComingState | null;
  /** Whether the last tick reached the server. */
  readonly online: boolean;
  readonly lastContactDay: number | null;
  readonly alerts: readonly Alert[];
  readonly organisation: readonly { readonly language: string; readonly name: string }[];
  readonly desk: {
    /** Hex. */
    readonly id: string;
    readonly names: readonly { readonly language: string; readonly name: string; readonly description: string }[];
    readonly paused: boolean;
  };
  readonly roster: { readonly number: number; readonly lastDay: number };
  readonly devices: readonly DeviceStatus[];
  /** The last day from today on without a gap for which a day key is published; null if there is none for today. */
  readonly dayKeysThrough: number | null;
  readonly log: { readonly length: number; readonly waitingEvents: number };
  /** Of this device: posts drawn for today, those still to come, and real replies that wait for one. */
  readonly posts: { readonly today: number; readonly left: number; readonly queued: number };
  /** Envelopes of the days that are not finished: tried by this device, and still to be tried. */
  readonly envelopes: { readonly tried: number; readonly waiting: number; readonly malformed: number };
}

/** One line of the inbox. */
export interface ConversationSummary {
  /** Hex, 64 digits. */
  readonly id: string;
  /** UTC days of the first and the last message from the source; null while only parts have come. */
  readonly firstDay: number | null;
  readonly lastDay: number | null;
  /** Of the newest message, BCP 47; empty if it is unreadable or none is whole. */
  readonly language: string;
  /** Hex of the campaign of the first message that has one: a source who writes again still came by it. */
  readonly campaign: string | null;
  /** Hex of each campaign that a message of it answers. */
  readonly campaigns: readonly string[];
  /** Whether the source has sent a file. */
  readonly hasFiles: boolean;
  /** The beginning of the newest message, at most 160 characters. */
  readonly preview: string;
  /** What the newest message has in place of a text; both empty where it has one. */
  readonly instead: Pick<MessageView, 'answers'> & { readonly files: string };
  /** Whether the newest message came whole and makes no content. */
  readonly isUnreadable: boolean;
  readonly messages: number;
  /** Messages of which parts are missing. */
  readonly incomplete: number;
  /** Texts that the desk has written. */
  readonly replies: number;
  /** Of those, the ones of which not every part is posted. */
  readonly unposted: number;
  /** Steps that the parts of its replies have gone altogether: whoever shows them looks again when this changes. */
  readonly steps: number;
  /** Whether no reply stands in the log behind the newest message. */
  readonly isUnanswered: boolean;
  /** UTC day of the oldest message since the last reply; null where none waits. */
  readonly waitsSince: number | null;
  /** Reply bodies that the newest root still has room for. */
  readonly linksLeft: number;
}

/** A file that a message or reply names; its key stays in the engine. */
export interface FileView {
  readonly name: string;
  /** A media type, or empty. What the sender says of it: nothing has looked. */
  readonly type: string;
  readonly bytes: number;
  /** Of its last change, 0 if that is not told. */
  readonly day: number;
  /** Of the content, hex, as the protocol makes it. */
  readonly hash: string;
  /** Under which this device keeps it, hex, 32 digits. */
  readonly kept: string;
}

export interface MessageView {
  /** Hex, 32 digits. */
  readonly id: string;
  readonly day: number;
  /** How many of the desk's texts stood in the log before it: it came after those, whatever their days say. */
  readonly repliesBefore: number;
  /** BCP 47: what the page was set to that sent it, or what the text is written in where a device has told that. */
  readonly language: string;
  readonly campaign: string | null;
  readonly answers: readonly { readonly question: string; readonly values: readonly string[] }[];
  readonly text: string;
  readonly files: readonly FileView[];
  /** True for one whose pieces came but make no content. */
  readonly isUnreadable: boolean;
}

export interface IncompleteMessageView {
  /** Hex, 32 digits. */
  readonly id: string;
  readonly day: number;
  readonly parts: number;
  readonly partsHere: number;
}

/** One text of the desk, all of its parts. */
export interface ReplyView {
  /** Hex, 32 digits: what `reply` has returned. */
  readonly id: string;
  readonly day: number;
  /** Hex of the device that wrote and posts it. */
  readonly author: string;
  readonly text: string;
  readonly files: readonly FileView[];
  readonly parts: number;
  /**
   * Of the part that is furthest behind. `pending`: not in the log yet. Write it again: `too-old`, never posted;
   * `unreadable`, posted by a device that was removed since; `expired`, deleted by the server with its days over.
   */
  readonly progress: 'pending' | 'waiting' | 'queued' | 'posted' | 'collected' | 'too-old' | 'unreadable' | 'expired';
  readonly partsPosted: number;
  /** Whether the source has confirmed all parts, signed. */
  readonly isConfirmed: boolean;
}

export interface ConversationView {
  readonly summary: ConversationSummary;
  readonly messages: readonly MessageView[];
  readonly incomplete: readonly IncompleteMessageView[];
  readonly replies: readonly ReplyView[];
}

/** A conversation with what the team has made of it. */
export interface CaseLine extends ConversationSummary {
  readonly work: CaseSummary;
}

export interface CaseFile extends ConversationView {
  readonly work: CaseView;
}

/** How a text fits into a reply. */
export interface ReplyRoom {
  /** Reply bodies that it needs, 1 to 8; more than 8 if it is too long. */
  readonly pieces: number;
  /** Bodies that can be posted before the source writes again; what is beyond waits for its next root. */
  readonly linksLeft: number;
  /** False for an empty text and one that is too long. */
  readonly fits: boolean;
}

/** Why a reply was not taken. */
export const replyProblems = ['unknown-conversation', 'empty', 'too-long', 'stopped', 'not-permitted'] as const;
export type ReplyProblem = (typeof replyProblems)[number];
