/** Gives the keys of the whole page to what they ask for, and moves the focus with them. */
import type { DeskPage, FocusPlace } from '../desk-page.ts';
import { commandOf, type KeyCommand, type KeyPlace } from '../keys.ts';
import { filters } from '../model.ts';
import { firstNews } from '../news.ts';

export const ids = {
  search: 'search',
  list: 'list',
  timeline: 'timeline',
  reply: 'reply',
  status: 'status',
  work: 'work',
  news: 'news',
  newsCount: 'news-count',
  note: 'note',
  narrow: 'narrow',
} as const;

/** @returns what ends it */
export function listenToKeys(page: DeskPage): () => void {
  const onKey = (event: KeyboardEvent): void => {
    const { phase, preferences, isHelpOpen, isFilterOpen, isTeamOpen, isCallsOpen, isCarriedOpen, viewed } =
      page.state.value;
    const isCovered = isHelpOpen || isFilterOpen || isTeamOpen || isCallsOpen || isCarriedOpen || viewed !== null;
    page.presence.seen(Date.now());
    // An open dialog has its own keys: Escape closes it.
    if (phase !== 'open' || isCovered) return;
    const { key, isComposing, altKey: hasAlt } = event;
    const press = { key, isComposing, hasAlt, hasControl: event.ctrlKey || event.metaKey };
    const command = commandOf(press, placeOf(event.target), preferences.hasKeys);
    if (command !== null && obey(page, command)) event.preventDefault();
  };
  const onPointer = (): void => {
    page.wantNoFocus();
    page.presence.seen(Date.now());
  };
  let before = '';
  // Browsers say that the pointer moved also where the page moved below it.
  const onMove = ({ screenX, screenY }: PointerEvent): void => {
    const place = `${screenX} ${screenY}`;
    if (before !== '' && place !== before) page.presence.seen(Date.now());
    before = place;
  };
  const onWheel = (): void => page.presence.seen(Date.now());
  document.addEventListener('keydown', onKey);
  document.addEventListener('pointerdown', onPointer);
  document.addEventListener('pointermove', onMove);
  document.addEventListener('wheel', onWheel, { passive: true });
  return () => {
    document.removeEventListener('keydown', onKey);
    document.removeEventListener('pointerdown', onPointer);
    document.removeEventListener('pointermove', onMove);
    document.removeEventListener('wheel', onWheel);
  };
}

function placeOf(target: EventTarget | null): KeyPlace {
  if (!(target instanceof HTMLElement)) return 'elsewhere';
  if (target.id === ids.search) return 'searching';
  if (target.matches('textarea, input:not([type=checkbox]):not([type=radio]), select')) return 'writing';
  if (target.closest(`#${ids.list} li`) !== null) return 'list';
  return target.matches('button, input, summary, a') ? 'control' : 'elsewhere';
}

/** @returns whether the key is used up */
function obey(page: DeskPage, command: KeyCommand): boolean {
  const { open, pane } = page.state.value;
  switch (command) {
    case 'next':
      return moveTo(page, 1);
    case 'previous':
      return moveTo(page, -1);
    case 'open':
      openCase(page);
      return true;
    case 'reply':
      return open !== null && focusOn(page, ids.reply);
    case 'search':
      if (pane !== 'inbox') page.send({ kind: 'pane', pane: 'inbox' });
      return focusSoon(page, 'search');
    case 'results':
      return goToResults(page);
    case 'status':
      page.send({ kind: 'pane', pane: pane === 'status' ? 'inbox' : 'status' });
      return focusSoon(page, pane === 'status' ? 'list' : 'status');
    case 'select':
      page.toggle();
      return true;
    case 'select-all':
      return selectAll(page);
    case 'work':
      if (open === null) return false;
      page.send({ kind: 'pane', pane: 'work' });
      return focusSoon(page, 'work');
    case 'news':
      return goToNews(page);
    case 'team':
      page.send({ kind: 'team', isOpen: true });
      return true;
    case 'carried':
      page.send({ kind: 'carried', isOpen: true });
      return true;
    case 'narrow':
      page.send({ kind: 'narrow', isOpen: true });
      return true;
    case 'help':
      page.send({ kind: 'help', isOpen: true });
      return true;
    case 'send':
      if (document.activeElement?.id === ids.note) {
        document.activeElement.closest('form')?.requestSubmit();
        return true;
      }
      if (document.activeElement?.id !== ids.reply) return false;
      void page.reply();
      return true;
    case 'back':
      return goBack(page);
    default:
      return showFilter(page, Number(command.slice(-1)) - 1);
  }
}

/** To the first of what is new in the open case. */
export function goToNews(page: DeskPage): boolean {
  const { open, pane } = page.state.value;
  const place = open === null ? null : firstNews(page.news.value, open.id);
  if (place === null) return false;
  const wanted = place === 'timeline' ? 'case' : 'work';
  if (pane !== wanted) page.send({ kind: 'pane', pane: wanted });
  return focusSoon(page, 'news');
}

/** Everything that the list shows is taken into the selection; out of it, if all of it is in. */
function selectAll(page: DeskPage): boolean {
  const ids = page.shown.value.map(({ id }) => id);
  const { selected } = page.state.value;
  page.send({ kind: 'select', ids, isSelected: !ids.every((id) => selected.has(id)) });
  return true;
}

/** To the first line: the one at the cursor may not be among what was found. */
function goToResults(page: DeskPage): boolean {
  const [first] = page.shown.value;
  if (first === undefined) return true;
  page.send({ kind: 'cursor', id: first.id });
  page.wantFocus('cursor');
  return true;
}

function showFilter(page: DeskPage, at: number): boolean {
  const filter = filters[at];
  if (filter === undefined) return false;
  if (page.state.value.pane !== 'inbox') page.send({ kind: 'pane', pane: 'inbox' });
  page.setFilter(filter);
  return goToResults(page);
}

export function openCase(page: DeskPage, id?: string): void {
  const isThere = page.state.value.open?.id === (id ?? page.state.value.cursor);
  page.open(id);
  if (!isThere || !focusOn(page, ids.timeline)) page.wantFocus('timeline');
}

/** From the reply to the conversation, from there to the list; from the search to all. */
function goBack(page: DeskPage): boolean {
  const { open, pane, query } = page.state.value;
  const at = document.activeElement;
  if (at?.id === ids.reply) return focusOn(page, ids.timeline);
  if (at?.id === ids.search && query !== '') {
    page.search('');
    return true;
  }
  if (pane === 'work') {
    page.send({ kind: 'pane', pane: 'case' });
    return focusSoon(page, 'timeline');
  }
  if (pane === 'status') page.send({ kind: 'pane', pane: open === null ? 'inbox' : 'case' });
  else if (open !== null) page.close();
  page.wantFocus('cursor');
  return true;
}

function moveTo(page: DeskPage, steps: number): boolean {
  if (page.state.value.pane !== 'inbox') page.send({ kind: 'pane', pane: 'inbox' });
  page.move(steps);
  page.wantFocus('cursor');
  return true;
}

function focusOn(page: DeskPage, id: string): boolean {
  const element = document.getElementById(id);
  element?.focus();
  const isThere = element !== null && document.activeElement === element;
  if (isThere) page.wantNoFocus();
  return isThere;
}

/** At once if it is there, else after the page has drawn what was asked for: keys that follow must not get lost. */
function focusSoon(page: DeskPage, place: Exclude<FocusPlace, 'cursor'>): boolean {
  if (focusOn(page, ids[place])) return true;
  page.wantFocus(place);
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      if (page.takeFocus(place)) focusOn(page, ids[place]);
    }),
  );
  return true;
}
