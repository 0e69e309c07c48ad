/** Files beside a message, with what each gives away, and files that an answer brings: by buttons of the form they stand in. */
import type { Trace } from '@postern/protocol/metadata/examine';
import type { FileMove } from '@postern/source/file-move';
import type { Choice, Review } from '@postern/source/reviews';
import { fileIdOf, type State } from '@postern/source/state';
import type { TextKey } from '@postern/source/texts';
import { sizeText } from '@postern/source/views/size';
import { type Html, make } from '../html.ts';
import { actions, button, hidden, type Ui } from './ui.ts';

/** Below the text field. The button for files alone sends the form in the shape that carries them. */
export function fileChooser(ui: Ui, { files, reviews }: Pick<State, 'files' | 'reviews'>): Html {
  const add = { class: 'quiet', name: 'go', value: 'attach', formenctype: 'multipart/form-data' };
  return make(
    'div',
    { class: 'attach' },
    withFiles({ files, reviews }),
    make('label', { for: 'write-files' }, ui.text('file.heading')),
    make('p', { class: 'fine', id: 'files-hint' }, ui.text('file.hint')),
    make('input', {
      type: 'file',
      multiple: true,
      name: 'files',
      id: 'write-files',
      'aria-describedby': 'files-hint',
      autocomplete: 'off',
    }),
    actions(make('button', add, ui.text('plain.attach'))),
    reviews.length === 0
      ? null
      : make('ul', { class: 'files reviews' }, ...reviews.map((review) => reviewRow(ui, review))),
    files.length === 0 ? null : make('ul', { class: 'files' }, ...files.map((file) => fileRow(ui, file))),
  );
}

/** A choice of one file. @param accept what browsers offer first */
export function fileField(ui: Ui, key: TextKey, id: string, accept: string): Html {
  const input = make('input', { type: 'file', name: 'files', id, accept, autocomplete: 'off' });
  return make('div', { class: 'picker' }, make('label', { for: id, class: 'picker-label' }, ui.text(key)), input);
}

/** How many files the form's message has, so that a later visit can say that they are gone. */
export function withFiles({ files, reviews }: Pick<State, 'files' | 'reviews'>): Html {
  return hidden('with', String(files.length + reviews.length));
}

/** The files of an answer; null without any. */
export function answerFiles(ui: Ui, { id, files, isKept }: State['session']['answers'][number]): Html | null {
  if (files.length === 0) return null;
  const rows = files.map(({ name, bytes }, at) => {
    const get = { class: 'quiet', name: 'go', value: `fetch:${fileIdOf(id, at)}` };
    const label = `${ui.text('file.get')}: ${name}`;
    return make('li', {}, title(ui, name, bytes), make('button', { ...get, 'aria-label': label }, ui.text('file.get')));
  });
  const list = make('ul', { class: 'files' }, ...rows);
  if (!isKept) return make('div', { class: 'attach' }, ui.form(list));
  const hint = make('p', { class: 'fine' }, ui.text('file.getHint'));
  return make('div', { class: 'attach' }, hint, ui.form(list, button(ui, 'answers.delete', `settled:${id}`)));
}

function title(ui: Ui, name: string, bytes: number): Html {
  return make('p', { class: 'file-name' }, make('bdi', {}, name), ` · ${sizeText(bytes, ui.language)}`);
}

function fileRow(ui: Ui, { id, name, bytes, as, state }: FileMove): Html {
  const words = state === 'moving' ? '' : ui.text(`file.${state}`);
  const said = as === undefined ? words : `${ui.text(`review.${as}`)} · ${words}`;
  return make(
    'li',
    {},
    title(ui, name, bytes),
    make('p', { class: state === 'done' ? 'fine' : 'complaint' }, said),
    choice(`detach:${id}`, ui.text('file.remove'), ui.text('file.removeOne', { name })),
  );
}

function reviewRow(ui: Ui, { id, name, bytes, state, found, left }: Review): Html {
  const [clean, original] = [ui.text('review.sendClean'), ui.text('review.sendOriginal')];
  const choose = (which: Choice, words: string, label: string, isFirst = false): Html =>
    choice(`${which}:${id}`, words, label, isFirst);
  const remove = ui.text('file.removeOne', { name });
  // The safer choice stands first and is the one that stands out.
  const buttons =
    state === 'cleanable'
      ? [choose('clean', clean, `${clean}: ${name}`, true), choose('none', ui.text('file.remove'), remove)]
      : [choose('none', ui.text('file.remove'), remove, true)];
  return make(
    'li',
    {},
    title(ui, name, bytes),
    ...(found.length > 0 ? [make('p', {}, ui.text('review.found')), traceList(ui, found)] : []),
    ...whatCleaningDoes(ui, state, left),
    make('p', { class: 'fine' }, ui.text('review.wait')),
    actions(...buttons, choose('original', original, `${original}: ${name}`)),
  );
}

function whatCleaningDoes(ui: Ui, state: Review['state'], left: readonly Trace[]): readonly Html[] {
  if (state !== 'cleanable') return [make('p', { class: 'complaint' }, ui.text(`review.${state}`))];
  const rest = make('p', { class: 'fine' }, ui.text('review.rest'));
  if (left.length === 0) return [make('p', {}, ui.text('review.clean')), rest];
  return [make('p', { class: 'complaint' }, ui.text('review.left')), traceList(ui, left), rest];
}

function choice(go: string, words: string, label: string, isFirst = false): Html {
  const kind = isFirst ? 'quiet first' : 'quiet';
  return make('button', { class: kind, name: 'go', value: go, 'aria-label': label }, words);
}

function traceList(ui: Ui, traces: readonly Trace[]): Html {
  const items = traces.map(({ kind, values }) => {
    const shown = values.flatMap((value, at) => [at === 0 ? ': ' : ' · ', make('bdi', {}, value)]);
    return make('li', {}, ui.text(`trace.${kind}`), ...shown);
  });
  return make('ul', { class: 'points traces' }, ...items);
}
