/** The answers that a phrase finds: none yet, on their way, here, missing, or not to be trusted. */
import { countdown } from '@postern/protocol/countdown';
import { make, setHidden, setText } from '../dom.ts';
import type { SessionState } from '../session.ts';
import { isWaiting, type State } from '../state.ts';
import { answerFiles } from './files.ts';
import { goButton, type MakeView, screenHeading, type Ui, utcDay, utcTime } from './view.ts';

type Answer = SessionState['answers'][number];

export const answersView: MakeView = (ui, state) => {
  const heading = make('h2');
  const text = make('p');
  const as = make('p', { class: 'fine' });
  // Only what changes seldom is told by itself: the text beside it counts seconds.
  const panel = make('div', { class: 'panel' }, make('div', { attributes: { role: 'status' } }, heading), text, as);
  // Seen as the heading of each answer; heard from here.
  const arrival = make('p', { class: 'unseen', attributes: { role: 'status' } });
  const answers = make('div', { class: 'answers' });
  const warnings = make('div', { attributes: { role: 'status' } });
  const pending = goButton(ui, 'answers.pending', 'sent');
  let cards: readonly Card[] = [];
  const shown = new Set<string>();
  let drawn = '';
  let warned = '';
  const update = (now: State): void => {
    const { session } = now;
    setText(heading, headingText(ui, session));
    setHidden(heading, headingText(ui, session) === '');
    setText(text, lookedText(ui, now));
    setText(as, session.indexTime > 0 ? ui.text('answers.as', { time: asUtc(session.indexTime, ui) }) : '');
    setHidden(panel, session.looked === 'found');
    setHidden(pending, !isWaiting(session));
    const key = session.answers.map(({ id, partsHere }) => `${id}/${partsHere}`).join();
    if (key !== drawn) {
      drawn = key;
      cards = session.answers.map((answer) => card(ui, answer, now));
      answers.replaceChildren(...cards.map(({ root }) => root));
    }
    for (const { update: updateCard } of cards) updateCard(now);
    const here = session.answers.filter((answer) => answer.text !== null);
    setText(arrival, here.map((answer) => `${ui.text('answers.heading')}: ${titleText(ui, answer, now)}`).join(' '));
    const warnKey = `${session.unreadable}/${session.missing.map(({ deskId, number }) => deskId + number).join()}`;
    if (warnKey !== warned) {
      warned = warnKey;
      warnings.replaceChildren(...warningTexts(ui, now).map((words) => make('p', { class: 'warning' }, words)));
    }
    for (const { id, text: words } of session.answers) {
      if (words === null || shown.has(id) || !ui.isVisible()) continue;
      shown.add(id);
      // Only once it has really been put on the screen.
      requestAnimationFrame(() => ui.dispatch({ type: 'shown', id }));
    }
  };
  update(state);
  const actions = make('div', { class: 'actions' }, goButton(ui, 'answers.write', 'write', 'main'), pending);
  const head = screenHeading(ui, 'answers.heading');
  return { root: make('section', {}, head, panel, arrival, answers, warnings, actions), update };
};

function headingText(ui: Ui, { looked, unreadable }: SessionState): string {
  if (looked === 'fetching') return ui.text('answers.fetching');
  // One that cannot be opened is told by its own warning; "no answer" would contradict it.
  if (looked === 'none' && unreadable === 0) return ui.text('answers.none');
  return '';
}

function lookedText(ui: Ui, { session, times }: State): string {
  const until = (at: number | undefined): string =>
    times === undefined || at === undefined ? '' : countdown(at, times.now);
  switch (session.looked) {
    case 'fetching':
      return ui.text('answers.fetchingText', { time: until(times?.request) });
    case 'none':
      return session.unreadable === 0 ? ui.text('answers.noneText') : '';
    case 'not-yet':
      return ui.text('answers.later', { time: until(times?.index) });
    default:
      return '';
  }
}

function asUtc(unix: number, ui: Ui): string {
  return `${utcTime(unix, ui.language)} UTC`;
}

type Card = { readonly root: HTMLElement; readonly update: (state: State) => void };

function card(ui: Ui, answer: Answer, state: State): Card {
  const files = answerFiles(ui, answer);
  const { id, text, parts, partsHere } = answer;
  const once = make('p', { class: 'warning' }, ui.text('answers.once'));
  const body =
    text === null
      ? make('p', {}, partsText(ui, parts, partsHere))
      : make('div', { class: 'answer-text', attributes: { dir: 'auto', lang: 'und' } }, text);
  const checked = make('p', { class: 'checked' }, ui.text('answers.checked'));
  const title = make('h2', {}, titleText(ui, answer, state));
  const root = make('article', { class: 'answer' }, title, once, body, files.root, checked);
  const update = (now: State): void => {
    files.update(now);
    setHidden(once, text === null || now.session.answers.some((one) => one.id === id && one.isKept));
  };
  return { root, update };
}

function titleText(ui: Ui, { deskId, day }: Answer, state: State): string {
  return ui.text('answers.from', { desk: deskName(state, deskId), day: utcDay(day, ui.language) });
}

/** All parts are here and make no text: nothing the page could show. */
function partsText(ui: Ui, total: number, here: number): string {
  return here < total ? ui.text('answers.rest', { here, total }) : ui.text('answers.unreadable');
}

function warningTexts(ui: Ui, state: State): readonly string[] {
  const { unreadable, missing } = state.session;
  return [
    ...(unreadable > 0 ? [ui.text('answers.unreadable')] : []),
    ...missing.map(({ deskId, number }) => ui.text('answers.missing', { number, desk: deskName(state, deskId) })),
  ];
}

function deskName({ organisation }: State, id: string): string {
  return organisation?.desks.find((desk) => desk.id === id)?.name ?? '—';
}
