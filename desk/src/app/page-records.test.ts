import { hexToBytes } from '@postern/protocol/bytes/encode';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../engine/memory-store.ts';
import { PageRecords } from './page-records.ts';

const id = 'ab'.repeat(32);
const seen = { messages: 3, incomplete: 1, replies: 2, deeds: 5, activity: 70_000 };

describe('what was seen', () => {
  it('is there when the desk is opened again, and gone with its case', async () => {
    const store = new MemoryStore();
    const records = await PageRecords.load(store);
    await records.setSeen(id, seen);
    expect((await PageRecords.load(store)).seen(id)).toEqual(seen);
    await records.forget(id);
    expect((await PageRecords.load(store)).seen(id)).toMatchObject({ messages: 0, activity: 0 });
  });

  it('is read as an earlier release kept it: nothing that was there already is new then', async () => {
    const store = new MemoryStore();
    // Version 2: one case, three messages, an activity of seven.
    await store.set('page/seen/ab', hexToBytes(`020001${id}000300000007`));
    const read = (await PageRecords.load(store)).seen(id);
    expect(read).toMatchObject({ messages: 3, activity: 7 });
    expect(Math.min(read.incomplete, read.replies, read.deeds)).toBe(0xffff);
  });
});
