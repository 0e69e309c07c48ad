/** What every view of the page is made of and given. */
import type { WordListId } from '@postern/protocol/keys/word-lists';
import { button, make } from '../dom.ts';
import type { Event, Screen, State } from '../state.ts';
import type { DynamicKey, Texts } from '../texts.ts';
import type { Verdict } from '../verdict.ts';
import type { Typing } from '../words.ts';

export type View = {
  readonly root: HTMLElement;
  /** Brings the view up to date; what the person is typing is left alone. */
  readonly update: (state: State) => void;
};

export type Ui = {
  readonly text: Texts;
  /** BCP 47, of the page. */
  readonly language: string;
  readonly dispatch: (event: Event) => void;
  readonly typing: (text: string, list: WordListId) => Typing;
  readonly isVisible: () => boolean;
  readonly offers: Offers;
};

/** What the page can do beside writing and reading answers; what is missing is not offered. */
export type Offers = {
  /** Whether something that claims to be the organisation is (source/src/verdict.ts). */
  readonly judge?: (given: string | Uint8Array, list: WordListId) => Promise<Verdict>;
  /** Whether files can be sent and fetched. */
  readonly files?: boolean;
  /** Whether a file that is fetched is held in memory until it is saved. */
  readonly holdsFiles?: boolean;
  /** Shows the calls to choose from, where no link leads from a call to writing. */
  readonly calls?: (ui: Ui, state: State) => View;
  /** Sends a sealed message that somebody carries, and tells the page of it; the problem, or nothing. */
  readonly carry?: (text: string, tell: (event: Event) => void) => Promise<CarryProblem | undefined>;
};

/** `missing`: some lines are not there. `lines`: they are none. `organisation`: of another one, or damaged. `old`: nobody can open it any more. */
export const carryProblems = {
  missing: 'carry.missing',
  lines: 'carry.lines',
  organisation: 'carry.organisation',
  old: 'carry.old',
} as const satisfies Record<string, DynamicKey>;
export type CarryProblem = keyof typeof carryProblems;

export type MakeView = (ui: Ui, state: State) => View;

const steps = 4;

/** Heading of a screen, which takes the focus when the screen appears, below where in the process it stands. */
export function screenHeading(ui: Ui, key: DynamicKey, step?: number): HTMLElement {
  const heading = make('h1', { attributes: { tabindex: '-1', id: 'screen-heading' } }, ui.text(key));
  if (step === undefined) return make('header', { class: 'screen-head' }, heading);
  const place = make('p', { class: 'step' }, ui.text('step.of', { step, steps }));
  return make('header', { class: 'screen-head' }, place, heading);
}

export function goButton(ui: Ui, key: DynamicKey, screen: Screen, kind: 'main' | 'quiet' = 'quiet'): HTMLButtonElement {
  return button(ui.text(key), kind, () => ui.dispatch({ type: 'go', screen }));
}

export function list(ui: Ui, ...keys: readonly DynamicKey[]): HTMLUListElement {
  return make('ul', { class: 'points' }, ...keys.map((key) => make('li', {}, ui.text(key))));
}

/** A unix time as date and minutes in UTC: the clock of Tor Browser tells nothing else. */
export function utcTime(unix: number, language: string): string {
  return format(unix, language, { dateStyle: 'long', timeStyle: 'short' });
}

export function utcDay(day: number, language: string): string {
  return format(day * 86_400, language, { dateStyle: 'long' });
}

/**
 * Numbers alone (ISO 8601) where the browser has no words for dates in this language: it would take another one's. They do
 * not break into lines, of which the second would look like a date of its own.
 */
function format(unix: number, language: string, style: Intl.DateTimeFormatOptions): string {
  if (Intl.DateTimeFormat.supportedLocalesOf(language).length === 0) {
    return new Date(unix * 1000)
      .toISOString()
      .slice(0, style.timeStyle === undefined ? 10 : 16)
      .replace('T', '\u00a0')
      .replaceAll('-', '\u2011');
  }
  const options = { ...style, timeZone: 'UTC', numberingSystem: 'latn', calendar: 'gregory' };
  return new Intl.DateTimeFormat(language, options).format(unix * 1000);
}
