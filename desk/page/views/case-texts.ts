/** Keys of the words for the codes of case work. */
import type { CaseProblem } from '@postern/desk/engine/case-view';
import type { AccessKind, CaseState, MotiveKind, Role } from '@postern/protocol/messages/case-event';
import type { TextKey } from '../languages/languages.ts';

export const stateTexts: Readonly<Record<CaseState, TextKey>> = {
  new: 'work.stateNew',
  open: 'work.stateOpen',
  waiting: 'work.stateWaiting',
  closed: 'work.stateClosed',
};

export const accessTexts: Readonly<Record<AccessKind, TextKey>> = {
  unknown: 'work.unknown',
  'first-hand': 'work.accessFirst',
  'second-hand': 'work.accessSecond',
  documents: 'work.accessDocuments',
  hearsay: 'work.accessHearsay',
};

export const motiveTexts: Readonly<Record<MotiveKind, TextKey>> = {
  unknown: 'work.unknown',
  conscience: 'work.motiveConscience',
  grievance: 'work.motiveGrievance',
  gain: 'work.motiveGain',
  protection: 'work.motiveProtection',
  other: 'work.motiveOther',
};

export const roleTexts: Readonly<Record<Role, TextKey>> = {
  member: 'team.member',
  lead: 'team.lead',
  auditor: 'team.auditor',
};

export const problemTexts: Readonly<Record<CaseProblem | 'failed', TextKey>> = {
  unknown: 'work.problemUnknown',
  'not-permitted': 'work.problemNotPermitted',
  malformed: 'work.problemMalformed',
  stopped: 'write.problemStopped',
  'graded-already': 'work.problemGraded',
  recipients: 'export.problem.recipients',
  mixed: 'export.problem.mixed',
  'no-room': 'work.problemNoRoom',
  failed: 'work.problemFailed',
};

export const sourceTexts: readonly TextKey[] = [
  'grade.sourceA',
  'grade.sourceB',
  'grade.sourceC',
  'grade.sourceD',
  'grade.sourceE',
  'grade.sourceF',
];

export const informationTexts: readonly TextKey[] = [
  'grade.info1',
  'grade.info2',
  'grade.info3',
  'grade.info4',
  'grade.info5',
  'grade.info6',
];
