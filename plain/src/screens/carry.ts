/** Sends a sealed message that somebody else has written: from a file, or as a pasted text. */
import { carryProblems } from '@postern/source/views/view';
import { type Html, make } from '../html.ts';
import { fileField } from './files.ts';
import { actions, button, heading, hidden, list, privateField, type Ui } from './ui.ts';

export function carryScreen(ui: Ui): Html {
  const { sealed, problem } = ui.brought;
  const field = make(
    'textarea',
    {
      ...privateField,
      class: 'code',
      name: 'sealed',
      rows: '6',
      dir: 'ltr',
      'aria-labelledby': 'screen-heading',
      'aria-describedby': 'carry-hint carry-complaint',
      'aria-invalid': String(problem !== undefined),
    },
    `\n${sealed}`,
  );
  const complaint = problem === undefined ? '' : ui.text(carryProblems[problem]);
  // In the shape that carries files, chosen or not.
  const send = { class: 'main', name: 'go', value: 'deliver', formenctype: 'multipart/form-data' };
  return make(
    'section',
    {},
    heading(ui, 'carry.heading'),
    make('p', { class: 'hint', id: 'carry-hint' }, ui.text('carry.hint')),
    ui.form(
      hidden('for', 'carry'),
      fileField(ui, 'carry.file', 'carry-file', '.txt,text/plain'),
      field,
      make('p', { class: 'complaint', id: 'carry-complaint', role: 'alert' }, complaint),
      actions(make('button', send, ui.text('carry.send')), button(ui, 'step.back', 'home')),
    ),
    list(ui, 'carry.sealed', 'carry.same', 'carry.again'),
  );
}
