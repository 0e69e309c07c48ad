/** Grades by the Admiralty code. Nobody sees another's before giving an own one: it is not on this device before. */
import { gradeText } from '@postern/desk/engine/case-view';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Field, type PanelProps } from './case-parts.tsx';
import { informationTexts, sourceTexts } from './case-texts.ts';
import { personName } from './names.ts';
import { NewMark } from './news.tsx';

export function Grades({ page, id, work }: PanelProps): JSX.Element {
  const { team } = page.state.value;
  const { say, number } = page.words.value;
  const [source, setSource] = useState(0);
  const [information, setInformation] = useState(0);
  const isLead = team?.people.some(({ isThis, role }) => isThis && role === 'lead') === true;
  const graders = page.news.value.get(id)?.graders;
  const isUnderWay = work.gradesUnderWay > 0;
  const give = (event: Event): void => {
    event.preventDefault();
    if (source > 0 && information > 0) void page.work('grade', { id, source, information });
  };
  return (
    <section class="grades" aria-labelledby="grades-heading">
      <h3 id="grades-heading">{say('grade.heading')}</h3>
      {work.grades.length > 0 && (
        <ul>
          {work.grades.map((grade) => (
            <li key={grade.device}>
              <b>{gradeText(grade)}</b> {personName(team, grade.device)}{' '}
              <NewMark page={page} isNew={graders?.has(grade.device) === true} />
            </li>
          ))}
        </ul>
      )}
      {work.gradesDiffer && <p class="tag is-warning">{say('grade.differ')}</p>}
      {isUnderWay && (
        <p class="note" role="status">
          {say(work.hasGraded ? 'grade.waits' : 'grade.oneGiven', { given: number(work.gradesUnderWay) })}
        </p>
      )}
      {work.gradesUnderWay < 2 && !work.hasGraded && (
        <form onSubmit={give}>
          <Field label={say('grade.source')}>
            <select value={source} onChange={({ currentTarget }) => setSource(Number(currentTarget.value))}>
              <option value={0}>{say('grade.choose')}</option>
              {sourceTexts.map((key, at) => (
                <option key={key} value={at + 1}>
                  {say(key)}
                </option>
              ))}
            </select>
          </Field>
          <Field label={say('grade.information')}>
            <select value={information} onChange={({ currentTarget }) => setInformation(Number(currentTarget.value))}>
              <option value={0}>{say('grade.choose')}</option>
              {informationTexts.map((key, at) => (
                <option key={key} value={at + 1}>
                  {say(key)}
                </option>
              ))}
            </select>
          </Field>
          <p class="note">{say('grade.hint')}</p>
          <button type="submit" aria-disabled={source === 0 || information === 0}>
            {say('grade.give')}
          </button>
        </form>
      )}
      {isUnderWay && isLead && (
        <button type="button" class="quiet" onClick={() => void page.change([id], 'regrade', '')}>
          {say('grade.again')}
        </button>
      )}
    </section>
  );
}
