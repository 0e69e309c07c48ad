import type { CaseFile } from '@postern/desk/engine/view';
import { describe, expect, it } from 'vitest';
import { countNews, firstNews, newsOf, type Seen, seenIn } from './news.ts';

const [anna, ben, source] = ['aa', 'bb', ''];

interface Parts {
  readonly id?: string;
  readonly messages?: readonly string[];
  readonly incomplete?: readonly string[];
  /** Author and id. */
  readonly replies?: readonly (readonly [string, string])[];
  /** Device and id. */
  readonly notes?: readonly (readonly [string, string])[];
  /** Device and kind. */
  readonly trail?: readonly (readonly [string, string])[];
}

function caseOf({ id = 'case', messages = ['m1'], incomplete = [], replies = [], notes = [], trail = [] }: Parts) {
  const named = (ids: readonly string[]) => ids.map((each) => ({ id: each }));
  return {
    summary: { id },
    messages: named(messages),
    incomplete: named(incomplete),
    replies: replies.map(([author, each]) => ({ id: each, author })),
    work: {
      notes: notes.map(([device, each]) => ({ id: each, device })),
      trail: trail.map(([device, what]) => ({ device, what })),
      activity: trail.length,
    },
  } as unknown as CaseFile;
}

const seenBy = (own: string, view: CaseFile, id = 'case'): ReadonlyMap<string, Seen> =>
  new Map([[id, seenIn(view, own)]]);

const before = caseOf({
  messages: ['m1', 'm2'],
  incomplete: ['m3'],
  replies: [[anna, 'r1']],
  notes: [[ben, 'n1']],
  trail: [
    [ben, 'note'],
    [anna, 'tag'],
  ],
});
const after = caseOf({
  messages: ['m1', 'm2', 'm3'],
  incomplete: [],
  replies: [
    [anna, 'r1'],
    [ben, 'r2'],
    [anna, 'r3'],
  ],
  notes: [
    [ben, 'n1'],
    [ben, 'n2'],
    [anna, 'n3'],
  ],
  trail: [
    [ben, 'note'],
    [anna, 'tag'],
    [source, 'wrote-again'],
    [ben, 'note'],
    [anna, 'note'],
    [ben, 'grade-shown'],
  ],
});

describe('what is new in a case', () => {
  it('is what has come since one looked, and never what one did oneself', () => {
    const own = newsOf(after, [], seenBy(anna, before), anna).get('case');
    expect(own).toEqual({
      // One that was there in parts is new when it can be read.
      items: new Set(['m3', 'r2']),
      notes: new Set(['n2']),
      graders: new Set([ben]),
      steps: new Set([3, 5]),
    });
    const others = newsOf(after, [], seenBy(ben, before), ben).get('case');
    expect(others).toMatchObject({ items: new Set(['m3', 'r3']), notes: new Set(['n3']), graders: new Set() });
  });

  it('is nothing once it was looked at, for each person by themselves', () => {
    const both = [newsOf(after, [], seenBy(anna, after), anna), newsOf(after, [], seenBy(ben, before), ben)] as const;
    expect(both.map((news) => countNews(news, 'case'))).toEqual([0, 3]);
    expect(both.map((news) => firstNews(news, 'case'))).toEqual([null, 'timeline']);
  });

  it('keeps a reply of a colleague apart that came into the log before an own one that was shown already', () => {
    const written = caseOf({ replies: [[anna, 'r1']] });
    const logged = caseOf({
      replies: [
        [ben, 'r0'],
        [anna, 'r1'],
      ],
    });
    expect(newsOf(logged, [], seenBy(anna, written), anna).get('case')?.items).toEqual(new Set(['r0']));
  });

  it('is not marked for whoever opens a case for the first time', () => {
    const never = new Map([['case', { messages: 0, incomplete: 0, replies: 0, deeds: 0, activity: 1 }]]);
    expect(countNews(newsOf(after, [], never, anna), 'case')).toBe(0);
  });

  it('stands first where it can be seen: in the conversation, parts included, the notes, or the trail', () => {
    const place = (view: CaseFile, parts: readonly CaseFile[] = [], seen = seenBy(anna, before)) =>
      firstNews(newsOf(view, parts, seen, anna), 'case');
    const same = { messages: ['m1', 'm2'], incomplete: ['m3'], replies: [[anna, 'r1']] } as const;
    const steps = [
      [ben, 'note'],
      [ben, 'owner'],
    ] as const;
    expect(place(caseOf({ ...same, notes: [[ben, 'n1']], trail: steps }))).toBe('trail');
    const noted = [...steps, [ben, 'note']] as const;
    const notes = [
      [ben, 'n1'],
      [ben, 'n2'],
    ] as const;
    expect(place(caseOf({ ...same, notes, trail: noted }))).toBe('notes');
    const part = caseOf({ id: 'part', messages: ['p1', 'p2'] });
    const seen = new Map([...seenBy(anna, before), ...seenBy(anna, caseOf({ messages: ['p1'] }), 'part')]);
    expect(place(before, [part], seen)).toBe('timeline');
    expect(countNews(newsOf(before, [part], seen, anna), 'case')).toBe(1);
  });
});
