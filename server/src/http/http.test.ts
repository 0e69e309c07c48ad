// Addresses, headers, errors and limits of a real server on loopback with real SQLite.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { fingerprint } from '@postern/protocol/bytes/brand';
import { REQUEST_BYTES } from '@postern/protocol/constants';
import { verificationWords } from '@postern/protocol/keys/fingerprint';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { random } from '../testing/organisation.ts';
import { patient } from '../testing/patient.ts';
import { answersIn, exchange, hold, portOf, type RawAnswer } from '../testing/raw.ts';
import { filler, makeWorld, postRequest, request, seal, type World, type WorldOptions } from '../testing/world.ts';

const html = (language: string): string =>
  `<!doctype html><html lang="${language}" data-fingerprint="{{fingerprint}}"><h1>{{organisation}}</h1>` +
  `<p>${Array.from({ length: 8 }, (_, i) => `{{word${i + 1}}}`).join(' ')}</p>${'<p>word</p>'.repeat(200)}`;
const script = `'use strict';${'let a = 1;'.repeat(300)}`;
const tiny = 'x';

function writePages(folder: string): string {
  const pages = join(folder, 'pages');
  const page = (language: string, list: string) => ({
    language,
    list,
    path: `${language}/index.html`,
    contentType: 'text/html; charset=utf-8',
    bytes: 1,
    brotliBytes: 1,
  });
  for (const language of ['zh-Hans', 'en', 'a']) mkdirSync(join(pages, language), { recursive: true });
  for (const language of ['zh-Hans', 'en']) writeFileSync(join(pages, language, 'index.html'), html(language));
  writeFileSync(join(pages, 'a', 'page.12345678.js'), script);
  writeFileSync(join(pages, 'a', 'tiny.12345678.txt'), tiny);
  const assets = [
    { path: 'a/page.12345678.js', contentType: 'text/javascript; charset=utf-8' },
    { path: 'a/tiny.12345678.txt', contentType: 'text/plain; charset=utf-8' },
  ];
  const manifest = {
    pages: [page('zh-Hans', 'chinese_simplified'), page('en', 'english')],
    plainPages: [],
    clearPages: [],
    campaigns: [
      { ...page('zh-Hans', 'chinese_simplified'), name: '简体中文', direction: 'ltr' },
      { ...page('en', 'english'), name: 'English', direction: 'ltr' },
    ],
    assets,
  };
  writeFileSync(join(pages, 'manifest.json'), JSON.stringify(manifest));
  return pages;
}

const scratch = mkdtempSync(join(tmpdir(), 'postern-pages-'));
let world: World;
let port: number;

const open = async (options: WorldOptions = {}): Promise<World> => {
  const made = await makeWorld({ pages: writePages(scratch), ...options });
  await made.server.compressed();
  return made;
};
beforeAll(async () => {
  world = await open({ limits: { headSecondsMax: 1, requestSecondsMax: 2, checkSeconds: 0.2 } });
  port = portOf(world.server.origin);
});
afterAll(async () => {
  await world.remove();
  rmSync(scratch, { recursive: true, force: true });
});

async function one(head: string, ...body: (string | Uint8Array)[]): Promise<RawAnswer> {
  const received = await exchange(port, [`${head}\r\nHost: x\r\nConnection: close\r\n\r\n`, ...body]);
  const [answer, ...more] = answersIn(received);
  if (answer === undefined || more.length > 0) throw new Error(`${more.length} more answers to ${head}`);
  return answer;
}

const typeOf = (answer: RawAnswer): unknown => JSON.parse(answer.body).type;

/** Everything stored, as bytes that are equal for equal contents. */
async function contents(of: World): Promise<Buffer> {
  const path = join(scratch, `backup-${random(6).join('')}`);
  await of.storage().backup(path);
  return readFileSync(path);
}

/** Addresses of every kind and every error of section 4 that needs no time. */
const everything = [
  'GET /',
  'HEAD /',
  'GET /en/',
  'GET /zh-Hans/',
  'GET /a/page.12345678.js',
  'GET /roster',
  'GET /roster/1',
  'GET /bundle',
  'GET /index/0',
  'GET /healthy',
  'GET /nothing',
  'GET /roster/2',
  'GET /index/1',
  'GET /index/01',
  'GET /request',
  'PUT /',
  'DELETE /bundle',
  'POST /request',
  'POST /desk',
  'BREW /',
  'GET /\x01',
  'GET',
] as const;

describe('every answer', () => {
  const spec = readFileSync(new URL('../../../spec/http.md', import.meta.url), 'utf8');
  const documentPolicy = /carry `Content-Security-Policy: (.*)` in place of that policy/.exec(spec)?.[1];
  const wanted = new Map(
    spec
      .split('```')[1]!
      .trim()
      .split('\n')
      .map((line): [string, string] => {
        const at = line.indexOf(': ');
        return [line.slice(0, at).toLowerCase(), line.slice(at + 2)];
      }),
  );

  /** Of what no browser makes a page, and what it still says. */
  const opaque = {
    types: ['application/octet-stream', 'message/ohttp-res'],
    headers: [
      'content-security-policy',
      'cross-origin-resource-policy',
      'access-control-allow-origin',
      'x-content-type-options',
      'cache-control',
    ],
  };

  it.each(everything)(
    '[HTTP-2] has the headers of the specification, and [HTTP-1] no cookie, date or name: %s',
    async (head) => {
      const answer = await one(`${head} HTTP/1.1`);
      expect(wanted.size).toBe(9);
      const type = answer.headers.get('content-type') ?? '';
      const isOpaque = opaque.types.includes(type);
      expect(documentPolicy).toBe("default-src 'none'");
      for (const [name, common] of wanted) {
        const isPolicy = name === 'content-security-policy' && !type.startsWith('text/');
        const value = isPolicy ? documentPolicy : common;
        const isLeftOut = isOpaque && !opaque.headers.includes(name);
        if (name !== 'permissions-policy')
          expect([name, answer.headers.get(name)]).toEqual([name, isLeftOut ? undefined : value]);
      }
      const permissions = answer.headers.get('permissions-policy') ?? 'none';
      const isPage = answer.headers.get('content-type')?.startsWith('text/html') === true;
      expect(permissions).toMatch(isPage ? /camera=\(\).*geolocation=\(\).*microphone=\(\)/ : /^none$/);
      const others = [...answer.headers.keys()].filter((name) => !wanted.has(name));
      const known =
        'connection content-length content-type content-encoding etag vary allow transfer-encoding keep-alive';
      expect(others.filter((name) => !known.split(' ').includes(name))).toEqual([]);
      expect(answer.body).not.toMatch(/node|Error|at .*\.ts|\/work|server\//);
      if (answer.status >= 400) {
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
        expect(Object.keys(JSON.parse(answer.body))).toEqual(['type', 'title']);
      }
    },
  );

  it('has the status and type of section 4', async () => {
    const seen = new Map<string, unknown>();
    for (const head of everything) {
      const answer = await one(`${head} HTTP/1.1`);
      seen.set(head, answer.status < 400 ? answer.status : `${answer.status} ${typeOf(answer)}`);
    }
    expect(Object.fromEntries(seen)).toEqual({
      'GET /': 200,
      'HEAD /': 200,
      'GET /en/': 200,
      'GET /zh-Hans/': 200,
      'GET /a/page.12345678.js': 200,
      'GET /roster': 200,
      'GET /roster/1': 200,
      'GET /bundle': 200,
      'GET /index/0': 200,
      'GET /healthy': 204,
      'GET /nothing': '404 not-found',
      'GET /roster/2': '404 not-found',
      'GET /index/1': '404 not-found',
      'GET /index/01': '404 not-found',
      'GET /request': '405 method',
      'PUT /': '405 method',
      'DELETE /bundle': '405 method',
      'POST /request': '400 malformed',
      'POST /desk': '401 signature',
      'BREW /': '400 malformed',
      'GET /\x01': '400 malformed',
      GET: '400 malformed',
    });
  });
});

describe('static answers', () => {
  it('hold what the roster says, escaped, in the language of the page', async () => {
    const { words } = await loadWordList('chinese_simplified');
    const chinese = await (await fetch(`${world.server.origin}/zh-Hans/`)).text();
    expect(chinese).toContain('<h1>办公室</h1>');
    expect(chinese).toContain(verificationWords(fingerprint(world.organisation.fingerprint), words).join(' '));
    expect(chinese).toContain(`data-fingerprint="${Buffer.from(world.organisation.fingerprint).toString('hex')}"`);
    expect(await (await fetch(`${world.server.origin}/en/`)).text()).toContain('<h1>Office &amp; Sons</h1>');
    expect(await (await fetch(`${world.server.origin}/`)).text()).toBe(chinese);
  });

  const fetchRaw = (path: string, headers: Record<string, string>, method = 'GET') =>
    new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer }>((resolve, reject) => {
      get(`${world.server.origin}${path}`, { headers, method }, async (response) => {
        const pieces: Buffer[] = [];
        for await (const piece of response) pieces.push(piece as Buffer);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) });
      }).on('error', reject);
    });

  it('[HTTP-3] come in the coding that the client accepts, each with its own strong tag', async () => {
    const path = '/a/page.12345678.js';
    const br = await fetchRaw(path, { 'accept-encoding': 'gzip, deflate, br' });
    const gzip = await fetchRaw(path, { 'accept-encoding': 'gzip, br;q=0' });
    const plain = await fetchRaw(path, {});
    expect([br, gzip, plain].map(({ headers }) => headers['content-encoding'])).toEqual(['br', 'gzip', undefined]);
    expect(brotliDecompressSync(br.body).toString()).toBe(script);
    expect(gunzipSync(gzip.body).toString()).toBe(script);
    expect(plain.body.toString()).toBe(script);
    const tags = [br, gzip, plain].map(({ headers }) => String(headers.etag));
    expect(new Set(tags).size).toBe(3);
    for (const tag of tags) expect(tag).toMatch(/^"[^"]{20,}"$/);
    for (const answer of [br, gzip, plain]) expect(answer.headers.vary).toBe('Accept-Encoding');
  });

  it('[HTTP-3] are not sent again to who has them', async () => {
    for (const path of ['/', '/a/page.12345678.js', '/roster', '/bundle', '/index/0']) {
      const first = await fetchRaw(path, {});
      const etag = String(first.headers.etag);
      const again = await fetchRaw(path, { 'if-none-match': `"other", W/${etag}` });
      expect([path, again.status, again.body.length, again.headers.etag]).toEqual([path, 304, 0, etag]);
      expect((await fetchRaw(path, { 'if-none-match': '"other"' })).status).toBe(200);
    }
  });

  it('[HTTP-3] are answered to HEAD without their body', async () => {
    const head = await fetchRaw('/a/page.12345678.js', {}, 'HEAD');
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, String(script.length)]);
  });

  it('a coding that makes a file larger is not used', async () => {
    const { headers, body } = await fetchRaw('/a/tiny.12345678.txt', { 'accept-encoding': 'br, gzip' });
    expect([headers['content-encoding'], body.toString()]).toEqual([undefined, tiny]);
  });

  it('[HTTP-11] to a person who goes where nothing is are the same page, which leads to the first pages and shows nothing of the way there', async () => {
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const paths = ['/en', '/c/hospital', '/c/<b>', '/plain/en/x', '/roster/2', '/?a=<script>', '/en/index.html'];
    const seen = await Promise.all(paths.map((path) => fetchRaw(path, { accept })));
    const [first] = seen;
    const page = first?.body.toString() ?? '';
    for (const [at, { status, headers, body }] of seen.entries())
      expect([paths[at], status, headers, body.toString()]).toEqual([paths[at], 404, first?.headers, page]);
    expect(first?.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    const links = [...page.matchAll(/<a href="([^"]+)"[^>]*>([^<]+)</g)];
    expect(links.map(([, href, name]) => [href, name])).toEqual([
      ['/zh-Hans/', '简体中文'],
      ['/en/', 'English'],
    ]);
    expect(page).not.toMatch(/hospital|<script|<b>|index\.html/);
    for (const [, href = ''] of links) expect((await fetchRaw(href, { accept })).status).toBe(200);
    // Programs, scripts among them, are told as before, and what is no reading too.
    expect((await fetchRaw('/en', { accept: '*/*' })).headers['content-type']).toBe('application/problem+json');
    expect((await fetchRaw('/fetch', { accept })).headers['content-type']).toBe('application/problem+json');
    expect((await fetchRaw('/en', { accept }, 'POST')).headers['content-type']).toBe('application/problem+json');
  });

  it('[HTTP-1] nothing outside the manifest can be read', async () => {
    for (const path of ['/a/../manifest.json', '/manifest.json', '/a/%2e%2e/manifest.json', '/en/index.html', '/a/'])
      expect((await one(`GET ${path} HTTP/1.1`)).status).toBe(404);
  });
});

describe('without a roster or day keys', () => {
  it('pages, documents and indices say that it is not time yet', async () => {
    const early = await open({ withDayKeys: false });
    const typeAt = async (path: string) => {
      const response = await fetch(early.server.origin + path);
      return `${response.status} ${((await response.json()) as { type: string }).type}`;
    };
    expect([await typeAt('/bundle'), await typeAt('/index/0')]).toEqual(['503 no-day-keys', '503 no-day-keys']);
    expect((await fetch(`${early.server.origin}/roster`)).status).toBe(200);
    early.clock.time += 100 * 86_400;
    await early.restart();
    expect([await typeAt('/'), await typeAt('/roster')]).toEqual(['503 no-roster', '503 no-roster']);
    expect((await fetch(`${early.server.origin}/healthy`)).status).toBe(204);
    await early.remove();
  });
});

describe('refused requests', () => {
  const post = (path: string, headers: string, ...body: (string | Uint8Array)[]) =>
    exchange(port, [`POST ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n`, ...body]);

  it('[HTTP-4] have one typed error and leave no trace in the data', async () => {
    const { bytes } = await seal(world, filler(world.organisation.fingerprint, { kind: 'envelope' }));
    const before = await contents(world);
    const half = bytes.subarray(0, 3000);
    const cases: [string, Buffer, unknown][] = [
      ['announced too large', await post('/request', `Content-Length: ${REQUEST_BYTES + 1}`), '413 too-large'],
      ['announced huge', await post('/desk', 'Content-Length: 99999999999'), '413 too-large'],
      ['too small', await post('/request', 'Content-Length: 10', '0123456789'), '400 malformed'],
      ['no length', await post('/request', 'X: y'), '400 malformed'],
      ['two lengths', await post('/request', 'Content-Length: 1\r\nContent-Length: 2'), '400 malformed'],
      [
        'length and chunks',
        await post('/request', `Content-Length: ${REQUEST_BYTES}\r\nTransfer-Encoding: chunked`, bytes),
        '400 malformed',
      ],
      [
        'unfinished chunks',
        await post('/request', 'Transfer-Encoding: chunked', 'bbb\r\n', half, '\r\nzz\r\n'),
        '400 malformed',
      ],
      [
        'too many chunks',
        await post('/desk', 'Transfer-Encoding: chunked', ...Array(100).fill(['bb8\r\n', half, '\r\n']).flat()),
        '413 too-large',
      ],
      [
        'a fixed length that is not announced',
        await post('/request', 'Transfer-Encoding: chunked', '1777\r\n', bytes, '\r\n0\r\n\r\n'),
        '400 malformed',
      ],
      ['another encoding', await post('/request', 'Transfer-Encoding: gzip', bytes), '400 malformed'],
      [
        'a long head',
        await exchange(port, [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(9000)}\r\n\r\n`]),
        '413 too-large',
      ],
      [
        'many fields',
        await exchange(port, [`GET / HTTP/1.1\r\nHost: x\r\n${'X: y\r\n'.repeat(60)}Connection: close\r\n\r\n`]),
        '413 too-large',
      ],
      ['no host', await exchange(port, ['GET / HTTP/1.1\r\n\r\n']), '400 malformed'],
      ['no HTTP', await exchange(port, ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03']), '400 malformed'],
      ['connect', await exchange(port, ['CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n']), '400 malformed'],
    ];
    for (const [what, received, wanted] of cases) {
      const [answer, ...more] = answersIn(received);
      expect([what, `${answer?.status} ${answer && typeOf(answer)}`, more.length]).toEqual([what, wanted, 0]);
    }
    expect((await contents(world)).equals(before)).toBe(true);
    // The comparison sees a request that is not refused.
    await request(world, { kind: 'envelope', payload: random(4096) });
    expect((await contents(world)).equals(before)).toBe(false);
  });

  it('[HTTP-4] that break off leave no trace and no answer', async () => {
    const { bytes } = await seal(world, filler(world.organisation.fingerprint, { kind: 'envelope' }));
    const before = await contents(world);
    for (const length of [0, 1, 3000, REQUEST_BYTES - 1]) {
      const socket = await hold(port);
      socket.write(`POST /request HTTP/1.1\r\nHost: x\r\nContent-Length: ${REQUEST_BYTES}\r\n\r\n`);
      socket.write(bytes.subarray(0, length));
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.resetAndDestroy();
    }
    expect((await fetch(`${world.server.origin}/healthy`)).status).toBe(204);
    expect((await contents(world)).equals(before)).toBe(true);
  });

  it('[HTTP-5] that are slow, in head or body, are ended with their error', async () => {
    // Sooner than by the limits of a server to which nothing else is told.
    const slowly = { pauseMs: 150, answerMs: 10_000 };
    const slowHead = exchange(port, ['GET / HTTP/1.1\r\n', ...Array.from({ length: 20 }, () => 'X: y\r\n')], slowly);
    const slowBody = exchange(
      port,
      [`POST /request HTTP/1.1\r\nHost: x\r\nContent-Length: ${REQUEST_BYTES}\r\n\r\n`, ...Array(30).fill('a')],
      slowly,
    );
    for (const received of await Promise.all([slowHead, slowBody])) {
      const [answer] = answersIn(received);
      expect(`${answer?.status} ${answer && typeOf(answer)}`).toBe('408 slow');
    }
  });

  it('pipelined ones are answered in order, and none after the first that is refused', async () => {
    const received = await exchange(
      port,
      [
        'GET /healthy HTTP/1.1\r\nHost: x\r\n\r\nGET /roster HTTP/1.1\r\nHost: x\r\n\r\n' +
          'POST /request HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\nGET /bundle HTTP/1.1\r\nHost: x\r\n\r\n',
      ],
      { moreMs: 30_000 },
    );
    expect(answersIn(received).map(({ status }) => status)).toEqual([204, 200, 413]);
  });

  it('[HTTP-4] whatever bytes come, the server goes on and keeps nothing of them', async () => {
    const before = await contents(world);
    const { bytes } = await seal(world, filler(world.organisation.fingerprint, { kind: 'envelope' }));
    const good = Buffer.concat([
      Buffer.from(`POST /request HTTP/1.1\r\nHost: x\r\nContent-Length: ${REQUEST_BYTES}\r\nConnection: close\r\n\r\n`),
      bytes,
    ]);
    const rounds = Array.from({ length: 120 }, (_, round) => {
      const [place = 0, value = 0, kind = 0] = random(3);
      const changed = Buffer.from(good);
      // In the head's second half or the sealed part: any change must spoil it.
      if (kind % 3 === 0) changed[Math.floor((place / 256) * 70)] = value;
      if (kind % 3 === 1) changed[good.length - 1 - place] = (changed[good.length - 1 - place] ?? 0) ^ (value | 1);
      return round % 4 === 3 ? Buffer.from(random(500)) : kind % 3 === 2 ? changed.subarray(0, place * 20) : changed;
    });
    const spoilt = rounds.filter((round) => !round.subarray(-REQUEST_BYTES).equals(Buffer.from(bytes)));
    for (let at = 0; at < spoilt.length; at += 20)
      await Promise.all(
        spoilt.slice(at, at + 20).map((round) => exchange(port, [round], { answerMs: 150, moreMs: 150 })),
      );
    expect((await fetch(`${world.server.origin}/healthy`)).status).toBe(204);
    expect((await contents(world)).equals(before)).toBe(true);
  });
});

describe('limits', () => {
  it('[HTTP-5] connections, requests on one, and posts at the same time are bounded', async () => {
    const tight = await open({ limits: { connectionsMax: 4, requestsPerConnectionMax: 3, postsMax: 2 } });
    const at = portOf(tight.server.origin);
    const received = await exchange(at, ['GET /healthy HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(8)], { moreMs: 30_000 });
    expect(answersIn(received).map(({ status }) => status)).toEqual([204, 204, 204]);
    const { bytes } = await seal(tight, filler(tight.organisation.fingerprint, { kind: 'envelope' }));
    const post = async (): Promise<number> => (await postRequest(tight.server.origin, bytes)).status;
    const held = await Promise.all([hold(at), hold(at)]);
    for (const socket of held) socket.write('POST /request HTTP/1.1\r\nHost: x\r\nContent-Length: 6007\r\n\r\nabc');
    // What has not come takes no place.
    expect(await post()).toBe(200);
    for (const socket of held) socket.destroy();
    const more = await Promise.all([hold(at), hold(at), hold(at), hold(at)]);
    // Some of these may have come while those destroyed still counted, and have been dropped.
    await vi.waitFor(async () => {
      more.push(await hold(at));
      const none = await exchange(at, ['GET /healthy HTTP/1.1\r\nHost: x\r\n\r\n'], { answerMs: 500 });
      expect(none.length).toBe(0);
    }, patient);
    expect(more.length).toBeLessThan(9);
    for (const socket of more) socket.destroy();
    await tight.remove();
  });

  it('[HTTP-5] only so many posts are worked on at the same time', async () => {
    const tight = await open({ limits: { postsMax: 1 } });
    const { bytes } = await seal(tight, filler(tight.organisation.fingerprint, { kind: 'envelope' }));
    const statuses = await Promise.all(
      Array.from({ length: 12 }, async () => (await postRequest(tight.server.origin, bytes)).status),
    );
    expect([...new Set(statuses)].sort()).toEqual([200, 503]);
    await tight.remove();
  });

  it('[HTTP-5] posts of devices are counted apart, and cannot take the room of sources', async () => {
    const tight = await open({ limits: { devicePostsMax: 1 } });
    const at = portOf(tight.server.origin);
    const held = await hold(at);
    held.write(`POST /desk HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n${'x'.repeat(40_000)}`);
    // What is asked later is answered later: it has its place then.
    expect((await fetch(`${tight.server.origin}/healthy`)).status).toBe(204);
    const post = async (path: string): Promise<string> => {
      const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc`;
      const [answer] = answersIn(await exchange(at, [head]));
      return `${answer?.status} ${answer && typeOf(answer)}`;
    };
    expect([await post('/desk'), await post('/request')]).toEqual(['503 busy', '400 malformed']);
    held.destroy();
    await tight.remove();
  });
});
