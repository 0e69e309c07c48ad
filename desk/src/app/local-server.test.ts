import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { random } from '../engine/testing/desk-world.ts';
import { type DeviceFolder, makeDeviceFolder, passphrase } from '../testing/device-folder.ts';
import { ask, LocalPage, openSession, ownHeaders } from '../testing/local-page.ts';
import { callAddress, filmAddress, filmHeader, sessionHeader } from './api.ts';
import { type RunningDesk, startDesk } from './start-desk.ts';

const built = mkdtempSync(join(tmpdir(), 'postern-page-'));
mkdirSync(join(built, 'a'));
writeFileSync(join(built, 'index.html'), '<!doctype html><title>Desk</title>');
writeFileSync(join(built, 'a', 'desk.js'), 'void 0;');
writeFileSync(join(built, 'a', 'secret.txt'), 'not of the page');

let folder: DeviceFolder;
let desk: RunningDesk;

beforeEach(async () => {
  folder = await makeDeviceFolder(random(64), null);
  desk = await startDesk({ folder: folder.path, page: built });
});
afterEach(async () => {
  await desk.close();
  folder.remove();
});

const lock = `${callAddress}lock`;
const body = '{}';

describe('local server', () => {
  it('gives the page of this machine what it asks for', async () => {
    const session = await openSession(desk.url);
    expect((await ask(desk.url, lock, { headers: ownHeaders(desk.url, session), body })).status).toBe(200);
    const page = await ask(desk.url, '/', { method: 'GET', headers: { host: new URL(desk.url).host } });
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it.each([
    ['another host name, as after DNS rebinding', { host: 'desk.example' }],
    ['localhost', { host: 'localhost' }],
    ['another port', { host: '127.0.0.1:1' }],
    ['another origin', { origin: 'https://example.org' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a page without origin', { origin: 'null' }],
    ['a page of another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['another site of this machine', { 'sec-fetch-site': 'same-site' }],
    ['the address bar', { 'sec-fetch-site': 'none' }],
  ])('gives nothing to %s, even with the session', async (_who, wrong) => {
    const session = await openSession(desk.url);
    const headers = { ...ownHeaders(desk.url, session), ...wrong };
    const answer = await ask(desk.url, lock, { headers, body });
    expect([answer.status, answer.body]).toEqual([403, '']);
  });

  it('gives nothing to a program that sends no origin', async () => {
    const { origin: _origin, ...headers } = ownHeaders(desk.url, await openSession(desk.url));
    expect((await ask(desk.url, lock, { headers, body })).status).toBe(403);
  });

  it('gives the files of the page to no other host or site', async () => {
    const { host } = new URL(desk.url);
    const get = (headers: Record<string, string>) => ask(desk.url, '/', { method: 'GET', headers });
    expect((await get({ host: 'desk.example' })).body).toBe('');
    expect((await get({ host, 'sec-fetch-site': 'cross-site' })).body).toBe('');
    expect((await get({ host, origin: 'https://example.org' })).body).toBe('');
    expect((await get({ host, 'sec-fetch-site': 'none' })).status).toBe(200);
  });

  it('answers no call without a session, or with a wrong one', async () => {
    const session = await openSession(desk.url);
    const wrong = `${session.slice(0, -1)}${session.endsWith('A') ? 'B' : 'A'}`;
    for (const headers of [ownHeaders(desk.url), ownHeaders(desk.url, wrong), ownHeaders(desk.url, '')]) {
      for (const call of ['lock', 'changes', 'unlock', 'conversation', 'toString']) {
        const answer = await ask(desk.url, callAddress + call, { headers, body });
        expect([answer.status, answer.body]).toEqual([401, '{"problem":"session"}']);
      }
    }
  });

  it('takes a token once', async () => {
    await openSession(desk.url);
    await expect(openSession(desk.url)).rejects.toThrow('403');
  });

  it('takes no token but the newest, and ends the session before it', async () => {
    const first = await openSession(desk.url);
    const [second, third] = [desk.newUrl(), desk.newUrl()];
    await expect(openSession(second)).rejects.toThrow('403');
    const session = await openSession(third);
    expect((await ask(desk.url, lock, { headers: ownHeaders(desk.url, first), body })).status).toBe(401);
    expect((await ask(desk.url, lock, { headers: ownHeaders(desk.url, session), body })).status).toBe(200);
  });

  it('ends the stream of a session that another one takes over', async () => {
    const page = await LocalPage.open(desk.url);
    await openSession(desk.newUrl());
    await expect(page.call('lock', {})).rejects.toThrow('401');
    await page.ended;
    expect(page.changes.map(({ kind }) => kind)).toEqual(['phase']);
  });

  it('refuses a call that is not exactly one', async () => {
    const headers = ownHeaders(desk.url, await openSession(desk.url));
    const status = async (path: string, request: Parameters<typeof ask>[2]): Promise<number> =>
      (await ask(desk.url, path, { headers, ...request })).status;
    expect(await status(lock, { body: '{"a":1}' })).toBe(400);
    expect(await status(lock, { body: 'x'.repeat(300_000) })).toBe(400);
    expect(await status(lock, { method: 'GET' })).toBe(400);
    expect(await status(lock, { headers: { ...headers, 'content-type': 'text/plain' }, body })).toBe(400);
    expect(await status(`${callAddress}toString`, { body })).toBe(404);
    expect(await status(`${callAddress}conversation`, { body: `{"id":"${'0'.repeat(64)}"}` })).toBe(423);
  });

  it('takes a file of a film from the one page, as bytes that say what they are of, and only while it is open', async () => {
    const session = await openSession(desk.url);
    const whole = { 'content-type': 'application/octet-stream', [filmHeader]: `${'0'.repeat(16)} video` };
    const status = async (headers: Record<string, string>, method = 'POST'): Promise<number> =>
      (await ask(desk.url, filmAddress, { method, headers, body })).status;
    const { [filmHeader]: _name, ...nameless } = whole;
    expect(await status({ ...ownHeaders(desk.url), ...whole })).toBe(401);
    expect(await status({ ...ownHeaders(desk.url, session), ...nameless })).toBe(400);
    expect(await status({ ...ownHeaders(desk.url, session), ...whole, 'content-type': 'application/json' })).toBe(400);
    expect(await status({ ...ownHeaders(desk.url, session), ...whole }, 'PUT')).toBe(400);
    expect(await status({ ...ownHeaders(desk.url, session), ...whole, origin: 'https://example.org' })).toBe(403);
    expect(await status({ ...ownHeaders(desk.url, session), ...whole })).toBe(423);
  });

  it('serves the files of the page and no others', async () => {
    const headers = { host: new URL(desk.url).host };
    const get = async (path: string): Promise<number> => (await ask(desk.url, path, { method: 'GET', headers })).status;
    expect(await get('/a/desk.js')).toBe(200);
    for (const path of ['/a/secret.txt', '/../device.keys', '/a/../index.html', '/desk.sqlite', '/a', '/?x']) {
      expect(await get(path)).toBe(404);
    }
  });

  it('says on every answer what the browser must not do, and sets no cookie', async () => {
    const session = await openSession(desk.url);
    const answers = [
      await ask(desk.url, '/', { method: 'GET', headers: { host: new URL(desk.url).host } }),
      await ask(desk.url, '/nowhere', { method: 'GET', headers: { host: new URL(desk.url).host } }),
      await ask(desk.url, lock, { headers: ownHeaders(desk.url, session), body }),
      await ask(desk.url, lock, { headers: ownHeaders(desk.url), body }),
      await ask(desk.url, lock, {}),
    ];
    for (const { headers } of answers) {
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).toContain("require-trusted-types-for 'script'");
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
      expect(headers['access-control-allow-origin']).toBe(undefined);
      expect(headers['set-cookie']).toBe(undefined);
      expect(headers.server ?? headers['x-powered-by'] ?? headers.date).toBe(undefined);
    }
  });

  it('listens on the loopback address only', async () => {
    const { port } = new URL(desk.url);
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connect(Number(port), '127.0.0.2');
      socket.on('connect', () => resolve(true));
      socket.on('error', () => resolve(false));
    });
    expect(reached).toBe(false);
  });

  it('holds the token back from whatever browsers send', () => {
    expect(new URL(desk.url).pathname + new URL(desk.url).search).toBe('/');
    expect(new URL(desk.url).hash).toMatch(/^#[\w-]{43}$/);
  });

  it('tells a device that no roster lists what it is, and keeps no keys', async () => {
    const page = await LocalPage.open(desk.url);
    expect(await page.call('unlock', { passphrase: 'not the passphrase' })).toEqual({ isOpen: false });
    expect(await page.call('unlock', { passphrase })).toEqual({ isOpen: true });
    await expect.poll(() => page.newest('phase')?.phase, { timeout: 20_000 }).toBe('unlisted');
    await expect(page.call('search', { query: 'a' })).rejects.toThrow('423');
    page.close();
  });
});

describe('session header', () => {
  it('is one that no form and no simple request of another page can carry', () => {
    expect(sessionHeader).toMatch(/^x-/);
  });
});

// The page's folder is shared by all tests of this file.
process.once('exit', () => rmSync(built, { recursive: true, force: true }));
