/** The call that a person came by, and its questions, none of which has to be answered: fields of the form for writing. */
import { askedQuestions } from '@postern/protocol/campaign/question';
import { type CallQuestion, openCall } from '@postern/source/call';
import type { State } from '@postern/source/state';
import { answerBytesMax, closedTexts, yearsFor } from '@postern/source/views/questions';
import { askedText, monthField, optionField, questionField, yearField } from '../answers.ts';
import { type Html, make } from '../html.ts';
import { actions, button, hidden, privateField, type Ui } from './ui.ts';

/** Which call it was stands in no address: the person chooses it here. Nothing without any. */
export function callFields(ui: Ui, state: State): readonly Html[] {
  const { calls } = ui;
  if (calls.known.length === 0) return [];
  const offered = [
    ['', ui.text('call.other')] as const,
    ...calls.known.map(({ name, title }) => [name, title] as const),
  ];
  const root = make(
    'div',
    { class: 'call' },
    select(ui.text('call.which'), 'call', offered, calls.chosen),
    actions(button(ui, 'plain.showCall', 'call')),
    ...questions(ui, state),
  );
  return [root];
}

/** The same answers where their questions are not shown, so that they are not lost with the visit's process. */
export function keptAnswers(ui: Ui, { call, draft: { answers } }: State): readonly Html[] {
  const asked = askedQuestions(openCall(call)?.questions ?? [], answers);
  const fields = asked.flatMap(({ id, kind, options }) => {
    const values = answers.get(id) ?? [];
    const [first = ''] = values;
    if (kind === 'several')
      return options.flatMap((option, at) => (values.includes(option) ? [hidden(optionField(id, at), option)] : []));
    if (kind !== 'month') return first === '' ? [] : [hidden(questionField(id), first)];
    const [year = '', month = ''] = first.split('-');
    return [hidden(yearField(id), year), hidden(monthField(id), month)];
  });
  return [hidden('call', ui.calls.chosen), askedField(ui, asked), ...fields];
}

function questions(ui: Ui, { call, draft, session }: State): readonly Html[] {
  if (call === undefined) return [];
  const note = (key: Parameters<Ui['text']>[0]): Html => make('p', { class: 'closed' }, ui.text(key));
  if (call.kind !== 'known') return [note(call.kind === 'unknown' ? 'call.unknown' : 'call.failed')];
  const title = make('h2', { lang: call.language, dir: 'auto' }, call.title);
  if (call.state !== 'open') return [title, note(closedTexts[call.state])];
  const asked = askedQuestions(call.questions, draft.answers);
  const years = yearsFor(session.indexTime);
  return [
    title,
    askedField(ui, asked),
    ...(asked.length > 0 ? [make('p', { class: 'hint' }, ui.text('call.free'))] : []),
    ...asked.map((question) => field(ui, question as CallQuestion, draft.answers.get(question.id) ?? [], years)),
  ];
}

function askedField(ui: Ui, asked: readonly { readonly id: string }[]): Html {
  const ids = asked.map(({ id }) => id);
  return hidden('asked', askedText(ui.calls.chosen, ids));
}

function field(ui: Ui, question: CallQuestion, values: readonly string[], years: readonly string[]): Html {
  const legend = make('legend', { dir: 'auto' }, question.label);
  const hint = question.hint === '' ? null : make('p', { class: 'hint', dir: 'auto' }, question.hint);
  return make('fieldset', { class: 'question' }, legend, hint, ...inputs(ui, question, values, years));
}

function inputs(ui: Ui, question: CallQuestion, values: readonly string[], years: readonly string[]): readonly Html[] {
  const { id, kind, options, label, labels } = question;
  const [first = ''] = values;
  switch (kind) {
    case 'text': {
      const limits = { rows: '3', dir: 'auto', maxlength: String(answerBytesMax) };
      const attributes = { ...privateField, ...limits, name: questionField(id), 'aria-label': label };
      return [make('textarea', attributes, `\n${first}`)];
    }
    case 'several':
      return options.map((option, at) => {
        const checked = values.includes(option) || null;
        const box = { type: 'checkbox', name: optionField(id, at), value: option, checked, autocomplete: 'off' };
        return make('label', { class: 'option' }, make('input', box), make('span', { dir: 'auto' }, labels[at] ?? ''));
      });
    case 'choice':
    case 'scale':
    case 'place': {
      const offered = options.map((option, at) => [option, labels[at] ?? ''] as const);
      return [choice(ui, label, questionField(id), offered, first)];
    }
    case 'month': {
      const [year = '', month = ''] = first.split('-');
      const months = Array.from({ length: 12 }, (_, at) => String(at + 1).padStart(2, '0'));
      const same = (all: readonly string[]): (readonly [string, string])[] => all.map((one) => [one, one]);
      return [
        choice(ui, ui.text('call.year'), yearField(id), same(years), year),
        choice(ui, ui.text('call.month'), monthField(id), same(months), month),
      ];
    }
  }
}

function choice(ui: Ui, label: string, name: string, offered: Offered, chosen: string): Html {
  return selectOnly(label, name, [['', ui.text('call.none')], ...offered], chosen);
}

type Offered = readonly (readonly [value: string, words: string])[];

function select(label: string, name: string, offered: Offered, chosen: string): Html {
  return make('label', { class: 'choice' }, make('span', {}, label), selectOnly(null, name, offered, chosen));
}

function selectOnly(label: string | null, name: string, offered: Offered, chosen: string): Html {
  const options = offered.map(([value, words]) => make('option', { value, selected: value === chosen || null }, words));
  return make('select', { name, autocomplete: 'off', 'aria-label': label }, ...options);
}
