/** Is it really them? Takes what a person has found, answers yes or no in words and as a picture. */
import { make, privateField, setText } from '../dom.ts';
import type { State } from '../state.ts';
import type { Texts } from '../texts.ts';
import type { Verdict } from '../verdict.ts';
import { filePicker } from './file-picker.ts';
import { gap, verdictTexts } from './verdict-texts.ts';
import { goButton, list, type MakeView, screenHeading } from './view.ts';
import { listChoice } from './words.ts';

export const verifyView: MakeView = (ui, state) => {
  let now = state;
  const choice = listChoice(ui, state);
  const loading = make('p', { class: 'fine', attributes: { role: 'status' } });
  const result = make('div', { class: 'verdict', attributes: { role: 'status', tabindex: '-1' } });
  const field = make('textarea', {
    attributes: {
      ...privateField,
      rows: '3',
      dir: 'auto',
      'aria-labelledby': 'screen-heading',
      'aria-describedby': 'verify-hint',
    },
    on: { input: () => result.replaceChildren() },
  });
  // A large file takes a while.
  const wait = (): void => result.replaceChildren(make('p', { class: 'fine' }, ui.text('start.loading')));
  const tell = async (given: string | Uint8Array): Promise<void> => {
    wait();
    // Without the list there is none; that the list is missing is told beside its choice.
    const verdict = await ui.offers.judge?.(given, now.list.id).catch(() => undefined);
    if (verdict === undefined) return result.replaceChildren();
    result.replaceChildren(...verdictParts(ui.text, verdict));
    result.focus({ preventScroll: true });
    result.scrollIntoView({ block: 'nearest' });
  };
  const submit = (event: globalThis.Event): void => {
    event.preventDefault();
    void tell(field.value);
  };
  const picker = filePicker(ui.text, 'verify.file', 'verify-file', { accept: '.html,text/html' }, (input) => {
    wait();
    void readFile(input).then((bytes) => (bytes === undefined ? result.replaceChildren() : tell(bytes)));
  });
  const go = make('button', { class: 'main', attributes: { type: 'submit' } }, ui.text('verify.submit'));
  const form = make(
    'form',
    { attributes: { autocomplete: 'off', novalidate: '' }, on: { submit } },
    field,
    choice.root,
    loading,
    make('div', { class: 'actions' }, go, goButton(ui, 'step.back', 'home')),
  );
  const update = (next: State): void => {
    now = next;
    choice.update(next);
    const key = { loading: 'words.loading', failed: 'words.failed', ready: undefined } as const;
    const said = key[next.list.state];
    setText(loading, said === undefined ? '' : ui.text(said));
    go.disabled = next.list.state === 'loading';
  };
  update(state);
  return {
    root: make(
      'section',
      {},
      screenHeading(ui, 'verify.heading'),
      make('p', { class: 'hint', attributes: { id: 'verify-hint' } }, ui.text('verify.hint')),
      form,
      result,
      picker.root,
      make('h2', {}, ui.text('verify.how')),
      list(ui, 'verify.howWords', 'verify.howAddress', 'verify.howSecret', 'verify.howPage'),
    ),
    update,
  };
};

/** The first file that was chosen; nothing if there is none or it cannot be read. */
export async function readFile(input: HTMLInputElement): Promise<Uint8Array | undefined> {
  const buffer = await input.files?.[0]?.arrayBuffer().catch(() => undefined);
  return buffer === undefined ? undefined : new Uint8Array(buffer);
}

export function verdictParts(text: Texts, verdict: Verdict): readonly HTMLElement[] {
  const { answer } = verdict;
  const [title, lines, compared] = verdictTexts(text, verdict);
  const rows = compared.flatMap(([name, { before, differing, after }]) => [
    make('dt', {}, name),
    make('dd', { attributes: { dir: 'ltr' } }, before, make('mark', {}, differing || gap), after),
  ]);
  // Hidden from screen readers: the heading beside it says the same.
  const picture = make('span', { class: 'verdict-picture', attributes: { 'aria-hidden': 'true' } });
  return [
    make('div', { class: `verdict-head ${answer}` }, picture, make('h2', {}, title)),
    ...lines.map((line) => make('p', {}, line)),
    ...(rows.length === 0 ? [] : [make('dl', { class: 'compare' }, ...rows)]),
  ];
}
