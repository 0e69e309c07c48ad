import type { InboxRow } from '@postern/desk/app/api';
import type { CallView } from '@postern/desk/app/call-words';
import { fieldKeys } from '@postern/desk/app/search-query';
import { describe, expect, it } from 'vitest';
import { countShown, type Narrowing, shownRows, sortRows } from './inbox.ts';
import { fieldTests, type RecordWords } from './record-filter.ts';

const plain = {
  ...{ state: 'new', owner: null, tags: [], grade: null, gradesDiffer: false, access: 'unknown', motive: 'unknown' },
  ...{ reminder: null, mergedInto: null, endDay: null },
} as const;

/** A case by one letter, with what is told of it. */
function row(id: string, work: Partial<InboxRow['work']>, fields: Partial<InboxRow> = {}): InboxRow {
  const line = { id, lastDay: 10, language: 'en', detected: '', campaigns: [], hasFiles: false, alike: null };
  return { ...line, waitsSince: null, ...fields, work: { ...plain, ...work } } as unknown as InboxRow;
}

const rows = [
  row('a', { owner: '01', tags: ['港口', 'urgent'], grade: 'A1 B2', gradesDiffer: true }, { waitsSince: 5 }),
  row('b', { owner: '02', tags: ['urgent'], grade: 'B2 B2' }, { language: 'zh-Hans', hasFiles: true, lastDay: 12 }),
  row('c', { state: 'waiting', access: 'first-hand', grade: 'F6 F6' }, { detected: 'ru', campaigns: ['cafe0000'] }),
  row('d', { state: 'closed', motive: 'gain' }, { waitsSince: 3, campaigns: ['beef0000', 'cafe0000'] }),
];
const words: RecordWords = {
  personName: (device) => ({ '01': 'Ana Belén', '02': 'Wei' })[device] ?? device,
  calls: [{ id: 'cafe0000', name: 'harbour', texts: [] }] as readonly CallView[],
};
const place = { losses: new Set<string>(), own: '01', today: 20 };
const narrowed = (query: string): Narrowing => ({ found: null, tests: fieldTests(query, words) });
const found = (query: string): string =>
  shownRows(rows, 'all', narrowed(query), place)
    .map(({ id }) => id)
    .join('');

describe('a search of the record', () => {
  it('finds by each field, whole and whatever the case of the letters, and nothing by a part', () => {
    expect([found('tag=urgent'), found('tag=港口'), found('tag=urg')]).toEqual(['ab', 'a', '']);
    expect([found('owner="ana belén"'), found('owner=WEI'), found('owner=we'), found('owner=none')]).toEqual([
      ...['a', 'b', '', 'c'],
    ]);
    expect([found('state=waiting'), found('state=new')]).toEqual(['c', 'ab']);
    expect([found('language=zh'), found('language=zh-hans'), found('language=ru'), found('language=r')]).toEqual([
      ...['b', 'b', 'c', ''],
    ]);
    expect([found('access=first-hand'), found('motive=gain state=closed')]).toEqual(['c', 'd']);
    expect([found('has=file'), found('has=nothing')]).toEqual(['b', '']);
  });

  it('finds by a grade, its letter or its number, by two that differ, and where there is none', () => {
    expect([found('grade=A1'), found('grade=b2'), found('grade=B'), found('grade=6')]).toEqual(['a', 'ab', 'ab', 'c']);
    expect([found('grade=differs'), found('grade=none state=closed')]).toEqual(['a', 'd']);
  });

  it('finds the cases of a call by its name, also when their sources have written again without it', () => {
    expect([found('call=harbour state=closed'), found('call=beef0000 state=closed')]).toEqual(['d', 'd']);
    expect([found('call=harbour'), found('call=none')]).toEqual(['c', 'ab']);
  });

  it('wants all tags, one of the values of any other field, and every field', () => {
    expect([found('tag=urgent tag=港口'), found('owner=wei owner=none'), found('owner=wei tag=港口')]).toEqual([
      ...['a', 'bc', ''],
    ]);
  });

  it('leaves closed cases out, as the list does, unless their state is asked for', () => {
    expect([found('call=beef0000'), found('state=closed'), found('state=closed state=waiting')]).toEqual([
      '',
      'd',
      'cd',
    ]);
  });

  it('says what can be chosen beside what is chosen, with as many cases as that will show', () => {
    for (const query of ['', 'tag=urgent', 'state=new', 'owner=wei grade=b2', 'state=closed']) {
      const counts = countShown(rows, 'all', narrowed(query), place, words);
      for (const key of fieldKeys) {
        const chosen = narrowed(query).tests.some((test) => test.key === key);
        // Another value of the same field adds its cases to what is there.
        if (chosen && key !== 'tag') continue;
        for (const { value, cases } of counts[key]) {
          expect(found(`${query} ${key}="${value}"`).length, `${query}, ${key}=${value}`).toBe(cases);
        }
      }
    }
    expect(countShown(rows, 'all', narrowed('owner=wei'), place, words).owner).toEqual([
      { value: 'Ana Belén', cases: 1 },
      { value: 'Wei', cases: 1 },
      { value: 'none', cases: 1 },
    ]);
  });
});

describe('order of the list', () => {
  const order = (by: Parameters<typeof sortRows>[1]): string =>
    sortRows(new Map(rows.map((each) => [each.id, each])), by)
      .map(({ id }) => id)
      .join('');

  it('is by day, by the middle of two grades with what has none last, or by how long a source waits', () => {
    expect(order('newest')).toBe('bacd');
    expect(order('graded')).toBe('abcd');
    expect(order('waiting')).toBe('dabc');
  });
});
