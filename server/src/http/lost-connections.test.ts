// A peer that goes away at the worst moment, on connections that Node hands over: it ends nothing but itself.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Counters } from '../rules/counters.ts';
import { answersIn, exchange } from '../testing/raw.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { type Listener, listen } from './listener.ts';

let folder: string;
let listener: Listener;
const uncaught: unknown[] = [];
const note = (error: unknown): void => void uncaught.push(error);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-lost-'));
  uncaught.length = 0;
  process.on('uncaughtException', note);
});
afterEach(async () => {
  process.off('uncaughtException', note);
  await listener.stop();
  rmSync(folder, { recursive: true });
});

const heads = {
  CONNECT: 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
  upgrade: 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
} as const;
const patient = { timeout: 20_000 };
const body = new Uint8Array(8 * 1024 * 1024);

async function start(
  where: 'port' | 'socket',
  limits: Partial<Limits> = {},
): Promise<{ port: number } | { path: string }> {
  const path = join(folder, 'http.sock');
  const address = where === 'port' ? { host: '127.0.0.1', port: 0 } : { path };
  const given = { ...defaultLimits, graceSeconds: 0.1, ...limits };
  listener = await listen(
    address,
    given,
    new Counters(),
    () => ({ status: 200, type: 'text/plain', body }),
    () => undefined,
  );
  return where === 'port' ? { port: listener.port } : { path };
}

/** Says this, and is gone with a reset as soon as it is on its way. */
function sayAndReset(to: { port: number } | { path: string }, head: string): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = 'port' in to ? connect(to.port, '127.0.0.1') : connect(to.path);
    socket.on('error', () => undefined).on('close', () => resolve());
    socket.on('connect', () => socket.write(head, () => ('port' in to ? socket.resetAndDestroy() : socket.destroy())));
  });
}

it.each([
  ['port', 'CONNECT'],
  ['port', 'upgrade'],
  ['socket', 'CONNECT'],
  ['socket', 'upgrade'],
] as const)('[HTTP-4] on the %s, a reset after %s is no error of the server', async (where, head) => {
  const to = await start(where);
  for (let round = 0; round < 40; round++) await sayAndReset(to, heads[head]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(uncaught).toEqual([]);
});

it('[HTTP-5] a connection that is handed over behind an answer which nobody reads is ended, and holds up no stop', async () => {
  await start('port', { headSecondsMax: 0.5 });
  const socket = connect(listener.port, '127.0.0.1');
  socket.on('error', () => undefined).pause();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  let server: Socket | undefined;
  const note = (message: unknown): void => {
    server = (message as { readonly socket: Socket }).socket;
  };
  subscribe('http.server.request.start', note);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await vi.waitFor(() => expect(server?.writableLength).toBeGreaterThan(0), patient);
  unsubscribe('http.server.request.start', note);
  socket.write(heads.CONNECT);
  await vi.waitFor(() => expect(server?.destroyed).toBe(true), patient);
  // What the system holds for it is read to its end, which is not the end of the answer.
  let received = 0;
  socket.on('data', (bytes) => {
    received += bytes.length;
  });
  socket.resume();
  await closed;
  expect(received).toBeLessThan(body.length);
});

it('the answer to it is read by who stays', async () => {
  await start('port');
  const [answer] = answersIn(await exchange(listener.port, [heads.CONNECT]));
  expect(answer?.status).toBe(400);
});
