/** Sends a sealed message that somebody else has written: from a file, a pasted text, or QR codes one after the other. */
import { button, make, privateField, setText } from '../dom.ts';
import { filePicker } from './file-picker.ts';
import { readFile } from './verify.ts';
import { type CarryProblem, carryProblems, goButton, list, type MakeView, screenHeading } from './view.ts';

export const carryView: MakeView = (ui) => {
  const complaint = make('p', { class: 'complaint', attributes: { id: 'carry-complaint', role: 'alert' } });
  const field = make('textarea', {
    class: 'code',
    attributes: {
      ...privateField,
      rows: '6',
      dir: 'ltr',
      'aria-labelledby': 'screen-heading',
      'aria-describedby': 'carry-hint carry-complaint',
    },
    on: { input: () => complain(undefined) },
  });
  const complain = (problem: CarryProblem | undefined): void => {
    setText(complaint, problem === undefined ? '' : ui.text(carryProblems[problem]));
    field.setAttribute('aria-invalid', String(problem !== undefined));
  };
  const picker = filePicker(ui.text, 'carry.file', 'carry-file', { accept: '.txt,text/plain' }, (input) => {
    void readFile(input).then((bytes) => {
      if (bytes !== undefined) field.value = `${field.value.trim()}\n${new TextDecoder().decode(bytes)}`.trim();
      complain(undefined);
    });
  });
  const send = button(ui.text('carry.send'), 'main', () => {
    send.disabled = true;
    void ui.offers.carry?.(field.value, ui.dispatch).then((problem) => {
      send.disabled = false;
      if (problem !== undefined) complain(problem);
    });
  });
  return {
    root: make(
      'section',
      {},
      screenHeading(ui, 'carry.heading'),
      make('p', { class: 'hint', attributes: { id: 'carry-hint' } }, ui.text('carry.hint')),
      picker.root,
      field,
      complaint,
      make('div', { class: 'actions' }, send, goButton(ui, 'step.back', 'home')),
      list(ui, 'carry.sealed', 'carry.same', 'carry.again'),
    ),
    update: () => {},
  };
};
