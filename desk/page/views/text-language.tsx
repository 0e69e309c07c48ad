/** The language of the text that shall be recognised in pictures, of those that this machine has data of. */
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';

interface TextLanguageProps {
  readonly page: DeskPage;
  readonly languages: readonly string[];
  /** Empty: none is to be recognised. */
  readonly language: string;
  /** Whether it can be none. */
  readonly isOptional: boolean;
  readonly choose: (language: string) => void;
}

export function TextLanguage({ page, languages, language, isOptional, choose }: TextLanguageProps): JSX.Element {
  const { say, languageName, language: own } = page.words.value;
  const note = useId();
  const named = languages.map((tag) => [tag, languageName(tag) || tag] as const);
  const inOrder = named.toSorted(([, one], [, other]) => one.localeCompare(other, own.tag));
  return (
    <>
      <label>
        {say('text.language')}{' '}
        <select value={language} aria-describedby={note} onChange={({ currentTarget }) => choose(currentTarget.value)}>
          {isOptional && <option value="">{say('text.noLanguage')}</option>}
          {inOrder.map(([tag, name]) => (
            <option key={tag} value={tag}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <p class="note" id={note}>
        {say('text.languageNote')}
      </p>
    </>
  );
}

/** The case's own, else the page's, else English; empty while the list is not known. */
export function usualLanguage(page: DeskPage, id: string, languages: readonly string[]): string {
  const detected = page.state.value.rows.get(id)?.detected ?? '';
  const wanted = [detected, page.words.value.language.tag, 'en'].filter(Boolean);
  const known = (tag: string): string | undefined =>
    languages.find((one) => one === tag) ?? languages.find((one) => one.split('-')[0] === tag);
  return wanted.map(known).find((found) => found !== undefined) ?? '';
}
