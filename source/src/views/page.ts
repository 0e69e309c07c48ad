/** Brings the static page to life: fills in what has been verified, shows one screen at a time, moves the focus. */
import { button, make, setHidden } from '../dom.ts';
import type { Screen, State } from '../state.ts';
import { isIdle } from '../update.ts';
import { answersView } from './answers.ts';
import { carryView } from './carry.ts';
import { enterView } from './enter.ts';
import { noticeView } from './notice.ts';
import { sentView } from './sent.ts';
import { verifyView } from './verify.ts';
import { goButton, type MakeView, type Ui, type View } from './view.ts';
import { checkView, wordsView } from './words.ts';
import { writeView } from './write.ts';

export type Screens = Readonly<Record<Exclude<Screen, 'home'>, MakeView>>;

const ownScreens: Screens = {
  write: writeView,
  words: wordsView,
  check: checkView,
  sent: sentView,
  enter: enterView,
  answers: answersView,
  verify: verifyView,
  carry: carryView,
};

/** @returns what brings the whole page up to date with a state */
export function attachPage(ui: Ui, otherwise: Partial<Screens> = {}): (state: State) => void {
  const screens: Screens = { ...ownScreens, ...otherwise };
  const home = homeView(ui);
  const notice = noticeView(ui, part('notice'));
  const app = part('app');
  const languages = part('languages');
  let screen: Screen = 'home';
  let view: View | undefined;
  return (state) => {
    notice.update(state);
    home.update(state);
    // Going to another language is another visit, which would lose what is written or on its way.
    setHidden(languages, !isIdle(state) || state.screen !== 'home');
    if (state.screen === screen) {
      view?.update(state);
      return;
    }
    screen = state.screen;
    view = screen === 'home' ? undefined : screens[screen](ui, state);
    app.replaceChildren(...(view === undefined ? [] : [view.root]));
    setHidden(home.root, screen !== 'home');
    setHidden(app, screen === 'home');
    window.scrollTo(0, 0);
    (app.querySelector('h1') ?? home.root.querySelector('h1'))?.focus({ preventScroll: true });
  };
}

/** Every named part is in the page's HTML. */
export function part(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`attach the page: it has no part ${id}`);
  return element;
}

function homeView(ui: Ui): View {
  const start = part('start');
  const hero = part('hero');
  const desks = part('desks');
  const checked = part('checked');
  let filled: State['organisation'];
  let stage: 'loads' | 'offers' | 'cannot' | undefined;
  const update = (state: State): void => {
    const { organisation, trouble } = state;
    if (organisation !== undefined && organisation !== filled) {
      filled = organisation;
      desks.replaceChildren(...organisation.desks.map((desk) => deskItem(ui, desk)));
      // Calculated from the key that signed the list, so this is what has been checked, whatever the HTML said.
      for (const [i, item] of [...part('verification').children].entries())
        item.textContent = organisation.words[i] ?? '';
      checked.textContent = ui.text('start.checked');
      setHidden(checked, false);
    }
    const offers = organisation !== undefined && (trouble === undefined || trouble.kind === 'indexOld');
    const now = offers ? 'offers' : trouble === undefined ? 'loads' : 'cannot';
    if (now === stage) return;
    stage = now;
    const loading = now === 'loads' ? [make('p', { class: 'fine' }, ui.text('start.loading'))] : [];
    start.replaceChildren(...(offers ? [make('h2', {}, ui.text('start.heading')), choices(ui)] : loading));
    hero.replaceChildren(...(offers ? [returnButton(ui)] : []));
  };
  return { root: part('home'), update };
}

function choices(ui: Ui): HTMLElement {
  const write = button(ui.text('start.write'), 'main', () => ui.dispatch({ type: 'go', screen: 'write' }));
  const more = [
    ...(ui.offers.judge === undefined ? [] : [goButton(ui, 'verify.open', 'verify')]),
    ...(ui.offers.carry === undefined ? [] : [goButton(ui, 'carry.open', 'carry')]),
  ];
  return make('div', { class: 'actions' }, write, returnButton(ui), ...more);
}

function returnButton(ui: Ui): HTMLElement {
  return button(ui.text('start.return'), 'quiet', () => ui.dispatch({ type: 'go', screen: 'enter' }));
}

function deskItem(
  ui: Ui,
  { name, description, paused }: NonNullable<State['organisation']>['desks'][number],
): HTMLElement {
  const title = make('strong', {}, name);
  const tag = paused ? [' ', make('span', { class: 'tag' }, ui.text('start.closed'))] : [];
  // It may be of another direction than the page.
  const about = make('span', { class: 'desk-about' }, make('bdi', {}, description));
  return make('li', {}, title, ...tag, about);
}
