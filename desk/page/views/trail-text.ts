/** One step of a case's trail in words, which the page and the transcripts of exports say alike, or of the team's. */
import { caseName } from '@postern/desk/app/case-name';
import { gradeText } from '@postern/desk/engine/case-view';
import type { TeamTrailItem, TrailItem } from '@postern/protocol/desk/case-work';
import type { AccessKind, CaseState, MotiveKind, Role } from '@postern/protocol/messages/case-event';
import type { TextKey, Words } from '../languages/languages.ts';
import { accessTexts, motiveTexts, roleTexts, stateTexts } from './case-texts.ts';

const kinds: Readonly<Record<TrailItem['what'], TextKey>> = {
  state: 'trail.state',
  owner: 'trail.owner',
  tag: 'trail.tag',
  untag: 'trail.untag',
  reminder: 'trail.reminder',
  hold: 'trail.held',
  placement: 'trail.placement',
  link: 'trail.link',
  unlink: 'trail.unlink',
  merge: 'trail.merge',
  regrade: 'trail.regrade',
  note: 'trail.note',
  graded: 'trail.graded',
  'grade-shown': 'trail.gradeShown',
  asked: 'trail.askedFor',
  answered: 'trail.granted',
  ended: 'trail.ended',
  'wrote-again': 'trail.wroteAgain',
  'saved-original': 'trail.savedOriginal',
};

/** How people and days are called where it is said. */
export interface TrailNames {
  readonly nameOf: (device: string) => string;
  readonly dayText: (day: number) => string;
}

export function trailText(words: Words, item: TrailItem, names: TrailNames): string {
  return words.say(keyOf(item), { value: describe(words, item, names) });
}

function keyOf({ what, value }: TrailItem): TextKey {
  if (what === 'hold') return value === 'off' ? 'trail.released' : kinds.hold;
  return what === 'answered' && value.endsWith('/no') ? 'trail.refused' : kinds[what];
}

function describe({ say, count }: Words, { what, value }: TrailItem, { nameOf, dayText }: TrailNames): string {
  const [first = '', second = ''] = value.split('/');
  switch (what) {
    case 'placement':
      return `${say(accessTexts[first as AccessKind])}, ${say(motiveTexts[second as MotiveKind])}`;
    case 'grade-shown':
      return gradeText({ source: Number(first), information: Number(second) });
    case 'asked':
    case 'answered':
      return count(first === 'erase' ? 'work.wantsErase' : 'work.wantsExport', 1);
    case 'state':
      return say(stateTexts[value as CaseState]);
    case 'owner':
      return value === '' ? say('work.nobody') : nameOf(value);
    case 'reminder':
      return value === '' ? say('work.noReminder') : dayText(Number(value));
    case 'link':
    case 'unlink':
    case 'merge':
      return value === '' ? '–' : caseName(value);
    default:
      return value;
  }
}

export function teamTrailText(words: Words, { what, value }: TeamTrailItem, nameOf: TrailNames['nameOf']): string {
  const { say, count } = words;
  const [first = '', second = ''] = value.split('/');
  switch (what) {
    case 'person':
      return say('trail.person', { value });
    case 'role':
      return say('trail.role', { value: `${nameOf(first)}: ${say(roleTexts[second as Role])}` });
    case 'proposed':
      return say('trail.proposed', { value: nameOf(value) });
    case 'saved-reply':
      return say('trail.savedReply', { value });
    case 'saved-reply-removed':
      return say('trail.savedReplyRemoved', { value });
    case 'retention':
      return say('trail.retention', { value });
    case 'ended':
      return count('trail.termEnded', Number(value));
    case 'asked':
    case 'granted':
    case 'refused': {
      const wanted = count(first === 'erase' ? 'work.wantsErase' : 'work.wantsExport', Number(second));
      return say(consentTexts[what], { value: wanted });
    }
  }
}

const consentTexts = {
  asked: 'trail.askedFor',
  granted: 'trail.granted',
  refused: 'trail.refused',
} as const satisfies Readonly<Record<string, TextKey>>;
