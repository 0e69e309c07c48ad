// The search at the local process: one case that cannot be read, or that goes while it is read, is not found, and no other case with it.
import { describe, expect, it } from 'vitest';
import type { CaseFile, CaseLine } from '../engine/view.ts';
import type { Engine } from './engine-port.ts';
import { Inbox } from './inbox.ts';
import type { PageRecords } from './page-records.ts';

const ids = ['11', '22', '33'].map((byte) => byte.repeat(32));
const [one = '', two = '', three = ''] = ids;

function line(id: string): CaseLine {
  return { id, messages: 1, incomplete: 0, replies: 0, work: { activity: 1 } } as unknown as CaseLine;
}

function view(text: string): CaseFile {
  const message = { id: '01', text, answers: [], files: [], campaign: null, language: 'en' };
  return { messages: [message], replies: [], work: { tags: [], notes: [] } } as unknown as CaseFile;
}

/** A desk with three cases. */
function opened(given: (id: string) => Promise<readonly string[]>) {
  const textsOf = async (id: string) => (await given(id)).map((text) => ({ name: 'list.txt', text }));
  const here = new Set(ids);
  const withFiles = new Set<string>();
  const engine = {
    conversations: () => [...here].map(line),
    conversation: async (id: string) => (here.has(id) ? view(`Harbour of ${id}`) : null),
  };
  const records = { seen: () => ({ messages: 0, incomplete: 0, activity: 0 }), hasDraft: () => false };
  const forgotten: string[] = [];
  const forget = async (id: string): Promise<void> => {
    forgotten.push(id);
    throw new Error('the disk is full');
  };
  const inbox = new Inbox({
    ...{ engine: engine as unknown as Engine, records: records as unknown as PageRecords, textsOf, forget },
    ...{ calls: () => [], hasFiles: (id) => withFiles.has(id), onFound: () => undefined },
  });
  return { here, inbox, forgotten, withFiles };
}

const found = (inbox: Inbox, query: string): string[] => inbox.find(query).map(({ id }) => id);
const patience = { timeout: 20_000 };
const read = (inbox: Inbox) => expect.poll(() => inbox.unsearched, patience).toBe(0);

describe('what the search reads', () => {
  it('goes on behind a case that cannot be read, and behind one whose leavings cannot be erased', async () => {
    const { here, inbox, forgotten } = opened(async (id) => {
      if (id === two) throw new Error('damaged');
      return ['Ledger'];
    });
    inbox.update();
    await read(inbox);
    expect(found(inbox, 'ledger')).toEqual([one, three]);
    here.delete(one);
    inbox.update();
    inbox.readAgain([three]);
    await read(inbox);
    expect(forgotten).toEqual([one]);
    expect(found(inbox, 'harbour')).toEqual([three]);
    await inbox.close();
  });

  it('holds nothing of a case that is erased while the texts of its files are read', async () => {
    const waiting = Promise.withResolvers<readonly string[]>();
    const { here, inbox } = opened((id) => (id === two ? waiting.promise : Promise.resolve([])));
    inbox.update();
    await expect.poll(() => inbox.unsearched, patience).toBe(2);
    here.delete(two);
    inbox.update();
    waiting.resolve(['Ledger']);
    await read(inbox);
    expect(found(inbox, 'harbour')).toEqual([one, three]);
    expect(found(inbox, 'ledger')).toEqual([]);
  });

  it('says that it has read or forgotten something since, so that what was found is looked for again', async () => {
    const { here, inbox } = opened(async () => []);
    inbox.update();
    await read(inbox);
    const before = inbox.readings;
    inbox.update();
    expect(inbox.readings).toBe(before);
    await inbox.read([one]);
    expect(inbox.readings).toBe(before + 1);
    here.delete(two);
    inbox.update();
    expect(inbox.readings).toBe(before + 2);
  });

  it('is of the later of two readings, whichever of them ends last', async () => {
    const slow = Promise.withResolvers<readonly string[]>();
    const given: (readonly string[] | Promise<readonly string[]>)[] = [slow.promise, ['New ledger']];
    const { inbox } = opened(async (id) => (id === one ? (given.shift() ?? []) : []));
    inbox.update();
    await expect.poll(() => given.length, patience).toBe(1);
    await inbox.read([one]);
    slow.resolve(['Old ledger']);
    await read(inbox);
    expect(found(inbox, 'new')).toEqual([one]);
    expect(found(inbox, 'old')).toEqual([]);
  });
});

it('tells of a reply that was begun when it has no text yet, and files', async () => {
  const { inbox, withFiles } = opened(async () => []);
  expect(inbox.update().rows.map(({ hasDraft }) => hasDraft)).toEqual([false, false, false]);
  withFiles.add(two);
  expect(inbox.update().rows).toMatchObject([{ id: two, hasDraft: true }]);
  withFiles.clear();
  expect(inbox.update().rows).toMatchObject([{ id: two, hasDraft: false }]);
  await inbox.close();
});
