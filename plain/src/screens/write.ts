/** Choosing a desk and writing. */
import type { DeskChoice, State } from '@postern/source/state';
import type { TextKey } from '@postern/source/texts';
import { desksFor } from '@postern/source/update';
import { type Html, make } from '../html.ts';
import { fileChooser } from './files.ts';
import { callFields } from './questions.ts';
import { actions, button, heading, privateField, type Ui } from './ui.ts';

/** In UTF-16 units, as browsers count: as much as could ever fit. */
const textMax = '65536';
const complaints = {
  empty: 'write.empty',
  desk: 'write.noDesk',
  room: 'write.tooLong',
  files: 'write.files',
  clock: 'write.clock',
} as const;

export function writeScreen(ui: Ui, state: State): Html {
  const { draft, session, phrase } = state;
  const desks = desksFor(state);
  const head = heading(ui, 'write.heading', session.phrase === 'entered' ? undefined : 2);
  const back = button(ui, 'step.back', session.phrase === 'entered' ? 'answers' : 'home');
  if (desks.every(({ paused }) => paused)) {
    return make('section', {}, head, make('p', {}, ui.text('write.closed')), ui.form(actions(back)));
  }
  const complaint: TextKey | null = !draft.room.fits
    ? 'write.tooLong'
    : draft.complaint === undefined
      ? null
      : complaints[draft.complaint];
  const field = make(
    'textarea',
    {
      ...privateField,
      id: 'write-text',
      name: 'text',
      rows: '10',
      dir: 'auto',
      maxlength: textMax,
      'aria-labelledby': 'screen-heading',
      'aria-describedby': 'write-hint write-complaint',
      'aria-invalid': String(draft.complaint === 'empty' || !draft.room.fits),
    },
    // A parser drops the first line break.
    `\n${draft.text}`,
  );
  const knows = session.phrase !== 'none' && phrase === undefined;
  const parts = [
    ...callFields(ui, state),
    ...(desks.length > 1 ? [deskChoice(ui, desks, draft.deskId)] : []),
    make('p', { class: 'hint', id: 'write-hint' }, ui.text('write.hint')),
    field,
    ...(draft.text === '' ? [] : [room(ui, draft.room)]),
    fileChooser(ui, state),
    ...(knows || state.files.length > 0 ? [] : [make('p', { class: 'fine' }, ui.text('write.stays'))]),
    make(
      'p',
      { class: 'complaint', id: 'write-complaint', role: 'alert' },
      complaint === null ? '' : ui.text(complaint),
    ),
    actions(button(ui, knows ? 'write.send' : 'write.next', 'submit', 'main'), back),
  ];
  return make('section', {}, head, ui.form(parts));
}

function deskChoice(ui: Ui, desks: readonly DeskChoice[], chosen: string | undefined): Html {
  const options = desks.map(({ id, name, description, paused }) => {
    const radio = { type: 'radio', name: 'desk', value: id, checked: id === chosen || null, disabled: paused || null };
    const tag = paused ? [' ', make('span', { class: 'tag' }, ui.text('start.closed'))] : [];
    const words = [
      make('span', { class: 'desk-name' }, name, ...tag),
      make('span', { class: 'desk-about' }, make('bdi', {}, description)),
    ];
    return make('label', { class: 'desk' }, make('input', radio), make('span', {}, ...words));
  });
  return make('fieldset', {}, make('legend', {}, ui.text('write.desk')), ...options);
}

function room(ui: Ui, { fill, fits }: State['draft']['room']): Html {
  // What does not fit is never shown as less than full, nor an empty field as full.
  const percent = fits ? Math.min(100, Math.ceil(fill * 100)) : Math.max(101, Math.ceil(fill * 100));
  const meter = { min: '0', max: '1', high: '0.9', value: String(Math.min(1, fill)), 'aria-labelledby': 'room-text' };
  return make(
    'div',
    { class: 'room' },
    make('meter', meter),
    make('span', { id: 'room-text' }, ui.text('write.room', { percent })),
  );
}
