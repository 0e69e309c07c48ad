// What somebody who floods a real listener can make it hold.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CHUNK_POST_BYTES, REQUEST_BYTES } from '@postern/protocol/constants';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Counters } from '../rules/counters.ts';
import { portOf } from '../testing/raw.ts';
import { makeWorld, type World } from '../testing/world.ts';
import { staticAnswer } from './answer.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { type Handler, type Listener, listen } from './listener.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const mebibyte = 2 ** 20;
const patient = { timeout: 20_000 };

let listener: Listener | null = null;
const sockets: Socket[] = [];
const requests: IncomingMessage[] = [];
const noteRequest = (message: unknown): void =>
  void requests.push((message as { readonly request: IncomingMessage }).request);

beforeEach(() => subscribe('http.server.request.start', noteRequest));
afterEach(async () => {
  unsubscribe('http.server.request.start', noteRequest);
  requests.length = 0;
  for (const socket of sockets.splice(0)) socket.destroy();
  await listener?.stop();
});

async function start(handle: Handler, limits: Partial<Limits> = {}): Promise<void> {
  const given = { ...defaultLimits, graceSeconds: 0.1, ...limits };
  listener = await listen({ host: '127.0.0.1', port: 0 }, given, new Counters(), handle, () => undefined);
}

/** A connection on which nothing is read that comes. */
function open(): Socket {
  const socket = connect(listener?.port ?? 0, '127.0.0.1');
  sockets.push(socket.on('error', () => undefined).pause());
  return socket;
}

/** Of the heap and beside it, in MiB, without what could be freed. */
async function held(): Promise<number> {
  await wait(20);
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / mebibyte;
}

const bytes = 60_000;
const inSmallChunks = (method: string): string =>
  `${method} / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`;

it('[HTTP-5] a body costs what it is long, however small the pieces are in which it comes', async () => {
  await start(async ({ body }) => ({ status: 200, type: 'text/plain', body: await body(2 * bytes) }));
  const small = open();
  const before = await held();
  small.write(inSmallChunks('POST') + '1\r\nx\r\n'.repeat(bytes));
  await vi.waitFor(() => expect(requests[0]?.socket.bytesRead).toBeGreaterThan(6 * bytes), patient);
  expect((await held()) - before).toBeLessThan(4);
  expect(requests[0]?.complete).toBe(false);
});

it('[HTTP-5] one that nobody asked for costs nothing, while its answer is not taken', async () => {
  const body = new Uint8Array(16 * mebibyte);
  await start(() => ({ status: 200, type: 'text/plain', body }));
  const small = open();
  const before = await held();
  small.write(inSmallChunks('GET') + '1\r\nx\r\n'.repeat(bytes));
  await vi.waitFor(() => expect(requests[0]?.socket.bytesRead).toBeGreaterThan(6 * bytes), patient);
  expect((await held()) - before).toBeLessThan(4);
  expect(requests[0]?.socket.destroyed).toBe(false);
});

const ask = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const large = 8 * mebibyte;

it('[HTTP-5] who asks without end and takes no answer is cut off after a few', async () => {
  let made = 0;
  await start(async () => {
    made += 1;
    await wait(5);
    return { status: 200, type: 'text/plain', body: new Uint8Array(20_000).fill(1) };
  });
  const before = await held();
  for (let i = 0; i < 20; i++) open().write(ask('/').repeat(1_400));
  await vi.waitFor(() => expect(new Set(requests.map(({ socket }) => socket)).size).toBe(20), patient);
  await vi.waitFor(() => expect(requests.every(({ socket }) => socket.destroyed)).toBe(true), patient);
  await wait(20);
  expect([made, requests.length > 1_000]).toEqual([20 * 8, true]);
  requests.length = 0;
  expect((await held()) - before).toBeLessThan(4);
});

it('[HTTP-5] who asks for several at once has them in order, up to the number that a connection may ask for', async () => {
  await start(({ target }) => ({ status: 200, type: 'text/plain', body: Buffer.from(target) }), {
    requestsPerConnectionMax: 20,
  });
  const received: string[] = [];
  const socket = open().on('data', (piece) => received.push(String(piece)));
  const closed = once(socket.resume(), 'close');
  for (let from = 0; from < 24; from += 6) {
    socket.write(Array.from({ length: 6 }, (_, i) => ask(`/${from + i}`)).join(''));
    if (from < 18)
      await vi.waitFor(() => expect(received.join('')).toMatch(new RegExp(`\r\n\r\n/${from + 5}$`)), patient);
  }
  await closed;
  const answered = [...received.join('').matchAll(/\r\n\r\n\/(\d+)/g)].map(([, number]) => Number(number));
  expect(answered).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

it('[HTTP-5] answers that nobody takes are bounded in bytes over all connections; small ones and those kept anyway still go out', async () => {
  const kept = { type: 'text/plain', codings: { identity: new Uint8Array(large) } };
  await start(
    ({ target }) =>
      target === '/kept'
        ? staticAnswer(kept, undefined, undefined)
        : { status: 200, type: 'text/plain', body: new Uint8Array(target === '/small' ? 8_368 : large) },
    { answerBytesMax: 3 * large },
  );
  const statusOf = async (path: string): Promise<number> => {
    const socket = open().resume();
    socket.write(ask(path));
    const [piece] = (await once(socket, 'data')) as [Buffer];
    return Number(String(piece).split(' ')[1]);
  };
  expect(await statusOf('/large')).toBe(200);
  sockets.splice(0).forEach((socket) => void socket.destroy());
  for (let i = 0; i < 4; i++) open().write(ask('/large'));
  await vi.waitFor(() => expect(requests).toHaveLength(5), patient);
  expect([await statusOf('/large'), await statusOf('/small'), await statusOf('/kept')]).toEqual([503, 200, 200]);
  sockets.splice(0).forEach((socket) => void socket.destroy());
  await vi.waitFor(async () => expect(await statusOf('/large')).toBe(200), patient);
});

it('[HTTP-5] [PLN-3] what answers hold is given back, also where Node has handed their connection over', async () => {
  const sent: string[] = [];
  const body = new Uint8Array(large);
  const limits = { answerBytesMax: 3 * large };
  await start(({ target }) => ({ status: 200, type: 'text/plain', body, sent: () => void sent.push(target) }), limits);
  const socket = open();
  socket.write(['/1', '/2', '/3'].map(ask).join(''));
  await vi.waitFor(() => expect(requests).toHaveLength(3), patient);
  await wait(50);
  socket.write('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n');
  await wait(50);
  expect(sent).toEqual([]);
  socket.destroy();
  await vi.waitFor(() => expect(sent).toEqual(['/1', '/2', '/3']), patient);
  const again = open().resume();
  again.write(ask('/4'));
  const [piece] = (await once(again, 'data')) as [Buffer];
  expect(String(piece)).toMatch(/^HTTP\/1\.1 200 /);
});

describe('bodies that never come', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-floods-'));
  const socketPath = join(folder, 'onion.sock');
  let world: World;
  beforeAll(async () => {
    world = await makeWorld({ socketPath, limits: { postsMax: 2, devicePostsMax: 2, chunksMax: 2 } });
  });
  afterAll(async () => {
    await world.remove();
    rmSync(folder, { recursive: true });
  });
  const lengths = { '/request': REQUEST_BYTES, '/fetch': 32, '/chunk': CHUNK_POST_BYTES, '/desk': 60_000 } as const;

  /** Connections on which so much of a body comes and no more. */
  const begin = async (path: keyof typeof lengths, bytes: number): Promise<void> => {
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${lengths[path]}\r\n\r\n`;
    for (let i = 0; i < 4; i++) {
      const socket = connect(portOf(world.server.origin), '127.0.0.1');
      sockets.push(socket.on('error', () => undefined));
      await new Promise<void>((resolve) => socket.write(head + 'x'.repeat(bytes), () => resolve()));
    }
    // An answer on a fifth comes after all that had come before it.
    await vi.waitFor(() => {
      const come = requests.filter(({ socket }) => socket.bytesRead > bytes);
      expect(come).toHaveLength(4);
    }, patient);
    expect((await fetch(`${world.server.origin}/healthy`)).status).toBe(204);
  };
  const statusAt = (where: 'port' | 'onion', path: keyof typeof lengths): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const to = where === 'onion' ? { socketPath } : { port: portOf(world.server.origin) };
      const headers = { host: 'x', 'content-length': lengths[path] };
      const sent = httpRequest({ ...to, path, method: 'POST', agent: false, headers }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode));
      });
      sent.on('error', reject).end(new Uint8Array(lengths[path]));
    });
  /** What each is told whose body comes: of zeros, which is nothing that anybody would take. */
  const told = { '/request': 400, '/fetch': 404, '/chunk': 204, '/desk': 401 } as const;

  it.each(['/request', '/fetch', '/chunk', '/desk'] as const)('[HTTP-5] keep nobody from %s', async (path) => {
    await begin(path, 20);
    expect(await statusAt('port', path)).toBe(told[path]);
  });

  it.each(['/chunk', '/desk'] as const)(
    '[HTTP-5] once they have begun, fill the places of %s at their own address alone',
    async (path) => {
      await begin(path, 40_000);
      expect([await statusAt('port', path), await statusAt('onion', path)]).toEqual([503, told[path]]);
    },
  );
});
