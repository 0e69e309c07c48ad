import { describe, expect, it } from 'vitest';
import { answerText, fieldQuery, fieldText, termsOf, textQuery, withoutTerm, withTerm } from './search-query.ts';

/** Without places. */
const said = (query: string): readonly string[] =>
  termsOf(query).map((term) => {
    if (term.kind === 'word') return term.text;
    return term.kind === 'field' ? `${term.key}: ${term.value}` : `${term.question} is ${term.value}`;
  });

describe('words of a search', () => {
  it('are fields of the record, answers, and what stands in texts, in any order', () => {
    expect(said('harbour owner=Ana tag=港口 role=buyer grade=A1 ledger')).toEqual([
      'harbour',
      'owner: Ana',
      'tag: 港口',
      'role is buyer',
      'grade: A1',
      'ledger',
    ]);
  });

  it('keep together what stands in quotes, as the keyboards of several languages write them', () => {
    for (const [open, close] of [
      ['"', '"'],
      ['“', '”'],
      ['„', '“'],
      ['«', '»'],
      ['＂', '＂'],
    ] as const) {
      const value = `${open}Ana Belén${close}`;
      expect(said(`owner=${value} next`)).toEqual(['owner: Ana Belén', 'next']);
      expect(said(`OWNER＝${value} ${value}`)).toEqual(['owner: Ana Belén', 'Ana Belén']);
    }
  });

  it('ask for nothing while a value is still to be typed, and for what is there of one in quotes', () => {
    expect(said('tag= harbour')).toEqual(['harbour']);
    expect(said('owner="Ana Be')).toEqual(['owner: Ana Be']);
    expect(said('owner="" " "')).toEqual([]);
  });

  it('ask for an answer with any other key, and with a prefix also where a question has the name of a field', () => {
    expect(said('role=buyer')).toEqual(['role is buyer']);
    expect(said(answerText({ question: 'state', value: 'jalisco' }))).toEqual(['state is jalisco']);
    expect(answerText({ question: 'role', value: 'buyer' })).toBe('role=buyer');
  });

  it('stay words where they have no form of an id: addresses, sums, quotes within', () => {
    for (const text of ['http://a.example/?b=c', 'a==b', '5"', '"a"b', '=', 'Größe=5'])
      expect(said(text)).toEqual([text]);
  });

  it('come back as they were put in, whatever letters a tag has', () => {
    for (const value of ['港口', 'land registry', 'a"b" c', '“x”', 'x=y', '"', 'day-1']) {
      expect(said(`first ${fieldText('tag', value)} last`)).toEqual(['first', `tag: ${value}`, 'last']);
    }
  });

  it('are put in and taken out one at a time, and leave the others as they stand', () => {
    const query = withTerm(withTerm('"land registry"', fieldText('tag', 'a b')), 'owner=none');
    expect(query).toBe('"land registry" tag="a b" owner=none');
    const [, tag] = termsOf(query);
    expect(tag && withoutTerm(query, tag)).toBe('"land registry" owner=none');
    expect(textQuery(query)).toBe('"land registry"');
    expect(fieldQuery(query)).toBe('tag="a b" owner=none');
  });

  it('are read in one pass, however long and hostile', () => {
    const long = `${'"a'.repeat(50_000)} ${'a='.repeat(50_000)}`;
    expect(termsOf(long).length).toBeGreaterThan(0);
  });
});
