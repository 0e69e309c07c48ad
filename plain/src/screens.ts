/** The screens of a visit as pages with forms: the same order, words and looks as the views of the source's page. */
import type { Language } from '@postern/source/languages/languages';
import { plainForm, plainPage, plainTexts } from '@postern/source/languages/plain-html';
import type { State } from '@postern/source/state';
import { fill, type TextKey } from '@postern/source/texts';
import { Html, make } from './html.ts';
import { answersScreen } from './screens/answers.ts';
import { enterScreen } from './screens/enter.ts';
import { noticeOf } from './screens/notice.ts';
import { sentScreen } from './screens/sent.ts';
import type { Calls, Said, Ui } from './screens/ui.ts';
import { checkScreen, wordsScreen } from './screens/words.ts';
import { writeScreen } from './screens/write.ts';

export type Shown = {
  readonly state: State;
  readonly language: Language;
  readonly icon: string;
  readonly style: string;
  /** Of the form, for one use. */
  readonly number: string;
  readonly said: Said;
  /** The twelve words as they were typed. */
  readonly typed: string;
  readonly calls: Calls;
};

const screens = {
  home: () => new Html(''),
  write: writeScreen,
  words: wordsScreen,
  check: checkScreen,
  sent: sentScreen,
  enter: enterScreen,
  answers: answersScreen,
  // By forms there are neither: the page's own checks are enough for who runs them.
  verify: () => new Html(''),
  carry: () => new Html(''),
} as const;

export function screenHtml(shown: Shown): string {
  const { state, language, number, icon, style, said, typed, calls } = shown;
  const texts = plainTexts(language);
  const form: Ui['form'] = (...children) => {
    const hidden = make('input', { type: 'hidden', name: 'form', value: number });
    return new Html(plainForm(language, '', make('div', { class: 'steps' }, hidden, ...children).text));
  };
  const ui: Ui = {
    text: (key, values = {}) => fill(texts[key as TextKey] ?? key, values),
    language: language.tag,
    form,
    typed,
    calls,
  };
  const parts = { notice: noticeOf(ui, state, said).text, canChangeLanguage: false };
  const screen = state.organisation === undefined ? new Html('') : screens[state.screen](ui, state);
  const content = make('div', { id: 'app', class: 'app' }, screen).text;
  return plainPage(language, { icon, style }, { ...parts, content });
}
