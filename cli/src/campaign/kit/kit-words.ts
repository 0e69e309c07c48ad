/** What a kit says beside the words of the campaign. Another language is one more message file (decisions/0105) and one more line. */
import ar from './languages/ar.json' with { type: 'json' };
import be from './languages/be.json' with { type: 'json' };
import bo from './languages/bo.json' with { type: 'json' };
import en from './languages/en.json' with { type: 'json' };
import es from './languages/es.json' with { type: 'json' };
import fa from './languages/fa.json' with { type: 'json' };
import fr from './languages/fr.json' with { type: 'json' };
import ko from './languages/ko.json' with { type: 'json' };
import my from './languages/my.json' with { type: 'json' };
import ru from './languages/ru.json' with { type: 'json' };
import tr from './languages/tr.json' with { type: 'json' };
import ug from './languages/ug.json' with { type: 'json' };
import uk from './languages/uk.json' with { type: 'json' };
import vi from './languages/vi.json' with { type: 'json' };
import zhHans from './languages/zh-Hans.json' with { type: 'json' };
import zhHant from './languages/zh-Hant.json' with { type: 'json' };

export interface KitWords {
  readonly direction: 'ltr' | 'rtl';
  /** Above the address in groups. */
  readonly open: string;
  /** Above the address in one piece. */
  readonly openWhole: string;
  /** Above the verification words. */
  readonly compare: string;
  /** With the last day in the place of `{day}`. */
  readonly until: string;
  /** On everything whose text nobody has reviewed. */
  readonly draft: string;
}

const byLanguage: Readonly<Record<string, KitWords>> = {
  'zh-Hans': { direction: 'ltr', ...zhHans },
  'zh-Hant': { direction: 'ltr', ...zhHant },
  en: { direction: 'ltr', ...en },
  ru: { direction: 'ltr', ...ru },
  fa: { direction: 'rtl', ...fa },
  ar: { direction: 'rtl', ...ar },
  ko: { direction: 'ltr', ...ko },
  es: { direction: 'ltr', ...es },
  fr: { direction: 'ltr', ...fr },
  uk: { direction: 'ltr', ...uk },
  tr: { direction: 'ltr', ...tr },
  vi: { direction: 'ltr', ...vi },
  my: { direction: 'ltr', ...my },
  ug: { direction: 'rtl', ...ug },
  bo: { direction: 'ltr', ...bo },
  be: { direction: 'ltr', ...be },
};

export const kitLanguages: readonly string[] = Object.keys(byLanguage);

/** @returns null for a language in which no kit can be made yet */
export function kitWords(language: string): KitWords | null {
  return byLanguage[language] ?? null;
}
