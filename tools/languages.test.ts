/** Every language that ships says everything, in the same terms; and the check sees each fault that it is there for. */
import { kitLanguages, kitWords } from '@postern/cli/campaign/kit/kit-words';
import { listsFor } from '@postern/cli/organisation/verification';
import { pageLanguages } from '@postern/desk/engine/cover-visit';
import { transcriptLanguages } from '@postern/desk/export/transcript-texts';
import { languages as deskLanguages } from '@postern/desk/page/languages/languages';
import { languages as sourceLanguages } from '@postern/source/languages/languages';
import { describe, expect, it } from 'vitest';
import { type Catalogue, catalogues } from './languages/catalogues.ts';
import { columnsOf, faultsOf, noteFaults, type Term } from './languages/check-file.ts';
import { readMessageFile } from './languages/message-file.ts';
import { roundsFor, textFound, textsInPlace } from './languages/places.ts';
import { checkCatalogue } from './languages.ts';

describe.each(catalogues)('$folder', (catalogue: Catalogue) => {
  it('has no text that is missing, unused, too long, or without its values', () => {
    expect(checkCatalogue(catalogue).faults).toEqual([]);
  });
});

describe('a language of the source’s page', () => {
  it('has a kit whose words are those of its page', () => {
    expect([...kitLanguages].sort()).toEqual(sourceLanguages.map(({ tag }) => tag).sort());
    const lists = sourceLanguages.map(({ tag }) => [tag, listsFor([{ language: tag }]).at(-1)]);
    expect(lists).toEqual(sourceLanguages.map(({ tag, list }) => [tag, list]));
  });

  it('has a kit that is read in the same direction', () => {
    const kits = sourceLanguages.map(({ tag }) => [tag, kitWords(tag)?.direction]);
    expect(kits).toEqual(sourceLanguages.map(({ tag, direction }) => [tag, direction]));
  });

  it('is one in which desks make cover visits', () => {
    expect([...pageLanguages].sort()).toEqual(sourceLanguages.map(({ tag }) => tag).sort());
  });

  it('is one of several, each under its own name, and on the desk too', () => {
    for (const all of [sourceLanguages, deskLanguages]) {
      expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
      for (const { tag, direction } of all) {
        const rightToLeft = /^(ar|fa|ug)\b/.test(tag);
        expect([tag, direction]).toEqual([tag, rightToLeft ? 'rtl' : 'ltr']);
      }
    }
    expect([...transcriptLanguages].sort()).toEqual(deskLanguages.map(({ tag }) => tag).sort());
  });
});

const english = readMessageFile(
  JSON.stringify({
    '@@locale': 'en',
    leave: 'Leave',
    '@leave': { description: 'A button of one word.', 'x-maxLength': 10 },
    hint: 'Press “Leave” to go to {place}, and tell the desk.',
    '@hint': { description: 'Below it.', placeholders: { place: { example: 'a wood' } } },
    files: '{count, plural, one {# file of {name}} other {# files of {name}}}',
    '@files': { description: 'A heading.', placeholders: { count: { example: '3' }, name: { example: 'Ann' } } },
  }),
);
const terms: Readonly<Record<string, Term>> = {
  desk: { english: '\\bdesk\\b', note: 'A team.', translations: { ru: ['команд'] } },
};
const russian = {
  '@@locale': 'ru',
  '@@x-reviewed': false,
  leave: 'Уйти',
  hint: 'Нажмите «Уйти», чтобы попасть в {place}, и скажите команде.',
  files:
    '{count, plural, one {# файл у {name}} few {# файла у {name}} many {# файлов у {name}} other {# файла у {name}}}',
};

/** Key and fault, in one line each. */
function check(changed: Readonly<Record<string, unknown>>, hasForms = true): string[] {
  const file = readMessageFile(JSON.stringify({ ...russian, ...changed }));
  const { faults, missing } = faultsOf(file, { english, terms, hasForms });
  return [...faults.map(({ key, what }) => `${key} ${what}`), ...missing.map((key) => `${key} is missing`)];
}

describe('the check of a translation', () => {
  it('is content with a whole one', () => {
    expect(check({})).toEqual([]);
  });

  const forms = (text: string): string => `{count, plural, ${text}}`;
  const [one, few, many] = ['one {# файл у {name}}', 'few {# файла у {name}}', 'many {# файлов у {name}}'];
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['a missing text', { hint: undefined }, 'hint is missing'],
    ['an unused text', { more: 'Ещё' }, 'more is not in English'],
    ['an empty text', { leave: ' ' }, 'leave is empty'],
    ['a text that is too long', { leave: 'Уйти отсюда', hint: 'Нажмите «Уйти отсюда»: {place}, команда.' }, 'too long'],
    ['a missing value', { hint: 'Нажмите «Уйти» и скажите команде.' }, 'hint lacks {place}'],
    ['a translated value', { hint: 'Нажмите «Уйти»: {место}, команда.' }, 'hint has the unknown {место}'],
    ['a missing form', { files: forms(`${one} ${few} other {# файла у {name}}`) }, 'files lacks the form “many”'],
    ['another language’s form', { files: forms(`two {#{name}} ${one} ${few} ${many} other {#{name}}`) }, '“two”'],
    [
      'a value missing in a form',
      { files: forms(`${one} ${few} ${many} other {# файла}`) },
      'lacks {name} in the form',
    ],
    ['a bracket that stays open', { hint: 'Нажмите «Уйти»: {place, команда' }, 'hint does not parse'],
    ['a direction that is turned round', { leave: 'Уй\u202Eти' }, 'U+202E'],
    ['a mark that can begin a line', { hint: 'Нажмите «Уйти» : {place}, команда.' }, 'U+00A0'],
    ['a sign of percent that can', { hint: 'Нажмите «Уйти»: {place} %, команда.' }, 'U+00A0'],
    ['an invisible space', { leave: 'Уй\u200Bти' }, 'U+200B'],
    ['a button called otherwise', { hint: 'Нажмите «Выйти»: {place}, команда.' }, 'names “Leave” otherwise'],
    ['a term said otherwise', { hint: 'Нажмите «Уйти»: {place}, отдел.' }, 'says “desk” otherwise'],
    ['a text left in English', { hint: english.texts.get('hint') }, 'hint is still English'],
    ['an apostrophe that quotes', { hint: "Нажмите «Уйти»: '{place}' {place}, команда." }, 'an apostrophe'],
    ['silence about review', { '@@x-reviewed': undefined }, 'does not say who has reviewed it'],
  ])('finds %s', (_name, changed, what) => {
    expect(check(changed).join('\n')).toContain(what);
  });

  it.each([...'?!;:.,…)»؟؛،၊။。，、།༎༏༐༑༔%٪'])('finds a space before %s', (mark) => {
    const hint = (space: string): string => `Нажмите «Уйти»${space}${mark} {place}, команда.`;
    expect(check({ hint: hint(' ') })).toEqual([expect.stringContaining('hint has a space before a mark')]);
    for (const space of ['', '\u00A0']) expect(check({ hint: hint(space) })).toEqual([]);
  });

  it('refuses forms of number where the page has no use for them', () => {
    expect(check({}, false)).toEqual([expect.stringContaining('files has forms of number')]);
  });

  it('counts what is as wide as two letters twice, and a letter with its marks once', () => {
    expect([columnsOf('离开'), columnsOf('떠나기'), columnsOf('й'), columnsOf('မြန်')]).toEqual([4, 6, 1, 2]);
  });

  it('asks for a note with each English text', () => {
    const bare = readMessageFile(
      JSON.stringify({ '@@locale': 'en', leave: 'Leave', '@gone': { description: 'A note.' } }),
    );
    expect(noteFaults(bare).map(({ key }) => key)).toEqual(['leave', 'gone']);
  });
});

describe('a text that is found on a page', () => {
  const page = { 'a.word': 'Word {number}', 'a.any': '{number} %', 'a.whole': 'Word 3 is wrong', 'b.more': 'More' };

  it('is known by what stands between its values, a whole text before one with values', () => {
    expect(textFound('Word 3', page)).toMatchObject({ key: 'a.word', values: { number: '3' } });
    expect(textFound('Word 3 is wrong', page)).toEqual({ key: 'a.whole', values: {} });
    expect(textFound('87 %', page)).toBeUndefined();
    expect(textFound('lawsuit', page)).toBeUndefined();
  });

  it('gives its place to each other of its kind once', () => {
    const placed = new Set<string>();
    const lengths = { 'a.word': 72, 'a.other': 72, 'a.long': undefined, 'plain.a.word': 9, 'b.more': 72 };
    const rounds = roundsFor(new Set(['a.word']), lengths, placed);
    expect(rounds.map((round) => [...round])).toEqual([[], [['a.word', 'a.other']], [['a.word', 'plain.a.word']]]);
    expect([...placed].sort()).toEqual(['a.other', 'a.word', 'plain.a.word']);
    const found = new Map([['Word 3', { key: 'a.word', values: { number: '3' } }]]);
    const russian = { 'a.word': 'Слово {number}', 'a.other': '{name} ушёл' };
    const examples = { 'a.other': { name: 'Ann' } };
    expect(textsInPlace(found, russian, examples, new Map())).toEqual({ 'Word 3': 'Слово 3' });
    expect(textsInPlace(found, russian, examples, new Map([['a.word', 'a.other']]))).toEqual({ 'Word 3': 'Ann ушёл' });
  });
});
