// Films of calls on a running server: whole and in parts, and never a byte that the signed call does not name.
import type { Socket } from 'node:net';
import { sha256 } from '@postern/protocol/primitives/hash';
import { dayOf } from '@postern/protocol/time';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Counters } from '../rules/counters.ts';
import { spanOf } from '../rules/films.ts';
import { listFilm } from '../testing/listed-film.ts';
import { patient } from '../testing/patient.ts';
import { answersIn, hold, portOf, type RawAnswer } from '../testing/raw.ts';
import { makeWorld, type World } from '../testing/world.ts';
import { spanIn } from './film-answers.ts';
import { defaultLimits } from './limits.ts';
import { listen } from './listener.ts';
import { placesFor } from './places.ts';

let world: World;
let made: Awaited<ReturnType<typeof listFilm>>;
beforeAll(async () => {
  world = await makeWorld();
  made = await listFilm(world, dayOf(world.clock.now()));
});
afterAll(() => world.remove());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  fetch(world.server.origin + path, { method, headers: { connection: 'close', ...headers } });
/** As many answers as are wanted, from a connection that asked for them together. */
async function answered(socket: Socket, count: number): Promise<RawAnswer[]> {
  const received: Buffer[] = [];
  socket.on('data', (data) => received.push(data));
  return vi.waitFor(() => {
    const answers = answersIn(Buffer.concat(received));
    expect(answers.length).toBeGreaterThanOrEqual(count);
    return answers;
  }, patient);
}
const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

describe('a film that is listed', () => {
  it('is sent whole, and kept by nobody [HTTP-9]', async () => {
    const response = await get(made.path);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': String(made.file.length),
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect((await bytesOf(response)).equals(made.file)).toBe(true);
  });

  it.each([
    ['bytes=0-', 0, 263_143],
    ['bytes=10-19', 10, 19],
    ['bytes=262140-262150', 262_140, 262_150],
    ['bytes=263000-999999', 263_000, 263_143],
    ['bytes=-100', 263_044, 263_143],
  ])('is sent in the part that is asked for: %s [HTTP-9]', async (range, from, to) => {
    const response = await get(made.path, { range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${from}-${to}/${made.file.length}`);
    expect((await bytesOf(response)).equals(made.file.subarray(from, to + 1))).toBe(true);
  });

  it('says so when there is no such part, and gives the whole to who has a part of another [HTTP-9]', async () => {
    const beyond = await get(made.path, { range: 'bytes=263144-' });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${made.file.length}`]);
    const etag = beyond.headers.get('etag') ?? '';
    const status = async (headers: Record<string, string>): Promise<number> => (await get(made.path, headers)).status;
    expect(await status({ range: 'bytes=1-2', 'if-range': '"another"' })).toBe(200);
    expect(await status({ range: 'bytes=1-2', 'if-range': etag })).toBe(206);
    expect(await status({ 'if-none-match': etag })).toBe(304);
    const head = await get(made.path, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(made.file.length)]);
    expect((await get(made.path, {}, 'POST')).status).toBe(405);
  });

  it('gives the same for every range that is none, or more than one', () => {
    for (const range of [
      undefined,
      '',
      'bytes=',
      'bytes=-',
      'bytes=5-2',
      'bytes=1-2,4-5',
      'lines=1-2',
      'bytes=1e1-',
      'bytes=99999999999999999-',
    ])
      expect(spanIn(range, 100)).toBe('all');
    expect(spanIn('bytes=-0', 100)).toBe('none');
    expect(spanIn('bytes=-500', 100)).toEqual({ from: 0, to: 99 });
  });

  it('has its picture and captions beside it, and nothing else there', async () => {
    expect((await get(made.poster)).headers.get('content-type')).toBe('image/png');
    const captions = await get(`${made.folder}/en.vtt`);
    expect(captions.headers.get('content-type')).toBe('text/vtt; charset=utf-8');
    expect(await captions.text()).toMatch(/^WEBVTT\n/);
    for (const path of [
      made.folder,
      `${made.folder}/`,
      `${made.folder}/fr.vtt`,
      `${made.folder}/../video.mp4`,
      made.path.replace(/[0-9a-f]{64}/, '0'.repeat(64)),
    ])
      expect([path, (await get(path)).status]).toEqual([path, 404]);
  });

  it('[CAM-11] is not sent, or broken off, where a piece is missing or another one', async () => {
    const [first, second] = made.rows;
    if (first === undefined || second === undefined) throw new Error('two pieces');
    const store = (row: typeof first): Promise<unknown> => world.storage().write([{ kind: 'document', row }]);
    await store({ ...second, bytes: new Uint8Array(second.bytes.length) });
    const response = await get(made.path);
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow();
    expect((await get(made.path, { range: 'bytes=262144-' })).status).toBe(500);
    expect((await bytesOf(await get(made.path, { range: 'bytes=0-99' }))).equals(made.file.subarray(0, 100))).toBe(
      true,
    );
    await store({ ...second, bytes: second.bytes.subarray(1) });
    expect((await get(made.path, { range: 'bytes=262144-' })).status).toBe(500);
    await store(second);
    expect((await bytesOf(await get(made.path))).equals(made.file)).toBe(true);
  });

  it('[CAM-11] is broken off where the film itself names a piece of another length', async () => {
    const piece = new Uint8Array(5);
    const film = { bytes: 10, pieces: [await sha256(piece)] };
    await expect(spanOf(film, { from: 0, to: 9 }, async () => piece).next()).rejects.toThrow(/piece/);
    const shorter = { ...film, bytes: 5 };
    expect((await spanOf(shorter, { from: 1, to: 3 }, async () => piece).next()).value).toEqual(new Uint8Array(3));
  });

  it('[HTTP-5] leaves nothing waiting when a connection goes away that asked for it many times and read nothing', async () => {
    await world.restart({ limits: { graceSeconds: 60 } });
    const socket = await hold(portOf(world.server.origin));
    socket.pause();
    socket.write(`GET ${made.path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(8));
    await vi.waitFor(async () => expect((await get(made.path)).status).toBe(200), patient);
    socket.destroy();
    // Longer than it takes to close connections by force on a busy machine, and half of the grace.
    let isStopped = false;
    const stopped = world.restart().then(() => {
      isStopped = true;
    });
    await vi.waitFor(() => expect(isStopped).toBe(true), patient);
    await stopped;
  }, 120_000);

  it('[HTTP-5] goes to others while one connection asks for it many times and takes nothing', async () => {
    const piece = `/film/${Buffer.from(made.pieces[0] ?? []).toString('hex')}`;
    for (const path of [made.path, piece]) {
      const socket = await hold(portOf(world.server.origin));
      socket.pause();
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(8));
      expect([path, (await get('/healthy')).status, (await get(path)).status]).toEqual([path, 204, 200]);
      socket.resume();
      const [first = '', second = ''] = (await answered(socket, 2)).map(({ status }) => String(status));
      expect([first, second]).toEqual(['200', '503']);
      socket.destroy();
    }
  });

  it('[HTTP-5] is given up where it is taken too slowly, and its place given back', async () => {
    const counters = new Counters();
    let hasEnded = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(64 * 1024);
      } finally {
        hasEnded = true;
      }
    }
    const places = placesFor(1);
    const stream = { bytes: 2 ** 40, pieces: endless() };
    const listener = await listen(
      { host: '127.0.0.1', port: 0 },
      { ...defaultLimits, fileSecondsMax: 0.5 },
      counters,
      (incoming) => places.answer(incoming, async () => ({ status: 200, body: new Uint8Array(0), stream })),
      () => undefined,
    );
    const socket = await hold(listener.port);
    socket.on('error', () => undefined).pause();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await vi.waitFor(() => expect(() => places.take({ isBehind: false })()).toThrow(), patient);
    await vi.waitFor(() => expect(hasEnded).toBe(true), patient);
    await vi.waitFor(() => expect(() => places.take({ isBehind: false })()).not.toThrow(), patient);
    socket.destroy();
    await listener.stop();
  });

  it('is gone with the call that names it', async () => {
    world.roster = await world.organisation.sign(world.serverKey);
    await world.server.addRoster(world.roster.signed);
    await world.publishDayKeys(dayOf(world.clock.now()));
    await world.server.tick();
    const paths = [made.path, made.poster, `/film/${Buffer.from(made.pieces[0] ?? []).toString('hex')}`];
    for (const path of paths) expect([path, (await get(path)).status]).toEqual([path, 404]);
  });
});
