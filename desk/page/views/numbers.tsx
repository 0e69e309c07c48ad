/** Numbers: cases by week, and how the questions of campaigns were answered. */
import type { AnswerCount } from '@postern/desk/app/answer-counts';
import type { Answers } from '@postern/desk/app/api';
import { answerText } from '@postern/desk/app/search-query';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import { SaidText } from './said.tsx';

type Numbers = Answers['statistics'];
const none: Numbers = { weeks: [], answers: [] };

export function NumbersOf({ page }: { readonly page: DeskPage }): JSX.Element {
  const [numbers, setNumbers] = useState(none);
  useEffect(() => {
    page.call('statistics', {}).then(setNumbers, () => setNumbers(none));
  }, []);
  return (
    <>
      <Weeks page={page} weeks={numbers.weeks} />
      {numbers.answers.length > 0 && <AnswerCounts page={page} counts={numbers.answers} />}
    </>
  );
}

function Weeks({ page, weeks }: { readonly page: DeskPage; readonly weeks: Numbers['weeks'] }): JSX.Element {
  const { today } = page.state.value;
  const { say, day, number } = page.words.value;
  const calls = page.callWords.value;
  return (
    <section>
      <h3>{say('team.statistics')}</h3>
      <p class="note">{say('team.statisticsText')}</p>
      <Table page={page} heads={['team.week', 'team.campaign', 'team.cases', 'team.answered', 'team.closedCases']}>
        {weeks.map(({ monday, campaign, cases, answered, closed }) => (
          <tr key={`${monday}/${campaign}`}>
            <th scope="row">{day(monday, today)}</th>
            <td>{campaign === null ? say('team.none') : <SaidText said={calls.title(campaign)} />}</td>
            <td>{number(cases)}</td>
            <td>{number(answered)}</td>
            <td>{number(closed)}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

/** A choice finds its cases, by the same words that the search takes. */
function AnswerCounts({
  page,
  counts,
}: {
  readonly page: DeskPage;
  readonly counts: readonly AnswerCount[];
}): JSX.Element {
  const { say, number } = page.words.value;
  const calls = page.callWords.value;
  const find = (count: AnswerCount): void => {
    page.search(answerText(count));
    page.send({ kind: 'team', isOpen: false });
  };
  return (
    <section>
      <h3>{say('team.answers')}</h3>
      <p class="note">{say('team.answersText')}</p>
      <Table page={page} heads={['team.campaign', 'team.question', 'team.answer', 'team.cases']}>
        {counts.map((count) => (
          <tr key={`${count.campaign}/${answerText(count)}`}>
            <td>
              <SaidText said={calls.title(count.campaign)} />
            </td>
            <th scope="row">
              <SaidText said={calls.question(count.campaign, count.question)} />
            </th>
            <td>
              <button type="button" onClick={() => find(count)}>
                <SaidText said={calls.value(count.campaign, count.question, count.value)} />
              </button>
            </td>
            <td>{number(count.cases)}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

interface TableProps {
  readonly page: DeskPage;
  readonly heads: readonly TextKey[];
  readonly children: ComponentChildren;
}

function Table({ page, heads, children }: TableProps): JSX.Element {
  return (
    // A wide table scrolls on a narrow screen, by the keyboard too.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus (WCAG 2.1.1)
    <div class="table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {heads.map((key) => (
              <th key={key} scope="col">
                {page.words.value.say(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
