/** What each key asks for. Single letters count only outside of fields, and can be switched off (WCAG 2.1.4). */

export type KeyCommand =
  | 'next'
  | 'previous'
  | 'open'
  | 'reply'
  | 'search'
  | 'status'
  | 'help'
  | 'back'
  | 'send'
  | 'select'
  | 'work'
  | 'team';

export interface KeyPress {
  readonly key: string;
  readonly hasControl: boolean;
  readonly hasAlt: boolean;
  readonly isComposing: boolean;
}

/** `writing`: in a field for text. `control`: on a button or the like, which has a use of its own for Enter. */
export type KeyPlace = 'writing' | 'control' | 'elsewhere';

const singleKeys: ReadonlyMap<string, KeyCommand> = new Map([
  ['j', 'next'],
  ['k', 'previous'],
  ['o', 'open'],
  ['r', 'reply'],
  ['s', 'status'],
  ['x', 'select'],
  ['c', 'work'],
  ['t', 'team'],
  ['/', 'search'],
  ['?', 'help'],
]);

/** Null for keys that are the browser's. */
export function commandOf(press: KeyPress, place: KeyPlace, hasSingleKeys: boolean): KeyCommand | null {
  const { key, hasControl, hasAlt, isComposing } = press;
  // Enter and Escape belong to the input method while it is at work.
  if (isComposing || hasAlt) return null;
  if (key === 'Escape') return 'back';
  if (hasControl) return key === 'Enter' && place === 'writing' ? 'send' : null;
  if (place === 'writing') return null;
  if (key === 'Enter') return place === 'elsewhere' ? 'open' : null;
  return hasSingleKeys ? (singleKeys.get(key) ?? null) : null;
}
