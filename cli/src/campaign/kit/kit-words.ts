/** What a kit says beside the words of the campaign. Another language is one more message file (decisions/0105) and one more line. */
import ar from './languages/ar.json' with { type: 'json' };
import en from './languages/en.json' with { type: 'json' };
import zhHans from './languages/zh-Hans.json' with { type: 'json' };

export interface KitWords {
  readonly direction: 'ltr' | 'rtl';
  /** Above the address. */
  readonly open: string;
  /** Above the verification words. */
  readonly compare: string;
  /** With the last day in the place of `{day}`. */
  readonly until: string;
  /** On everything whose text nobody has reviewed. */
  readonly draft: string;
}

const byLanguage: Readonly<Record<string, KitWords>> = {
  en: { direction: 'ltr', ...en },
  'zh-Hans': { direction: 'ltr', ...zhHans },
  ar: { direction: 'rtl', ...ar },
};

export const kitLanguages: readonly string[] = Object.keys(byLanguage);

/** @returns null for a language in which no kit can be made yet */
export function kitWords(language: string): KitWords | null {
  return byLanguage[language] ?? null;
}
