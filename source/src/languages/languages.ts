/** The languages of the page. Another one is one more message file (decisions/0105) and one more line here. */
import type { WordListId } from '@postern/protocol/keys/word-lists';
import type { TextKey } from '../texts.ts';
import ar from './ar.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };
import zhHans from './zh-Hans.json' with { type: 'json' };

type Catalogue = Readonly<Record<TextKey, string>>;

export type Language = {
  /** BCP 47, and the name of the message file. */
  readonly tag: string;
  /** In itself. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  /** The list that every visit to this page loads. */
  readonly list: WordListId;
  readonly texts: Catalogue;
};

export const languages: readonly Language[] = [
  { tag: 'zh-Hans', name: '中文', direction: 'ltr', list: 'chinese_simplified', texts: textsOf(zhHans) },
  { tag: 'en', name: 'English', direction: 'ltr', list: 'english', texts: textsOf(en) },
  { tag: 'ar', name: 'العربية', direction: 'rtl', list: 'english', texts: textsOf(ar) },
];

/** The texts of a message file without what it says about itself and to translators. */
function textsOf(file: Catalogue): Catalogue {
  return Object.fromEntries(Object.entries(file).filter(([key]) => !key.startsWith('@'))) as Catalogue;
}
