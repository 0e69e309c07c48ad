/** The languages of the page. Another one is one more message file (decisions/0105) and one more line here. */
import type { WordListId } from '@postern/protocol/keys/word-lists';
import type { TextKey } from '../texts.ts';
import ar from './ar.json' with { type: 'json' };
import be from './be.json' with { type: 'json' };
import bo from './bo.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };
import fa from './fa.json' with { type: 'json' };
import fr from './fr.json' with { type: 'json' };
import ko from './ko.json' with { type: 'json' };
import my from './my.json' with { type: 'json' };
import ru from './ru.json' with { type: 'json' };
import tr from './tr.json' with { type: 'json' };
import ug from './ug.json' with { type: 'json' };
import uk from './uk.json' with { type: 'json' };
import vi from './vi.json' with { type: 'json' };
import zhHans from './zh-Hans.json' with { type: 'json' };
import zhHant from './zh-Hant.json' with { type: 'json' };

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
  { tag: 'zh-Hans', name: '简体中文', direction: 'ltr', list: 'chinese_simplified', texts: textsOf(zhHans) },
  { tag: 'zh-Hant', name: '繁體中文', direction: 'ltr', list: 'chinese_traditional', texts: textsOf(zhHant) },
  { tag: 'en', name: 'English', direction: 'ltr', list: 'english', texts: textsOf(en) },
  { tag: 'ru', name: 'Русский', direction: 'ltr', list: 'english', texts: textsOf(ru) },
  { tag: 'fa', name: 'فارسی', direction: 'rtl', list: 'english', texts: textsOf(fa) },
  { tag: 'ar', name: 'العربية', direction: 'rtl', list: 'english', texts: textsOf(ar) },
  { tag: 'ko', name: '한국어', direction: 'ltr', list: 'korean', texts: textsOf(ko) },
  { tag: 'es', name: 'Español', direction: 'ltr', list: 'spanish', texts: textsOf(es) },
  { tag: 'fr', name: 'Français', direction: 'ltr', list: 'french', texts: textsOf(fr) },
  { tag: 'uk', name: 'Українська', direction: 'ltr', list: 'english', texts: textsOf(uk) },
  { tag: 'tr', name: 'Türkçe', direction: 'ltr', list: 'english', texts: textsOf(tr) },
  { tag: 'vi', name: 'Tiếng Việt', direction: 'ltr', list: 'english', texts: textsOf(vi) },
  { tag: 'my', name: 'မြန်မာ', direction: 'ltr', list: 'english', texts: textsOf(my) },
  { tag: 'ug', name: 'ئۇيغۇرچە', direction: 'rtl', list: 'english', texts: textsOf(ug) },
  { tag: 'bo', name: 'བོད་ཡིག', direction: 'ltr', list: 'english', texts: textsOf(bo) },
  { tag: 'be', name: 'Беларуская', direction: 'ltr', list: 'english', texts: textsOf(be) },
];

/** The texts of a message file without what it says about itself and to translators. */
function textsOf(file: Catalogue): Catalogue {
  return Object.fromEntries(Object.entries(file).filter(([key]) => !key.startsWith('@'))) as Catalogue;
}
