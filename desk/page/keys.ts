/** What each key asks for. Single letters count only outside of fields, and can be switched off (WCAG 2.1.4). */

export type KeyCommand =
  | 'next'
  | 'previous'
  | 'open'
  | 'reply'
  | 'search'
  /** From the search to what it has found. */
  | 'results'
  | 'status'
  | 'help'
  | 'back'
  | 'send'
  | 'select'
  | 'select-all'
  | 'work'
  /** The first of what is new in the open case. */
  | 'news'
  | 'team'
  | 'carried'
  | 'narrow'
  /** The group of the list at this place. */
  | `filter-${Digit}`;

type Digit = '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8';

export interface KeyPress {
  readonly key: string;
  readonly hasControl: boolean;
  readonly hasAlt: boolean;
  readonly isComposing: boolean;
}

/**
 * `writing`: in a field for text. `searching`: in that of the search. `control`: on a button or the like, which has a use of
 * its own for Enter. `list`: on a line of the list, likewise.
 */
export type KeyPlace = 'writing' | 'searching' | 'control' | 'list' | 'elsewhere';

const singleKeys: ReadonlyMap<string, KeyCommand> = new Map([
  ['j', 'next'],
  ['k', 'previous'],
  ['o', 'open'],
  ['r', 'reply'],
  ['s', 'status'],
  ['x', 'select'],
  ['a', 'select-all'],
  ['c', 'work'],
  ['n', 'news'],
  ['t', 'team'],
  ['i', 'carried'],
  ['f', 'narrow'],
  ['/', 'search'],
  ['?', 'help'],
  ...(['1', '2', '3', '4', '5', '6', '7', '8'] as const).map((digit) => [digit, `filter-${digit}`] as const),
]);
/** Nothing else scrolls where the focus is on a line. */
const listKeys: ReadonlyMap<string, KeyCommand> = new Map([
  ['ArrowDown', 'next'],
  ['ArrowUp', 'previous'],
]);

/** Null for keys that are the browser's. */
export function commandOf(press: KeyPress, place: KeyPlace, hasSingleKeys: boolean): KeyCommand | null {
  const { key, hasControl, hasAlt, isComposing } = press;
  // Enter and Escape belong to the input method while it is at work.
  if (isComposing || hasAlt) return null;
  if (key === 'Escape') return 'back';
  if (hasControl) return key === 'Enter' && place === 'writing' ? 'send' : null;
  if (place === 'searching') return key === 'Enter' || key === 'ArrowDown' ? 'results' : null;
  if (place === 'writing') return null;
  if (place === 'list' && listKeys.has(key)) return listKeys.get(key) ?? null;
  if (key === 'Enter') return place === 'elsewhere' ? 'open' : null;
  return hasSingleKeys ? (singleKeys.get(key) ?? null) : null;
}
