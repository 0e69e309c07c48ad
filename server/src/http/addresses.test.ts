import { existsSync, linkSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Counters } from '../rules/counters.ts';
import { type Addresses, listenEverywhere } from './addresses.ts';
import { defaultLimits } from './limits.ts';
import type { Handler, Listener } from './listener.ts';
import { Refusal } from './refusal.ts';

const onion = `http://${'a'.repeat(56)}.onion`;
let folder: string;
let socketPath: string;
const open: Listener[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-addresses-'));
  socketPath = join(folder, 'http.sock');
});
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.stop();
  rmSync(folder, { recursive: true });
});

const types: Readonly<Record<string, string>> = {
  '/': 'text/html; charset=utf-8',
  '/en/': 'text/html; charset=utf-8',
  '/roster': 'application/octet-stream',
};
const handler: Handler = ({ target }) => {
  const type = types[target];
  if (type === undefined) throw new Refusal('not-found');
  return { status: 200, type, body: Buffer.from(target), headers: [['ETag', '"x"']] };
};

async function listenAt(addresses: Partial<Addresses> = {}): Promise<string> {
  const given = { host: '127.0.0.1', port: 0, socketPath, onionLocation: undefined, ...addresses };
  const listener = await listenEverywhere(given, { ...defaultLimits, graceSeconds: 1 }, new Counters(), handler);
  open.push(listener);
  return `http://127.0.0.1:${listener.port}`;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function getBySocket(path: string): Promise<{ readonly status: number | undefined; readonly headers: Headers }> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'x.onion', connection: 'close' };
    const sent = request({ socketPath, path, headers, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers }));
    });
    sent.on('error', reject).end();
  });
}

const getByPort = (url: string): Promise<Response> => fetch(url, { headers: { connection: 'close' } });

describe('the Unix socket', () => {
  it('[HTTP-2] answers as the port does, with the same headers', async () => {
    const origin = await listenAt();
    for (const path of ['/', '/roster', '/nothing']) {
      const byPort = await getByPort(origin + path);
      const bySocket = await getBySocket(path);
      expect(bySocket.status).toBe(byPort.status);
      expect(bySocket.headers).toEqual(Object.fromEntries(byPort.headers));
      expect(bySocket.headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('can be opened by its owner only, and is gone when the server has stopped', async () => {
    process.umask(0o077);
    await listenAt();
    expect(statSync(socketPath).mode & 0o077).toBe(0);
    await open.pop()?.stop();
    expect(existsSync(socketPath)).toBe(false);
  });

  it('that a killed server has left is replaced', async () => {
    const left = createServer();
    await new Promise<void>((resolve) => left.listen(socketPath, resolve));
    // As a kill would: the file stays when nobody listens any more.
    linkSync(socketPath, join(folder, 'kept'));
    await new Promise((resolve) => left.close(resolve));
    renameSync(join(folder, 'kept'), socketPath);
    await listenAt();
    expect((await getBySocket('/')).status).toBe(200);
  });

  it('that is in use, or a file of another kind, is left as it is', async () => {
    const origin = await listenAt();
    await expect(listenAt()).rejects.toThrow(/EADDRINUSE/);
    expect((await getBySocket('/')).status).toBe(200);
    await open.pop()?.stop();
    writeFileSync(socketPath, 'not a socket');
    await expect(listenAt()).rejects.toThrow(/EADDRINUSE/);
    expect(existsSync(socketPath)).toBe(true);
    // The port, which could be had, was given back.
    await expect(getByPort(origin)).rejects.toThrow();
    await listenAt({ port: Number(new URL(origin).port), socketPath: undefined });
  });
});

describe('Onion-Location', () => {
  it('is told by pages on the port alone, each with its own path', async () => {
    const origin = await listenAt({ onionLocation: onion });
    for (const path of ['/', '/en/']) {
      const { headers } = await getByPort(origin + path);
      expect([headers.get('onion-location'), headers.get('etag')]).toEqual([onion + path, '"x"']);
      expect((await getBySocket(path)).headers['onion-location']).toBe(undefined);
    }
    for (const path of ['/roster', '/nothing'])
      expect((await getByPort(origin + path)).headers.get('onion-location')).toBe(null);
  });

  it('is told by none unless it is wanted', async () => {
    expect((await getByPort(`${await listenAt()}/`)).headers.get('onion-location')).toBe(null);
  });

  it.each(['https://example.org', `${onion}/path`, `${onion}\r\nX: y`])('cannot be %j', async (onionLocation) => {
    await expect(listenAt({ onionLocation })).rejects.toThrow(RangeError);
  });
});
