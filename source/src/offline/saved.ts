/** What was sealed, in the three forms in which it can be carried: a file, a text, QR codes. */
import type { OfflineSession } from '@postern/protocol/source/offline-session';
import { button, make } from '../dom.ts';
import type { State } from '../state.ts';
import { goButton, list, type MakeView, screenHeading, type Ui, utcDay } from '../views/view.ts';
import { qrPicture } from './qr-picture.ts';

/** Says nothing of what it is, where names of files are all that a look at a stick shows. */
const fileName = 'note.txt';

export function savedView(session: Pick<OfflineSession, 'sealed'>): MakeView {
  return (ui, state) => {
    const { sealed } = session;
    const lines = sealed.flatMap(({ lines: of }) => of);
    const lastDay = Math.min(...sealed.map((message) => message.lastDay));
    const text = lines.join('\n');
    const field = make('textarea', {
      class: 'code',
      attributes: { readonly: '', rows: '5', dir: 'ltr', 'aria-labelledby': 'saved-text' },
      on: { focus: () => field.select() },
    });
    field.value = text;
    const save = button(ui.text('offline.save'), 'main', () => saveText(text));
    const pictures = sealed.flatMap(({ lines: of }) => of.map((line, at) => figure(ui, line, at + 1, of.length)));
    const root = make(
      'section',
      {},
      screenHeading(ui, 'offline.sealed', state.session.phrase === 'new' ? 4 : undefined),
      make('p', { class: 'lead' }, ui.text('offline.sealedText', { day: utcDay(lastDay, ui.language) })),
      make('p', { class: 'lead' }, make('strong', {}, ui.text('offline.keep'))),
      make('div', { class: 'actions' }, save),
      make('h2', {}, ui.text('offline.how')),
      list(ui, 'offline.howPage', 'offline.howDesk', 'offline.carrier', 'offline.noReturn'),
      make('h2', { attributes: { id: 'saved-text' } }, ui.text('offline.copy')),
      field,
      make('h2', {}, ui.text('offline.pictures', { count: lines.length })),
      make('div', { class: 'codes' }, ...pictures),
      make('div', { class: 'actions' }, goButton(ui, 'offline.again', 'write')),
    );
    return { root, update: () => {} };
  };
}

/** The phrase has been entered: here it can be written with, and not read. */
export const offlineAnswersView: MakeView = (ui: Ui, _state: State) => ({
  root: make(
    'section',
    {},
    screenHeading(ui, 'offline.answersHeading'),
    make('p', { class: 'lead' }, ui.text('offline.answersText')),
    make(
      'div',
      { class: 'actions' },
      goButton(ui, 'answers.write', 'write', 'main'),
      goButton(ui, 'step.back', 'home'),
    ),
  ),
  update: () => {},
});

function figure(ui: Ui, line: string, number: number, total: number): HTMLElement {
  const caption = ui.text('offline.picture', { number, total });
  return make('figure', {}, qrPicture(line, caption), make('figcaption', {}, caption));
}

function saveText(text: string): void {
  const url = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' }));
  make('a', { attributes: { href: url, download: fileName } }).click();
  // Not at once: the browser reads it when it saves.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
