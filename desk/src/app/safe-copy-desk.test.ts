// Safe copies at the local process: it takes pixels and nothing else, keeps them sealed, and lets them go with the case.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writer } from '@postern/protocol/bytes/writer';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryStore } from '../engine/memory-store.ts';
import { DeskFiles } from '../files/desk-files.ts';
import { SafeCopyDesk } from './safe-copy-desk.ts';

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const order = {
  id: '3f'.repeat(32),
  message: '11'.repeat(16),
  at: 0,
  name: 'minutes (safe copy)',
  pages: 2,
  hasPixels: true,
};
const offline = (): Promise<never> => Promise.reject(new Error('no network'));

let folder: string;
let files: DeskFiles;
let store: MemoryStore;
let copies: SafeCopyDesk;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postern-copies-'));
  store = new MemoryStore();
  files = await DeskFiles.open({
    ...{
      folder,
      store,
      day: () => 20_800,
      random,
      fingerprint: random(32),
      delaySeconds: [0, 0],
      onChange: () => undefined,
    },
    ports: { fetchChunk: offline, postChunk: offline },
  });
  const original = async ({ message }: { readonly message: string }) =>
    message === order.message
      ? { name: 'minutes.pdf', type: '', bytes: 1, day: 0, hash: random(32), key: random(32) }
      : null;
  copies = new SafeCopyDesk({ store, files, original, random, onCopies: async () => undefined, day: () => 20_800 });
  return () => rmSync(folder, { recursive: true });
});

const texts = async (id: string): Promise<readonly string[]> => (await copies.texts(id)).map(({ text }) => text);
const kept = (): string[] => readdirSync(join(folder, 'files'));

function drawn(width: number, height: number, text: string, bytes = 4 * width * height): Uint8Array {
  const head = new Writer().u32(width).u32(height).var32(new TextEncoder().encode(text)).done();
  return Buffer.concat([head, new Uint8Array(bytes).fill(200)]);
}

async function begin(changes: Partial<typeof order> = {}): Promise<string> {
  const begun = await copies.begin({ ...order, ...changes });
  if ('problem' in begun) throw new Error(begun.problem);
  return begun.copy;
}

async function make(hasText = true, text = 'The first page'): Promise<void> {
  const copy = await begin();
  for (const page of hasText ? [text, 'The second page'] : ['', ''])
    expect(await copies.addPage(copy, drawn(30, 20, page))).toBe('taken');
  expect(await copies.end(copy)).toEqual({ problem: null });
}

describe('safe copies', () => {
  it('are sealed files of the case: name and bytes stand nowhere on the disk in the clear', async () => {
    await make();
    const list = await copies.list(order.id);
    expect(list.map(({ message, at, file }) => [message, at, file.name])).toEqual([
      [order.message, 0, 'minutes (safe copy).pdf'],
      [order.message, 0, 'minutes (safe copy).txt'],
    ]);
    const read = async (at: number): Promise<string> => {
      const file = await copies.file({ id: order.id, message: list[at]?.file.kept ?? '', at: 0 });
      const content = file === null ? null : await files.readWhole(file, 1e6);
      return Buffer.from(content ?? []).toString('latin1');
    };
    expect(await read(0)).toMatch(/^%PDF-/);
    expect(await read(1)).toBe('The first page\n\nThe second page');
    const disk = kept().map((name) => readFileSync(join(folder, 'files', name)).toString('latin1'));
    expect([...disk, ...kept()].join()).not.toMatch(/%PDF|first page|minutes/);
  });

  it('keep no text where the pages come without one, and none of the characters that nobody sees', async () => {
    await make(false);
    expect((await copies.list(order.id)).map(({ file }) => file.name)).toEqual(['minutes (safe copy).pdf']);
    await make(true, 'a\u200bb\u202e\u2028c\u00a0d\u0007\u{e0041}\ufe0f\ue000');
    const text = (await copies.list(order.id))[1];
    const file = await copies.file({ id: order.id, message: text?.file.kept ?? '', at: 0 });
    const content = file === null ? null : await files.readWhole(file, 1e6);
    expect(Buffer.from(content ?? []).toString()).toBe('ab\nc d\n\nThe second page');
  });

  it('take the place of one that was made before, and go with their case', async () => {
    await make();
    await make();
    expect(kept()).toHaveLength(2);
    await copies.forgetAllBut([order.id]);
    expect(kept()).toHaveLength(2);
    await copies.forgetAllBut(['ab'.repeat(32)]);
    expect(kept()).toEqual([]);
    expect(await copies.list(order.id)).toEqual([]);
    expect(await store.list('page/copies/')).toEqual([]);
  });

  it('are all listed when two are kept at once, and none outlives a case that ends meanwhile', async () => {
    const ready = async (at: number): Promise<string> => {
      const copy = await begin({ at, pages: 1 });
      expect(await copies.addPage(copy, drawn(30, 20, ''))).toBe('taken');
      return copy;
    };
    const ends: Promise<unknown>[] = [];
    for (const at of [0, 1]) ends.push(copies.end(await ready(at)));
    expect(await Promise.all(ends)).toEqual([{ problem: null }, { problem: null }]);
    expect((await copies.list(order.id)).map(({ at }) => at)).toEqual([0, 1]);
    const last = copies.end(await ready(2));
    await copies.forget(order.id);
    await last;
    expect(kept()).toEqual([]);
  });

  it('keep a text alone beside a copy: each is replaced by its own kind, and both are found by the search', async () => {
    await make(true, 'Pages');
    const read = async (text: string): Promise<void> => {
      const copy = await begin({ name: 'minutes (text)', pages: 1, hasPixels: false });
      expect(await copies.addPage(copy, drawn(0, 0, text))).toBe('taken');
      expect(await copies.end(copy)).toEqual({ problem: null });
    };
    await read('Scanned once');
    await read('Scanned 名单上的\n名字 and a\nline');
    const names = (await copies.list(order.id)).map(({ form, file }) => [form, file.name]);
    expect(names).toEqual([
      ['copy', 'minutes (safe copy).pdf'],
      ['copy', 'minutes (safe copy).txt'],
      ['text', 'minutes (text).txt'],
    ]);
    expect(kept()).toHaveLength(3);
    // A line of a script without spaces ends within words.
    expect(await texts(order.id)).toEqual(['Pages The second page', 'Scanned 名单上的名字 and a line']);
    expect(await texts('ab'.repeat(32))).toEqual([]);
    await make(false);
    expect(await texts(order.id)).toEqual(['Scanned 名单上的名字 and a line']);
    await copies.forget(order.id);
    expect(await texts(order.id)).toEqual([]);
    expect(kept()).toEqual([]);
  });

  it('are not found by the search where their list is damaged or their text is endless, and what else there is is', async () => {
    const read = async (at: number, text: string): Promise<void> => {
      const copy = await begin({ at, pages: 20, hasPixels: false });
      for (let page = 0; page < 20; page++) expect(await copies.addPage(copy, drawn(0, 0, text))).toBe('taken');
      expect(await copies.end(copy)).toEqual({ problem: null });
    };
    await read(0, 'Found '.repeat(10_000));
    await read(1, 'Cut off');
    const all = await texts(order.id);
    // Of the first alone: gaps between its pages are one space.
    expect([all.length, Math.round((all[0]?.length ?? 0) / 1_000)]).toEqual([1, 1_000]);
    await store.set(`page/copies/${order.id}`, Uint8Array.of(9));
    expect(await texts(order.id)).toEqual([]);
    await copies.forgetAllBut([]);
    expect(await store.list('page/copies/')).toEqual([]);
  });

  it('leave neither pixels nor a file behind when the desk is locked, or the disk is full, while they are kept', async () => {
    const ready = async (at: number): Promise<string> => {
      const copy = await begin({ at, pages: 1 });
      expect(await copies.addPage(copy, drawn(1_000, 1_000, 'A'))).toBe('taken');
      return copy;
    };
    const first = await ready(0);
    const set = store.set.bind(store);
    store.set = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    expect(await copies.end(first)).toEqual({ problem: 'disk' });
    expect(kept()).toEqual([]);
    store.set = set;
    const ending = Promise.allSettled([copies.end(await ready(1))]);
    await copies.close();
    const settled = await Promise.race([ending, new Promise((resolve) => setTimeout(resolve, 0, 'still kept'))]);
    expect(settled).toEqual([{ status: 'fulfilled', value: { problem: 'incomplete' } }]);
    expect([await copies.list(order.id), kept()]).toEqual([[], []]);
    expect(await copies.begin(order)).toEqual({ problem: 'none' });
  });

  it('take no pixels with a text alone, and keep none that is empty', async () => {
    const copy = await begin({ pages: 1, hasPixels: false });
    expect(await copies.addPage(copy, drawn(1, 1, 'a'))).toBe('refused');
    const empty = await begin({ pages: 1, hasPixels: false });
    expect(await copies.addPage(empty, drawn(0, 0, ' '))).toBe('taken');
    expect(await copies.end(empty)).toEqual({ problem: 'incomplete' });
    expect(kept()).toEqual([]);
  });

  it('say that there is too much text, not that there are too many pictures', async () => {
    const copy = await begin({ pages: 200, hasPixels: false });
    const text = 'a'.repeat(80_000);
    for (let page = 0; page < 100; page++) expect(await copies.addPage(copy, drawn(0, 0, text))).toBe('taken');
    expect(await copies.addPage(copy, drawn(0, 0, text))).toBe('wordy');
    expect(await copies.addPage(copy, drawn(0, 0, ''))).toBe('refused');
  });

  it('are read as they were kept before texts could stand alone', async () => {
    await make(false);
    const record = (await store.get(`page/copies/${order.id}`)) ?? new Uint8Array(0);
    // Version, count and form, in place of which there was nothing.
    await store.set(`page/copies/${order.id}`, Uint8Array.of(1, 1, ...record.subarray(3)));
    expect((await copies.list(order.id)).map(({ form, file }) => [form, file.name])).toEqual([
      ['copy', 'minutes (safe copy).pdf'],
    ]);
  });

  it.each([
    ['fewer bytes than pixels', drawn(30, 20, '', 2_399)],
    ['more bytes than pixels', drawn(30, 20, '', 2_401)],
    ['no pixel', drawn(0, 20, '')],
    ['more pixels than a page has', drawn(2_100, 2_001, '')],
    ['a side that is too long', drawn(20_000, 1, '')],
    ['no pixels at all', Uint8Array.of(0, 0, 0)],
    ['text that is none', Buffer.concat([new Writer().u32(1).u32(1).var32(Uint8Array.of(0xff)).done(), random(4)])],
  ])('take no page with %s, and end there', async (_what, page) => {
    const copy = await begin();
    expect(await copies.addPage(copy, page)).toBe('refused');
    expect(await copies.addPage(copy, drawn(30, 20, ''))).toBe('refused');
    expect(await copies.end(copy)).toEqual({ problem: 'incomplete' });
    expect(kept()).toEqual([]);
  });

  it('are not made of a file that is not there, nor kept with pages missing or too many', async () => {
    expect(await copies.begin({ ...order, message: '22'.repeat(16) })).toEqual({ problem: 'none' });
    const few = await begin();
    await copies.addPage(few, drawn(30, 20, ''));
    expect(await copies.end(few)).toEqual({ problem: 'incomplete' });
    const many = await begin({ pages: 1 });
    await copies.addPage(many, drawn(30, 20, ''));
    expect(await copies.addPage(many, drawn(30, 20, ''))).toBe('refused');
    expect(await copies.end(many)).toEqual({ problem: 'incomplete' });
    const dropped = await begin();
    copies.drop(dropped);
    expect(await copies.addPage(dropped, drawn(30, 20, ''))).toBe('refused');
    expect(kept()).toEqual([]);
  });
});
