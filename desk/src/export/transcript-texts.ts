/** The words of a transcript, in the languages of the desk. Another is one more message file (decisions/0105) and one more line. */
import en from './languages/en.json' with { type: 'json' };
import es from './languages/es.json' with { type: 'json' };
import ru from './languages/ru.json' with { type: 'json' };
import zhHans from './languages/zh-Hans.json' with { type: 'json' };

type Key = Exclude<keyof typeof en, `@${string}`>;
export type TranscriptTexts = { readonly [Name in Key | '@@locale']: string };

/** English first: it stands in for languages that have none. */
const all: readonly [TranscriptTexts, ...TranscriptTexts[]] = [en, zhHans, ru, es];

export const transcriptLanguages: readonly string[] = all.map((texts) => texts['@@locale']);

/** @param language BCP 47 of the desk's page */
export function transcriptTexts(language: string): TranscriptTexts {
  const [primary] = language.split('-');
  return all.find((texts) => texts['@@locale'].split('-')[0] === primary) ?? all[0];
}

export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}
