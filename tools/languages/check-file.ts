/** What is wrong with a translation, beside English: everything that can be said without knowing the language. */
import { type Form, formsOf, type MessageFile, type Note, sampleOf, valuesOf } from './message-file.ts';

export type Fault = { readonly key: string; readonly what: string };

/** A term that has to be said in the same way wherever it occurs: an expression for English, stems for a language. */
export type Term = {
  readonly english: string;
  readonly note: string;
  readonly translations: Readonly<Record<string, readonly string[]>>;
};

export type Wanted = {
  readonly english: MessageFile;
  readonly terms: Readonly<Record<string, Term>>;
  /** Whether the place has forms of number; where not, a text is made so that it needs none. */
  readonly hasForms: boolean;
};

/** @returns [] for a file that can ship; `missing` of a draft are texts that are still to be translated */
export function faultsOf(file: MessageFile, wanted: Wanted): { faults: readonly Fault[]; missing: readonly string[] } {
  const { english } = wanted;
  const keys = [...english.texts.keys()];
  const unknown = [...file.texts.keys()].filter((key) => !english.texts.has(key));
  const texts = keys.flatMap((key) => {
    const text = file.texts.get(key);
    return text === undefined ? [] : faultsOfText(key, text, file, wanted).map((what) => ({ key, what }));
  });
  const head = file === english ? [] : headFaults(file);
  return {
    faults: [...head, ...unknown.map((key) => ({ key, what: 'is not in English: unused' })), ...texts],
    missing: keys.filter((key) => !file.texts.has(key)),
  };
}

/** What is wrong with the English file itself: it carries the notes. */
export function noteFaults({ texts, notes }: MessageFile): readonly Fault[] {
  const without = [...texts.keys()].filter((key) => (notes.get(key)?.description.trim().length ?? 0) < 5);
  const stray = [...notes.keys()].filter((key) => !texts.has(key));
  return [
    ...without.map((key) => ({ key, what: 'has no note for translators' })),
    ...stray.map((key) => ({ key, what: 'is a note without a text' })),
  ];
}

function headFaults({ reviewed, notes, locale }: MessageFile): readonly Fault[] {
  const what = [
    reviewed === undefined ? 'does not say who has reviewed it (false: nobody)' : '',
    notes.size > 0 ? 'has notes: they belong into the English file' : '',
    Intl.PluralRules.supportedLocalesOf(locale).length === 0 ? 'is of a language without known forms of number' : '',
  ];
  return what.filter((text) => text !== '').map((text) => ({ key: '@@locale', what: text }));
}

function faultsOfText(key: string, text: string, file: MessageFile, wanted: Wanted): readonly string[] {
  if (text.trim() === '') return ['is empty'];
  const note = wanted.english.notes.get(key) ?? { description: '', maxLength: undefined, examples: {} };
  try {
    const forms = formsOf(text);
    return [
      ...characterFaults(text),
      ...formFaults(forms, text, file.locale, wanted.hasForms),
      ...valueFaults(forms, note),
      ...lengthFaults(forms, note),
      ...(file === wanted.english ? [] : translationFaults(key, text, file, wanted)),
    ];
  } catch (error) {
    if (error instanceof SyntaxError) return [`does not parse as ICU MessageFormat: ${error.message}`];
    throw error;
  }
}

function characterFaults(text: string): readonly string[] {
  // The zero-width non-joiner stands between letters in Persian and Kurdish; nothing else unseen has a use in a text.
  const unseen = /(?!\u200C)[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/u.exec(text);
  return [
    unseen === null ? '' : `holds the unseen character U+${hex(unseen[0])}`,
    text === text.trim() ? '' : 'begins or ends with a space',
    / {2}/.test(text) ? 'holds two spaces in a row' : '',
    / (?:[?!;:.,…)»؟؛،၊။。，、།༎༏༐༑༔]|[%٪](?![{\d]))/.test(text)
      ? 'has a space before a mark that then can begin a line: take U+00A0'
      : '',
    text === text.normalize('NFC') ? '' : 'is not in normal form C',
  ].filter((what) => what !== '');
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

function formFaults(forms: readonly Form[], text: string, locale: string, hasForms: boolean): readonly string[] {
  if (forms[0]?.name === '') {
    const plain = forms[0].parts.map((part) => ('literal' in part ? part.literal : `{${part.value}}`)).join('');
    // Where there are no forms the text is filled in without a parser of messages, so both have to read it alike.
    return plain === text ? [] : ['uses an apostrophe as ICU quotes with it: take ’'];
  }
  if (!hasForms) return ['has forms of number: say it so that none is needed, as in “Words: {count}”'];
  const names = new Set(forms.map(({ name }) => name));
  const rules = new Intl.PluralRules(locale);
  const met = Array.from({ length: 1_000 }, (_, n) => (names.has(`=${n}`) ? '' : rules.select(n)));
  const needed = [...new Set(met)].filter((name) => name !== '');
  const known = rules.resolvedOptions().pluralCategories as readonly string[];
  return [
    ...needed.filter((name) => !names.has(name)).map((name) => `lacks the form “${name}”`),
    ...[...names]
      .filter((name) => !name.startsWith('=') && !known.includes(name))
      .map((name) => `has the form “${name}”, which this language has not`),
  ];
}

function valueFaults(forms: readonly Form[], { examples }: Note): readonly string[] {
  const named = Object.keys(examples);
  return forms.flatMap((form) => {
    const values = valuesOf(form);
    const where = form.name === '' ? '' : ` in the form “${form.name}”`;
    // “One file” says its number without a numeral.
    const isSaid = (name: string): boolean => values.includes(name) || (form.name !== '' && name === 'count');
    return [
      ...named.filter((name) => !isSaid(name)).map((name) => `lacks {${name}}${where}`),
      ...values.filter((name) => !named.includes(name)).map((name) => `has the unknown {${name}}${where}`),
    ];
  });
}

function lengthFaults(forms: readonly Form[], { maxLength, examples }: Note): readonly string[] {
  if (maxLength === undefined) return [];
  const longest = Math.max(...forms.map((form) => columnsOf(sampleOf(form, examples))));
  return longest > maxLength ? [`is too long for its place: ${longest} columns, at most ${maxLength}`] : [];
}

/** How wide a text is: characters as they are read, those of Chinese and Korean counted twice. */
export function columnsOf(text: string): number {
  const wide = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF01-\uFF60]/u;
  return [...new Intl.Segmenter().segment(text)].reduce((sum, { segment }) => sum + (wide.test(segment) ? 2 : 1), 0);
}

function translationFaults(key: string, text: string, file: MessageFile, wanted: Wanted): readonly string[] {
  const english = wanted.english.texts.get(key) ?? '';
  const isProse = (english.match(/[a-z]{2,}/gi)?.length ?? 0) > 3;
  return [
    ...(isProse && text === english ? ['is still English'] : []),
    ...quoteFaults(english, text, file, wanted.english),
    ...termFaults(english, text, file.locale, wanted.terms),
  ];
}

/** A button that a text names in quotes has to be called as it is. */
function quoteFaults(english: string, text: string, file: MessageFile, reference: MessageFile): readonly string[] {
  return [...english.matchAll(/“([^”]+)”/g)].flatMap(([, quoted = '']) => {
    const named = [...reference.texts].filter(([, words]) => words.toLowerCase() === quoted.toLowerCase());
    const called = named.flatMap(([key]) => file.texts.get(key) ?? []);
    const isCalled = called.length === 0 || called.some((words) => text.toLowerCase().includes(words.toLowerCase()));
    return isCalled ? [] : [`names “${quoted}” otherwise than it is called: ${called.join(', ')}`];
  });
}

function termFaults(english: string, text: string, locale: string, terms: Wanted['terms']): readonly string[] {
  return Object.entries(terms).flatMap(([name, term]) => {
    const stems = term.translations[locale] ?? [];
    const isNamed = new RegExp(term.english).test(english.replaceAll(/\{\w+\}/g, ''));
    if (stems.length === 0 || !isNamed) return [];
    const isSaid = stems.some((stem) => text.toLocaleLowerCase(locale).includes(stem.toLocaleLowerCase(locale)));
    return isSaid ? [] : [`says “${name}” otherwise than the glossary: ${stems.join(', ')}`];
  });
}
