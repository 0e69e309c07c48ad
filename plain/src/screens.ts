/** The screens of a visit as pages with forms: the same order, words and looks as the views of the source's page. */
import type { Language } from '@postern/source/languages/languages';
import { plainForm, plainPage, plainTexts } from '@postern/source/languages/plain-html';
import type { Screen, State } from '@postern/source/state';
import { fill, type TextKey } from '@postern/source/texts';
import { Html, make } from './html.ts';
import { answersScreen } from './screens/answers.ts';
import { carryScreen } from './screens/carry.ts';
import { enterScreen } from './screens/enter.ts';
import { noticeOf } from './screens/notice.ts';
import { sentScreen } from './screens/sent.ts';
import type { Calls, Said, Ui } from './screens/ui.ts';
import { judgeScreen } from './screens/verify.ts';
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
  readonly brought: Ui['brought'];
};

const screens = {
  home: () => new Html(''),
  write: writeScreen,
  words: wordsScreen,
  check: checkScreen,
  sent: sentScreen,
  enter: enterScreen,
  answers: answersScreen,
  verify: judgeScreen,
  carry: carryScreen,
} as const;

/** Whether a button of this name leads to a screen. */
export function isScreen(name: string): name is Screen {
  return Object.hasOwn(screens, name);
}

export function screenHtml(shown: Shown): string {
  const { state, language, number, icon, style, said, typed, calls, brought } = shown;
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
    brought,
  };
  const parts = { notice: noticeOf(ui, state, said).text, canChangeLanguage: false };
  const screen = state.organisation === undefined ? new Html('') : screens[state.screen](ui, state);
  const content = make('div', { id: 'app', class: 'app' }, screen, keptText(ui, shown)).text;
  return plainPage(language, { icon, style }, { ...parts, content });
}

/** A text that was promised to be kept, where the screen that it belongs to cannot be shown now. */
function keptText(ui: Ui, { state, said, brought }: Shown): Html | null {
  const { organisation, screen, draft } = state;
  const isShown = organisation !== undefined && (screen === 'write' || screen === 'carry');
  if (isShown || !said.keys.includes('plain.kept')) return null;
  const words = brought.sealed === '' ? draft.text : brought.sealed;
  return make(
    'textarea',
    { rows: '10', dir: 'auto', readonly: true, 'aria-label': ui.text('plain.kept') },
    `\n${words}`,
  );
}
