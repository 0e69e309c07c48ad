// A device's files against a real server: sent, fetched over a bad line, kept sealed, saved, attached and posted.
import { createHash } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHUNK_BYTES, CHUNK_DATA_BYTES } from '@postern/protocol/constants';
import { chunkId, FileOpener, FileSealer } from '@postern/protocol/files/chunks';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { makeWorld, type World } from '@postern/server/testing/world';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KeptRecords } from '../app/kept-records.ts';
import { MemoryStore } from '../engine/memory-store.ts';
import type { HttpAnswer } from '../engine/ports.ts';
import { random } from '../engine/testing/desk-world.ts';
import type { ChunkPorts, TransferState } from './chunk-ports.ts';
import { DeskFiles } from './desk-files.ts';
import { keptName } from './file-folder.ts';

let world: World;
let folder: string;
const opened: DeskFiles[] = [];
/** What the network does with the next request; null: nothing bad. */
let mishap: ((path: string, circuit: string) => HttpAnswer | 'lost' | 'no-answer' | 'silence' | null) | null = null;
const circuits: string[] = [];

beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-files-'));
  mishap = null;
  seconds = 0;
  circuits.length = 0;
  return async () => {
    for (const files of opened.splice(0)) await files.close();
    rmSync(folder, { recursive: true });
  };
});

async function post(path: string, body: Uint8Array, circuit: string, signal?: AbortSignal): Promise<HttpAnswer> {
  circuits.push(circuit);
  const happens = mishap?.(path, circuit) ?? null;
  if (happens === 'silence') await new Promise((_, reject) => signal?.addEventListener('abort', reject));
  if (happens === 'lost') throw new Error('no way');
  if (typeof happens === 'object' && happens !== null) return happens;
  const response = await fetch(world.server.origin + path, { method: 'POST', body: body as Uint8Array<ArrayBuffer> });
  const answer = { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
  if (happens === 'no-answer') throw new Error('the answer is lost');
  return answer;
}

const ports: ChunkPorts = {
  postChunk: (body, circuit, signal) => post('/chunk', body, circuit, signal),
  fetchChunk: (id, circuit, signal) => post('/fetch', id, circuit, signal),
};

/** Of the clock that measures how fast files move. */
let seconds = 0;

async function openFiles(): Promise<DeskFiles> {
  const { fingerprint } = world.organisation;
  const wait = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
  const clock = { wait, seconds: () => seconds };
  const onChange = (): undefined => undefined;
  const given = { folder, ports, fingerprint, random, delaySeconds: [0, 0] as const, ...clock, onChange };
  const files = await DeskFiles.open(given);
  opened.push(files);
  return files;
}

/** Stores a file as a source does. */
async function sendFile(content: Uint8Array, name = 'minutes.pdf'): Promise<FileDescriptor> {
  const key = random(32);
  const sealer = new FileSealer(key, world.organisation.fingerprint, content.length);
  for (let index = 0; index < sealer.chunks; index++) {
    const data = content.subarray(index * CHUNK_DATA_BYTES, (index + 1) * CHUNK_DATA_BYTES);
    const { id, chunk } = await sealer.seal(index, data);
    expect((await post('/chunk', Buffer.concat([id, chunk]), '')).status).toBe(204);
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
const onDisk = () =>
  globSync('**/*', { cwd: folder })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());

async function contentOf(files: DeskFiles, file: FileDescriptor): Promise<Buffer> {
  const pieces = [];
  for await (const piece of files.read(file)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('fetching', () => {
  it('[FIL-10] brings a file over a line that breaks at every second request, and keeps it sealed', async () => {
    const content = Buffer.concat([Buffer.from('marker-in-the-clear'), random(4 * CHUNK_DATA_BYTES)]);
    const file = await sendFile(content);
    circuits.length = 0;
    let count = 0;
    const wrongs = ['lost', 'no-answer', { status: 503, body: new Uint8Array(0) }] as const;
    mishap = () => (count++ % 2 === 0 ? wrongs[((count / 2) % 3) | 0]! : null);
    const files = await openFiles();
    await files.fetch(file);
    await until(files, file.key, 'done');
    expect(await contentOf(files, file)).toEqual(content);
    expect(onDisk().map((path) => path.slice(folder.length))).toEqual([`/files/${await keptName(file.key)}.whole`]);
    for (const path of onDisk()) {
      const bytes = readFileSync(path);
      for (const piece of ['marker-in-the-clear', file.key, 'minutes'])
        expect(bytes.includes(piece as string)).toBe(false);
    }
    // Never under the device's name, and nothing in common with another file's requests.
    const first = new Set(circuits);
    mishap = null;
    const other = await sendFile(random(10));
    circuits.length = 0;
    await files.fetch(other);
    await until(files, other.key, 'done');
    expect([first.size, circuits.length, first.has(circuits[0]!)]).toEqual([1, 1, false]);
  });

  it('leaves no file of a case that ends, nor at the next start of one that ended when the run was stopped', async () => {
    const [ended, stopped, here] = ['aa', 'bb', 'cc'].map((byte) => byte.repeat(32)) as [string, string, string];
    const store = new MemoryStore();
    const files = await openFiles();
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
    const left = () => onDisk().map((path) => path.slice(folder.length + '/files/'.length));
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
    mishap = (path) => (path === '/fetch' && fetched++ >= 2 ? 'lost' : null);
    const files = await openFiles();
    await files.fetch(file);
    await expect.poll(() => fetched > 4, patience).toBe(true);
    await files.close();
    const part = join(folder, 'files', `${await keptName(file.key)}.part`);
    expect(statSync(part).size).toBe(2 * 262_144);
    truncateSync(part, 262_144 + 1000);
    mishap = null;
    circuits.length = 0;
    const again = await openFiles();
    await again.fetch(file);
    await until(again, file.key, 'done');
    expect(circuits).toHaveLength(3);
    expect(await contentOf(again, file)).toEqual(Buffer.from(content));
    await again.fetch(file);
    expect(circuits).toHaveLength(3);
  });

  it('[FIL-4] keeps nothing of a file that is not the one that the message names', async () => {
    const file = await sendFile(random(2 * CHUNK_DATA_BYTES));
    const lies = [
      { ...file, hash: random(32) },
      { ...file, bytes: file.bytes - 1 },
    ];
    for (const lie of lies) {
      const files = await openFiles();
      await files.fetch(lie);
      await until(files, file.key, 'damaged');
      expect(onDisk()).toEqual([]);
      expect(await files.save(lie)).toEqual({ problem: 'missing' });
    }
    // Nor of one that the server has changed.
    mishap = (path) => (path === '/fetch' ? { status: 200, body: random(262_144) } : null);
    const files = await openFiles();
    await files.fetch(file);
    await until(files, file.key, 'damaged');
    expect(onDisk()).toEqual([]);
  });

  it('says when the server does not have it, and can be stopped', async () => {
    const file = await sendFile(random(3 * CHUNK_DATA_BYTES));
    const files = await openFiles();
    await files.fetch({ ...file, key: random(32) });
    await expect.poll(() => files.transfers()[0]?.state, patience).toBe('gone');
    mishap = () => 'lost';
    await files.fetch(file);
    await until(files, file.key, 'waiting');
    files.stop(await keptName(file.key));
    expect(await stateOf(files, file.key)).toBe(undefined);
    mishap = null;
    await files.fetch(file);
    await until(files, file.key, 'done');
  });

  it('tells how fast it comes and how long the rest takes, and of one that stands that it waits', async () => {
    const file = await sendFile(random(8 * CHUNK_DATA_BYTES));
    const files = await openFiles();
    const shown = () => files.transfers().find(({ chunks }) => chunks > 1)!;
    // Each piece takes two seconds; the fifth does not come.
    let count = 0;
    mishap = () => {
      seconds += 2;
      return ++count === 5 ? 'silence' : null;
    };
    await files.fetch(file);
    await expect.poll(() => count, patience).toBe(5);
    const { chunks } = shown();
    expect(shown()).toMatchObject({ state: 'moving', chunksDone: 4, pace: { rate: (4 * CHUNK_BYTES) / 10 } });
    expect(shown().pace!.left).toBeCloseTo((chunks - 4) * 2.5);
    seconds += 30;
    expect(shown()).toMatchObject({ state: 'waiting', chunksDone: 4, pace: null });
    // It can be stopped then, keeps nobody else waiting, and goes on where it was.
    mishap = null;
    const other = await sendFile(random(10));
    await files.fetch(other);
    files.stop(await keptName(file.key));
    await until(files, other.key, 'done');
    expect(await stateOf(files, file.key)).toBe(undefined);
    count = 0;
    mishap = () => (++count === 2 ? 'lost' : null);
    await files.fetch(file);
    await until(files, file.key, 'done');
    expect(count).toBe(chunks - 4 + 1);
  });

  it('[FIL-10] begins after a delay that is drawn, not when somebody asks', async () => {
    const waits: number[] = [];
    const { fingerprint } = world.organisation;
    const wait = async (seconds: number) => void waits.push(seconds);
    const given = {
      folder,
      ports,
      fingerprint,
      random,
      delaySeconds: [20, 300] as const,
      wait,
      onChange: () => undefined,
    };
    const files = await DeskFiles.open(given);
    opened.push(files);
    for (let n = 0; n < 40; n++)
      await files.fetch({ key: random(32), bytes: 1, hash: random(32), name: 'a', type: '', day: 0 });
    expect(waits).toHaveLength(40);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...waits)).toBeLessThanOrEqual(300);
    expect(new Set(waits).size).toBeGreaterThan(15);
  });
});

describe('saving the original', () => {
  it('writes it whole, for its owner only, beside what is there, and tells the hash that other programs compute', async () => {
    const content = random(CHUNK_DATA_BYTES + 99);
    const file = await sendFile(content, 'a.tar.gz');
    const files = await openFiles();
    await files.fetch(file);
    await until(files, file.key, 'done');
    const [first, second] = [await files.save(file), await files.save(file)] as { path: string; sha256: string }[];
    expect([first!.path, second!.path].map((path) => path.slice(folder.length))).toEqual([
      '/saved/a.tar.gz',
      '/saved/a.tar (2).gz',
    ]);
    for (const { path, sha256: told } of [first!, second!]) {
      expect([sha256(readFileSync(path)), told]).toEqual([sha256(content), sha256(content)]);
      expect(statSync(path).mode & 0o177).toBe(0);
    }
  });

  it('[FIL-4] saves nothing of a kept file that was changed since', async () => {
    const file = await sendFile(random(CHUNK_DATA_BYTES + 99));
    const files = await openFiles();
    await files.fetch(file);
    await until(files, file.key, 'done');
    const path = join(folder, 'files', `${await keptName(file.key)}.whole`);
    const bytes = readFileSync(path);
    bytes[300_000]! ^= 1;
    writeFileSync(path, bytes);
    expect(await files.save(file)).toEqual({ problem: 'damaged' });
    expect(onDisk().filter((found) => found.includes('saved'))).toEqual([]);
  });
});

describe('attaching', () => {
  const given = { name: '/tmp/报告.docx', type: 'Text/Plain; x=y', bytes: CHUNK_DATA_BYTES + 70_000, day: 20_000 };
  const conversation = 'ab'.repeat(32);

  async function attach(files: DeskFiles, content: Uint8Array, step = 100_000): Promise<string> {
    const id = (await files.attachments.begin(conversation, { ...given, bytes: content.length }))!;
    for (let at = 0; at < content.length; at += step)
      expect(await files.attachments.add(id, content.subarray(at, at + step))).toBe(true);
    return id;
  }

  it('posts a file in pieces of any length, and names it once all of it is stored', async () => {
    const files = await openFiles();
    const content = random(given.bytes);
    let lost = 0;
    mishap = () => (lost++ % 2 === 0 ? 'no-answer' : null);
    const id = await attach(files, content);
    expect(files.attachments.ready(conversation, [id])).toBe(null);
    await expect.poll(() => files.attachments.ready(conversation, [id]) !== null, patience).toBe(true);
    expect(files.attachments.ready('cd'.repeat(32), [id])).toBe(null);
    const [file] = files.attachments.ready(conversation, [id])!;
    // Not while another waits to go along.
    const late = (await files.attachments.begin(conversation, given))!;
    for (const ids of [[id], []]) expect(files.attachments.ready(conversation, ids)).toBe(null);
    expect(files.attachments.ready('cd'.repeat(32), [])).toEqual([]);
    await files.attachments.drop(late);
    expect(files.attachments.ready(conversation, [id])).toEqual([file]);
    expect(file).toMatchObject({ name: '报告.docx', type: 'text/plain', bytes: content.length, day: 20_000 });
    await files.attachments.sent([id]);
    expect(files.attachments.list()).toEqual([]);
    // As the source gets it.
    mishap = null;
    const opener = new FileOpener(file!);
    const data = [];
    for (let index = 0; index < opener.chunks; index++) {
      const { body } = await post('/fetch', await chunkId(file!.key, world.organisation.fingerprint, index), '');
      data.push(await opener.open(index, body));
    }
    await opener.finish();
    expect(Buffer.concat(data).equals(content)).toBe(true);
    expect((await contentOf(files, file!)).equals(content)).toBe(true);
  });

  it('leaves nothing of one that was taken away, or of another run', async () => {
    const files = await openFiles();
    mishap = () => 'lost';
    await files.attachments.drop(await attach(files, random(1000)));
    expect(onDisk()).toEqual([]);
    expect(files.transfers()).toEqual([]);
    writeFileSync(join(folder, 'files', `${'0'.repeat(32)}.draft`), random(9));
    await openFiles();
    expect(onDisk()).toEqual([]);
  });

  it('refuses more bytes than were told, and more files than a message takes', async () => {
    const files = await openFiles();
    mishap = () => 'lost';
    const id = (await files.attachments.begin(conversation, { ...given, bytes: 5 }))!;
    await expect(files.attachments.add(id, random(6))).rejects.toMatchObject({ code: 'changed' });
    for (let n = 1; n < 16; n++) expect(await files.attachments.begin(conversation, given)).not.toBe(null);
    expect(await files.attachments.begin(conversation, given)).toBe(null);
    await expect(files.attachments.begin('00', { ...given, bytes: 524_288_001 })).rejects.toThrow(RangeError);
  });

  it('keeps a file that the server refuses, and sends it when it is asked to', async () => {
    const files = await openFiles();
    mishap = () => ({ status: 403, body: new Uint8Array(0) });
    const id = await attach(files, random(2 * CHUNK_DATA_BYTES));
    await expect.poll(() => files.transfers()[0]?.state, patience).toBe('refused');
    mishap = () => null;
    await files.attachments.again(id);
    await expect.poll(() => files.attachments.ready(conversation, [id]), patience).not.toBe(null);
  });

  it('keeps nothing that is to come waiting while something goes, nor the other way, each with its own rate', async () => {
    const [first, second] = [await sendFile(random(4 * CHUNK_DATA_BYTES)), await sendFile(random(10))];
    const files = await openFiles();
    const shown = (name: string) => files.transfers().find((transfer) => transfer.name === name)!;
    // Two pieces of each come and go; then that direction stands still.
    const counts: Record<string, number> = { '/chunk': 0, '/fetch': 0 };
    let open = 2;
    mishap = (path) => {
      seconds += path === '/chunk' ? 1 : 4;
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
    const files = await openFiles();
    let posts = 0;
    mishap = () => (++posts > 2 ? { status: 507, body: new Uint8Array(0) } : null);
    const content = random(5 * CHUNK_DATA_BYTES);
    const id = await attach(files, content);
    await expect.poll(() => files.transfers()[0]?.state, patience).toBe('full');
    expect(files.transfers()).toMatchObject([{ name: id, chunksDone: 2, pace: null }]);
    posts = 0;
    mishap = () => {
      posts += 1;
      return null;
    };
    await files.attachments.again(id);
    await expect.poll(() => files.attachments.ready(conversation, [id]), patience).not.toBe(null);
    expect(posts).toBe(files.transfers()[0]!.chunks - 2);
    const [file] = files.attachments.ready(conversation, [id])!;
    await files.attachments.sent([id]);
    mishap = null;
    expect((await contentOf(files, file!)).equals(content)).toBe(true);
    const opener = new FileOpener(file!);
    for (let index = 0; index < opener.chunks; index++) {
      const { body } = await post('/fetch', await chunkId(file!.key, world.organisation.fingerprint, index), '');
      await opener.open(index, body);
    }
    await opener.finish();
  });
});
