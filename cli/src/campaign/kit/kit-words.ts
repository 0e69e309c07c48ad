/** What a kit says beside the words of the campaign. The Chinese and Arabic are machine-made and reviewed by nobody. */

export interface KitWords {
  readonly direction: 'ltr' | 'rtl';
  /** Above the address. */
  readonly open: string;
  /** Above the verification words. */
  readonly compare: string;
  /** Before the last day. */
  readonly until: string;
  /** On everything whose text nobody has reviewed. */
  readonly draft: string;
}

const byLanguage: Readonly<Record<string, KitWords>> = {
  en: {
    direction: 'ltr',
    open: 'Open in Tor Browser, without the spaces',
    compare: 'The page must show these eight words',
    until: 'Until',
    draft: 'Draft: reviewed by nobody',
  },
  'zh-Hans': {
    direction: 'ltr',
    open: '请用 Tor 浏览器打开，输入时不要空格',
    compare: '页面上必须显示这八个字',
    until: '截止日期：',
    draft: '草稿：尚未有人核对',
  },
  ar: {
    direction: 'rtl',
    open: 'افتحه في متصفح Tor من دون مسافات',
    compare: 'يجب أن تعرض الصفحة هذه الكلمات الثماني',
    until: 'حتى',
    draft: 'مسودة: لم يراجعها أحد',
  },
};

/** @returns null for a language in which no kit can be made yet */
export function kitWords(language: string): KitWords | null {
  return byLanguage[language] ?? null;
}
