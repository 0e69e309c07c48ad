/** Who did what to a case, as their devices have signed it. */
import type { JSX } from 'preact';
import type { PanelProps } from './case-parts.tsx';
import { personName } from './names.ts';
import { trailText } from './trail-text.ts';

export function Trail({ page, work }: PanelProps): JSX.Element {
  const { team, today } = page.state.value;
  const { say, count, day } = page.words.value;
  const names = {
    nameOf: (device: string) => personName(team, device),
    dayText: (on: number) => day(on, today),
  };
  return (
    <details class="trail">
      <summary>{count('trail.heading', work.trail.length)}</summary>
      <ol>
        {work.trail.map((item, at) => (
          <li key={at}>
            <span class="about">
              {day(item.day, today)} · {item.device === '' ? say('case.source') : personName(team, item.device)}
            </span>{' '}
            {trailText(page.words.value, item, names)}
          </li>
        ))}
      </ol>
    </details>
  );
}
