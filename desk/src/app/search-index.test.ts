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

describe('search', () => {
  it('finds parts of words in any script, in messages, answers and replies', () => {
    const search = index();
    expect(search.find('开标')).toEqual([two]);
    expect(search.find('vertr')).toEqual([one]);
    expect(search.find('thank')).toEqual([one]);
    expect(search.find('harbour').sort()).toEqual([one, two]);
  });

  it('finds tags, notes and what was discussed', () => {
    expect(index().find('港口')).toEqual([two]);
    expect(index().find('登记处')).toEqual([two]);
    expect(index().find('urgent pilot')).toEqual([one]);
  });

  it('finds names of files, the source’s and the desk’s', () => {
    const search = index();
    search.set(two, view(two, '合同', '', '', '', 'Verträge 2024.PDF'));
    expect(search.find('verträge 2024.pdf')).toEqual([two]);
    expect(search.find('you.pdf')).toEqual([one]);
  });

  it('finds words in quotes only where they stand together', () => {
    expect(index().find('wurden Verträge')).toEqual([one]);
    expect(index().find('"Verträge wurden" cafe')).toEqual([one]);
    expect(index().find('"wurden Verträge"')).toEqual([]);
  });

  it('does not mind accents, case and width', () => {
    expect(index().find('cafe GEANDERT')).toEqual([one]);
    expect(index().find('ＶＥＲＴＲ')).toEqual([one]);
  });

  it('wants every word', () => {
    expect(index().find('cafe 合同')).toEqual([]);
    expect(index().find('  ')).toEqual([]);
  });

  it('finds a conversation by the name that people call it', () => {
    expect(index().find(caseName(two).toLowerCase())).toEqual([two]);
  });

  it('finds what is in files, as far as a hostile one lets it, and keeps a few million letters of that at most', () => {
    const search = index();
    // One sign that stands for eighteen: in all it would be more than a string can hold.
    const hostile = '\ufdfa'.repeat(8_000_000);
    search.set(
      one,
      view(one, 'Still found'),
      [],
      [`Ledger ${'\ud83d\ude00'.repeat(9_999)}𝓟ort`, ...new Array<string>(4).fill(hostile)],
    );
    expect(search.find('still ledger port')).toEqual([one]);
    expect(search.find('صلى')).toEqual([one]);
    search.set(two, view(two, hostile.repeat(4)), [], ['Ledger']);
    expect(search.find('ledger').sort()).toEqual([one, two]);
  });

  it('forgets', () => {
    const search = index();
    search.remove(one);
    expect(search.find('cafe')).toEqual([]);
    search.clear();
    expect(search.find('合同')).toEqual([]);
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
