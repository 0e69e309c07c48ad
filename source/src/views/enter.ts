/** Coming back: the twelve words in one field, with help while they are typed. */
import { make, privateField, setText } from '../dom.ts';
import type { State } from '../state.ts';
import { complete, listNames } from '../words.ts';
import { goButton, type MakeView, screenHeading, type Ui } from './view.ts';
import { listChoice } from './words.ts';

export const enterView: MakeView = (ui, state) => {
  let now = state;
  const choice = listChoice(ui, state);
  const complaint = make('p', { class: 'complaint', attributes: { id: 'enter-complaint', role: 'alert' } });
  const count = make('p', { class: 'fine', attributes: { id: 'enter-count' } });
  const status = make('p', { class: 'fine', attributes: { role: 'status' } });
  const suggestions = make('div', {
    class: 'suggestions',
    attributes: { role: 'group', 'aria-label': ui.text('enter.suggest') },
  });
  const field = make('textarea', {
    attributes: {
      ...privateField,
      rows: '3',
      dir: 'ltr',
      'aria-labelledby': 'screen-heading',
      'aria-describedby': 'enter-hint enter-complaint',
    },
    on: { input: () => help(), keydown: (event) => submitOnEnter(event) },
  });
  const go = make('button', { class: 'main', attributes: { type: 'submit' } }, ui.text('enter.submit'));

  const help = (): void => {
    const { words, suggestions: completions } = ui.typing(field.value, now.list.id);
    setText(count, ui.text('enter.count', { count: words.length }));
    suggestions.replaceChildren(...completions.map((word) => suggestion(word)));
  };
  const suggestion = (word: string): HTMLElement => {
    const press = (): void => {
      field.value = complete(field.value, word);
      field.focus();
      help();
    };
    return make('button', { class: 'chip', attributes: { type: 'button' }, on: { click: press } }, word);
  };
  const submit = (event: globalThis.Event): void => {
    event.preventDefault();
    ui.dispatch({ type: 'enter', typed: field.value });
  };
  const form = make(
    'form',
    { attributes: { autocomplete: 'off', novalidate: '' }, on: { submit } },
    choice.root,
    status,
    field,
    suggestions,
    make('div', { class: 'below' }, count, make('p', { class: 'fine' }, ui.text('enter.private'))),
    complaint,
    make('div', { class: 'actions' }, go, goButton(ui, 'step.back', 'home')),
  );
  const submitOnEnter = (event: globalThis.Event): void => {
    if (!(event instanceof KeyboardEvent) || event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  };
  const update = (next: State): void => {
    const listChanged = next.list !== now.list;
    now = next;
    choice.update(next);
    field.lang = listNames[next.list.id][1];
    setText(complaint, problemText(ui, next));
    field.setAttribute('aria-invalid', String(next.problem !== undefined));
    setText(status, statusText(ui, next));
    go.disabled = next.working || next.list.state !== 'ready';
    if (listChanged) help();
  };
  help();
  update(state);
  const hint = make('p', { class: 'hint', attributes: { id: 'enter-hint' } }, ui.text('enter.hint'));
  return { root: make('section', {}, screenHeading(ui, 'enter.heading'), hint, form), update };
};

function statusText(ui: Ui, { list, working }: State): string {
  if (list.state !== 'ready') return ui.text(list.state === 'loading' ? 'words.loading' : 'words.failed');
  return working ? ui.text('start.loading') : '';
}

function problemText(ui: Ui, { problem }: State): string {
  switch (problem?.problem) {
    case 'count':
      return ui.text('enter.wrongCount', { count: problem.count });
    case 'unknown-word':
      return ui.text('enter.wrongWord', { number: problem.index + 1, word: problem.word ?? '' });
    case 'checksum':
      return ui.text('enter.wrongSum');
    case undefined:
      return '';
  }
}
