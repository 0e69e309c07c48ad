/** Is it really them? Takes what a person has found, and says yes or no in words and as a picture, above what was asked. */
import type { State } from '@postern/source/state';
import type { Verdict } from '@postern/source/verdict';
import { gap, verdictTexts } from '@postern/source/views/verdict-texts';
import { type Html, make } from '../html.ts';
import { fileField } from './files.ts';
import { actions, button, heading, hidden, list, privateField, type Ui } from './ui.ts';
import { listChoice } from './words.ts';

export function judgeScreen(ui: Ui, state: State): Html {
  const { given, verdict } = ui.brought;
  const field = make(
    'textarea',
    {
      ...privateField,
      name: 'given',
      rows: '3',
      dir: 'auto',
      maxlength: '4096',
      'aria-labelledby': 'screen-heading',
      'aria-describedby': 'verify-hint',
    },
    `\n${given}`,
  );
  const judge = { name: 'go', value: 'judge' };
  const judgeFile = { ...judge, class: 'quiet', formenctype: 'multipart/form-data' };
  return make(
    'section',
    {},
    heading(ui, 'verify.heading'),
    verdict === undefined ? null : answer(ui, verdict),
    make('p', { class: 'hint', id: 'verify-hint' }, ui.text('verify.hint')),
    ui.form(
      hidden('for', 'verify'),
      field,
      listChoice(ui, state.list.id),
      actions(make('button', { ...judge, class: 'main' }, ui.text('verify.submit')), button(ui, 'step.back', 'home')),
    ),
    ui.form(
      hidden('for', 'verify'),
      fileField(ui, 'verify.file', 'verify-file', '.html,text/html'),
      actions(make('button', judgeFile, ui.text('verify.submit'))),
    ),
    make('h2', {}, ui.text('verify.how')),
    list(ui, 'verify.howWords', 'verify.howAddress', 'verify.howSecret', 'verify.howPage'),
  );
}

function answer(ui: Ui, verdict: Verdict): Html {
  const [title, lines, compared] = verdictTexts(ui.text, verdict);
  const rows = compared.flatMap(([name, { before, differing, after }]) => [
    make('dt', {}, name),
    make('dd', { dir: 'ltr' }, before, make('mark', {}, differing || gap), after),
  ]);
  const picture = make('span', { class: 'verdict-picture', 'aria-hidden': 'true' });
  const head = make('div', { class: `verdict-head ${verdict.answer}` }, picture, make('h2', {}, title));
  return make(
    'div',
    { class: 'verdict', role: 'status' },
    head,
    ...lines.map((line) => make('p', {}, line)),
    rows.length === 0 ? null : make('dl', { class: 'compare' }, ...rows),
  );
}
