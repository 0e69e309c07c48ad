// What the local process believes of the words that the page reads in files: bounded, once, and gone with the case.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { Writer } from '@postern/protocol/bytes/writer';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { beforeEach, describe, expect, it } from 'vitest';
import { fileView } from '../engine/conversation-view.ts';
import { MemoryStore } from '../engine/memory-store.ts';
import type { CaseFile, FileView } from '../engine/view.ts';
import { DeskFiles } from '../files/desk-files.ts';
import { contentOf } from '../files/kept-content.ts';
import { FileWords } from './file-words.ts';
import { toldStates, type WordState } from './word-states.ts';

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const offline = (): Promise<never> => Promise.reject(new Error('no network'));
const id = '3f'.repeat(32);

let files: DeskFiles;
let store: MemoryStore;
let descriptors: FileDescriptor[];
let views: FileView[];
let view: CaseFile;
let words: FileWords;
/** Cases of which more is known. */
let told: string[];

/** As when the desk is unlocked. */
async function open(): Promise<void> {
  words = new FileWords({
    ...{ store, files },
    original: async ({ at }) => descriptors[at] ?? null,
    onWords: async (one) => void told.push(one),
  });
  await words.look(id, view);
}

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-words-'));
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
  told = [];
  descriptors = [];
  for (const name of ['first.txt', 'second.txt'])
    descriptors.push(await files.keep({ name, type: '', day: 0 }, contentOf(utf8ToBytes(`Words of ${name}`))));
  views = await Promise.all(descriptors.map(fileView));
  view = { messages: [{ id: '11'.repeat(16), files: views }], replies: [] } as unknown as CaseFile;
  await open();
  return () => rmSync(folder, { recursive: true });
});

const body = (state: number, text: string): Uint8Array => new Writer().u8(state).text32(text).done();
const read = (text: string): Uint8Array => body(toldStates.indexOf('read'), text);
const [first, second] = [0, 1].map((at) => () => views[at]?.kept ?? '') as [() => string, () => string];
const texts = async (): Promise<readonly string[]> => (await words.look(id, view)).map(({ text }) => text);
const statesNow = async (): Promise<Readonly<Record<string, WordState>>> =>
  Object.fromEntries((await words.unread(id)).map(({ kept, state }) => [kept, state]));

describe('words of files', () => {
  it('are asked for of files that are here, one after the other, and kept for the next unlocking', async () => {
    expect(words.counts).toEqual({ waiting: 2, unread: 0 });
    expect(await words.next()).toEqual({ id, kept: first() });
    expect(Buffer.from((await words.read(first())) ?? []).toString()).toBe('Words of first.txt');
    expect(await words.take(first(), read('the harbour'))).toBe(true);
    expect(told).toEqual([id]);
    await words.close();
    await open();
    expect(await words.look(id, view)).toEqual([{ name: 'first.txt', text: 'the harbour' }]);
    expect(await words.next()).toEqual({ id, kept: second() });
    expect(await words.take(second(), body(toldStates.indexOf('locked'), ''))).toBe(true);
    expect([await words.next(), await statesNow()]).toEqual([null, { [second()]: 'locked' }]);
    expect(words.counts).toEqual({ waiting: 0, unread: 1 });
  });

  it('are taken in one form only, once, of a file that waits', async () => {
    const whole = read('the harbour');
    const wrong = [whole.subarray(0, -1), Buffer.concat([whole, new Uint8Array(1)]), body(toldStates.length, 'a')];
    const notText = new Writer().u8(0).var32(Uint8Array.of(0xff)).done();
    const endless = new Writer().u8(0).var32(new Uint8Array(3_000_001)).done();
    for (const one of [...wrong, notText, endless, new Uint8Array()])
      expect(await words.take(first(), one)).toBe(false);
    expect(await words.take('ab'.repeat(16), whole)).toBe(false);
    expect([await texts(), words.counts.waiting]).toEqual([[], 2]);
    expect(await words.take(first(), whole)).toBe(true);
    expect(await words.take(first(), read('another'))).toBe(false);
    expect(await texts()).toEqual(['the harbour']);
  });

  it('are a million letters of a case at most, without those that nobody sees, and it is said which are left out', async () => {
    await words.take(first(), read(`a\u200bb\u202e ${'c'.repeat(999_990)}`));
    expect((await texts())[0]).toHaveLength(999_993);
    await words.take(second(), read('d'.repeat(8)));
    expect(await texts()).toEqual([expect.any(String), 'd'.repeat(7)]);
    expect(await statesNow()).toEqual({ [second()]: 'cut' });
    const third = await fileView(await files.keep({ name: 'c.txt', type: '', day: 0 }, contentOf(utf8ToBytes('c'))));
    view = { ...view, replies: [{ id: '22'.repeat(16), files: [third] }] } as unknown as CaseFile;
    await words.look(id, view);
    expect([await words.next(), await statesNow()]).toMatchObject([null, { [third.kept]: 'full' }]);
  });

  it('are given up of a file that twice ended whoever read it, and of one that is too large', async () => {
    for (const _ of [1, 2]) {
      expect(await words.next()).toEqual({ id, kept: first() });
      await words.close();
      await open();
    }
    expect(await words.next()).toEqual({ id, kept: second() });
    expect(await statesNow()).toEqual({ [first()]: 'interrupted' });
    await words.take(second(), read(''));
    expect(await statesNow()).toMatchObject({ [second()]: 'none' });
    const third = await files.keep({ name: 'c.txt', type: '', day: 0 }, contentOf(utf8ToBytes('c')));
    // It says that it is.
    const large = { ...(await fileView(third)), bytes: 64 * 1024 * 1024 + 1 };
    await words.look(id, { ...view, replies: [{ id: '22'.repeat(16), files: [large] }] } as unknown as CaseFile);
    expect(await words.next()).toBe(null);
    expect(await statesNow()).toMatchObject({ [large.kept]: 'too-large' });
  });

  it('are taken once, also while somebody opens the case', async () => {
    await words.next();
    const isKept = files.isKept.bind(files);
    const { promise, resolve } = Promise.withResolvers<void>();
    files.isKept = (kept) => promise.then(() => isKept(kept));
    const looked = words.look(id, view);
    const taken = words.take(first(), read('the harbour'));
    resolve();
    await Promise.all([looked, taken]);
    expect([await texts(), words.counts.waiting]).toEqual([['the harbour'], 1]);
    expect(await words.next()).toEqual({ id, kept: second() });
  });

  it('go with their case, and none comes after it', async () => {
    await words.take(first(), read('the harbour'));
    const [taken] = await Promise.all([words.forget(id).then(() => words.take(second(), read('late')))]);
    expect(taken).toBe(false);
    expect(await store.list('page/words/')).toEqual([]);
    await open();
    await words.take(first(), read('the harbour'));
    await words.forgetAllBut([id]);
    expect(await store.list('page/words/')).toHaveLength(1);
    await words.forgetAllBut(['ab'.repeat(32)]);
    expect(await store.list('page/words/')).toEqual([]);
    expect(words.counts).toEqual({ waiting: 0, unread: 0 });
  });
});
