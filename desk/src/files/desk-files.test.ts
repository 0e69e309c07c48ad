// A device's files against a real server: sent, fetched over a bad line, kept sealed, saved, attached and posted.
import { createHash } from 'node:crypto';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHUNK_BYTES, CHUNK_DATA_BYTES } from '@postern/protocol/constants';
import { FileSealer } from '@postern/protocol/files/chunks';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { FileError } from '@postern/protocol/files/file-error';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KeptRecords } from '../app/kept-records.ts';
import { MemoryStore } from '../engine/memory-store.ts';
import { random } from '../engine/testing/desk-world.ts';
import { FileLine } from '../testing/file-line.ts';
import type { TransferState } from './chunk-ports.ts';
import type { DeskFiles } from './desk-files.ts';
import { keptName } from './file-folder.ts';

let line: FileLine;
beforeAll(async () => {
  line = await FileLine.open();
});
afterAll(() => line.world.remove());
beforeEach(() => line.begin());

/** Stores a file as a source does. */
async function sendFile(content: Uint8Array, name = 'minutes.pdf'): Promise<FileDescriptor> {
  const key = random(32);
  const sealer = new FileSealer(key, line.world.organisation.fingerprint, content.length);
  for (let index = 0; index < sealer.chunks; index++) {
    const data = content.subarray(index * CHUNK_DATA_BYTES, (index + 1) * CHUNK_DATA_BYTES);
    const { id, chunk } = await sealer.seal(index, data);
    expect((await line.post('/chunk', Buffer.concat([id, chunk]), '')).status).toBe(204);
  }
  return { name, type: 'application/pdf', bytes: content.length, day: 0, hash: await sealer.contentHash(), key };
}

const stateOf = async (files: DeskFiles, key: Uint8Array): Promise<TransferState | undefined> => {
  const name = await keptName(key);
  return files.transfers().find((transfer) => transfer.name === name)?.state;
};
const patience = { timeout: 20_000, interval: 10 };
const until = (files: DeskFiles, key: Uint8Array, state: TransferState) =>
  expect.poll(() => stateOf(files, key), patience).toBe(state);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A file that is here, and of which a byte in the second chunk was changed since. */
async function keepChanged() {
  const file = await sendFile(random(CHUNK_DATA_BYTES + 99));
  const files = await line.openFiles();
  await files.fetch(file);
  await until(files, file.key, 'done');
  const path = join(line.folder, 'files', `${await keptName(file.key)}.whole`);
  const bytes = readFileSync(path);
  bytes[300_000]! ^= 1;
  writeFileSync(path, bytes);
  return { files, file };
}

async function contentOf(files: DeskFiles, file: FileDescriptor): Promise<Buffer> {
  const pieces = [];
  for await (const piece of files.read(file)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('fetching', () => {
  it('[FIL-10] brings a file over a line that breaks at every second request, and keeps it sealed', async () => {
    const content = Buffer.concat([Buffer.from('marker-in-the-clear'), random(4 * CHUNK_DATA_BYTES)]);
    const file = await sendFile(content);
    line.circuits.length = 0;
    let count = 0;
    const wrongs = ['lost', 'no-answer', { status: 503, body: new Uint8Array(0) }] as const;
    line.mishap = () => (count++ % 2 === 0 ? wrongs[((count / 2) % 3) | 0]! : null);
    const files = await line.openFiles();
    await files.fetch(file);
    await until(files, file.key, 'done');
    expect(await contentOf(files, file)).toEqual(content);
    expect(line.onDisk().map((path) => path.slice(line.folder.length))).toEqual([
      `/files/${await keptName(file.key)}.whole`,
    ]);
    for (const path of line.onDisk()) {
      const bytes = readFileSync(path);
      for (const piece of ['marker-in-the-clear', file.key, 'minutes'])
        expect(bytes.includes(piece as string)).toBe(false);
    }
    // Never under the device's name, and nothing in common with another file's requests.
    const first = new Set(line.circuits);
    line.mishap = null;
    const other = await sendFile(random(10));
    line.circuits.length = 0;
    await files.fetch(other);
    await until(files, other.key, 'done');
    expect([first.size, line.circuits.length, first.has(line.circuits[0]!)]).toEqual([1, 1, false]);
  });

  it('leaves no file of a case that ends, nor at the next start of one that ended when the run was stopped', async () => {
    const [ended, stopped, here] = ['aa', 'bb', 'cc'].map((byte) => byte.repeat(32)) as [string, string, string];
    const store = new MemoryStore();
    const files = await line.openFiles();
    const records = () => new KeptRecords(store, (name) => files.forget(name));
    const first = records();
    const namesOf = new Map<string, string>();
    for (const id of [ended, stopped, here]) {
      const file = await sendFile(random(10));
      const name = await keptName(file.key);
      namesOf.set(id, name);
      await first.note(id, [name]);
      await files.fetch(file);
      await until(files, file.key, 'done');
    }
    const left = () => line.onDisk().map((path) => path.slice(line.folder.length + '/files/'.length));
    expect(left()).toHaveLength(3);
    await first.forget(ended);
    expect(left()).toHaveLength(2);
    await records().forgetAllBut([here]);
    expect(left()).toEqual([`${namesOf.get(here)}.whole`]);
    expect(await store.list('')).toEqual([`page/kept/${here}`]);
  });

  it('[FIL-10] goes on where another run was stopped, in the middle of a chunk', async () => {
    const content = random(4 * CHUNK_DATA_BYTES);
    const file = await sendFile(content);
    let fetched = 0;
    line.mishap = (path) => (path === '/fetch' && fetched++ >= 2 ? 'lost' : null);
    const files = await line.openFiles();
    await files.fetch(file);
    await expect.poll(() => fetched > 4, patience).toBe(true);
    await files.close();
    const part = join(line.folder, 'files', `${await keptName(file.key)}.part`);
    expect(statSync(part).size).toBe(2 * 262_144);
    truncateSync(part, 262_144 + 1000);
    line.mishap = null;
    line.circuits.length = 0;
    const again = await line.openFiles();
    await again.fetch(file);
    await until(again, file.key, 'done');
    expect(line.circuits).toHaveLength(3);
    expect(await contentOf(again, file)).toEqual(Buffer.from(content));
    await again.fetch(file);
    expect(line.circuits).toHaveLength(3);
  });

  it('[FIL-4] keeps nothing of a file that is not the one that the message names', async () => {
    const file = await sendFile(random(2 * CHUNK_DATA_BYTES));
    const lies = [
      { ...file, hash: random(32) },
      { ...file, bytes: file.bytes - 1 },
    ];
    for (const lie of lies) {
      const files = await line.openFiles();
      await files.fetch(lie);
      await until(files, file.key, 'damaged');
      expect(line.onDisk()).toEqual([]);
      expect(await files.save(lie)).toEqual({ problem: 'missing' });
    }
    // Nor of one that the server has changed.
    line.mishap = (path) => (path === '/fetch' ? { status: 200, body: random(262_144) } : null);
    const files = await line.openFiles();
    await files.fetch(file);
    await until(files, file.key, 'damaged');
    expect(line.onDisk()).toEqual([]);
  });

  it('says when the server does not have it, and can be stopped', async () => {
    const file = await sendFile(random(3 * CHUNK_DATA_BYTES));
    const files = await line.openFiles();
    await files.fetch({ ...file, key: random(32) });
    await expect.poll(() => files.transfers()[0]?.state, patience).toBe('gone');
    line.mishap = () => 'lost';
    await files.fetch(file);
    await until(files, file.key, 'waiting');
    files.stop(await keptName(file.key));
    expect(await stateOf(files, file.key)).toBe(undefined);
    line.mishap = null;
    await files.fetch(file);
    await until(files, file.key, 'done');
  });

  it('tells how fast it comes and how long the rest takes, and of one that stands that it waits', async () => {
    const file = await sendFile(random(8 * CHUNK_DATA_BYTES));
    const files = await line.openFiles();
    const shown = () => files.transfers().find(({ chunks }) => chunks > 1)!;
    // Each piece takes two seconds; the fifth does not come.
    let count = 0;
    line.mishap = () => {
      line.seconds += 2;
      return ++count === 5 ? 'silence' : null;
    };
    await files.fetch(file);
    await expect.poll(() => count, patience).toBe(5);
    const { chunks } = shown();
    expect(shown()).toMatchObject({ state: 'moving', chunksDone: 4, pace: { rate: (4 * CHUNK_BYTES) / 10 } });
    expect(shown().pace!.left).toBeCloseTo((chunks - 4) * 2.5);
    line.seconds += 30;
    expect(shown()).toMatchObject({ state: 'waiting', chunksDone: 4, pace: null });
    // It can be stopped then, keeps nobody else waiting, and goes on where it was.
    line.mishap = null;
    const other = await sendFile(random(10));
    await files.fetch(other);
    files.stop(await keptName(file.key));
    await until(files, other.key, 'done');
    expect(await stateOf(files, file.key)).toBe(undefined);
    count = 0;
    line.mishap = () => (++count === 2 ? 'lost' : null);
    await files.fetch(file);
    await until(files, file.key, 'done');
    expect(count).toBe(chunks - 4 + 1);
  });

  it('[FIL-10] begins after a delay that is drawn, not when somebody asks', async () => {
    const waits: number[] = [];
    const wait = async (seconds: number) => void waits.push(seconds);
    const files = await line.openFiles({ delaySeconds: [20, 300], wait });
    for (let n = 0; n < 40; n++)
      await files.fetch({ key: random(32), bytes: 1, hash: random(32), name: 'a', type: '', day: 0 });
    expect(waits).toHaveLength(40);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...waits)).toBeLessThanOrEqual(300);
    expect(new Set(waits).size).toBeGreaterThan(15);
  });
});

describe('reading a part', () => {
  it('gives the bytes of any place, across chunks and up to the end, and none of what is not here', async () => {
    const content = random(2 * CHUNK_DATA_BYTES + 99);
    const file = await sendFile(content);
    const files = await line.openFiles();
    expect(await files.readPart(file, 0, 10)).toBeNull();
    await files.fetch(file);
    await until(files, file.key, 'done');
    for (const [from, bytes] of [
      [0, 10],
      [CHUNK_DATA_BYTES - 5, 10],
      [CHUNK_DATA_BYTES, CHUNK_DATA_BYTES],
      [99, 2 * CHUNK_DATA_BYTES],
      [content.length - 3, 100],
      [content.length, 100],
    ] as const) {
      const part = await files.readPart(file, from, bytes);
      expect(Buffer.compare(part!, content.subarray(from, from + bytes))).toBe(0);
    }
  });

  it('[FIL-4] gives nothing of a chunk that was changed since', async () => {
    const { files, file } = await keepChanged();
    await expect(files.readPart(file, CHUNK_DATA_BYTES, 10)).rejects.toThrow(FileError);
  });
});

describe('saving the original', () => {
  it('writes it whole, for its owner only, beside what is there, and tells the hash that other programs compute', async () => {
    const content = random(CHUNK_DATA_BYTES + 99);
    const file = await sendFile(content, 'a.tar.gz');
    const files = await line.openFiles();
    await files.fetch(file);
    await until(files, file.key, 'done');
    const [first, second] = [await files.save(file), await files.save(file)] as { path: string; sha256: string }[];
    expect([first!.path, second!.path].map((path) => path.slice(line.folder.length))).toEqual([
      '/saved/a.tar.gz',
      '/saved/a.tar (2).gz',
    ]);
    for (const { path, sha256: told } of [first!, second!]) {
      expect([sha256(readFileSync(path)), told]).toEqual([sha256(content), sha256(content)]);
      expect(statSync(path).mode & 0o177).toBe(0);
    }
  });

  it('[FIL-4] saves nothing of a kept file that was changed since', async () => {
    const { files, file } = await keepChanged();
    expect(await files.save(file)).toEqual({ problem: 'damaged' });
    expect(line.onDisk().filter((found) => found.includes('saved'))).toEqual([]);
  });
});

describe('attaching', () => {
  const given = {
    ...{ name: '/tmp/报告.docx', type: 'Text/Plain; x=y', bytes: CHUNK_DATA_BYTES + 70_000, day: 20_000 },
    isCleaned: false,
  };
  const conversation = 'ab'.repeat(32);

  async function beginOf(files: DeskFiles, bytes: number): Promise<string> {
    const answer = await files.attachments.begin(conversation, { ...given, bytes });
    if ('problem' in answer) return expect.fail(answer.problem);
    return answer.attachment;
  }

  async function attach(files: DeskFiles, content: Uint8Array, step = 100_000): Promise<string> {
    const id = await beginOf(files, content.length);
    for (let at = 0; at < content.length; at += step)
      expect(await files.attachments.add(id, content.subarray(at, at + step))).toBe(true);
    return id;
  }

  it('posts a file in pieces of any length, and names it once all of it is stored', async () => {
    const files = await line.openFiles();
    const content = random(given.bytes);
    let lost = 0;
    line.mishap = () => (lost++ % 2 === 0 ? 'no-answer' : null);
    const id = await attach(files, content);
    expect(files.attachments.ready(conversation, [id])).toBe(null);
    await expect.poll(() => files.attachments.ready(conversation, [id]) !== null, patience).toBe(true);
    expect(files.attachments.ready('cd'.repeat(32), [id])).toBe(null);
    const [file] = files.attachments.ready(conversation, [id])!;
    // Not while another waits to go along.
    const late = await beginOf(files, given.bytes);
    for (const ids of [[id], []]) expect(files.attachments.ready(conversation, ids)).toBe(null);
    expect(files.attachments.ready('cd'.repeat(32), [])).toEqual([]);
    await files.attachments.drop(late);
    expect(files.attachments.ready(conversation, [id])).toEqual([file]);
    expect(file).toMatchObject({ name: '报告.docx', type: 'text/plain', bytes: content.length, day: 20_000 });
    await files.attachments.sent([id]);
    expect(files.attachments.list()).toEqual([]);
    expect((await line.fetched(file!)).equals(content)).toBe(true);
    expect((await contentOf(files, file!)).equals(content)).toBe(true);
  });

  it('leaves nothing of one that was taken away, or of another run', async () => {
    const files = await line.openFiles();
    line.mishap = () => 'lost';
    await files.attachments.drop(await attach(files, random(1000)));
    expect(line.onDisk()).toEqual([]);
    expect(files.transfers()).toEqual([]);
    writeFileSync(join(line.folder, 'files', `${'0'.repeat(32)}.draft`), random(9));
    await line.openFiles();
    expect(line.onDisk()).toEqual([]);
  });

  it('refuses more bytes than were told, and more files than a message takes', async () => {
    const files = await line.openFiles();
    line.mishap = () => 'lost';
    const id = await beginOf(files, 5);
    await expect(files.attachments.add(id, random(6))).rejects.toMatchObject({ code: 'changed' });
    for (let n = 1; n < 16; n++) await beginOf(files, 1);
    expect(await files.attachments.begin(conversation, given)).toEqual({ problem: 'too-many-files' });
    await expect(files.attachments.begin('00', { ...given, bytes: 524_288_001 })).rejects.toThrow(RangeError);
  });

  it('keeps a file that the server refuses, and sends it when it is asked to', async () => {
    const files = await line.openFiles();
    line.mishap = () => ({ status: 403, body: new Uint8Array(0) });
    const id = await attach(files, random(2 * CHUNK_DATA_BYTES));
    await expect.poll(() => files.transfers()[0]?.state, patience).toBe('refused');
    line.mishap = () => null;
    await files.attachments.again(id);
    await expect.poll(() => files.attachments.ready(conversation, [id]), patience).not.toBe(null);
  });

  it('keeps nothing that is to come waiting while something goes, nor the other way, each with its own rate', async () => {
    const [first, second] = [await sendFile(random(4 * CHUNK_DATA_BYTES)), await sendFile(random(10))];
    const files = await line.openFiles();
    const shown = (name: string) => files.transfers().find((transfer) => transfer.name === name)!;
    // Two pieces of each come and go; then that direction stands still.
    const counts: Record<string, number> = { '/chunk': 0, '/fetch': 0 };
    let open = 2;
    line.mishap = (path) => {
      line.seconds += path === '/chunk' ? 1 : 4;
      counts[path]! += 1;
      return counts[path]! > open ? 'silence' : null;
    };
    const id = await attach(files, random(4 * CHUNK_DATA_BYTES));
    await files.fetch(first);
    await expect.poll(() => counts, patience).toEqual({ '/chunk': 3, '/fetch': 3 });
    const name = await keptName(first.key);
    for (const one of [shown(id), shown(name)]) {
      expect(one).toMatchObject({ state: 'moving', chunksDone: 2, pace: { rate: expect.any(Number) } });
    }
    // Another one in the same direction waits for its turn.
    await files.fetch(second);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([await stateOf(files, second.key), counts['/fetch']]).toEqual(['waiting', 3]);
    // What comes is through while what goes still stands.
    open = 100;
    files.stop(name);
    await until(files, second.key, 'done');
    expect(shown(id)).toMatchObject({ chunksDone: 2 });
  });

  it('says that the server has no room, and goes on where that was when it is asked to', async () => {
    const files = await line.openFiles();
    let posts = 0;
    line.mishap = () => (++posts > 2 ? { status: 507, body: new Uint8Array(0) } : null);
    const content = random(5 * CHUNK_DATA_BYTES);
    const id = await attach(files, content);
    await expect.poll(() => files.transfers()[0]?.state, patience).toBe('full');
    expect(files.transfers()).toMatchObject([{ name: id, chunksDone: 2, pace: null }]);
    posts = 0;
    line.mishap = () => {
      posts += 1;
      return null;
    };
    await files.attachments.again(id);
    await expect.poll(() => files.attachments.ready(conversation, [id]), patience).not.toBe(null);
    expect(posts).toBe(files.transfers()[0]!.chunks - 2);
    const [file] = files.attachments.ready(conversation, [id])!;
    await files.attachments.sent([id]);
    expect((await contentOf(files, file!)).equals(content)).toBe(true);
    expect((await line.fetched(file!)).equals(content)).toBe(true);
  });
});
