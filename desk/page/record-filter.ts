/** Which cases a search's fields ask for (decisions/0127), and which values occur. */
import type { InboxRow } from '@postern/desk/app/api';
import type { CallView } from '@postern/desk/app/call-words';
import { type FieldKey, type FieldTerm, fieldKeys, sameLetters, termsOf } from '@postern/desk/app/search-query';

/** What the record of a case is read with. */
export interface RecordWords {
  /** As people are called here; of a device by hex. */
  readonly personName: (device: string) => string;
  readonly calls: readonly CallView[];
}

/** Tests of one field: of several values one is enough, but of tags all must be there. */
export interface FieldTest {
  readonly key: FieldKey;
  readonly has: (row: InboxRow) => boolean;
}

/** Stands for a field in which nothing is. */
export const noValue = 'none';

export function fieldTests(query: string, words: RecordWords): readonly FieldTest[] {
  const terms = termsOf(query).filter((term): term is FieldTerm => term.kind === 'field');
  return [...Map.groupBy(terms, ({ key }) => key)].map(([key, of]) => {
    const tests = of.map(({ value }) => makers[key](sameLetters(value), words));
    return { key, has: (row) => (key === 'tag' ? tests.every((has) => has(row)) : tests.some((has) => has(row))) };
  });
}

export function hasAll(row: InboxRow, tests: readonly FieldTest[]): boolean {
  return tests.every(({ has }) => has(row));
}

type Make = (value: string, words: RecordWords) => FieldTest['has'];

const makers: Readonly<Record<FieldKey, Make>> = {
  tag: (value) => {
    const same = once((tag) => sameLetters(tag) === value);
    return ({ work }) => work.tags.some(same);
  },
  owner: (value, { personName }) => {
    const same = once((device) => device === value || sameLetters(personName(device)) === value);
    return ({ work: { owner } }) => (owner === null ? value === noValue : same(owner));
  },
  grade: (value) => {
    if (value === 'differs') return ({ work }) => work.gradesDiffer;
    const isWhole = value.length > 1;
    const same = once((grade) => {
      const given = grade.toLowerCase().split(' ');
      return given.some((one) => (isWhole ? one === value : one.includes(value)));
    });
    return ({ work: { grade } }) => (grade === null ? value === noValue : same(grade));
  },
  state:
    (value) =>
    ({ work }) =>
      work.state === value,
  access:
    (value) =>
    ({ work }) =>
      work.access === value,
  motive:
    (value) =>
    ({ work }) =>
      work.motive === value,
  language: (value) => {
    const same = once((tag) => tag.toLowerCase() === value || tag.toLowerCase().startsWith(`${value}-`));
    return (row) => (languageOf(row) === '' ? value === noValue : same(languageOf(row)));
  },
  call: (value, { calls }) => {
    const same = once((id) => meansCall(value, id, calls));
    return ({ campaigns }) => (campaigns.length === 0 ? value === noValue : campaigns.some(same));
  },
  has: (value) => (row) => value === 'file' && row.hasFiles,
};

/** Of ten thousand lines most say the same. */
function once(test: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const is = test(text);
    known.set(text, is);
    return is;
  };
}

/** BCP 47, as the list shows it; empty if nobody knows. */
export function languageOf({ detected, language }: InboxRow): string {
  return detected || language;
}

/** Of a call as a search names it: its place in addresses, or of one that is not known the beginning of its id. */
export function callValue(id: string, calls: readonly CallView[]): string {
  return calls.find((call) => call.id === id)?.name ?? id.slice(0, 12);
}

/** Whether it names this call: by its place in addresses, or by the beginning of its id. @param value in `sameLetters` */
export function meansCall(value: string, id: string, calls: readonly CallView[]): boolean {
  const isNamed = calls.some((call) => call.id === id && sameLetters(call.name) === value);
  return isNamed || (value.length >= 6 && id.startsWith(value));
}

export interface ValueCount {
  readonly value: string;
  readonly cases: number;
}

export type FieldCounts = Readonly<Record<FieldKey, readonly ValueCount[]>>;

/**
 * What occurs in each field, the most frequent first: in the lines that everything else in the query leaves.
 * @param mayShow whether a line is in the group that is shown as the query stands, or would be if it asked for a state
 */
export function countFields(
  rows: readonly InboxRow[],
  tests: readonly FieldTest[],
  mayShow: (row: InboxRow, asksState: boolean) => boolean,
  words: RecordWords,
): FieldCounts {
  const counts = new Map(fieldKeys.map((key) => [key, new Map<string, number>()]));
  for (const row of rows) {
    const failing = tests.filter(({ has }) => !has(row)).map(({ key }) => key);
    if (failing.length > 1) continue;
    const [isShown, isShownOfState] = [mayShow(row, false), mayShow(row, true)];
    for (const [key, ofKey] of counts) {
      const leaves = failing.length === 0 || (failing[0] === key && key !== 'tag');
      if (!leaves || !(key === 'state' ? isShownOfState : isShown)) continue;
      for (const value of new Set(valuesOf[key](row, words))) ofKey.set(value, (ofKey.get(value) ?? 0) + 1);
    }
  }
  const listed = [...counts].map(([key, ofKey]) => {
    const all = [...ofKey].map(([value, cases]) => ({ value, cases }));
    return [key, all.sort((a, b) => b.cases - a.cases || (a.value < b.value ? -1 : 1))] as const;
  });
  return Object.fromEntries(listed) as unknown as FieldCounts;
}

const valuesOf: Readonly<Record<FieldKey, (row: InboxRow, words: RecordWords) => readonly string[]>> = {
  tag: ({ work }) => work.tags,
  owner: ({ work: { owner } }, { personName }) => [owner === null ? noValue : personName(owner)],
  grade: ({ work: { grade, gradesDiffer } }) =>
    grade === null ? [noValue] : [...grade.split(' '), ...(gradesDiffer ? ['differs'] : [])],
  state: ({ work }) => [work.state],
  access: ({ work }) => [work.access],
  motive: ({ work }) => [work.motive],
  language: (row) => [languageOf(row) || noValue],
  call: ({ campaigns }, { calls }) =>
    campaigns.length === 0 ? [noValue] : campaigns.map((id) => callValue(id, calls)),
  has: ({ hasFiles }) => (hasFiles ? ['file'] : []),
};
