/** After sending: what waits, what has been received, and what happens next. */
import { countdown } from '@postern/protocol/countdown';
import { make, setHidden, setText } from '../dom.ts';
import { isWaiting, type State } from '../state.ts';
import { makesPhrase } from '../update.ts';
import { goButton, list, type MakeView, screenHeading, type Ui } from './view.ts';

export const sentView: MakeView = (ui, state) => {
  const head = screenHeading(ui, 'sent.waiting', state.session.phrase === 'new' ? 4 : undefined);
  const heading = head.querySelector('h1') ?? head;
  const explanation = make('p', { class: 'lead', attributes: { role: 'status' } });
  const next = make('p', { class: 'countdown' });
  const messages = make('div', { class: 'messages' });
  const answers = goButton(ui, 'sent.answers', 'answers');
  const again = goButton(ui, 'sent.again', 'write');
  const isOwn = state.session.phrase !== 'none';
  let drawn = '';
  const update = (now: State): void => {
    const waits = isWaiting(now.session);
    setText(heading, ui.text(waits ? 'sent.waiting' : 'sent.done'));
    setText(explanation, ui.text(waits ? 'sent.why' : 'sent.doneText'));
    setHidden(next, !waits);
    setText(next, nextText(ui, now));
    setHidden(answers, now.session.phrase !== 'entered');
    setHidden(again, waits && makesPhrase(now));
    const outbox = now.session.outbox;
    const key = outbox.map(({ parts, stored }) => `${stored}/${parts}`).join();
    if (key !== drawn) {
      drawn = key;
      messages.replaceChildren(...outbox.map((message, index) => progress(ui, message, index, outbox.length)));
    }
  };
  update(state);
  return {
    root: make(
      'section',
      {},
      head,
      explanation,
      make('div', { class: 'panel' }, next, messages),
      make('h2', {}, ui.text('next.heading')),
      isOwn
        ? list(ui, 'next.certain', 'next.when', 'next.month', 'next.words', 'next.leave')
        : list(ui, 'carry.again', 'next.leave'),
      make('div', { class: 'actions' }, answers, again),
    ),
    update,
  };
};

function nextText(ui: Ui, { times }: State): string {
  if (times === undefined) return '';
  const time = countdown(times.envelope, times.now);
  return time === '0:00' ? ui.text('sent.now') : ui.text('sent.next', { time });
}

function progress(
  ui: Ui,
  { parts, stored }: { readonly parts: number; readonly stored: number },
  index: number,
  total: number,
): HTMLElement {
  const items = Array.from({ length: parts }, (_, part) => {
    const done = part < stored;
    const name = ui.text('sent.part', { number: part + 1, total: parts });
    const word = make('span', { class: done ? 'tag done' : 'tag' }, ui.text(done ? 'sent.received' : 'sent.waits'));
    return make('li', { class: done ? 'done' : 'waits' }, make('span', {}, name), word);
  });
  const title = total > 1 ? [make('h3', {}, ui.text('sent.message', { number: index + 1 }))] : [];
  return make('div', { class: 'message' }, ...title, make('ul', { class: 'parts' }, ...items));
}
