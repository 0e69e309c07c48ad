// Files of replies that are not sent, on a real disk and store, with a real server: over a lock, a stopped process and days.
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '@postern/protocol/bytes/secret';
import { CHUNK_DATA_BYTES, FILE_BYTES_MAX } from '@postern/protocol/constants';
import { chunkCount } from '@postern/protocol/files/chunks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CaseFiles } from '../app/case-files.ts';
import { SealedStore } from '../app/sealed-store.ts';
import { random } from '../engine/testing/desk-world.ts';
import { FileLine } from '../testing/file-line.ts';
import type { GivenFile } from './attachments.ts';
import type { DeskFiles } from './desk-files.ts';

const [first, second] = ['ab', 'cd'].map((byte) => byte.repeat(32)) as [string, string];
const given: GivenFile = { name: 'Akte Hafenmeister.odt', type: 'text/plain', bytes: 0, day: 20_000, isCleaned: true };
const storeKey = new Secret(random(32));
const patience = { timeout: 20_000, interval: 10 };
const nothingSent = async (): Promise<ReadonlySet<string>> => new Set();

let line: FileLine;
let store: SealedStore;
/** What was posted so far, by its id. */
let posted: Map<string, Buffer>;
let posts = 0;
/** Posts that the server gets before the line is cut. */
let postsMax = Number.POSITIVE_INFINITY;

beforeAll(async () => {
  line = await FileLine.open();
});
afterAll(() => line.world.remove());
beforeEach(() => {
  const remove = line.begin();
  posted = new Map();
  [posts, postsMax, line.day] = [0, Number.POSITIVE_INFINITY, 20_800];
  return async () => {
    await remove();
    await store.close();
  };
});

/** The device, with its line, as it is after it was unlocked. */
async function unlock(sentIn = nothingSent): Promise<DeskFiles> {
  store = await SealedStore.open(join(line.folder, 'store'), storeKey, random);
  line.store = store;
  line.mishap = (path, body) => {
    if (path !== '/chunk') return null;
    if (posts >= postsMax) return 'lost';
    posts += 1;
    const [id, chunk] = [Buffer.from(body.subarray(0, 32)).toString('hex'), Buffer.from(body.subarray(32))];
    // [FIL-2] Nothing else is ever sent for a place of a file.
    expect(posted.get(id)?.equals(chunk) ?? true).toBe(true);
    posted.set(id, chunk);
    return null;
  };
  const files = await line.openFiles();
  await files.attachments.goOn(sentIn);
  return files;
}

async function lock(files: DeskFiles): Promise<void> {
  await files.close();
  await store.close();
}

/** The device as its disk is at this moment: the process is stopped, and ends nothing. */
async function stop(): Promise<void> {
  const copy = `${line.folder}-later`;
  cpSync(line.folder, copy, { recursive: true });
  const before = line.folder;
  await line.closeFiles();
  await store.close();
  rmSync(before, { recursive: true });
  cpSync(copy, before, { recursive: true });
  rmSync(copy, { recursive: true });
}

async function begin(files: DeskFiles, bytes: number, conversation = first, wanted: string | null = null) {
  const answer = await files.attachments.begin(conversation, { ...given, bytes }, wanted);
  if ('problem' in answer) return expect.fail(answer.problem);
  return answer.attachment;
}

async function attach(files: DeskFiles, content: Uint8Array, conversation = first): Promise<string> {
  const id = await begin(files, content.length, conversation);
  expect(await files.attachments.add(id, content)).toBe(true);
  return id;
}

/** Which is told when cases end. */
function casesOf(files: DeskFiles): CaseFiles {
  const nothing = { engine: { file: async () => null }, onTexts: async () => undefined, now: () => 0 };
  return new CaseFiles({ ...nothing, files, store, random });
}

const stored = (files: DeskFiles) => files.transfers().map(({ chunksDone }) => chunksDone);
const idsOf = (files: DeskFiles) => files.attachments.list().map(({ id }) => id);
async function readyFile(files: DeskFiles) {
  await expect.poll(() => files.attachments.ready(first, idsOf(files)), patience).not.toBe(null);
  const [file] = files.attachments.ready(first, idsOf(files))!;
  return file!;
}
const draftsOnDisk = () => line.onDisk().filter((path) => path.includes('/files/'));
const foundOnDisk = (text: string) => line.onDisk().filter((path) => readFileSync(path).includes(text));
const listed = { conversation: first, name: given.name, isCleaned: true, isLost: false };
const lostOne = { conversation: first, name: given.name, isLost: true };

describe.each([
  ['was locked', lock],
  ['was stopped', stop],
])('after the desk %s', (_, end) => {
  it('is there as it was, and goes on with the chunk at which it was', async () => {
    const content = random(7 * CHUNK_DATA_BYTES);
    postsMax = 3;
    let files = await unlock();
    const id = await attach(files, content);
    await expect.poll(() => stored(files), patience).toEqual([3]);
    await end(files);
    [posts, postsMax] = [0, Number.POSITIVE_INFINITY];
    files = await unlock();
    expect(files.attachments.list()).toEqual([{ ...listed, id, bytes: content.length }]);
    const file = await readyFile(files);
    expect([posts, posted.size]).toEqual([chunkCount(content.length) - 3, chunkCount(content.length)]);
    expect((await line.fetched(file)).equals(content)).toBe(true);
    // And of one that is whole at the server nothing goes again.
    await end(files);
    posts = 0;
    files = await unlock();
    expect([(await readyFile(files)).hash, posts]).toEqual([file.hash, 0]);
    expect(foundOnDisk('Hafenmeister')).toEqual([]);
  });

  it('is told to be lost, by its name, if not all of it had come, and nothing of it is left', async () => {
    let files = await unlock();
    await files.attachments.add(await begin(files, 3 * CHUNK_DATA_BYTES), random(2 * CHUNK_DATA_BYTES));
    const wanted = await files.attachments.want(second, 'Noch nicht entschieden.jpg');
    expect([draftsOnDisk().length, files.attachments.list().length]).toEqual([1, 1]);
    await end(files);
    files = await unlock();
    const list = files.attachments.list();
    expect(list).toMatchObject([lostOne, { conversation: second, id: wanted, name: 'Noch nicht entschieden.jpg' }]);
    expect([draftsOnDisk(), posts]).toEqual([[], 0]);
    // The reply does not go without it as if nothing had been.
    expect(files.attachments.ready(first, [])).toBe(null);
    for (const { id } of list) await files.attachments.drop(id);
    await end(files);
    expect((await unlock()).attachments.list()).toEqual([]);
    expect(await store.list('page/')).toEqual([]);
  });

  it('leaves nothing behind of one that was removed, sent, or of a case that ended', async () => {
    postsMax = 1;
    let files = await unlock();
    const [removed, ended] = [await attach(files, random(9)), await attach(files, random(9), second)];
    await expect.poll(() => posts, patience).toBe(1);
    expect([draftsOnDisk().length, (await store.list('page/')).length]).toEqual([2, 2]);
    await files.attachments.drop(removed);
    expect(draftsOnDisk()).toEqual([join(line.folder, 'files', `${ended}.draft`)]);
    await end(files);
    // Neither does one that nobody knows any more.
    writeFileSync(join(line.folder, 'files', `${'0'.repeat(32)}.draft`), random(9));
    expect(draftsOnDisk()).toHaveLength(2);
    files = await unlock();
    expect(draftsOnDisk()).toHaveLength(1);
    await casesOf(files).forgetAllBut([first]);
    expect([draftsOnDisk(), await store.list('page/'), files.transfers()]).toEqual([[], [], []]);
    // Nor one whose case ends while it is being read.
    await files.attachments.add(await begin(files, 3 * CHUNK_DATA_BYTES, second), random(2 * CHUNK_DATA_BYTES));
    expect([draftsOnDisk().length, (await store.list('page/')).length]).toEqual([1, 1]);
    await casesOf(files).forget(second);
    expect([draftsOnDisk(), await store.list('page/')]).toEqual([[], []]);
    postsMax = Number.POSITIVE_INFINITY;
    await attach(files, random(9));
    const { key } = await readyFile(files);
    const [id] = idsOf(files);
    await files.attachments.sent([id!]);
    expect([draftsOnDisk(), await store.list('page/')]).toEqual([[join(line.folder, 'files', `${id}.whole`)], []]);
    expect(key.some(Boolean)).toBe(true);
  });
});

it('is not attached again if its reply was taken just before the desk was stopped', async () => {
  const files = await unlock();
  const id = await attach(files, random(9));
  const file = await readyFile(files);
  await stop();
  const again = await unlock(async () => new Set([id]));
  expect([again.attachments.list(), await store.list('page/'), await again.isHere(file)]).toEqual([[], [], true]);
});

it('stands in its place among the others after a lock, in the order in which they were chosen', async () => {
  let files = await unlock();
  const names = Array.from({ length: 12 }, (_, at) => `${at}.txt`);
  const wanted = await Promise.all(names.map((name) => files.attachments.want(first, name)));
  // Decided on from the last to the first.
  for (const at of names.keys()) {
    const [name = '', chosen = null] = [names.at(-1 - at), wanted.at(-1 - at)];
    const answer = await files.attachments.begin(first, { ...given, name, bytes: 1 }, chosen);
    if ('attachment' in answer) await files.attachments.add(answer.attachment, random(1));
  }
  const order = () => files.attachments.list().map(({ name }) => name);
  expect(order()).toEqual(names);
  await lock(files);
  files = await unlock();
  expect(order()).toEqual(names);
});

it('takes the place of what was chosen, which is then not told as lost', async () => {
  let files = await unlock();
  const wanted = await files.attachments.want(first, given.name);
  await files.attachments.add(await begin(files, 9, first, wanted), random(9));
  await lock(files);
  files = await unlock();
  expect(files.attachments.list()).toMatchObject([listed]);
});

describe('[FIL-11] one that waits', () => {
  const content = random(3 * CHUNK_DATA_BYTES);

  it('is posted anew under another key when it would expire too soon, also while the desk stays open', async () => {
    const seen = new Set<string>();
    for (const change of [lock, async () => undefined]) {
      let files = await unlock();
      if (files.attachments.list().length === 0) await attach(files, content);
      const before = await readyFile(files);
      for (const id of posted.keys()) seen.add(id);
      posted.clear();
      line.day += 7;
      await change(files);
      if (change === lock) files = await unlock();
      expect(await readyFile(files)).toEqual(before);
      expect(posted.size).toBe(0);
      line.day += 1;
      await change(files);
      if (change === lock) files = await unlock();
      // Where nobody locks it, when somebody wants to send.
      else expect(files.attachments.ready(first, idsOf(files))).toBe(null);
      await expect.poll(() => posted.size, patience).toBe(chunkCount(content.length));
      const after = await readyFile(files);
      expect([after.hash, after.key.some((byte, at) => byte !== before.key[at])]).toEqual([before.hash, true]);
      expect([...posted.keys()].filter((id) => seen.has(id))).toEqual([]);
      expect((await line.fetched(after)).equals(content)).toBe(true);
      expect([files.attachments.list(), draftsOnDisk().length]).toMatchObject([[listed], 1]);
      await lock(files);
    }
    await unlock();
  });

  it('is told to be lost where the disk does not have it any more as it was', async () => {
    for (const harm of [(path: string) => truncateSync(path, 100_000), changeByte]) {
      let files = await unlock();
      await attach(files, content);
      await readyFile(files);
      await lock(files);
      harm(draftsOnDisk()[0]!);
      line.day += 8;
      files = await unlock();
      await expect.poll(() => files.attachments.list(), patience).toMatchObject([lostOne]);
      await expect.poll(draftsOnDisk, patience).toEqual([]);
      await files.attachments.drop(idsOf(files)[0]!);
      await lock(files);
    }
    await unlock();
  });
});

function changeByte(path: string): void {
  const bytes = readFileSync(path);
  bytes[300_000]! ^= 1;
  writeFileSync(path, bytes);
}

it('keeps of all replies together no more than one can take', async () => {
  const files = await unlock();
  const ids = [];
  for (let n = 0; n < 16; n++) ids.push(await begin(files, FILE_BYTES_MAX));
  const more = { ...given, bytes: 1 };
  expect(await files.attachments.begin(first, more)).toEqual({ problem: 'too-many-files' });
  expect(await files.attachments.begin(second, more)).toEqual({ problem: 'no-room' });
  await files.attachments.drop(ids[0]!);
  await begin(files, FILE_BYTES_MAX, second);
});

it('[FIL-11] keep no desk shut with a record that only a later release can read', async () => {
  const files = await unlock();
  await lock(files);
  store = await SealedStore.open(join(line.folder, 'store'), storeKey, random);
  await store.set(`page/attached/${first}/${'ab'.repeat(16)}`, Uint8Array.of(0xff));
  await store.close();
  const again = await unlock();
  expect(again.attachments.list()).toEqual([]);
  await again.attachments.forget(first);
  expect(await store.list('page/attached/')).toEqual([]);
  await lock(again);
});
