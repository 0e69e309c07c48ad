/** The twelve words: shown once, then three of them typed back. */
import { button, make, privateField, setHidden, setText } from '../dom.ts';
import type { State } from '../state.ts';
import { isWordListId, listNames } from '../words.ts';
import { goButton, list, type MakeView, screenHeading, type Ui, type View } from './view.ts';

export const wordsView: MakeView = (ui, state) => {
  const grid = make('ol', { class: 'words', attributes: { dir: 'ltr' } });
  const choice = listChoice(ui, state);
  const status = make('p', { class: 'fine', attributes: { role: 'status' } });
  const next = goButton(ui, 'words.next', 'check', 'main');
  let shown = '';
  const update = (now: State): void => {
    const words = now.phrase?.words ?? [];
    const [, tag] = listNames[now.list.id];
    if (words.join(' ') !== shown) {
      shown = words.join(' ');
      grid.lang = tag;
      grid.classList.toggle('characters', words.every(({ length }) => length === 1) && words.length > 0);
      grid.replaceChildren(...words.map(numbered));
    }
    const isLoading = now.list.state === 'loading' || now.working;
    setText(status, isLoading ? ui.text('words.loading') : now.list.state === 'failed' ? ui.text('words.failed') : '');
    next.disabled = words.length === 0 || isLoading;
    choice.update(now);
  };
  update(state);
  return {
    root: make(
      'section',
      {},
      screenHeading(ui, 'words.heading', 3),
      make('p', { class: 'lead' }, ui.text('words.lead')),
      grid,
      list(ui, 'words.copy', 'words.keep', 'words.secret'),
      make('div', { class: 'actions' }, next, goButton(ui, 'step.back', 'write')),
      make('div', { class: 'aside' }, choice.root, status),
    ),
    update,
  };
};

function numbered(word: string, index: number): HTMLElement {
  return make(
    'li',
    {},
    make('span', { class: 'number', attributes: { 'aria-hidden': 'true' } }, String(index + 1)),
    make('span', { class: 'word' }, word),
  );
}

/** Choosing here is the only thing that loads another list. */
export function listChoice(ui: Ui, state: State): View {
  const options = Object.entries(listNames).map(([id, [name, tag]]) => {
    const option = make('option', { attributes: { value: id, lang: tag } }, name);
    option.selected = id === state.list.id;
    return option;
  });
  const select = make(
    'select',
    {
      attributes: { autocomplete: 'off' },
      on: { change: () => choose(ui, select.value) },
    },
    ...options,
  );
  return {
    root: make('label', { class: 'choice' }, make('span', {}, ui.text('words.language')), select),
    update: ({ list: { wanted } }) => {
      if (select.value !== wanted) select.value = wanted;
    },
  };
}

function choose(ui: Ui, id: string): void {
  if (isWordListId(id)) ui.dispatch({ type: 'list', id });
}

export const checkView: MakeView = (ui, state) => {
  const asked = state.phrase?.asked ?? [];
  const [, tag] = listNames[state.list.id];
  const fields = asked.map((place) => wordField(ui, place, tag));
  const send = make('button', { class: 'main', attributes: { type: 'submit' } }, ui.text('check.send'));
  const status = make('p', { class: 'fine', attributes: { role: 'status' } });
  const update = (now: State): void => {
    const wrong = now.phrase?.wrong ?? [];
    for (const field of fields) field.setWrong(wrong.includes(field.place));
    send.disabled = now.working;
    setText(status, now.working ? ui.text('start.loading') : '');
  };
  const submit = (event: globalThis.Event): void => {
    event.preventDefault();
    ui.dispatch({ type: 'check', typed: fields.map(({ input }) => input.value) });
    fields.find(({ input }) => input.getAttribute('aria-invalid') === 'true')?.input.focus();
  };
  update(state);
  const back = button(ui.text('check.again'), 'quiet', () => ui.dispatch({ type: 'go', screen: 'words' }));
  return {
    root: make(
      'section',
      {},
      screenHeading(ui, 'check.heading', 3),
      make('p', { class: 'lead' }, ui.text('check.lead')),
      make(
        'form',
        { attributes: { autocomplete: 'off', novalidate: '' }, on: { submit } },
        make('div', { class: 'fields' }, ...fields.map(({ root }) => root)),
        status,
        make('div', { class: 'actions' }, send, back),
      ),
    ),
    update,
  };
};

type WordField = {
  readonly place: number;
  readonly root: HTMLElement;
  readonly input: HTMLInputElement;
  readonly setWrong: (wrong: boolean) => void;
};

function wordField(ui: Ui, place: number, tag: string): WordField {
  const number = place + 1;
  const problemId = `check-problem-${number}`;
  const input = make('input', {
    attributes: { ...privateField, type: 'text', lang: tag, dir: 'ltr', 'aria-describedby': problemId },
  });
  const problem = make('p', { class: 'complaint', attributes: { id: problemId } });
  const setWrong = (wrong: boolean): void => {
    input.setAttribute('aria-invalid', String(wrong));
    setText(problem, wrong ? ui.text('check.wrong', { number }) : '');
    setHidden(problem, !wrong);
  };
  setWrong(false);
  const label = make('label', {}, make('span', {}, ui.text('check.word', { number })), input);
  return { place, root: make('div', { class: 'field' }, label, problem), input, setWrong };
}
