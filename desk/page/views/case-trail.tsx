/** Who did what to a case, as their devices have signed it. */
import { caseName } from '@postern/desk/app/case-name';
import type { TrailItem } from '@postern/protocol/desk/case-work';
import type { CaseState } from '@postern/protocol/messages/case-event';
import type { JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import type { PanelProps } from './case-parts.tsx';
import { stateTexts } from './case-texts.ts';
import { personName } from './names.ts';

const kinds: Readonly<Record<TrailItem['what'], TextKey>> = {
  state: 'trail.state',
  owner: 'trail.owner',
  tag: 'trail.tag',
  untag: 'trail.untag',
  reminder: 'trail.reminder',
  hold: 'trail.hold',
  placement: 'trail.placement',
  link: 'trail.link',
  unlink: 'trail.unlink',
  merge: 'trail.merge',
  regrade: 'trail.regrade',
  note: 'trail.note',
  graded: 'trail.graded',
  'grade-shown': 'trail.gradeShown',
  asked: 'trail.asked',
  answered: 'trail.answered',
  ended: 'trail.ended',
  'wrote-again': 'trail.wroteAgain',
};

export function Trail({ page, work }: PanelProps): JSX.Element {
  const { team, today } = page.state.value;
  const { say, count, day } = page.words.value;
  return (
    <details class="trail">
      <summary>{count('trail.heading', work.trail.length)}</summary>
      <ol>
        {work.trail.map((item, at) => (
          <li key={at}>
            <span class="about">
              {day(item.day, today)} · {item.device === '' ? say('case.source') : personName(team, item.device)}
            </span>{' '}
            {say(kinds[item.what], { value: describe(page, item) })}
          </li>
        ))}
      </ol>
    </details>
  );
}

function describe(page: DeskPage, { what, value }: TrailItem): string {
  const { say, day } = page.words.value;
  const { team, today } = page.state.value;
  switch (what) {
    case 'state':
      return say(stateTexts[value as CaseState]);
    case 'owner':
      return value === '' ? say('work.nobody') : personName(team, value);
    case 'reminder':
      return value === '' ? say('work.noReminder') : day(Number(value), today);
    case 'link':
    case 'unlink':
    case 'merge':
      return value === '' ? '–' : caseName(value);
    default:
      return value;
  }
}
