/** The answers that a phrase finds: none yet, on their way, here, missing, or not to be trusted. */
import { countdown } from '@postern/protocol/countdown';
import { isWaiting, type State } from '@postern/source/state';
import { utcDay, utcTime } from '@postern/source/views/view';
import { type Html, make } from '../html.ts';
import { answerFiles } from './files.ts';
import { actions, button, heading, type Ui } from './ui.ts';

type Answer = State['session']['answers'][number];

export function answersScreen(ui: Ui, state: State): Html {
  const { session } = state;
  const { answers, looked } = session;
  return make(
    'section',
    {},
    heading(ui, 'answers.heading'),
    looked === 'found' ? null : panel(ui, state),
    make('div', { class: 'answers' }, ...answers.map((answer) => card(ui, answer, state))),
    make('div', { role: 'status' }, ...warnings(ui, state).map((words) => make('p', { class: 'warning' }, words))),
    ui.form(
      actions(
        button(ui, 'answers.write', 'write', 'main'),
        button(ui, 'plain.again', 'again'),
        isWaiting(session) ? button(ui, 'answers.pending', 'sent') : null,
      ),
    ),
  );
}

function panel(ui: Ui, { session, times }: State): Html {
  const { looked, unreadable, indexTime } = session;
  const until = (at: number | undefined): string =>
    times === undefined || at === undefined ? '' : countdown(at, times.now);
  // One that cannot be opened is told by its own warning; "no answer" would contradict it.
  const isNone = looked === 'none' && unreadable === 0;
  const title = looked === 'fetching' ? ui.text('answers.fetching') : isNone ? ui.text('answers.none') : null;
  const words =
    looked === 'fetching'
      ? ui.text('answers.fetchingText', { time: until(times?.request) })
      : looked === 'not-yet'
        ? ui.text('answers.later', { time: until(times?.index) })
        : isNone
          ? ui.text('answers.noneText')
          : '';
  const as = indexTime > 0 ? ui.text('answers.as', { time: `${utcTime(indexTime, ui.language)} UTC` }) : '';
  return make(
    'div',
    { class: 'panel' },
    title === null ? null : make('h2', { role: 'status' }, title),
    make('p', {}, words),
    make('p', { class: 'fine' }, as),
  );
}

function card(ui: Ui, answer: Answer, state: State): Html {
  const { text, parts, partsHere, day, deskId, isKept } = answer;
  const rest =
    partsHere < parts ? ui.text('answers.rest', { here: partsHere, total: parts }) : ui.text('answers.unreadable');
  const body =
    text === null ? make('p', {}, rest) : make('div', { class: 'answer-text', dir: 'auto', lang: 'und' }, text);
  const title = ui.text('answers.from', { desk: deskName(state, deskId), day: utcDay(day, ui.language) });
  return make(
    'article',
    { class: 'answer' },
    make('h2', {}, title),
    text === null || isKept ? null : make('p', { class: 'warning' }, ui.text('answers.once')),
    body,
    answerFiles(ui, answer),
    make('p', { class: 'checked' }, ui.text('answers.checked')),
  );
}

function warnings(ui: Ui, state: State): readonly string[] {
  const { unreadable, missing } = state.session;
  return [
    ...(unreadable > 0 ? [ui.text('answers.unreadable')] : []),
    ...missing.map(({ deskId, number }) => ui.text('answers.missing', { number, desk: deskName(state, deskId) })),
  ];
}

function deskName({ organisation }: State, id: string): string {
  return organisation?.desks.find((desk) => desk.id === id)?.name ?? '—';
}
