/** Coming back: the twelve words in one field. */
import type { State } from '@postern/source/state';
import { listNames } from '@postern/source/words';
import { type Html, make } from '../html.ts';
import { actions, button, heading, privateField, type Ui } from './ui.ts';
import { listChoice } from './words.ts';

const typedMax = '1024';

export function enterScreen(ui: Ui, state: State): Html {
  const field = make(
    'textarea',
    {
      ...privateField,
      name: 'typed',
      rows: '3',
      dir: 'ltr',
      lang: listNames[state.list.id][1],
      maxlength: typedMax,
      'aria-labelledby': 'screen-heading',
      'aria-describedby': 'enter-hint enter-complaint',
      'aria-invalid': String(state.problem !== undefined),
    },
    `\n${ui.typed}`,
  );
  return make(
    'section',
    {},
    heading(ui, 'enter.heading'),
    make('p', { class: 'hint', id: 'enter-hint' }, ui.text('enter.hint')),
    ui.form(
      listChoice(ui, state.list.id),
      field,
      make('p', { class: 'fine' }, ui.text('enter.private')),
      make('p', { class: 'complaint', id: 'enter-complaint', role: 'alert' }, problemText(ui, state)),
      actions(button(ui, 'enter.submit', 'look', 'main'), button(ui, 'step.back', 'home')),
    ),
  );
}

function problemText(ui: Ui, { problem }: State): string {
  switch (problem?.problem) {
    case 'count':
      return ui.text('enter.wrongCount', { count: problem.count });
    case 'unknown-word':
      return ui.text('enter.wrongWord', { number: problem.index + 1, word: problem.word ?? '' });
    case 'checksum':
      return ui.text('enter.wrongSum');
    case undefined:
      return '';
  }
}
