/** The filters that are on, in words; each goes when it is pressed. */
import { type QueryTerm, termsOf, withoutTerm } from '@postern/desk/app/search-query';
import type { JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';
import { orderTexts, termText } from './field-texts.ts';
import { SaidText } from './said.tsx';
import { ids } from './shortcuts.ts';

export function ActiveFilters({ page }: { readonly page: DeskPage }): JSX.Element | null {
  const { query, order } = page.state.value;
  const { say } = page.words.value;
  const terms = termsOf(query).filter((term) => term.kind !== 'word');
  if (terms.length === 0 && order === 'newest') return null;
  return (
    <ul class="chips" aria-label={say('narrow.active')}>
      {terms.map((term) => (
        <Chip key={query.slice(term.from, term.to)} page={page} term={term} />
      ))}
      {order !== 'newest' && (
        <li>
          <button
            type="button"
            class="chip"
            onClick={({ currentTarget }) => {
              focusBeside(currentTarget);
              page.send({ kind: 'order', order: 'newest' });
            }}
          >
            <span class="unseen">{say('narrow.remove')} </span>
            <span>{say(orderTexts[order])}</span> <span aria-hidden="true">×</span>
          </button>
        </li>
      )}
    </ul>
  );
}

interface ChipProps {
  readonly page: DeskPage;
  readonly term: Exclude<QueryTerm, { kind: 'word' }>;
}

function Chip({ page, term }: ChipProps): JSX.Element {
  const [name, value] = termText(page, term);
  const remove = (button: HTMLElement): void => {
    focusBeside(button);
    page.search(withoutTerm(page.state.value.query, term));
  };
  return (
    <li>
      <button type="button" class="chip" onClick={({ currentTarget }) => remove(currentTarget)}>
        <span class="unseen">{page.words.value.say('narrow.remove')} </span>
        <span>
          <SaidText said={name} />:{' '}
          <strong>
            <SaidText said={value} />
          </strong>
        </span>{' '}
        <span aria-hidden="true">×</span>
      </button>
    </li>
  );
}

/** What is pressed goes away, and must not take the focus with it. */
function focusBeside(button: HTMLElement): void {
  const item = button.closest('li');
  const beside = item?.nextElementSibling ?? item?.previousElementSibling;
  (beside?.querySelector('button') ?? document.getElementById(ids.narrow))?.focus();
}
