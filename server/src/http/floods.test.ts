// What somebody who floods a real listener can make it hold: memory by small pieces.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Counters } from '../rules/counters.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { type Handler, type Listener, listen } from './listener.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const mebibyte = 2 ** 20;

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
  await vi.waitFor(() => expect(requests[0]?.socket.bytesRead).toBeGreaterThan(6 * bytes));
  expect((await held()) - before).toBeLessThan(4);
  expect(requests[0]?.complete).toBe(false);
});

it('[HTTP-5] one that nobody asked for costs nothing, while its answer is not taken', async () => {
  const body = new Uint8Array(16 * mebibyte);
  await start(() => ({ status: 200, type: 'text/plain', body }));
  const small = open();
  const before = await held();
  small.write(inSmallChunks('GET') + '1\r\nx\r\n'.repeat(bytes));
  await vi.waitFor(() => expect(requests[0]?.socket.bytesRead).toBeGreaterThan(6 * bytes));
  expect((await held()) - before).toBeLessThan(4);
  expect(requests[0]?.socket.destroyed).toBe(false);
});
