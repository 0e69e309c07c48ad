/** Who did what to a case, or to the team, as their devices have signed it. */
import type { TeamView } from '@postern/desk/engine/case-view';
import type { TrailItem } from '@postern/protocol/desk/case-work';
import type { JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';
import type { PanelProps } from './case-parts.tsx';
import { personName } from './names.ts';
import { teamTrailText, trailText } from './trail-text.ts';

export function Trail({ page, work }: PanelProps): JSX.Element {
  const { team, today } = page.state.value;
  const words = page.words.value;
  const names = {
    nameOf: (device: string) => personName(team, device),
    dayText: (on: number) => words.day(on, today),
  };
  const steps = work.trail.map((item) => ({ ...item, text: trailText(words, item, names) }));
  return <Steps page={page} heading={words.count('trail.heading', steps.length)} steps={steps} />;
}

/** For who looks after the desk: what people did to the team, its texts and its term, and what was agreed to. */
export function TeamTrail({ page, team }: { readonly page: DeskPage; readonly team: TeamView }): JSX.Element {
  const words = page.words.value;
  const nameOf = (device: string): string => personName(team, device);
  const steps = team.trail.map((item) => ({ ...item, text: teamTrailText(words, item, nameOf) }));
  return (
    <section>
      <h3>{words.say('team.trail')}</h3>
      <p class="note">{words.say('team.trailText')}</p>
      <Steps page={page} heading={words.count('team.trailSteps', steps.length)} steps={steps} />
    </section>
  );
}

interface StepsProps {
  readonly page: DeskPage;
  readonly heading: string;
  readonly steps: readonly (Pick<TrailItem, 'device' | 'day'> & { readonly text: string })[];
}

function Steps({ page, heading, steps }: StepsProps): JSX.Element {
  const { team, today } = page.state.value;
  const { say, day } = page.words.value;
  return (
    <details class="trail">
      <summary>{heading}</summary>
      <ol>
        {steps.map((step, at) => (
          <li key={at}>
            <span class="about">
              {day(step.day, today)} · {step.device === '' ? say('case.source') : personName(team, step.device)}
            </span>{' '}
            {step.text}
          </li>
        ))}
      </ol>
    </details>
  );
}
