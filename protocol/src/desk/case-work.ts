/** What a team has made of its cases: plain data that every device computes alike (spec/protocol.md, section 7.3). */

import type { AccessKind, CaseState, MotiveKind, NoteKind, Purpose, Role } from '../messages/case-event.ts';
import type { ExportTerms } from '../messages/export-terms.ts';
import type { Grade } from '../messages/grade.ts';
import type { EndedCounts } from './ended-counts.ts';

/** Devices and cases stand by the hex of their ids. */
export interface CaseNote {
  /** Hex, 16 digits. */
  readonly id: string;
  readonly of: NoteKind;
  readonly device: string;
  readonly day: number;
  readonly text: string;
}

/** What happened to a case, in the order of the log: who did what, and on which day as that device says. */
export const trailKinds = [
  'state',
  'owner',
  'tag',
  'untag',
  'reminder',
  'hold',
  'placement',
  'link',
  'unlink',
  'merge',
  'regrade',
  'note',
  'graded',
  'grade-shown',
  'asked',
  'answered',
  'ended',
  'wrote-again',
  'saved-original',
] as const;
export type TrailKind = (typeof trailKinds)[number];

export interface TrailItem {
  readonly device: string;
  readonly day: number;
  readonly what: TrailKind;
  /** The new value as a short code, a tag, or an id in hex. Never a text that somebody wrote beside a tag. */
  readonly value: string;
}

/** What was done to the team itself, or to more than one case at once. */
export const teamTrailKinds = [
  'person',
  'role',
  'proposed',
  'saved-reply',
  'saved-reply-removed',
  'retention',
  'asked',
  'granted',
  'refused',
  'ended',
] as const;
export type TeamTrailKind = (typeof teamTrailKinds)[number];

export interface TeamTrailItem extends Omit<TrailItem, 'what'> {
  readonly what: TeamTrailKind;
  /**
   * A name; `<device>/<role>`; a device; the title of a saved reply; days; `<purpose>/<number of cases>`; or the
   * number of cases that have ended by their term.
   */
  readonly value: string;
}

export interface GradeUnderWay {
  readonly device: string;
  readonly commitment: Uint8Array;
  /** Null until it is shown. */
  readonly grade: Grade | null;
}

export interface GradeGiven extends Grade {
  readonly device: string;
}

export interface CaseRecord {
  state: CaseState;
  owner: string | null;
  /** Ascending. */
  tags: readonly string[];
  reminder: number | null;
  isHeld: boolean;
  access: AccessKind;
  motive: MotiveKind;
  /** Ascending. */
  links: readonly string[];
  mergedInto: string | null;
  readonly notes: CaseNote[];
  /** At most two. */
  gradesUnderWay: readonly GradeUnderWay[];
  /** The two that were shown last, or none. */
  grades: readonly GradeGiven[];
  readonly trail: TrailItem[];
  /** Things done and messages come since the case began: grows for ever, so that a device knows what is new. */
  activity: number;
  /** The day on which its texts and keys were erased, while nothing has come since. */
  endedDay: number | null;
}

export interface SavedReply {
  readonly language: string;
  readonly title: string;
  readonly text: string;
}

/** Asked of a second person (CAS-5). */
export interface ConsentRequest {
  readonly purpose: Purpose;
  readonly by: string;
  readonly day: number;
  readonly cases: readonly string[];
  /** What would be agreed to (CAS-10); null for no export, and for one that was asked for without. */
  readonly terms: ExportTerms | null;
  readonly answer: { readonly by: string; readonly day: number; readonly isGranted: boolean } | null;
}

/** An event that its signer's role does not permit. */
export interface RefusedEvent {
  readonly device: string;
  readonly kind: string;
}

export interface Team {
  readonly names: Map<string, string>;
  /** Devices that are not here are members. */
  readonly roles: Map<string, Role>;
  /** Members who want a device to be lead: that device, and who said so first. */
  readonly proposals: Map<string, string>;
  readonly savedReplies: Map<string, SavedReply>;
  /** 0: no case ends by itself. */
  retentionDays: number;
  /** The day on which that was changed last, as the device says that did it; 0: never. */
  retentionSince: number;
  readonly requests: Map<string, ConsentRequest>;
  /** By device and kind of event, how many. */
  readonly refused: Map<string, number>;
  /** Of cases that have ended (CAS-11). */
  readonly ended: EndedCounts;
  /** The newest steps, in the order of the log. */
  readonly trail: TeamTrailItem[];
}

export interface CaseWork {
  /** By hex of the conversation id; a case that nobody has touched has none. */
  readonly cases: Map<string, CaseRecord>;
  readonly team: Team;
}

export function emptyCaseWork(): CaseWork {
  return { cases: new Map(), team: emptyTeam() };
}

export function emptyTeam(): Team {
  const maps = { names: new Map(), roles: new Map(), proposals: new Map(), savedReplies: new Map() };
  return {
    ...maps,
    retentionDays: 0,
    retentionSince: 0,
    requests: new Map(),
    refused: new Map(),
    ended: new Map(),
    trail: [],
  };
}

export function emptyCase(): CaseRecord {
  const nothing = { owner: null, reminder: null, mergedInto: null, endedDay: null };
  const lists = { tags: [], links: [], notes: [], gradesUnderWay: [], grades: [], trail: [] };
  return { state: 'new', ...nothing, ...lists, isHeld: false, access: 'unknown', motive: 'unknown', activity: 0 };
}

/** The case's record; a fresh one that is not in the state yet if nobody has touched it. */
export function caseOf(work: CaseWork, id: string): CaseRecord {
  return work.cases.get(id) ?? emptyCase();
}
