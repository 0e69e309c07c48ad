/** Runs in a page without its own script: shows whatever a person can come upon, by the page's own views and rules. */
import type { State } from '../state.ts';
import { fill } from '../texts.ts';
import type { Verdict } from '../verdict.ts';
import { attachPage } from '../views/page.ts';
import type { CarryProblem, Offers } from '../views/view.ts';
import { organisationIn, statesOf, type WordsShown } from './states.ts';

export type Play = {
  readonly language: string;
  readonly texts: Readonly<Record<string, string>>;
  /** Twelve of the page's list. */
  readonly words: WordsShown;
};

export type Stage = {
  /** Once for each page. @returns the names of what can be shown */
  readonly open: (play: Play) => readonly string[];
  /** As a person who comes to it finds it, whatever was shown before. */
  readonly show: (name: string) => Promise<void>;
};

const difference = {
  given: { before: 'http://notes.ex', differing: 'arn', after: 'ple' },
  real: { before: 'http://notes.ex', differing: 'am', after: 'ple' },
};
const verdicts: readonly Verdict[] = [
  ...(['address', 'words', 'code', 'file'] as const).map((what) => ({ answer: 'yes', what }) as const),
  { answer: 'no', what: 'address', difference },
  { answer: 'no', what: 'words', places: [3, 8] },
  ...(['code', 'file'] as const).map((what) => ({ answer: 'no', what }) as const),
  ...(['stale', 'list', 'twelve', 'page', 'nothing'] as const).map((why) => ({ answer: 'unsure', why }) as const),
];
const problems: readonly CarryProblem[] = ['missing', 'lines', 'organisation', 'old'];

/** By name, what shows it; there once the page has been opened. */
const acts = new Map<string, () => Promise<void> | void>();

function open({ language, texts, words }: Play): readonly string[] {
  const states = statesOf(organisationIn(language, words), words);
  let verdict: Verdict = { answer: 'unsure', why: 'nothing' };
  let problem: CarryProblem | undefined;
  const offers: Offers = { files: true, judge: async () => verdict, carry: async () => problem };
  const update = attachPage({
    text: (key, values = {}) => fill(texts[key] ?? key, values),
    language,
    isVisible: () => true,
    offers,
    dispatch: () => undefined,
    typing: () => ({ words: words.words, suggestions: words.words.slice(0, 3) }),
  });
  /** A view is made when its screen appears, so another one comes between. */
  const appear = (state: State | undefined): void => {
    const between = state?.screen === 'home' ? states.enter : states.home;
    for (const shown of [between, state]) if (shown !== undefined) update(shown);
  };
  /** Pressed, and answered by what was offered. */
  const ask = async (screen: 'verify' | 'carry'): Promise<void> => {
    appear(states[screen]);
    document.querySelector<HTMLButtonElement>('#app button.main')?.click();
    await new Promise((resolve) => setTimeout(resolve));
  };
  for (const [name, state] of Object.entries(states)) acts.set(name, () => appear(state));
  for (const [at, one] of verdicts.entries()) {
    acts.set(`verify-${at}-${one.answer}`, () => {
      verdict = one;
      return ask('verify');
    });
  }
  for (const one of problems) {
    acts.set(`carry-${one}`, () => {
      problem = one;
      return ask('carry');
    });
  }
  return [...acts.keys()];
}

const stage: Stage = { open, show: async (name) => acts.get(name)?.() };
Object.assign(globalThis, { stage });
