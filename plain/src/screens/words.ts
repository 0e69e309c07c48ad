/** The twelve words: shown once, then three of them typed back. */
import type { WordListId } from '@postern/protocol/keys/word-lists';
import type { State } from '@postern/source/state';
import { listNames } from '@postern/source/words';
import { type Html, make } from '../html.ts';
import { withFiles } from './files.ts';
import { keptAnswers } from './questions.ts';
import { actions, button, heading, hidden, list, privateField, type Ui } from './ui.ts';

export function wordsScreen(ui: Ui, state: State): Html {
  const words = state.phrase?.words ?? [];
  const [, tag] = listNames[state.list.id];
  const isCharacters = words.length > 0 && words.every(({ length }) => length === 1);
  const items = words.map((word, index) =>
    make(
      'li',
      {},
      make('span', { class: 'number', 'aria-hidden': 'true' }, String(index + 1)),
      make('span', { class: 'word' }, word),
    ),
  );
  return make(
    'section',
    {},
    heading(ui, 'words.heading', 3),
    make('p', { class: 'lead' }, ui.text('words.lead')),
    make('ol', { class: isCharacters ? 'words characters' : 'words', dir: 'ltr', lang: tag }, ...items),
    list(ui, 'words.copy', 'words.keep', 'words.secret'),
    ui.form(
      ...kept(ui, state),
      actions(words.length === 0 ? null : button(ui, 'words.next', 'check', 'main'), button(ui, 'step.back', 'write')),
      make('div', { class: 'aside' }, listChoice(ui, state.list.id), button(ui, 'plain.change', 'list')),
    ),
  );
}

export function listChoice(ui: Ui, chosen: WordListId): Html {
  const options = Object.entries(listNames).map(([id, [name, tag]]) =>
    make('option', { value: id, lang: tag, selected: id === chosen || null }, name),
  );
  const select = make('select', { name: 'list', autocomplete: 'off' }, ...options);
  return make('label', { class: 'choice' }, make('span', {}, ui.text('words.language')), select);
}

export function checkScreen(ui: Ui, state: State): Html {
  const { asked = [], wrong = [] } = state.phrase ?? {};
  const [, tag] = listNames[state.list.id];
  const fields = asked.map((place, index) => {
    const number = place + 1;
    const isWrong = wrong.includes(place);
    const problem = `check-problem-${number}`;
    const input = make('input', {
      ...privateField,
      type: 'text',
      name: `word${index}`,
      lang: tag,
      dir: 'ltr',
      'aria-invalid': String(isWrong),
      'aria-describedby': problem,
    });
    const words = isWrong ? ui.text('check.wrong', { number }) : '';
    return make(
      'div',
      { class: 'field' },
      make('label', {}, make('span', {}, ui.text('check.word', { number })), input),
      make('p', { class: 'complaint', id: problem }, words),
    );
  });
  return make(
    'section',
    {},
    heading(ui, 'check.heading', 3),
    make('p', { class: 'lead' }, ui.text('check.lead')),
    ui.form(
      ...kept(ui, state),
      make('div', { class: 'fields' }, ...fields),
      actions(button(ui, 'check.send', 'checked', 'main'), button(ui, 'check.again', 'words')),
    ),
  );
}

/** The text travels along, so that it is not lost with the visit's process. */
function kept(ui: Ui, state: State): readonly Html[] {
  const { text, deskId = '' } = state.draft;
  return [hidden('text', text), hidden('desk', deskId), withFiles(state), ...keptAnswers(ui, state)];
}
