/** Files beside a message, and files that an answer brings: chosen, on their way, saved. */
import { countdown } from '@postern/protocol/countdown';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { button, make, setHidden, setText } from '../dom.ts';
import { type FileMove, isMoving, type MoveState } from '../file-move.ts';
import { fileIdOf, type State } from '../state.ts';
import type { DynamicKey } from '../texts.ts';
import { filePicker } from './file-picker.ts';
import { reviewList } from './reviews.ts';
import { sizeText } from './size.ts';
import type { Ui } from './view.ts';

type Part = { readonly root: HTMLElement; readonly update: (state: State) => void };
type Row = { readonly root: HTMLElement; readonly update: (move: FileMove | undefined) => void };

/** A smaller one than this fits into any browser that shows the page. */
const heldBytesUntold = 50_000_000;
/** What Firefox takes, in whose page a file is and again in the process that saves it: 2.3 times (decision 0128). */
const heldTimes = 2.5;

/** Below the text field. */
export function fileChooser(ui: Ui): Part {
  const picker = filePicker(ui.text, 'file.heading', 'write-files', { multiple: '' }, (input) => {
    ui.dispatch({ type: 'attach', files: [...(input.files ?? [])] });
    // Names stay in the list below alone.
    input.value = '';
  });
  picker.button.setAttribute('aria-describedby', 'files-hint');
  const reviews = reviewList(ui, picker.button);
  const list = make('ul', { class: 'files' });
  const rows = new Map<string, Row>();
  const update = (state: State): void => {
    const { files } = state;
    reviews.update(state);
    for (const [id, row] of rows) {
      if (files.some((file) => file.id === id)) continue;
      row.root.remove();
      rows.delete(id);
    }
    for (const file of files) {
      const row = rows.get(file.id) ?? uploadRow(ui, file);
      if (!rows.has(file.id)) list.append(row.root);
      rows.set(file.id, row);
      row.update(file);
    }
    setHidden(list, files.length === 0);
  };
  const root = make(
    'div',
    { class: 'attach' },
    picker.root,
    make('p', { class: 'fine', attributes: { id: 'files-hint' } }, ui.text('file.hint')),
    reviews.root,
    list,
  );
  return { root, update };
}

function uploadRow(ui: Ui, { id, name, bytes }: FileMove): Row {
  const remove = button(ui.text('file.remove'), 'quiet', () => ui.dispatch({ type: 'detach', id }));
  remove.setAttribute('aria-label', ui.text('file.removeOne', { name }));
  return fileRow(ui, name, bytes, remove);
}

/** The files of an answer; empty without any. */
export function answerFiles(ui: Ui, { id: answerId, files }: State['session']['answers'][number]): Part {
  const rows = files.map((file, at): readonly [string, Row] => {
    const id = fileIdOf(answerId, at);
    return [id, downloadRow(ui, id, file)];
  });
  const hint = make('p', { class: 'fine' }, ui.text('file.getHint'));
  const list = make('ul', { class: 'files' }, ...rows.map(([, { root }]) => root));
  const settle = button(ui.text('answers.delete'), 'quiet', () => ui.dispatch({ type: 'settled', id: answerId }));
  list.tabIndex = -1;
  const root = make('div', { class: 'attach' }, hint, list, settle);
  setHidden(root, files.length === 0);
  return {
    root,
    update: ({ downloads, session }) => {
      for (const [id, row] of rows) row.update(downloads.get(id));
      const isKept = session.answers.some((answer) => answer.id === answerId && answer.isKept);
      // The button goes: no other one may be pressed in its place.
      if (!isKept && document.activeElement === settle) list.focus();
      for (const part of [hint, settle]) setHidden(part, !isKept);
    },
  };
}

function downloadRow(ui: Ui, id: string, file: FileDescriptor): Row {
  const get = button(ui.text('file.get'), 'quiet', () => ui.dispatch({ type: 'fetch-file', id, file }));
  const stop = button(ui.text('file.stop'), 'quiet', () => ui.dispatch({ type: 'stop-file', id }));
  const row = fileRow(ui, file.name, file.bytes, get, stop);
  if (ui.offers.holdsFiles === true && file.bytes > heldBytesUntold) {
    const size = sizeText(heldTimes * file.bytes, ui.language);
    get.before(make('p', { class: 'fine' }, ui.text('file.memory', { size })));
  }
  const update = (move: FileMove | undefined): void => {
    row.update(move);
    const moves = move !== undefined && isMoving(move.state);
    setHidden(get, moves);
    setHidden(stop, !moves);
  };
  update(undefined);
  return { root: row.root, update };
}

function fileRow(ui: Ui, name: string, bytes: number, ...buttons: readonly HTMLElement[]): Row {
  const bar = make('progress', { attributes: { max: '1', 'aria-label': name } });
  const words = make('p', { class: 'fine' });
  const title = make('p', { class: 'file-name' }, make('bdi', {}, name), ` · ${sizeText(bytes, ui.language)}`);
  const update = (move: FileMove | undefined): void => {
    setHidden(bar, move === undefined || !isMoving(move.state));
    bar.value = move?.done ?? 0;
    // Percents would be told without end; how it ended is.
    words.ariaLive = move === undefined || isMoving(move.state) ? 'off' : 'polite';
    const kind = move?.as === undefined ? '' : `${ui.text(`review.${move.as}`)} · `;
    setText(words, move === undefined ? '' : kind + moveText(ui, move));
    words.className = move === undefined || isMoving(move.state) || move.state === 'done' ? 'fine' : 'complaint';
  };
  return { root: make('li', {}, title, bar, words, ...buttons), update };
}

const stateKeys: Readonly<Record<Exclude<MoveState, 'moving'>, DynamicKey>> = {
  waiting: 'file.waiting',
  lost: 'file.lost',
  done: 'file.done',
  changed: 'file.changed',
  full: 'file.full',
  large: 'file.large',
  many: 'file.many',
  gone: 'file.gone',
  damaged: 'file.damaged',
};

function moveText(ui: Ui, { state, done, pace }: FileMove): string {
  if (state !== 'moving') return ui.text(stateKeys[state]);
  const percent = Math.floor(100 * done);
  if (pace === undefined) return ui.text('file.begins', { percent });
  return ui.text('file.moving', { percent, rate: sizeText(pace.rate, ui.language), time: countdown(pace.left, 0) });
}
