/** What the team has made of a case and of itself, as people see it: plain data, ready for JSON (spec/protocol.md, section 7.3). */

import type { CaseRecord, Team, TeamTrailItem, TrailItem } from '@postern/protocol/desk/case-work';
import { roleOf } from '@postern/protocol/desk/roles';
import type { AccessKind, CaseState, MotiveKind, NoteKind, Purpose, Role } from '@postern/protocol/messages/case-event';
import type { ExportTerms } from '@postern/protocol/messages/export-terms';
import type { Grade } from '@postern/protocol/messages/grade';

/** What the inbox shows of a case beside its conversation. Devices and cases stand by hex. */
export interface CaseSummary {
  readonly state: CaseState;
  readonly owner: string | null;
  readonly tags: readonly string[];
  readonly reminder: number | null;
  readonly isHeld: boolean;
  readonly mergedInto: string | null;
  /** Of the two that were shown last; null before. */
  readonly grade: string | null;
  readonly gradesDiffer: boolean;
  readonly access: AccessKind;
  readonly motive: MotiveKind;
  /** How many have graded in the round under way, 0 to 2, and whether this device has. */
  readonly gradesUnderWay: number;
  readonly hasGraded: boolean;
  /** Grows with everything that is done to the case. */
  readonly activity: number;
  /** The last day on which it is kept; null: for as long as one likes. */
  readonly endDay: number | null;
  /** The day of its newest message, reply or note, from which its term counts. */
  readonly restsSince: number;
}

export interface NoteView {
  readonly id: string;
  readonly of: NoteKind;
  readonly device: string;
  readonly day: number;
  readonly text: string;
}

export interface GradeView extends Grade {
  readonly device: string;
}

export interface CaseView extends CaseSummary {
  readonly links: readonly string[];
  /** Cases that are part of this one. */
  readonly parts: readonly string[];
  readonly notes: readonly NoteView[];
  readonly grades: readonly GradeView[];
  readonly trail: readonly TrailItem[];
}

export interface PersonView {
  readonly device: string;
  readonly name: string;
  readonly role: Role;
  /** The device whose member proposed it as lead, while it waits for a second; else null. */
  readonly proposedBy: string | null;
  readonly isThis: boolean;
}

/** A device that has been at the desk and that the roster lists no more. */
export type FormerView = Pick<PersonView, 'device' | 'name'>;

export interface RequestView {
  readonly id: string;
  readonly purpose: Purpose;
  readonly by: string;
  readonly day: number;
  readonly cases: readonly string[];
  /** Null for no export, and for one that was asked for before terms were named: by that none goes out. */
  readonly terms: ExportTerms | null;
  readonly answer: { readonly by: string; readonly day: number; readonly isGranted: boolean } | null;
}

export interface SavedReplyView {
  readonly id: string;
  readonly language: string;
  readonly title: string;
  readonly text: string;
}

export interface TeamView {
  readonly people: readonly PersonView[];
  readonly former: readonly FormerView[];
  readonly savedReplies: readonly SavedReplyView[];
  readonly retentionDays: number;
  /** The day on which that was changed last; 0: never. */
  readonly retentionSince: number;
  readonly requests: readonly RequestView[];
  /** Events that a role did not permit. */
  readonly refused: readonly { readonly device: string; readonly kind: string; readonly count: number }[];
  /** What was done to the team, in the order of the log. */
  readonly trail: readonly TeamTrailItem[];
}

/** Why something was not done to a case. */
export const caseProblems = [
  'unknown',
  'not-permitted',
  'malformed',
  'stopped',
  'graded-already',
  'recipients',
  'mixed',
  'no-room',
] as const;
export type CaseProblem = (typeof caseProblems)[number];

const letters = 'ABCDEF';

export function gradeText({ source, information }: Grade): string {
  return `${letters[source - 1]}${information}`;
}

export function caseSummary(
  record: CaseRecord,
  device: string,
  days: Pick<CaseSummary, 'endDay' | 'restsSince'>,
): CaseSummary {
  const { state, owner, tags, reminder, isHeld, mergedInto, access, motive, activity } = record;
  const [one, two] = record.grades;
  return {
    ...{ state, owner, tags, reminder, isHeld, mergedInto, access, motive, activity, ...days },
    grade: one === undefined ? null : record.grades.map(gradeText).join(' '),
    gradesDiffer: one !== undefined && two !== undefined && gradeText(one) !== gradeText(two),
    gradesUnderWay: record.gradesUnderWay.length,
    hasGraded: record.gradesUnderWay.some((given) => given.device === device),
  };
}

export function teamView(team: Team, devices: readonly string[], own: string): TeamView {
  return {
    people: devices.map((device) => ({
      device,
      name: team.names.get(device) ?? '',
      role: roleOf(team, device),
      proposedBy: team.proposals.get(device) ?? null,
      isThis: device === own,
    })),
    former: [...new Set([...team.names.keys(), ...team.roles.keys()])]
      .filter((device) => !devices.includes(device))
      .map((device) => ({ device, name: team.names.get(device) ?? '' })),
    savedReplies: byId(team.savedReplies).map(([id, reply]) => ({ id, ...reply })),
    retentionDays: team.retentionDays,
    retentionSince: team.retentionSince,
    requests: byId(team.requests).map(([id, request]) => ({ id, ...request })),
    refused: [...team.refused].map(([key, count]) => {
      const [device = '', kind = ''] = key.split('/');
      return { device, kind, count };
    }),
    // As it is now: the state goes on to grow.
    trail: [...team.trail],
  };
}

/** In one order on each device and after each change: rows with buttons must not change places. */
function byId<Value>(map: ReadonlyMap<string, Value>): (readonly [string, Value])[] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1));
}
