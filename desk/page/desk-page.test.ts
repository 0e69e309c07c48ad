import type { Change, InboxRow } from '@postern/desk/app/api';
import { afterEach, expect, it, vi } from 'vitest';
import type { DeskClient } from './desk-client.ts';
import { DeskPage } from './desk-page.ts';

it('says nothing of a file that was looked into before the desk was locked', async () => {
  let tell: (change: Change) => void = () => undefined;
  let read: (content: ReadableStream) => void = () => undefined;
  const client = {
    start: () => Promise.resolve(),
    changes: (take: typeof tell) => {
      tell = take;
      return new Promise(() => undefined);
    },
    readPieces: () =>
      new Promise<ReadableStream>((resolve) => {
        read = resolve;
      }),
  };
  const page = new DeskPage(client as unknown as DeskClient);
  void page.run('');
  await vi.waitFor(() => {
    tell({ kind: 'phase', phase: 'open', idleMinutes: 10 });
    expect(page.state.value.phase).toBe('open');
  }, 20_000);
  const place = { id: '', message: '', at: 0 };
  const examined = page.examine({ place, kept: 'kept', name: 'photo.jpg', bytes: 1 });
  expect(page.state.value.traces.get('kept')).toBe('looking');
  for (const phase of ['locked', 'open'] as const) tell({ kind: 'phase', phase, idleMinutes: 10 });
  read(new ReadableStream());
  await examined;
  expect(page.state.value.phase).toBe('open');
  expect(page.state.value.traces.size).toBe(0);
});

afterEach(() => void vi.unstubAllGlobals());

/** An open desk, and what its page asked for. */
function openPage(): { page: DeskPage; calls: unknown[] } {
  const calls: unknown[] = [];
  const client = {
    call: (name: string, given: object) => {
      calls.push({ name, ...given });
      return Promise.resolve({});
    },
  };
  const page = new DeskPage(client as unknown as DeskClient);
  page.send({ kind: 'change', change: { kind: 'phase', phase: 'open', idleMinutes: 10 } });
  return { page, calls };
}

it('takes the word of a frame that somebody is there, but not for ever: what is in it is a stranger’s', () => {
  const { page, calls } = openPage();
  const hour = 3_600_000;
  page.presence.seen(5 * hour);
  for (let minute = 1; minute < 10 * 60; minute++) page.presence.inFrame(5 * hour + minute * 60_000);
  expect(calls).toHaveLength(120);
  page.presence.seen(16 * hour);
  page.presence.inFrame(17 * hour);
  expect(calls).toHaveLength(122);
});

it('keeps a note that was begun at once when another case is opened, or the desk is locked', () => {
  vi.stubGlobal('window', globalThis);
  const { page, calls } = openPage();
  page.keepNote('a', 'Call the');
  page.keepNote('a', 'Call the registry');
  page.close();
  page.keepNote('b', 'And the court');
  page.lock();
  expect(calls).toEqual([
    { name: 'note-keep', id: 'a', text: 'Call the registry' },
    { name: 'note-keep', id: 'b', text: 'And the court' },
    { name: 'lock' },
  ]);
});

/** A line of the list, as far as this is about it. */
function line(id: string, work: object = {}): InboxRow {
  const record = { state: 'new', owner: null, tags: [], grade: null, reminder: null, mergedInto: null, endDay: null };
  return {
    id,
    lastDay: 1,
    language: 'en',
    campaigns: [],
    alike: null,
    work: { ...record, ...work },
  } as unknown as InboxRow;
}

const inbox = (...rows: readonly InboxRow[]) =>
  ({ kind: 'change', change: { kind: 'inbox', isWhole: false, rows, gone: [] } }) as const;

it('does to several cases what is meant for those that are ticked and shown, whatever comes and goes meanwhile', () => {
  const { page } = openPage();
  page.send(inbox(line('a'), line('b'), line('c', { owner: 'dd' })));
  page.send({ kind: 'select', ids: ['a', 'c'], isSelected: true });
  expect(page.list.ticked.value).toEqual(['a', 'c']);
  page.search('owner=none');
  expect(page.list.ticked.value).toEqual(['a']);
  page.send(inbox(line('a', { owner: 'dd' }), line('c')));
  expect(page.shown.value.map(({ id }) => id)).toEqual(['b', 'c']);
  expect(page.list.ticked.value).toEqual(['c']);
  page.search('');
  expect(page.list.ticked.value).toEqual(['a', 'c']);
});

it('asks the local process for words again when it has read something since, and never for what the record says', async () => {
  let tell: (change: Change) => void = () => undefined;
  const queries: unknown[] = [];
  const client = {
    start: () => Promise.resolve(),
    changes: (take: typeof tell) => {
      tell = take;
      return new Promise(() => undefined);
    },
    call: (_: string, given: { query: string }) => {
      queries.push(given.query);
      return Promise.resolve({ found: [] });
    },
  };
  const page = new DeskPage(client as unknown as DeskClient);
  void page.run('');
  const status = (readings: number) => tell({ kind: 'status', readings } as unknown as Change);
  await vi.waitFor(() => {
    tell({ kind: 'phase', phase: 'open', idleMinutes: 10 });
    expect(page.state.value.phase).toBe('open');
  }, 20_000);
  page.search('harbour owner=none');
  status(1);
  await vi.waitFor(() => expect(queries).toEqual(['harbour', 'harbour']));
  status(1);
  page.search('owner=none');
  status(2);
  await vi.waitFor(() => expect(page.state.value.readings).toBe(2));
  expect(queries).toHaveLength(2);
});
