/** The language of the page. */
import type { JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';
import { languages } from '../languages/languages.ts';

export function LanguageChoice({ page }: { readonly page: DeskPage }): JSX.Element {
  const { say } = page.words.value;
  const { language: chosen } = page.state.value.preferences;
  const choose = (event: Event): void =>
    page.setPreferences({ language: (event.currentTarget as HTMLSelectElement).value });
  return (
    <label class="language">
      {say('help.language')}
      <select value={chosen} onChange={choose}>
        <option value="">{say('help.asBrowser')}</option>
        {languages.map(({ tag, name }) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
