/** What chosen files give away, and what a person does about it, before anything of them is sent. */
import type { Trace } from '@postern/protocol/metadata/examine';
import { button, make, setHidden } from '../dom.ts';
import type { Choice, Review, ReviewState } from '../reviews.ts';
import type { State } from '../state.ts';
import { sizeText } from './size.ts';
import type { Ui } from './view.ts';

type Row = { readonly root: HTMLElement; readonly state: ReviewState };

/** @param chooser takes the focus when the last file has been decided */
export function reviewList(ui: Ui, chooser: HTMLElement): { root: HTMLElement; update: (state: State) => void } {
  const list = make('ul', { class: 'files reviews' });
  // Of its own, so that a screen reader tells of the question once and not of each row again.
  const root = make('div', { class: 'attach', attributes: { 'aria-live': 'polite' } }, list);
  const rows = new Map<string, Row>();
  const update = ({ reviews }: State): void => {
    const hadFocus = list.contains(document.activeElement);
    for (const [id, row] of rows) {
      if (reviews.some((review) => review.id === id)) continue;
      row.root.remove();
      rows.delete(id);
    }
    for (const review of reviews) {
      const row = rows.get(review.id);
      if (row?.state === review.state) continue;
      const made = { root: reviewRow(ui, review), state: review.state };
      if (row === undefined) list.append(made.root);
      else row.root.replaceWith(made.root);
      rows.set(review.id, made);
    }
    setHidden(root, reviews.length === 0);
    if (hadFocus && !list.contains(document.activeElement)) (list.querySelector('button') ?? chooser).focus();
  };
  return { root, update };
}

function reviewRow(ui: Ui, review: Review): HTMLElement {
  const { name, bytes, state, found, left } = review;
  const title = make('p', { class: 'file-name' }, make('bdi', {}, name), ` · ${sizeText(bytes, ui.language)}`);
  const parts: HTMLElement[] = [title];
  const say = (text: string, kind = 'fine'): void => void parts.push(make('p', { class: kind }, text));
  if (found.length > 0) {
    say(ui.text('review.found'), '');
    parts.push(traceList(ui, found));
  }
  if (state === 'cleanable') {
    if (left.length > 0) {
      say(ui.text('review.left'), 'complaint');
      parts.push(traceList(ui, left));
    } else say(ui.text('review.clean'), '');
    say(ui.text('review.rest'));
  } else say(ui.text(`review.${state}`), state === 'looking' ? 'fine' : 'complaint');
  if (state !== 'looking') say(ui.text('review.wait'));
  parts.push(make('div', { class: 'actions' }, ...choices(ui, review)));
  return make('li', {}, ...parts);
}

/** The safer choice stands first and is the one that stands out. */
function choices(ui: Ui, { id, name, state }: Review): readonly HTMLElement[] {
  const choose = (choice: Choice, text: string, label: string): HTMLButtonElement => {
    const made = button(text, 'quiet', () => ui.dispatch({ type: 'review', id, choice }));
    made.dataset.choice = choice;
    made.setAttribute('aria-label', label);
    return made;
  };
  const named = (text: string): string => `${text}: ${name}`;
  const [clean, original] = [ui.text('review.sendClean'), ui.text('review.sendOriginal')];
  const isKnown = state !== 'looking' && state !== 'failed';
  const made = [
    ...(state === 'cleanable' ? [choose('clean', clean, named(clean))] : []),
    choose('none', ui.text('file.remove'), ui.text('file.removeOne', { name })),
    ...(isKnown ? [choose('original', original, named(original))] : []),
  ];
  if (state !== 'looking') made[0]?.classList.add('first');
  return made;
}

function traceList(ui: Ui, traces: readonly Trace[]): HTMLElement {
  const items = traces.map(({ kind, values }) => {
    const shown = values.flatMap((value, at) => [at === 0 ? ': ' : ' · ', make('bdi', {}, value)]);
    return make('li', {}, ui.text(`trace.${kind}`), ...shown);
  });
  return make('ul', { class: 'points traces' }, ...items);
}
