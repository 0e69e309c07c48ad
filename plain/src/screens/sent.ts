/** After sending: what waits, what has been received, and what happens next. */
import { countdown } from '@postern/protocol/countdown';
import { isWaiting, type State } from '@postern/source/state';
import { makesPhrase } from '@postern/source/update';
import { type Html, make } from '../html.ts';
import { actions, button, heading, list, type Ui } from './ui.ts';

export function sentScreen(ui: Ui, state: State): Html {
  const { session, times } = state;
  const waits = isWaiting(session);
  const time = times === undefined ? null : countdown(times.envelope, times.now);
  const next = time === null ? '' : time === '0:00' ? ui.text('sent.now') : ui.text('sent.next', { time });
  const messages = session.outbox.map((message, index) => progress(ui, message, index, session.outbox.length));
  return make(
    'section',
    {},
    heading(ui, waits ? 'sent.waiting' : 'sent.done', session.phrase === 'new' ? 4 : undefined),
    make('p', { class: 'lead', role: 'status' }, ui.text(waits ? 'sent.why' : 'sent.doneText')),
    make(
      'div',
      { class: 'panel' },
      waits ? make('p', { class: 'countdown' }, next) : null,
      make('div', { class: 'messages' }, ...messages),
    ),
    make('h2', {}, ui.text('next.heading')),
    session.phrase === 'none'
      ? list(ui, 'carry.again', 'next.leave')
      : list(ui, 'next.certain', 'next.when', 'next.month', 'next.words', 'next.leave'),
    ui.form(
      actions(
        waits ? button(ui, 'plain.again', 'again') : null,
        session.phrase === 'entered' ? button(ui, 'sent.answers', 'answers') : null,
        waits && makesPhrase(state) ? null : button(ui, 'sent.again', 'write'),
      ),
    ),
  );
}

function progress(ui: Ui, { parts, stored }: State['session']['outbox'][number], index: number, total: number): Html {
  const items = Array.from({ length: parts }, (_, part) => {
    const done = part < stored;
    const name = ui.text('sent.part', { number: part + 1, total: parts });
    const word = make('span', { class: done ? 'tag done' : 'tag' }, ui.text(done ? 'sent.received' : 'sent.waits'));
    return make('li', { class: done ? 'done' : 'waits' }, make('span', {}, name), word);
  });
  const title = total > 1 ? make('h3', {}, ui.text('sent.message', { number: index + 1 })) : null;
  return make('div', { class: 'message' }, title, make('ul', { class: 'parts' }, ...items));
}
