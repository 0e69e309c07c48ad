// A real server whose clear-web address only leads to its onion address, beside the socket of the onion service.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealRequest } from '@postern/protocol/http/anonymous-request';
import { decodeKeyConfig } from '@postern/protocol/http/ohttp';
import { verificationWords } from '@postern/protocol/keys/fingerprint';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../main.ts';
import { random } from '../testing/organisation.ts';
import { filler, load, makeWorld, postRequest, type World } from '../testing/world.ts';

const onion = `http://${'mkw7'.repeat(14)}.onion`;
const words = Array.from({ length: 8 }, (_, at) => `{{word${at + 1}}}`).join(' ');
const files: Readonly<Record<string, string>> = {
  'en/index.html': '<!doctype html><script src="/a/page.js"></script><p>the page for writing</p>',
  'plain/en/index.html': '<!doctype html><form method="post"></form>',
  'clear/en/index.html': `<!doctype html><h1>{{organisation}}</h1><p>{{groups}}</p>{{code}}<p>${words}</p>`,
  'a/page.js': 'let a = 1;',
  'a/page.css': 'p{}',
  'a/icon.svg': '<svg/>',
  'a/words.txt': 'word',
  'offline.html': '<!doctype html>',
};
const types: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };

function writePages(folder: string): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const page = (path: string) => [{ language: 'en', list: 'english', path, contentType: 'text/html; charset=utf-8' }];
  const assets = Object.keys(files)
    .filter((path) => path.startsWith('a/') || path === 'offline.html')
    .map((path) => ({ path, contentType: types[path.split('.').at(-1) ?? ''] ?? 'text/html' }));
  const manifest = {
    pages: page('en/index.html'),
    plainPages: page('plain/en/index.html'),
    clearPages: page('clear/en/index.html'),
    campaigns: [],
    assets,
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return folder;
}

const scratch = mkdtempSync(join(tmpdir(), 'postern-clear-'));
const socketPath = join(scratch, 'onion.sock');
let world: World;
let sealed: Uint8Array;

beforeAll(async () => {
  world = await makeWorld({ pages: writePages(join(scratch, 'pages')), plain: {} });
  // Open as it is, so that what is refused below is refused for the option alone.
  expect((await fetch(`${world.server.origin}/plain/en/`)).status).toBe(200);
  await world.restart({ clearPage: true, onionLocation: onion, socketPath });
  const { keyConfig } = (await load(world)).bundle;
  const content = filler(world.organisation.fingerprint, { kind: 'envelope' });
  sealed = (await sealRequest(decodeKeyConfig(keyConfig), content, random)).bytes;
});
afterAll(async () => {
  await world.remove();
  rmSync(scratch, { recursive: true, force: true });
});

const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(world.server.origin + path, init);

function bySocket(path: string, body?: Uint8Array): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const sent = httpRequest({ socketPath, path, method, agent: false, headers: { host: 'x.onion' } }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(pieces).toString() }));
    });
    sent.on('error', reject).end(body);
  });
}

describe('a clear-web address that only leads to the onion address', () => {
  it.each(['/', '/en/'])('[HTTP-8] shows at %s the organisation, its onion address and its words', async (path) => {
    const answer = await get(path);
    const html = await answer.text();
    expect(answer.status).toBe(200);
    expect(html).toContain(`${'mkw7 '.repeat(14)}.onion`);
    expect(html).toContain(`aria-label="${onion}"`);
    const { words: list } = await loadWordList('english');
    expect(html).toContain(verificationWords(world.roster.fingerprint, list).join(' '));
    expect(answer.headers.get('onion-location')).toBe(onion + path);
    expect(html).not.toMatch(/<script|<form|\{\{/);
  });

  it('[HTTP-8] lets nothing run, be sent or be connected to from there', async () => {
    const { headers } = await get('/');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('set-cookie')).toBe(null);
    expect((await get('/', { headers: { 'if-none-match': headers.get('etag') ?? '' } })).status).toBe(304);
  });

  it('[HTTP-8] takes no message, file, form or device, and shows no script or page that sends', async () => {
    expect((await postRequest(world.server.origin, sealed)).status).toBe(404);
    for (const path of ['/request', '/chunk', '/fetch', '/desk', '/plain/en/'])
      expect([path, (await get(path, { method: 'POST', body: 'x' })).status]).toEqual([path, 404]);
    for (const path of ['/', '/roster']) expect((await get(path, { method: 'POST', body: 'x' })).status).toBe(405);
    const closed = [
      '/plain/en/',
      '/plain/page.css',
      '/a/page.js',
      '/a/words.txt',
      '/offline.html',
      '/pack',
      '/index/1',
    ];
    for (const path of [...closed, '/campaigns', '/request', '/?a', '//', '/roster/1'])
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    expect(await world.storage().envelopeCounts()).toEqual(new Map());
  });

  it('keeps what its page names and what the operator checks', async () => {
    for (const path of ['/a/page.css', '/a/icon.svg', '/roster', '/bundle', '/index/0'])
      expect([path, (await get(path)).status]).toEqual([path, 200]);
    expect((await get('/healthy')).status).toBe(204);
  });

  it('[HTTP-8] changes nothing at the onion address', async () => {
    expect((await bySocket('/en/')).text).toContain('the page for writing');
    for (const path of ['/a/page.js', '/plain/en/', '/offline.html', '/campaigns', '/index/0'])
      expect([path, (await bySocket(path)).status]).toEqual([path, 200]);
    expect((await bySocket('/request', sealed)).status).toBe(200);
    expect([...(await world.storage().envelopeCounts()).values()]).toEqual([1]);
  });

  it('is not begun without an onion address to lead to', async () => {
    await expect(startServer({ folder: world.folder, clearPage: true })).rejects.toThrow('wanted an onion location');
  });
});
