/** What every screen is made of and given. */
import type { TextKey, Values } from '@postern/source/texts';
import type { Brought } from '../brought.ts';
import { type Html, make } from '../html.ts';

/** Texts to show at the top of the next page. */
export type Said = { readonly keys: readonly string[]; readonly values: Values };

export type Calls = {
  readonly known: readonly { readonly name: string; readonly title: string }[];
  readonly chosen: string;
};

export type Ui = {
  readonly text: (key: TextKey, values?: Values) => string;
  /** BCP 47, of the page. */
  readonly language: string;
  /** A form of this step. */
  readonly form: (...children: readonly (Html | readonly Html[])[]) => Html;
  /** The twelve words as they were typed last. */
  readonly typed: string;
  /** What was brought to be checked or delivered, with what was found. */
  readonly brought: Pick<Brought, 'given' | 'sealed' | 'verdict' | 'problem'>;
  /** Calls of the organisation, and the name of the one that was chosen, or nothing. */
  readonly calls: Calls;
};

const steps = 4;

/** Typing aids of browsers can keep or send what is typed; this asks them not to. */
export const privateField = {
  autocomplete: 'off',
  autocorrect: 'off',
  autocapitalize: 'none',
  spellcheck: 'false',
  writingsuggestions: 'false',
} as const;

export function heading(ui: Ui, key: TextKey, step?: number): Html {
  const title = make('h1', { tabindex: '-1', id: 'screen-heading' }, ui.text(key));
  const place = step === undefined ? null : make('p', { class: 'step' }, ui.text('step.of', { step, steps }));
  return make('header', { class: 'screen-head' }, place, title);
}

export function button(ui: Ui, key: TextKey, go: string, kind: 'main' | 'quiet' = 'quiet'): Html {
  return make('button', { class: kind, name: 'go', value: go }, ui.text(key));
}

export function actions(...buttons: readonly (Html | null)[]): Html {
  return make('div', { class: 'actions' }, ...buttons);
}

export function list(ui: Ui, ...keys: readonly TextKey[]): Html {
  return make('ul', { class: 'points' }, ...keys.map((key) => make('li', {}, ui.text(key))));
}

export function hidden(name: string, value: string): Html {
  return make('input', { type: 'hidden', name, value });
}
