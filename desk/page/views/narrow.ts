/** Starts a filter from where its value is shown. */
import { asksField, type FieldKey, fieldText, termsOf, withTerm } from '@postern/desk/app/search-query';
import type { DeskPage } from '../desk-page.ts';

/** Beside what is looked for already; one that is on stays on. */
export function narrowTo(page: DeskPage, key: FieldKey, value: string): void {
  const { query, pane } = page.state.value;
  if (pane !== 'inbox') {
    page.send({ kind: 'pane', pane: 'inbox' });
    // A narrow window does not show any more what was pressed.
    page.wantFocus('cursor');
  }
  const isOn = termsOf(query).some((term) => asksField(term, key, value));
  if (!isOn) page.search(withTerm(query, fieldText(key, value)));
}
