import type { Change, InboxRow } from '@postern/desk/app/api';
import type { CaseFile } from '@postern/desk/engine/view';
import { describe, expect, it } from 'vitest';
import { type Event, firstState, type State, update } from './model.ts';

const id = 'a'.repeat(64);
const other = 'b'.repeat(64);

const untouched: InboxRow['work'] = {
  state: 'new',
  owner: null,
  tags: [],
  reminder: null,
  isHeld: false,
  mergedInto: null,
  grade: null,
  gradesDiffer: false,
  gradesUnderWay: 0,
  hasGraded: false,
  access: 'unknown',
  motive: 'unknown',
  activity: 0,
  endDay: null,
  restsSince: 1,
};

function row(fields: Partial<InboxRow> = {}): InboxRow {
  return {
    id,
    firstDay: 1,
    lastDay: 1,
    language: 'en',
    campaign: null,
    campaigns: [],
    hasFiles: false,
    preview: 'text',
    instead: { answers: [], files: '' },
    isUnreadable: false,
    messages: 1,
    incomplete: 0,
    replies: 0,
    unposted: 0,
    steps: 0,
    isUnanswered: true,
    waitsSince: 1,
    linksLeft: 8,
    isUnread: true,
    hasDraft: false,
    hasNews: false,
    detected: '',
    alike: null,
    work: untouched,
    ...fields,
  };
}

const change = (value: Change): Event => ({ kind: 'change', change: value });
const phase = (value: 'locked' | 'open' | 'opening'): Event => change({ kind: 'phase', phase: value, idleMinutes: 30 });
const inbox = (isWhole: boolean, rows: readonly InboxRow[], gone: readonly string[] = []): Event =>
  change({ kind: 'inbox', isWhole, rows, gone });
const view = {} as CaseFile;

function after(...events: readonly Event[]): State {
  return events.reduce(update, firstState);
}

/** A conversation open, read, and a text typed into the reply. */
const typing = after(
  phase('open'),
  inbox(true, [row()]),
  { kind: 'open', id },
  { kind: 'case', id, view, parts: [], copies: [], unread: new Map(), seen: new Map(), draft: '' },
  { kind: 'draft', text: 'Thank you' },
);

describe('inbox changes', () => {
  it('replace, add and remove lines', () => {
    const state = after(inbox(true, [row(), row({ id: other })]), inbox(false, [row({ preview: 'new' })], [other]));
    expect([...state.rows.values()].map(({ preview }) => preview)).toEqual(['new']);
    expect(update(state, inbox(true, [row({ id: other })])).rows.has(id)).toBe(false);
  });

  it('are announced when something came, not when the page begins or a person read something', () => {
    const begun = after(inbox(true, [row()]));
    expect(begun.arrived).toBe(0);
    expect(update(begun, inbox(false, [row({ messages: 2 }), row({ id: other })])).arrived).toBe(2);
    expect(update(begun, inbox(false, [row({ isUnread: false })])).arrived).toBe(0);
    expect(update(begun, inbox(false, [row({ hasDraft: true })])).arrived).toBe(0);
  });
});

describe('locking', () => {
  it('leaves nothing of what was shown or typed', () => {
    const locked = update({ ...typing, query: 'harbour', found: new Map([[id, null]]) }, phase('locked'));
    expect(locked.rows.size).toBe(0);
    expect(locked.open).toBe(null);
    expect(locked.status).toBe(null);
    expect(JSON.stringify(locked)).not.toMatch(/Thank you|harbour|text"/);
  });

  it('keeps the complaint about a passphrase until the next attempt', () => {
    const wrong = after(phase('locked'), { kind: 'unlock', unlock: 'wrong' });
    expect(update(wrong, phase('locked')).unlock).toBe('wrong');
    const working = update(wrong, { kind: 'unlock', unlock: 'working' });
    expect(update(update(working, phase('opening')), phase('open')).unlock).toBe('idle');
  });
});

describe('reply', () => {
  it('is not overwritten by the kept draft when the conversation changes while one types', () => {
    expect(
      update(typing, {
        kind: 'case',
        id,
        view,
        parts: [],
        copies: [],
        unread: new Map(),
        seen: new Map(),
        draft: 'Thank',
      }).open?.draft,
    ).toBe('Thank you');
  });

  it('begins with the kept draft', () => {
    const state = after(
      { kind: 'open', id },
      { kind: 'case', id, view, parts: [], copies: [], unread: new Map(), seen: new Map(), draft: 'kept' },
    );
    expect(state.open?.draft).toBe('kept');
  });

  it('is emptied when it was taken, unless more was typed since', () => {
    const sent = { kind: 'sent', id, text: 'Thank you' } as const;
    expect(update(typing, sent).open?.draft).toBe('');
    const more = update(typing, { kind: 'draft', text: 'Thank you. And' });
    expect(update(more, sent).open?.draft).toBe('Thank you. And');
  });

  it('is kept with the reason when it was not taken', () => {
    const state = update(update(typing, { kind: 'sending' }), { kind: 'not-sent', id, problem: 'too-long' });
    expect(state.open).toMatchObject({ draft: 'Thank you', isSending: false, problem: 'too-long' });
    expect(update(state, { kind: 'draft', text: 'Thank' }).open?.problem).toBe(null);
  });

  it('shows room and saving for the text as it stands only', () => {
    const room = { pieces: 3, linksLeft: 8, fits: true };
    expect(update(typing, { kind: 'room', id, text: 'Thank yo', room }).open?.room).toBe(null);
    expect(update(typing, { kind: 'room', id, text: 'Thank you', room }).open?.room).toBe(room);
    expect(update(typing, { kind: 'saved', id, text: 'Thank yo' }).open?.isSaved).toBe(false);
    expect(update(typing, { kind: 'saved', id, text: 'Thank you' }).open?.isSaved).toBe(true);
  });

  it('does not take over what belongs to another conversation', () => {
    const room = { pieces: 3, linksLeft: 8, fits: true };
    for (const event of [
      { kind: 'case', id: other, view, parts: [], copies: [], unread: new Map(), seen: new Map(), draft: 'other' },
      { kind: 'room', id: other, text: 'Thank you', room },
      { kind: 'sent', id: other, text: 'Thank you' },
      { kind: 'not-sent', id: other, problem: 'failed' },
    ] as const) {
      expect(update(typing, event).open).toEqual(typing.open);
    }
  });
});

describe('search', () => {
  it('shows what was found for the query that stands there', () => {
    const asked = after({ kind: 'query', query: 'har' });
    expect(update(asked, { kind: 'found', text: 'ha', found: [{ id, file: null }] }).found).toBe(null);
    const found = update(asked, { kind: 'found', text: 'har', found: [{ id, file: null }] });
    expect(found.found).toEqual(new Map([[id, null]]));
    expect(update(found, { kind: 'query', query: ' ' }).found).toBe(null);
  });

  it('asks the record without the words, and the words without the record', () => {
    const record = after({ kind: 'query', query: 'owner=none' });
    expect([record.isSearching, record.found]).toEqual([false, null]);
    const both = after({ kind: 'query', query: 'har owner=none' });
    expect(both.isSearching).toBe(true);
    expect(update(both, { kind: 'found', text: 'har', found: [{ id, file: null }] }).found).toEqual(
      new Map([[id, null]]),
    );
  });
});
