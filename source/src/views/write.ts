/** Choosing a desk and writing. */
import { button, make, privateField, setHidden, setText } from '../dom.ts';
import type { DeskChoice, State } from '../state.ts';
import { desksFor } from '../update.ts';
import { fileChooser } from './files.ts';
import { questionsView } from './questions.ts';
import { goButton, type MakeView, screenHeading, type Ui, type View } from './view.ts';

export const writeView: MakeView = (ui, state) => {
  const desks = desksFor(state);
  const head = screenHeading(ui, 'write.heading', state.session.phrase === 'entered' ? undefined : 2);
  if (desks.every(({ paused }) => paused)) {
    const closed = make('p', {}, ui.text('write.closed'));
    return {
      root: make('section', {}, head, closed, make('div', { class: 'actions' }, goButton(ui, 'step.back', 'home'))),
      update: () => {},
    };
  }
  const choice = deskChoice(ui, state);
  const calls = ui.offers.calls?.(ui, state);
  const questions = questionsView(ui, state);
  const field = textField(ui, state);
  const room = roomMeter(ui);
  const files = ui.offers.files === true ? fileChooser(ui) : undefined;
  const complaint = make('p', { class: 'complaint', attributes: { id: 'write-complaint', role: 'alert' } });
  const stays = make('p', { class: 'fine' }, ui.text('write.stays'));
  const status = make('p', { class: 'fine', attributes: { role: 'status' } });
  const next = button('', 'main', () => ui.dispatch({ type: 'submit' }));
  const back = goButton(ui, 'step.back', state.session.phrase === 'entered' ? 'answers' : 'home');
  const update = (now: State): void => {
    const { draft, session } = now;
    files?.update(now);
    calls?.update(now);
    questions.update(now);
    choice.update(now);
    room.update(draft.room.fill, draft.room.fits);
    setText(complaint, complaintText(ui, now));
    field.setAttribute('aria-invalid', String(draft.complaint === 'empty' || !draft.room.fits));
    const knows = session.phrase !== 'none' && now.phrase === undefined;
    setHidden(stays, knows || now.files.length > 0);
    setText(next, ui.text(knows ? 'write.send' : 'write.next'));
    next.disabled = now.working;
    setText(status, now.working ? ui.text('start.loading') : '');
  };
  update(state);
  const hint = make('p', { class: 'hint', attributes: { id: 'write-hint' } }, ui.text('write.hint'));
  const actions = make('div', { class: 'actions' }, next, back);
  return {
    root: make(
      'section',
      {},
      head,
      ...(calls === undefined ? [] : [calls.root]),
      questions.root,
      choice.root,
      hint,
      field,
      room.root,
      ...(files === undefined ? [] : [files.root]),
      stays,
      complaint,
      status,
      actions,
    ),
    update,
  };
};

/** The desks to choose from change when it becomes known which call led here. */
function deskChoice(ui: Ui, state: State): View {
  const root = make('div');
  let shown = '';
  const update = (now: State): void => {
    const desks = desksFor(now);
    const ids = desks.map(({ id }) => id).join();
    if (ids === shown) return;
    shown = ids;
    root.replaceChildren(...(desks.length > 1 ? [deskRadios(ui, desks, now)] : []));
  };
  update(state);
  return { root, update };
}

function deskRadios(ui: Ui, desks: readonly DeskChoice[], state: State): HTMLElement {
  const options = desks.map((desk) => {
    const radio = make('input', {
      attributes: { type: 'radio', name: 'desk', value: desk.id, autocomplete: 'off' },
      on: { change: () => ui.dispatch({ type: 'desk', id: desk.id }) },
    });
    radio.checked = desk.id === state.draft.deskId;
    radio.disabled = desk.paused;
    const name = make('span', { class: 'desk-name' }, desk.name);
    if (desk.paused) name.append(' ', make('span', { class: 'tag' }, ui.text('start.closed')));
    const words = make('span', {}, name, make('span', { class: 'desk-about' }, make('bdi', {}, desk.description)));
    return make('label', { class: 'desk' }, radio, words);
  });
  return make('fieldset', {}, make('legend', {}, ui.text('write.desk')), ...options);
}

function textField(ui: Ui, state: State): HTMLTextAreaElement {
  const field = make('textarea', {
    attributes: {
      ...privateField,
      id: 'write-text',
      rows: '10',
      dir: 'auto',
      'aria-labelledby': 'screen-heading',
      'aria-describedby': 'write-hint write-complaint',
    },
    on: { input: () => ui.dispatch({ type: 'text', text: field.value }) },
  });
  field.value = state.draft.text;
  return field;
}

function roomMeter(ui: Ui): { root: HTMLElement; update: (fill: number, fits: boolean) => void } {
  const words = make('span', { attributes: { id: 'room-text' } });
  const meter = make('meter', { attributes: { min: '0', max: '1', high: '0.9', 'aria-labelledby': 'room-text' } });
  const update = (fill: number, fits: boolean): void => {
    meter.value = Math.min(1, fill);
    // What does not fit is never shown as less than full, nor an empty field as full.
    const percent = fits ? Math.min(100, Math.ceil(fill * 100)) : Math.max(101, Math.ceil(fill * 100));
    setText(words, ui.text('write.room', { percent }));
  };
  return { root: make('div', { class: 'room' }, meter, words), update };
}

function complaintText(ui: Ui, { draft }: State): string {
  if (!draft.room.fits) return ui.text('write.tooLong');
  switch (draft.complaint) {
    case 'empty':
      return ui.text('write.empty');
    case 'desk':
      return ui.text('write.noDesk');
    case 'room':
      return ui.text('write.tooLong');
    case 'files':
      return ui.text('write.files');
    case 'clock':
      return ui.text('write.clock');
    case undefined:
      return '';
  }
}
