import { hexToBytes } from '@postern/protocol/bytes/encode';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../engine/memory-store.ts';
import { PageRecords } from './page-records.ts';

const id = 'ab'.repeat(32);
const seen = { messages: 3, incomplete: 1, replies: 2, deeds: 5, activity: 70_000 };

describe('what is kept of a case', () => {
  it('goes at the next start if the case ended and the run that saw it end could not erase it', async () => {
    const store = new MemoryStore();
    const [ended, here] = [id, 'cd'.repeat(32)];
    const before = await PageRecords.load(store);
    for (const each of [ended, here]) {
      await before.setDraft(each, `Draft on ${each}`);
      await before.setNote(each, `Note on ${each}`);
      await before.setSeen(each, seen);
    }
    const records = await PageRecords.load(store);
    await records.forgetAllBut([here]);
    for (const name of await store.list('page/')) expect(name).not.toContain(ended);
    expect([records.hasDraft(ended), records.seen(ended).messages]).toEqual([false, 0]);
    expect([await records.draft(here), await records.note(here), records.seen(here)]).toEqual([
      `Draft on ${here}`,
      `Note on ${here}`,
      seen,
    ]);
    // Nothing of it in what is kept for several cases either.
    const all = await Promise.all((await store.list('page/seen/')).map((name) => store.get(name)));
    expect(all.map((bytes) => Buffer.from(bytes ?? []).toString('hex')).join()).not.toContain(ended);
  });
});

describe('what was seen', () => {
  it('is there when the desk is opened again, and gone with its case', async () => {
    const store = new MemoryStore();
    const records = await PageRecords.load(store);
    await records.setSeen(id, seen);
    expect((await PageRecords.load(store)).seen(id)).toEqual(seen);
    await records.forget(id);
    expect((await PageRecords.load(store)).seen(id)).toMatchObject({ messages: 0, activity: 0 });
  });

  it('is read as an earlier release kept it: nothing but what has come in parts is new then', async () => {
    const store = new MemoryStore();
    // Version 2: one case, three messages, an activity of seven.
    await store.set('page/seen/ab', hexToBytes(`020001${id}000300000007`));
    const read = (await PageRecords.load(store)).seen(id);
    expect(read).toMatchObject({ messages: 3, activity: 7 });
    expect(Math.min(read.replies, read.deeds)).toBe(0xffff);
    // Once more, rather than that a whole one is missed.
    expect(read.incomplete).toBe(0);
  });
});
