// Chunks of files at a real server: stored, given back, refused, and gone with their day.
import { globSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { CHUNK_BYTES, CHUNK_POST_BYTES } from '@postern/protocol/constants';
import { FileSealer } from '@postern/protocol/files/chunks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openLocalChunks } from '../storage/open-chunks.ts';
import { random } from '../testing/organisation.ts';
import { patient } from '../testing/patient.ts';
import { answersIn, exchange, hold, portOf } from '../testing/raw.ts';
import { daySeconds, makeWorld, type World, type WorldOptions } from '../testing/world.ts';

let world: World;
const open = async (options: WorldOptions = {}): Promise<void> => {
  world = await makeWorld(options);
};
afterEach(() => world.remove());

async function post(path: string, body: Uint8Array): Promise<{ readonly answer: string; readonly bytes: Uint8Array }> {
  const response = await fetch(world.server.origin + path, { method: 'POST', body: body as Uint8Array<ArrayBuffer> });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const type = response.status < 400 ? '' : ` ${JSON.parse(Buffer.from(bytes).toString()).type}`;
  return { answer: `${response.status}${type}`, bytes };
}

const store = async (id: Uint8Array, chunk: Uint8Array) => (await post('/chunk', Buffer.concat([id, chunk]))).answer;
const load = (id: Uint8Array) => post('/fetch', id);
const chunkOf = () => random(CHUNK_BYTES);

describe('a chunk', () => {
  it('[FIL-6] is stored and given back to whoever names its id, as often as asked', async () => {
    await open();
    const [id, chunk] = [random(32), chunkOf()];
    expect(await store(id, chunk)).toBe('204');
    expect(await store(id, chunk)).toBe('204');
    for (let n = 0; n < 2; n++) expect(Buffer.compare((await load(id)).bytes, chunk)).toBe(0);
    await world.restart();
    expect(Buffer.compare((await load(id)).bytes, chunk)).toBe(0);
    expect((await load(random(32))).answer).toBe('404 not-found');
  });

  it('[FIL-6] that is another one under the same id is refused, and the first stays', async () => {
    await open();
    const [id, chunk] = [random(32), chunkOf()];
    await store(id, chunk);
    const other = chunk.slice();
    other[CHUNK_BYTES - 1]! ^= 1;
    expect(await store(id, other)).toBe('409 changed');
    expect(Buffer.compare((await load(id)).bytes, chunk)).toBe(0);
  });

  it('[FIL-8] that is cut, doubled or breaks off is refused, and nothing of it is kept', async () => {
    await open();
    const body = Buffer.concat([random(32), chunkOf()]);
    expect((await post('/chunk', body.subarray(0, -1))).answer).toBe('400 malformed');
    expect((await post('/chunk', Buffer.concat([body, Buffer.of(0)]))).answer).toBe('413 too-large');
    expect((await post('/chunk', Buffer.concat([body, body]))).answer).toBe('413 too-large');
    expect((await post('/fetch', random(31))).answer).toBe('400 malformed');
    const socket = await hold(portOf(world.server.origin));
    socket.write(`POST /chunk HTTP/1.1\r\nHost: x\r\nContent-Length: ${CHUNK_POST_BYTES}\r\n\r\n`);
    socket.write(body.subarray(0, 200_000));
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.resetAndDestroy();
    expect((await load(body.subarray(0, 32))).answer).toBe('404 not-found');
    expect(holds(body.subarray(5000, 5032))).toBe(false);
    // The search sees one that is kept.
    expect((await post('/chunk', body)).answer).toBe('204');
    expect(holds(body.subarray(5000, 5032))).toBe(true);
  });

  it('[FIL-7] is deleted when its day is thirty days past', async () => {
    await open();
    const [id, chunk] = [random(32), chunkOf()];
    await store(id, chunk);
    world.clock.time += 29 * daySeconds;
    await world.server.tick();
    expect((await load(id)).answer).toBe('200');
    world.clock.time += daySeconds;
    await world.server.tick();
    expect((await load(id)).answer).toBe('404 not-found');
    expect(holds(chunk.subarray(5000, 5032))).toBe(false);
  });

  it('[FIL-9] has no room beyond that of the day, of all days, and of the disk; what is stored can be sent again', async () => {
    await open({ chunkRoom: { chunksADay: 2, chunksMax: 3 } });
    const sent = [random(32), random(32), random(32), random(32)].map((id) => ({ id, chunk: chunkOf() }));
    const answers = async () => {
      const all = [];
      for (const { id, chunk } of sent) all.push(await store(id, chunk));
      return all;
    };
    expect(await answers()).toEqual(['204', '204', '507 full', '507 full']);
    world.clock.time += daySeconds;
    await world.server.tick();
    expect(await answers()).toEqual(['204', '204', '204', '507 full']);
    // More at once than there is room for.
    await world.restart({ chunkRoom: { chunksADay: 4, chunksMax: 100 } });
    const at = await Promise.all([1, 2, 3, 4, 5, 6].map(() => store(random(32), chunkOf())));
    expect(at.sort()).toEqual(['204', '204', '204', '507 full', '507 full', '507 full']);
    await world.restart({ openChunks: (path, given) => openLocalChunks(path, given, 2 ** 60) });
    expect([await store(random(32), chunkOf()), await store(sent[0]!.id, sent[0]!.chunk)]).toEqual(['507 full', '204']);
  });

  it('leave the room that it takes to rewrite the database', async () => {
    await open();
    const { freeBytes } = await openLocalChunks(world.folder, random, 0);
    const before = await freeBytes();
    expect(before).toBeGreaterThan(0);
    // Of no content, so that it takes no room itself.
    const added = 2 ** 40;
    truncateSync(join(world.folder, 'postern.sqlite'), added);
    expect(await freeBytes()).toBeLessThan(before - 1.9 * added);
  });

  it('[HTTP-5] only so many are in memory at once, also while nobody takes them', async () => {
    await open({ limits: { chunksMax: 2 } });
    const [id, chunk] = [random(32), chunkOf()];
    await store(id, chunk);
    const port = portOf(world.server.origin);
    const slow = await Promise.all([hold(port), hold(port)]);
    for (const socket of slow)
      socket.write(
        `POST /chunk HTTP/1.1\r\nHost: x\r\nContent-Length: ${CHUNK_POST_BYTES}\r\n\r\n${'x'.repeat(40_000)}`,
      );
    // What is asked later is answered later: both have their places then.
    expect((await fetch(`${world.server.origin}/healthy`)).status).toBe(204);
    expect([await store(id, chunk), (await load(id)).answer]).toEqual(['503 busy', '503 busy']);
    for (const socket of slow) socket.destroy();
    await vi.waitFor(async () => expect((await load(id)).answer).toBe('200'), patient);
    for (let n = 0; n < 5; n++) expect((await load(id)).answer).toBe('200');
  });

  it('[HTTP-1] has an address that takes nothing but a post', async () => {
    await open();
    for (const path of ['/chunk', '/fetch', '/chunk/x']) {
      const [answer] = answersIn(
        await exchange(portOf(world.server.origin), [`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`]),
      );
      expect([path, answer?.status]).toEqual([path, path === '/chunk/x' ? 404 : 405]);
    }
  });
});

describe('what lies on the disk', () => {
  it('[THR-1] [THR-3] [FIL-6] shows of a file no id, and nothing but chunks of one size with a day', async () => {
    await open();
    const content = Buffer.concat([Buffer.from('marker-of-the-content'), random(300_000)]);
    const sealer = new FileSealer(random(32), world.organisation.fingerprint, content.length);
    const ids: Uint8Array[] = [];
    for (let index = 0; index < sealer.chunks; index++) {
      const { id, chunk } = await sealer.seal(index, content.subarray(index * 262_128, (index + 1) * 262_128));
      ids.push(id);
      expect(await store(id, chunk)).toBe('204');
    }
    const names = globSync('chunks/*', { cwd: world.folder });
    expect(names).toEqual([`chunks/${Math.floor(world.clock.now() / daySeconds)}.pool`]);
    for (const piece of [Buffer.from('marker-of-the-content'), ...ids]) expect(holds(piece)).toBe(false);
    const pool = readFileSync(join(world.folder, names[0]!));
    const slots = Math.ceil(pool.length / (CHUNK_BYTES + 64));
    const used = Array.from({ length: slots }, (_, n) =>
      pool.subarray(n * (CHUNK_BYTES + 64), (n + 1) * (CHUNK_BYTES + 64)),
    ).filter((slot) => slot.some(Boolean));
    expect(used.map(({ length }) => length)).toEqual([CHUNK_BYTES + 64, CHUNK_BYTES + 64]);
    // Every part of a used slot is as random bytes are: no run of zeros that would mark the end of a file.
    for (const slot of used) expect(slot.includes(Buffer.alloc(8))).toBe(false);
    expect(world.printed.join('')).not.toMatch(/marker/);
  });
});

function holds(piece: Uint8Array): boolean {
  const files = globSync('**/*', { cwd: world.folder }).filter((path) => statSync(join(world.folder, path)).isFile());
  return files.some((path) => readFileSync(join(world.folder, path)).includes(Buffer.from(piece)));
}
