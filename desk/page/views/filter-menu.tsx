/** The filters for people who type nothing: what occurs in each field, with counts. It writes the words of the search. */
import type { AnswerCount } from '@postern/desk/app/answer-counts';
import {
  answerText,
  asksField,
  type FieldKey,
  type FieldTerm,
  fieldKeys,
  fieldText,
  type QueryTerm,
  termsOf,
  withoutTerm,
  withTerm,
  wordQuery,
} from '@postern/desk/app/search-query';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { orders } from '../model.ts';
import { noValue, type ValueCount } from '../record-filter.ts';
import { Dialog } from './dialog.tsx';
import { fieldTexts, orderTexts, valueText } from './field-texts.ts';
import { SaidText } from './said.tsx';

export function FilterMenu({ page }: { readonly page: DeskPage }): JSX.Element {
  const { order } = page.state.value;
  const { say } = page.words.value;
  const close = (): void => page.send({ kind: 'narrow', isOpen: false });
  return (
    <Dialog page={page} name="narrow" class="narrow" heading={say('narrow.heading')} onClose={close}>
      <div class="facets">
        <p class="note">{say('narrow.typed')}</p>
        <fieldset>
          <legend>{say('narrow.order')}</legend>
          {orders.map((each) => (
            <label key={each} class="check">
              <input
                type="radio"
                name="order"
                checked={each === order}
                onChange={() => page.send({ kind: 'order', order: each })}
              />
              {say(orderTexts[each])}
            </label>
          ))}
        </fieldset>
        {fieldKeys.map((key) => (
          <Field key={key} page={page} of={key} />
        ))}
        <Answers page={page} />
      </div>
      <Result page={page} onClose={close} />
    </Dialog>
  );
}

/** How many are left, said as it changes, and the ways out. */
function Result({ page, onClose }: { readonly page: DeskPage; readonly onClose: () => void }): JSX.Element {
  const { say, count } = page.words.value;
  const { query } = page.state.value;
  const clear = (): void => {
    page.search(wordQuery(query));
    page.send({ kind: 'order', order: 'newest' });
  };
  return (
    <footer>
      <p role="status">{count('inbox.shown', page.shown.value.length)}</p>
      <button type="button" class="quiet" onClick={clear}>
        {say('narrow.clear')}
      </button>
      <button type="button" class="main" onClick={onClose}>
        {say('narrow.show')}
      </button>
    </footer>
  );
}

function Field({ page, of: key }: { readonly page: DeskPage; readonly of: FieldKey }): JSX.Element | null {
  const terms = termsOf(page.state.value.query);
  const on = terms.filter((term): term is FieldTerm => term.kind === 'field' && term.key === key);
  const counted = page.list.fieldCounts.value[key];
  // One that is on stays to be switched off, also when nothing is left of it.
  const values = [...inOrder(key, counted), ...missing(on, counted)];
  const isTelling = values.some(({ value }) => value !== noValue && value !== 'unknown');
  if (!isTelling) return null;
  return (
    <Choices legend={page.words.value.say(fieldTexts[key])}>
      {values.map(({ value, cases }) => (
        <Choice
          key={value}
          page={page}
          term={on.find((term) => asksField(term, key, value)) ?? null}
          text={fieldText(key, value)}
          cases={cases}
        >
          <SaidText said={valueText(page, key, value)} />
        </Choice>
      ))}
    </Choices>
  );
}

/** Grades stand best first; what has none stands last. */
function inOrder(key: FieldKey, counted: readonly ValueCount[]): readonly ValueCount[] {
  const graded = key === 'grade' ? counted.toSorted((a, b) => (a.value < b.value ? -1 : 1)) : counted;
  return [...graded.filter(({ value }) => value !== noValue), ...graded.filter(({ value }) => value === noValue)];
}

function missing(on: readonly FieldTerm[], counted: readonly ValueCount[]): readonly ValueCount[] {
  const left = on.filter((term) => !counted.some(({ value }) => asksField(term, term.key, value)));
  return left.map(({ value }) => ({ value, cases: 0 }));
}

/** Answers to the questions of calls; they are counted in all cases. */
function Answers({ page }: { readonly page: DeskPage }): JSX.Element {
  const [counts, setCounts] = useState<readonly AnswerCount[]>([]);
  useEffect(() => {
    page.call('statistics', {}).then(
      ({ answers }) => setCounts(answers),
      () => setCounts([]),
    );
  }, []);
  const calls = page.callWords.value;
  const terms = termsOf(page.state.value.query);
  const questions = Map.groupBy(counts, ({ campaign, question }) => `${campaign}/${question}`);
  return (
    <>
      {[...questions].map(([key, of]) => {
        const { campaign = '', question = '' } = of[0] ?? {};
        return (
          <Choices
            key={key}
            legend={
              <>
                <SaidText said={calls.title(campaign)} />: <SaidText said={calls.question(campaign, question)} />
              </>
            }
          >
            {of.map((count) => (
              <Choice
                key={count.value}
                page={page}
                term={terms.find((term) => isAnswer(term, count)) ?? null}
                text={answerText(count)}
                cases={count.cases}
              >
                <SaidText said={calls.value(campaign, question, count.value)} />
              </Choice>
            ))}
          </Choices>
        );
      })}
    </>
  );
}

function isAnswer(term: QueryTerm, { question, value }: AnswerCount): boolean {
  return term.kind === 'answer' && term.question === question && term.value === value;
}

interface ChoicesProps {
  readonly legend: ComponentChildren;
  readonly children: ComponentChildren;
}

function Choices({ legend, children }: ChoicesProps): JSX.Element {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {children}
    </fieldset>
  );
}

interface ChoiceProps {
  readonly page: DeskPage;
  /** Of the search; null while it is off. */
  readonly term: QueryTerm | null;
  /** What switches it on. */
  readonly text: string;
  readonly cases: number;
  readonly children: ComponentChildren;
}

function Choice({ page, term, text, cases, children }: ChoiceProps): JSX.Element {
  const toggle = (): void => {
    const { query } = page.state.value;
    page.search(term === null ? withTerm(query, text) : withoutTerm(query, term));
  };
  return (
    <label class="check">
      <input type="checkbox" checked={term !== null} onChange={toggle} />
      <span>
        {children} <span class="count">{page.words.value.number(cases)}</span>
      </span>
    </label>
  );
}
