/** The languages of the page. */
import type { WordListId } from '@postern/protocol/keys/word-lists';
import type { TextKey } from '../texts.ts';
import ar from './ar.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };
import zhHans from './zh-Hans.json' with { type: 'json' };

type Catalogue = Readonly<Record<TextKey, string>>;

export type Language = {
  readonly tag: 'zh-Hans' | 'en' | 'ar';
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  /** The list that every visit to this page loads. */
  readonly list: WordListId;
  readonly texts: Catalogue;
};

/** English is where the others are translated from: it carries a note for translators with each text. */
const english = Object.fromEntries(Object.entries(en).map(([key, { text }]) => [key, text])) as Catalogue;

export const languages: readonly Language[] = [
  { tag: 'zh-Hans', name: '中文', direction: 'ltr', list: 'chinese_simplified', texts: zhHans },
  { tag: 'en', name: 'English', direction: 'ltr', list: 'english', texts: english },
  { tag: 'ar', name: 'العربية', direction: 'rtl', list: 'english', texts: ar },
];
