/** The languages of the desk's page, and how a page speaks one. Another language is one more message file (decisions/0105) and one more line. */
import { IntlMessageFormat } from 'intl-messageformat';
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };
import ru from './ru.json' with { type: 'json' };
import zhHans from './zh-Hans.json' with { type: 'json' };

/** The message files (ARB) hold notes beside the texts, under `@key` and `@@name`. */
export type TextKey = Exclude<keyof typeof en, `@${string}`>;
type Catalogue = Readonly<Record<TextKey, string>>;

export interface Language {
  readonly tag: string;
  /** In itself. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  readonly texts: Catalogue;
}

export const languages: readonly [Language, ...Language[]] = [
  { tag: 'en', name: 'English', direction: 'ltr', texts: en },
  { tag: 'zh-Hans', name: '简体中文', direction: 'ltr', texts: zhHans },
  { tag: 'ru', name: 'Русский', direction: 'ltr', texts: ru },
  { tag: 'es', name: 'Español', direction: 'ltr', texts: es },
];

type Values = Readonly<Record<string, string | number>>;

/** One language, ready for use. */
export interface Words {
  readonly language: Language;
  readonly say: (key: TextKey, values?: Values) => string;
  /** Of texts that come in forms of number: in the form that this number asks for. */
  readonly count: (key: TextKey, count: number) => string;
  readonly number: (value: number) => string;
  /** Bytes in the unit that suits them. */
  readonly size: (bytes: number) => string;
  /** A UTC day in words; near ones by name. */
  readonly day: (day: number, today: number) => string;
  /** Name of a language; empty for a tag that is none. */
  readonly languageName: (tag: string) => string;
}

/** @param chosen tag of one of the languages, or empty @param wanted of the browser, the best first */
export function chooseLanguage(chosen: string, wanted: readonly string[]): Language {
  const named = languages.find(({ tag }) => tag === chosen);
  if (named !== undefined) return named;
  for (const tag of wanted) {
    const found = languages.find((language) => primary(language.tag) === primary(tag));
    if (found !== undefined) return found;
  }
  return languages[0];
}

export function wordsOf(language: Language): Words {
  const { tag, texts } = language;
  const counted = new Map<TextKey, IntlMessageFormat>();
  const numbers = new Intl.NumberFormat(tag);
  const names = new Intl.DisplayNames(tag, { type: 'language', fallback: 'none' });
  const thisYear = new Intl.DateTimeFormat(tag, { timeZone: 'UTC', day: 'numeric', month: 'short' });
  const otherYear = new Intl.DateTimeFormat(tag, { timeZone: 'UTC', dateStyle: 'medium' });
  const say = (key: TextKey, values: Values = {}): string => fill(texts[key], values);
  return {
    language,
    say,
    number: (value) => numbers.format(value),
    size: (bytes) => sizeIn(tag, bytes),
    count: (key, count) => {
      const format = counted.get(key) ?? new IntlMessageFormat(texts[key], tag, undefined, { ignoreTag: true });
      counted.set(key, format);
      return String(format.format({ count }));
    },
    day: (day, today) => {
      if (day === today) return say('day.today');
      if (day === today - 1) return say('day.yesterday');
      const [date, now] = [dateOf(day), dateOf(today)];
      return (date.getUTCFullYear() === now.getUTCFullYear() ? thisYear : otherYear).format(date);
    },
    languageName: (other) => {
      const canonical = canonicalTag(other);
      return canonical === null ? '' : (names.of(canonical) ?? '');
    },
  };
}

/** For `lang` attributes: a sender may have written anything there. */
export function canonicalTag(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}

function sizeIn(tag: string, bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte'] as const;
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const form = {
    style: 'unit',
    unit: units[step] ?? 'byte',
    // In some languages the short form of bytes has no plural.
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumSignificantDigits: 3,
  } as const;
  return new Intl.NumberFormat(tag, form).format(bytes / 1000 ** step);
}

function fill(text: string, values: Values): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

function dateOf(day: number): Date {
  return new Date(day * 86_400_000);
}

/** Without script and region. */
export function primary(tag: string): string {
  return tag.toLowerCase().split('-')[0] ?? '';
}
