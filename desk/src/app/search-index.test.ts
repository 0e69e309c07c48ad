import { describe, expect, it } from 'vitest';
import type { CaseFile, FileView, ReplyView } from '../engine/view.ts';
import { caseName } from './case-name.ts';
import { SearchIndex } from './search-index.ts';

function view(id: string, text: string, reply = '', tag = 'urgent', note = 'Ring the pilot', file = ''): CaseFile {
  const files = file === '' ? [] : [{ name: file } as FileView];
  const message = { id, day: 1, repliesBefore: 0, language: 'en', campaign: null, text, files, isUnreadable: false };
  const answers = [{ question: 'Where?', values: ['In the harbour'] }];
  return {
    summary: {} as CaseFile['summary'],
    work: { tags: [tag], notes: [{ text: note }] } as unknown as CaseFile['work'],
    messages: [{ ...message, answers }],
    incomplete: [],
    replies: reply === '' ? [] : [{ text: reply, files: [{ name: `${reply}.pdf` }] } as unknown as ReplyView],
  };
}

const [one, two] = ['01'.repeat(32), 'fe'.repeat(32)] as const;

function index(): SearchIndex {
  const made = new SearchIndex();
  made.set(one, view(one, 'Die Verträge wurden im Café geändert', 'Thank you'));
  made.set(two, view(two, '合同在开标之前就已经定好了价格', '', '港口', '与登记处核对'));
  return made;
}

const idsIn = (search: SearchIndex, query: string): string[] => search.find(query).map(({ id }) => id);
const named = (...texts: readonly string[]) => texts.map((text, at) => ({ name: `${at}.txt`, text }));

describe('search', () => {
  it('finds parts of words in any script, in messages, answers and replies', () => {
    const search = index();
    expect(idsIn(search, '开标')).toEqual([two]);
    expect(idsIn(search, 'vertr')).toEqual([one]);
    expect(idsIn(search, 'thank')).toEqual([one]);
    expect(idsIn(search, 'harbour').sort()).toEqual([one, two]);
  });

  it('finds tags, notes and what was discussed', () => {
    expect(idsIn(index(), '港口')).toEqual([two]);
    expect(idsIn(index(), '登记处')).toEqual([two]);
    expect(idsIn(index(), 'urgent pilot')).toEqual([one]);
  });

  it('finds names of files, the source’s and the desk’s', () => {
    const search = index();
    search.set(two, view(two, '合同', '', '', '', 'Verträge 2024.PDF'));
    expect(idsIn(search, 'verträge 2024.pdf')).toEqual([two]);
    expect(idsIn(search, 'you.pdf')).toEqual([one]);
  });

  it('finds words in quotes only where they stand together', () => {
    expect(idsIn(index(), 'wurden Verträge')).toEqual([one]);
    expect(idsIn(index(), '"Verträge wurden" cafe')).toEqual([one]);
    expect(idsIn(index(), '"wurden Verträge"')).toEqual([]);
  });

  it('does not mind accents, case and width', () => {
    expect(idsIn(index(), 'cafe GEANDERT')).toEqual([one]);
    expect(idsIn(index(), 'ＶＥＲＴＲ')).toEqual([one]);
  });

  it('does not mind signs that nobody sees, in messages and in files, however somebody types the word', () => {
    const search = index();
    const [joined, parted] = ['می\u200cخواهد', 'میخواهد'];
    search.set(one, view(one, joined));
    search.set(two, view(two, 'See the file'), [], named(parted));
    for (const query of [joined, parted]) expect(idsIn(search, query).sort()).toEqual([one, two]);
  });

  it('wants every word', () => {
    expect(idsIn(index(), 'cafe 合同')).toEqual([]);
    expect(idsIn(index(), '  ')).toEqual([]);
  });

  it('finds a conversation by the name that people call it', () => {
    expect(idsIn(index(), caseName(two).toLowerCase())).toEqual([two]);
  });

  it('finds what is in files, as far as a hostile one lets it, and keeps a few million letters of that at most', () => {
    const search = index();
    // One sign that stands for eighteen: in all it would be more than a string can hold.
    const hostile = '\ufdfa'.repeat(8_000_000);
    search.set(
      one,
      view(one, 'Still found'),
      [],
      named(`Ledger ${'\ud83d\ude00'.repeat(9_999)}𝓟ort`, ...new Array<string>(4).fill(hostile)),
    );
    expect(idsIn(search, 'still ledger port')).toEqual([one]);
    expect(idsIn(search, 'صلى')).toEqual([one]);
    search.set(two, view(two, hostile.repeat(4)), [], named('Ledger'));
    expect(idsIn(search, 'ledger').sort()).toEqual([one, two]);
  });

  it('says in which file a word stands, where it stands nowhere else', () => {
    const search = index();
    search.set(one, view(one, 'Harbour'), [], named('The harbour', 'a ledger', 'another Ledger and quay'));
    for (const [query, file] of [
      ['harbour', null],
      ['ledger', '1.txt'],
      ['harbour quay', '2.txt'],
      ['a ledger', '1.txt'],
    ] as const)
      expect(search.find(query).find(({ id }) => id === one)).toEqual({ id: one, file });
    // Words of two files that follow each other make no word.
    expect(idsIn(search, 'ledgeranother')).toEqual([]);
  });

  it('forgets', () => {
    const search = index();
    search.remove(one);
    expect(idsIn(search, 'cafe')).toEqual([]);
    search.clear();
    expect(idsIn(search, '合同')).toEqual([]);
  });
});

describe('name of a conversation', () => {
  it('is its first 30 bits', () => {
    expect(caseName('00'.repeat(32))).toBe('000-000');
    expect(caseName('ff'.repeat(32))).toBe('ZZZ-ZZZ');
    // 0x08421084: every fifth bit.
    expect(caseName(`08421084${'0'.repeat(56)}`)).toBe('111-111');
  });
});
