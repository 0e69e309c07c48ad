/** The questions of a call, none of which has to be answered, and what is to be said of the call itself. */
import { askedQuestions } from '@postern/protocol/campaign/question';
import { type Call, type CallAnswers, type CallQuestion, openCall } from '../call.ts';
import { make, privateField, setHidden } from '../dom.ts';
import type { State } from '../state.ts';
import type { Ui, View } from './view.ts';

/** Years that can be chosen, the newest first. */
const yearsOffered = 40;
const secondsPerYear = 31_556_952;
export const answerBytesMax = 2_000;

/** @param unixNow in seconds */
export function yearsFor(unixNow: number): readonly string[] {
  const year = 1970 + Math.floor(unixNow / secondsPerYear);
  return Array.from({ length: yearsOffered }, (_, back) => String(year - back));
}

export function questionsView(ui: Ui, state: State): View {
  const root = make('div', { class: 'call' });
  let shown: Call | undefined;
  let fields: ReadonlyMap<string, HTMLElement> = new Map();
  const update = ({ call, draft, session }: State): void => {
    if (call !== shown) {
      shown = call;
      fields = fieldsOf(ui, call, draft.answers, yearsFor(session.indexTime));
      root.replaceChildren(...headOf(ui, call), ...fields.values());
    }
    const asked = new Set(askedQuestions(openCall(call)?.questions ?? [], draft.answers).map(({ id }) => id));
    for (const [id, field] of fields) setHidden(field, !asked.has(id));
  };
  update(state);
  return { root, update };
}

function headOf(ui: Ui, call: Call | undefined): HTMLElement[] {
  if (call === undefined) return [];
  const note = (key: Parameters<Ui['text']>[0]): HTMLElement => make('p', { class: 'closed' }, ui.text(key));
  if (call.kind !== 'known') return [note(call.kind === 'unknown' ? 'call.unknown' : 'call.failed')];
  const title = make('h2', { attributes: { lang: call.language, dir: 'auto' } }, call.title);
  if (call.state !== 'open') return [title, note(closedTexts[call.state])];
  return [title, ...(call.questions.length > 0 ? [make('p', { class: 'hint' }, ui.text('call.free'))] : [])];
}

export const closedTexts = { ended: 'call.ended', withdrawn: 'call.withdrawn', 'not-begun': 'call.notBegun' } as const;

function fieldsOf(
  ui: Ui,
  call: Call | undefined,
  answers: CallAnswers,
  years: readonly string[],
): Map<string, HTMLElement> {
  const open = openCall(call);
  return new Map((open?.questions ?? []).map((question) => [question.id, fieldOf(ui, question, answers, years)]));
}

function fieldOf(ui: Ui, question: CallQuestion, answers: CallAnswers, years: readonly string[]): HTMLElement {
  const legend = make('legend', { attributes: { dir: 'auto' } }, question.label);
  const hint = question.hint === '' ? [] : [make('p', { class: 'hint', attributes: { dir: 'auto' } }, question.hint)];
  const values = answers.get(question.id) ?? [];
  return make('fieldset', { class: 'question' }, legend, ...hint, ...inputsOf(ui, question, values, years));
}

function inputsOf(ui: Ui, question: CallQuestion, values: readonly string[], years: readonly string[]): HTMLElement[] {
  const { id, kind, options, label, labels } = question;
  const answer = (...given: readonly string[]): void => ui.dispatch({ type: 'answer', question: id, values: given });
  switch (kind) {
    case 'text': {
      const attributes = {
        ...privateField,
        rows: '3',
        dir: 'auto',
        maxlength: String(answerBytesMax),
        'aria-label': label,
      };
      const field = make('textarea', { attributes, on: { input: () => answer(field.value) } });
      field.value = values[0] ?? '';
      return [field];
    }
    case 'several': {
      const boxes = options.map((option) => {
        const box = make('input', {
          attributes: { type: 'checkbox', value: option, autocomplete: 'off' },
          on: { change: () => answer(...boxes.filter(({ checked }) => checked).map(({ value }) => value)) },
        });
        box.checked = values.includes(option);
        return box;
      });
      return boxes.map((box, at) =>
        make('label', { class: 'option' }, box, make('span', { attributes: { dir: 'auto' } }, labels[at] ?? '')),
      );
    }
    case 'choice':
    case 'scale':
    case 'place': {
      const offered = options.map((option, at) => [option, labels[at] ?? ''] as const);
      return [select(label, [['', ui.text('call.none')], ...offered], values[0], answer)];
    }
    case 'month':
      return monthInputs(ui, values[0] ?? '', years, answer);
  }
}

/** `YYYY-MM`, or `YYYY` while no month is chosen; browsers that have a field for it are not all there are. */
function monthInputs(ui: Ui, value: string, years: readonly string[], answer: (given: string) => void): HTMLElement[] {
  const [givenYear = '', givenMonth = ''] = value.split('-');
  const months = Array.from({ length: 12 }, (_, at) => String(at + 1).padStart(2, '0'));
  const chosen = { year: givenYear, month: givenMonth };
  const tell = (): void => answer(chosen.year && chosen.month ? `${chosen.year}-${chosen.month}` : chosen.year);
  const pick = (part: 'year' | 'month', label: string, offered: readonly string[]): HTMLElement =>
    select(
      label,
      [['', ui.text('call.none')], ...offered.map((one) => [one, one] as const)],
      chosen[part],
      (given = '') => {
        chosen[part] = given;
        tell();
      },
    );
  return [pick('year', ui.text('call.year'), years), pick('month', ui.text('call.month'), months)];
}

export function select(
  label: string,
  offered: readonly (readonly [value: string, label: string])[],
  value: string | undefined,
  answer: (given: string) => void,
): HTMLSelectElement {
  const options = offered.map(([one, words]) => make('option', { attributes: { value: one } }, words));
  const attributes = { autocomplete: 'off', 'aria-label': label };
  const field = make('select', { attributes, on: { change: () => answer(field.value) } }, ...options);
  field.value = value ?? '';
  return field;
}
