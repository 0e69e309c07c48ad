/** Who did what to a case, or to the team, as their devices have signed it. */
import type { TeamView } from '@postern/desk/engine/case-view';
import type { TrailItem } from '@postern/protocol/desk/case-work';
import type { JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';
import type { PanelProps } from './case-parts.tsx';
import { personName } from './names.ts';
import { NewMark, newsId } from './news.tsx';
import { teamTrailText, trailText } from './trail-text.ts';

export function Trail({ page, id, work }: PanelProps): JSX.Element {
  const { team, today } = page.state.value;
  const words = page.words.value;
  const names = {
    nameOf: (device: string) => personName(team, device),
    dayText: (on: number) => words.day(on, today),
  };
  const steps = work.trail.map((item) => ({ ...item, text: trailText(words, item, names) }));
  const news = page.news.value.get(id)?.steps;
  return (
    <Steps
      page={page}
      id={newsId(page, id, 'trail')}
      heading={words.count('trail.heading', steps.length)}
      steps={steps}
      news={news}
    />
  );
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
  readonly id?: string | undefined;
  /** Places of those that are new. */
  readonly news?: ReadonlySet<number> | undefined;
  readonly heading: string;
  readonly steps: readonly (Pick<TrailItem, 'device' | 'day'> & { readonly text: string })[];
}

function Steps({ page, id, heading, steps, news = new Set() }: StepsProps): JSX.Element {
  const { team, today } = page.state.value;
  const { say, count, day } = page.words.value;
  return (
    <details class="trail">
      <summary id={id}>
        {heading}
        {news.size > 0 && <span class="tag is-new">{count('case.newCount', news.size)}</span>}
      </summary>
      <ol>
        {steps.map((step, at) => (
          <li key={at}>
            <span class="about">
              {day(step.day, today)} · {step.device === '' ? say('case.source') : personName(team, step.device)}
            </span>{' '}
            {step.text} <NewMark page={page} isNew={news.has(at)} />
          </li>
        ))}
      </ol>
    </details>
  );
}
