/** The words of the page's language. Static ones are in the HTML; the rest travel in its template and are read here. */
import type en from './languages/en.json';

/** The message files (ARB) hold notes beside the texts, under `@key` and `@@name`. */
export type TextKey = Exclude<keyof typeof en, `@${string}`>;

/** Sections whose text is part of the page's HTML; the script has no need of it. */
export const staticSections = [
  'page',
  'home',
  'who',
  'before',
  'never',
  'limits',
  'protection',
  'apart',
  'clear',
  'campaign',
] as const;
export type StaticKey = Extract<TextKey, `${(typeof staticSections)[number]}.${string}`>;
/** Said only by the mode without scripts; `plain.x` takes the place of `x` there. */
export type PlainKey = Extract<TextKey, `plain.${string}`>;
/** Part of the page of a call, and asked for by the script where there is no such page: offline. */
export const callKeys = [
  'campaign.who',
  'campaign.wanted',
  'campaign.safe',
  'campaign.safe1',
  'campaign.safe2',
  'campaign.safe3',
  'campaign.never',
  'campaign.after',
  'campaign.write',
] as const;
export type CallKey = (typeof callKeys)[number];
export type DynamicKey = Exclude<TextKey, StaticKey | PlainKey> | CallKey;

/** Sections whose keys the code puts together; each text of the others it names whole, so that the build can number those. */
export const composedSections: readonly string[] = ['trouble', 'review', 'trace'];

export type Values = Readonly<Record<string, string | number>>;
export type Texts = (key: DynamicKey, values?: Values) => string;

/** Reads what the build put into the template: one paragraph for each text, named by its key or numbered by its place. */
export function readTexts(template: HTMLTemplateElement): Texts {
  const texts = new Map<string, string>();
  for (const [place, element] of [...template.content.children].entries()) {
    texts.set(element.id === '' ? `${place}` : element.id, element.textContent ?? '');
  }
  return (key, values = {}) => fill(texts.get(key) ?? key, values);
}

const rightToLeft = /[\u0590-\u08ff]/;

/**
 * Puts values in the place of `{name}`. Where a script from right to left is involved, a value of letters stands by itself
 * (U+2068 and U+2069): else a name of another direction draws the marks and numbers beside it to its own side.
 */
export function fill(text: string, values: Values): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    const isApart = typeof value === 'string' && rightToLeft.test(text + value);
    return isApart ? `\u2068${value}\u2069` : String(value ?? whole);
  });
}
