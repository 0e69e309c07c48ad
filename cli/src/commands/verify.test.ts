// A site is compared with the release, and whatever somebody has put into it is seen: through a proxy that changes answers.
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { changePassphrase } from '@postern/desk/app/keystore';
import { keystoreName, startDesk } from '@postern/desk/app/start-desk';
import { verifyPack } from '@postern/protocol/keys/pack';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import { OfflineSession } from '@postern/protocol/source/offline-session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../../tools/build.ts';
import { unlockDesk } from '../terminal/desk-unlock.ts';
import { firstLine, freePort, Place, runHere, start, stop } from '../testing/run.ts';
import { faultsOf, policyFaults, readManifest } from '../testing/webcat-rules.ts';

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };
/** @param codings that were asked for */
type Change = (path: string, answer: Answer, codings: string) => void;

const place = new Place();
const example = join(import.meta.dirname, '..', '..', '..', 'examples', 'hospital-contracts');
const device = place.path('org', 'desk');
const passphrase = 'correct horse battery staple';
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
let server: ChildProcess;
let proxy: Server;
let origin = '';
let between = '';
let fingerprint = '';
let roster = '';
let change: Change = () => undefined;

beforeAll(async () => {
  await ensureBuilt();
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const made = await place.init(port);
  // The desk is opened many times, and what that costs is tested elsewhere.
  const cost = { memoryKibibytes: 64, passes: 1, lanes: 1 };
  await changePassphrase(join(device, keystoreName), passphrase, passphrase, { random, cost });
  fingerprint = String(made.json.fingerprint);
  roster = place.path('org', 'organisation.roster');
  mkdirSync(place.path('org', 'server', 'webcat'));
  writeFileSync(place.path('org', 'server', 'webcat', 'bundle.json'), '{"enrollment":{}}');
  writeFileSync(place.path('org', 'server', 'webcat', 'note.txt'), 'not to be served');
  const root = ['--data', place.path('org', 'server'), '--root', place.path('org', 'organisation-root.key')];
  const published = await runHere(['campaign', 'publish', example, '--unreviewed', ...root, '--json']);
  if (published.code !== 0) throw new Error(`publish a call: ${published.err}`);
  server = start('serve', place.path('org', 'server'), '--json');
  await firstLine(server);
  await deskIsOnline();
  proxy = createServer((incoming, outgoing) => {
    request(
      `${origin}${incoming.url}`,
      { headers: { ...incoming.headers, host: 'x', 'accept-encoding': 'identity' } },
      async (response) => {
        const pieces: Buffer[] = [];
        for await (const piece of response) pieces.push(piece as Buffer);
        const { statusCode = 0, headers } = response;
        const answer = { status: statusCode, headers, body: Buffer.concat(pieces) };
        change(incoming.url ?? '', answer, String(incoming.headers['accept-encoding']));
        delete answer.headers['content-length'];
        delete answer.headers['transfer-encoding'];
        outgoing.sendDate = false;
        outgoing.writeHead(answer.status, answer.headers).end(answer.body);
      },
    ).end();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  between = `http://127.0.0.1:${(proxy.address() as { port: number }).port}`;
}, 300_000);
afterAll(async () => {
  proxy?.close();
  if (server !== undefined) await stop(server);
  place.remove();
});

async function deskIsOnline(): Promise<void> {
  const desk = await startDesk({ folder: device });
  try {
    await unlockDesk(desk.url, passphrase);
    for (let round = 0; round < 100; round++) {
      if ((await fetch(`${origin}/pack`)).status === 200) return;
      await wait(300);
    }
    throw new Error('wait for the day keys: there is no pack');
  } finally {
    await desk.close();
  }
}

const verify = (url: string, words = fingerprint) => runHere(['verify', url, '--fingerprint', words, '--json']);
type Finding = { check: string; state: string; text: string };
const failuresOf = (json: Record<string, unknown>): string[] =>
  (json.findings as Finding[]).filter(({ state }) => state === 'failed').map(({ text }) => text);

it('finds nothing wrong with a mirror, which is the release too', async () => {
  const mirror = start(
    'mirror',
    '--upstream',
    origin,
    '--fingerprint',
    fingerprint,
    '--listen',
    '127.0.0.1:0',
    '--json',
  );
  try {
    const { origin: at } = JSON.parse(await firstLine(mirror)) as { origin: string };
    expect(at).not.toBe(origin);
    const calls = async () => (await fetch(`${at}/c/hospital-contracts/ar`)).status;
    for (let round = 0; round < 100 && (await calls()) !== 200; round++) await wait(300);
    const outcome = await verify(at);
    expect(failuresOf(outcome.json)).toEqual([]);
    expect(outcome.json.findings).toContainEqual(expect.objectContaining({ check: 'page /c/hospital-contracts/ar' }));
    expect(outcome.code).toBe(0);
  } finally {
    await stop(mirror);
  }
});

describe('postern verify', () => {
  it('finds a site to be the release, every page, script, style and list of words of it', async () => {
    const { code, json } = await verify(origin);
    expect([code, failuresOf(json)]).toEqual([0, []]);
    const checks = (json.findings as Finding[]).map(({ check }) => check);
    for (const path of ['/', '/en/', '/zh-Hans/', '/ar/', '/offline.html']) expect(checks).toContain(`page ${path}`);
    // The page's, the one that looks into files, and the styles.
    expect(checks.filter((check) => /^page \/a\/.+\.(js|css)$/.test(check))).toHaveLength(3);
    expect(checks.filter((check) => /words-/.test(check))).toHaveLength(10);
    // What leads people there, and what they find who have no scripts.
    expect(checks.filter((check) => /^page \/plain\/[^/]+\/$/.test(check))).toHaveLength(16);
    expect(checks.filter((check) => /^page \/plain\/.+\.css$/.test(check))).toHaveLength(1);
    expect(checks.filter((check) => /^page \/c\/hospital-contracts\/(ar|en|zh-Hans)$/.test(check))).toHaveLength(3);
    expect(checks.filter((check) => /^page \/c\/.+(\.vtt|poster\.jpg)$/.test(check))).toHaveLength(4);
    // What is not compared is said.
    expect((json.findings as Finding[]).filter(({ state }) => state === 'warning')).toEqual([
      expect.objectContaining({ check: 'film hospital-contracts' }),
    ]);
    // What stands between changes nothing by itself.
    change = () => undefined;
    expect((await verify(between)).code).toBe(0);
  });

  const planted: [string, Change, RegExp][] = [
    ...['page', 'metadata'].map((script): [string, Change, RegExp] => [
      `one byte of the script ${script}`,
      (path, { body }) => {
        if (path.startsWith(`/a/${script}.`)) body[body.length >> 1]! ^= 1;
      },
      new RegExp(`${script}\\.\\S+\\.js: it differs from byte \\d+`),
    ]),
    ...(['gzip, deflate', 'gzip, deflate, br, zstd'] as const).map((wanted): [string, Change, RegExp] => [
      `the script only for who takes ${wanted}`,
      (path, answer, codings) => {
        if (!path.startsWith('/a/page.') || codings !== wanted) return;
        answer.body = gzipSync(Buffer.concat([answer.body, Buffer.from('planted()')]));
        answer.headers['content-encoding'] = 'gzip';
      },
      /page\.\S+\.js: it differs from byte \d+/,
    ]),
    [
      'one more script in a page',
      (path, answer) => {
        if (path === '/ar/')
          answer.body = Buffer.from(String(answer.body).replace('</head>', '<script src="/a/b.js"></script></head>'));
      },
      /^\/ar\/: it differs/,
    ],
    [
      'other verification words',
      (path, answer) => {
        // A word that is in no list, and so not the one that stands there.
        if (path === '/en/')
          answer.body = Buffer.from(String(answer.body).replace(/<li>[a-z]+<\/li>/, '<li>elsewhere</li>'));
      },
      /^\/en\/: it differs/,
    ],
    [
      'the first page alone',
      (path, answer) => {
        if (path === '/') answer.body = Buffer.concat([answer.body, Buffer.from(' ')]);
      },
      /none of the pages/,
    ],
    [
      'a looser policy',
      (path, { headers }) => {
        if (path === '/en/') headers['content-security-policy'] = "default-src 'self'";
      },
      /header content-security-policy/,
    ],
    [
      'a header that loads something',
      (path, { headers }) => {
        if (path === '/zh-Hans/') headers.link = '</x.css>; rel=stylesheet';
      },
      /header link/,
    ],
    [
      'a cookie',
      (path, { headers }) => {
        if (/^\/a\/.+\.css$/.test(path)) headers['set-cookie'] = ['a=b'];
      },
      /header set-cookie/,
    ],
    [
      'a list of words',
      (path, { body }) => {
        if (path.includes('words-czech')) body[0]! ^= 1;
      },
      /words-czech.*differs from byte 0/,
    ],
    [
      'the offline page',
      (path, { body }) => {
        if (path === '/offline.html') body[1000]! ^= 1;
      },
      /offline\.html: it differs from byte 1000/,
    ],
    [
      'the words of a call',
      (path, answer) => {
        if (path === '/c/hospital-contracts/ar')
          answer.body = Buffer.from(String(answer.body).replace('</main>', '<p>State Police</p></main>'));
      },
      /^\/c\/hospital-contracts\/ar: it differs/,
    ],
    [
      'the captions of a film',
      (path, { body }) => {
        if (path.endsWith('/en.vtt')) body[body.length - 2]! ^= 1;
      },
      /en\.vtt: it differs/,
    ],
    [
      'the list of calls',
      (path, answer) => {
        if (path === '/campaigns') answer.body = answer.body.subarray(0, 40);
      },
      /list of calls does not hold/,
    ],
    [
      'where the mode without scripts begins',
      (path, answer) => {
        if (path === '/plain/zh-Hans/')
          answer.body = Buffer.from(String(answer.body).replace('</main>', '<p>State Police</p></main>'));
      },
      /^\/plain\/zh-Hans\/: it differs/,
    ],
    [
      'a looser policy of that',
      (path, { headers }) => {
        if (path === '/plain/en/') headers['content-security-policy'] = "default-src 'self'";
      },
      /^\/plain\/en\/: the header content-security-policy/,
    ],
    [
      'the roster',
      (path, { body }) => {
        if (path === '/roster') body[body.length - 1]! ^= 1;
      },
      /roster does not hold/,
    ],
    [
      'the keys to take along',
      (path, { body }) => {
        if (path === '/pack') body[body.length - 1]! ^= 1;
      },
      /pack does not hold/,
    ],
  ];
  it.each(planted)('sees %s changed', async (_, planting, wanted) => {
    change = planting;
    const { code, json } = await verify(between);
    expect(code).toBe(1);
    const failures = failuresOf(json);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(wanted);
  });

  it('asks once more for bundle and index if the bundle has changed between the two', async () => {
    let bundles = 0;
    // Another bundle than the index names, as it is when a new one has come in between.
    change = (path, { body }) => {
      if (path === '/bundle' && ++bundles === 1) body[body.length - 1]! ^= 1;
    };
    expect(failuresOf((await verify(between)).json)).toEqual([]);
    expect(bundles).toBe(2);
    change = (path, { body }) => {
      if (path === '/bundle') body[body.length - 1]! ^= 1;
    };
    expect(failuresOf((await verify(between)).json)).toEqual([
      expect.stringContaining('pair of bundle and index does not hold'),
    ]);
  });

  it('refuses a site of another organisation, and one that is not there', async () => {
    const { words } = await loadWordList('english');
    const other = await verify(origin, words.slice(0, 8).join(' '));
    expect([other.code, failuresOf(other.json)]).toEqual([1, ['The roster is of another root key.']]);
    expect((await verify(`http://127.0.0.1:${await freePort()}`)).code).toBe(4);
    expect((await verify('http://example.org')).code).toBe(2);
  });
});

describe('postern webcat', () => {
  it('writes every file as it is served, and the policy that goes with it', async () => {
    const folder = place.path('webcat');
    const made = await runHere(['webcat', roster, folder, '--language', 'zh-Hans', '--json']);
    expect([made.err, made.code]).toEqual(['', 0]);
    const config = JSON.parse(readFileSync(join(folder, 'webcat.config.json'), 'utf8')) as Record<string, unknown>;
    for (const [path, name] of [
      ['/zh-Hans/', 'index.html'],
      ['/en/', 'en/index.html'],
      ['/offline.html', 'offline.html'],
    ] as const) {
      const served = await fetch(`${origin}${path}`);
      expect(served.headers.get('content-security-policy')).toBe(config.default_csp);
      expect(readFileSync(join(folder, 'site', name), 'utf8')).toBe(await served.text());
    }
    expect(Object.keys(config).sort()).toEqual([
      'app',
      'default_csp',
      'default_fallback',
      'default_index',
      'extra_csp',
      'version',
      'wasm',
    ]);
    expect((await runHere(['webcat', roster, folder])).code).toBe(4);
  });

  it('writes what every answer to a page agrees with, refusals too, by the rules of the extension', async () => {
    const folder = place.path('webcat-rules');
    const made = await runHere(['webcat', roster, folder]);
    expect([made.err, made.code]).toEqual(['', 0]);
    // What enrolled visitors lose is said before it is lost.
    expect(made.out).toMatch(/cannot open calls, nor the mode without scripts/);
    expect(made.out).toContain('<data>/webcat');
    const manifest = readManifest(folder);
    expect([manifest.default_csp, ...Object.values(manifest.extra_csp)].flatMap(policyFaults)).toEqual([]);
    const ask = async (path: string, init: RequestInit = {}, isPassed = true) => {
      const answer = await fetch(origin + path, { redirect: 'manual', ...init });
      const body = new Uint8Array(await answer.arrayBuffer());
      return { path, status: answer.status, headers: [...answer.headers], body: isPassed ? null : body };
    };
    const files = await Promise.all(
      [...manifest.files.keys()].map((path) => ask(path.replace(/index\.html$/, ''), {}, false)),
    );
    const body = new Uint8Array(32);
    const documents = await Promise.all([
      ...['/roster', '/roster/1', '/bundle', '/index/0', '/campaigns', '/pack', '/healthy'].map((path) => ask(path)),
      ...['/roster/9', '/index/200', '/request', '/chunk', '/fetch'].map((path) => ask(path)),
      ...['/request', '/chunk', '/fetch', '/bundle'].map((path) => ask(path, { method: 'POST', body })),
    ]);
    const etag = new Map(documents[2]?.headers).get('etag') ?? '';
    documents.push(await ask('/bundle', { headers: { 'if-none-match': etag } }));
    expect(documents.map(({ status }) => status)).toEqual([
      ...[200, 200, 200, 200, 200, 200, 204],
      ...[404, 404, 405, 405, 405],
      ...[400, 400, 404, 405, 304],
    ]);
    expect([...files, ...documents].flatMap((answer) => faultsOf(manifest, answer))).toEqual([]);
    expect(await (await fetch(`${origin}/.well-known/webcat/bundle.json`)).json()).toEqual({ enrollment: {} });
    expect((await fetch(`${origin}/.well-known/webcat/note.txt`)).status).toBe(404);
    // The same rules see what is not so: a page that is in no manifest, another policy, none, a header that sends on.
    const [page, file] = [await ask('/plain/en/', {}, false), files[0]!];
    const strip = (wanted: string) => file.headers.filter(([name]) => name !== wanted);
    expect(faultsOf(manifest, page)).toEqual(['/plain/en/: another policy', '/plain/en/: not listed']);
    const others = [
      { ...file, path: '/roster' },
      { ...file, headers: strip('content-security-policy') },
      { ...file, headers: [...file.headers, ['Refresh', '1'] as const] },
      { ...file, body },
    ];
    expect(others.map((answer) => faultsOf(manifest, answer).length > 0)).toEqual([true, true, true, true]);
  });
});

describe('postern desk import', () => {
  it('[CAR-3] gives the desk what was carried to it, once, and says what it cannot take', async () => {
    const pack = new Uint8Array(await (await fetch(`${origin}/pack`)).arrayBuffer());
    const print = Uint8Array.from(Buffer.from(fingerprint.replaceAll(' ', ''), 'hex'));
    const session = new OfflineSession(await verifyPack(pack, print, Math.floor(Date.now() / 86_400_000)), random);
    await session.newPhrase(await loadWordList('english'));
    await session.send({ deskId: session.desks[0]?.id ?? '', text: 'Carried here', language: 'en' });
    const lines = session.sealed[0]?.lines ?? [];
    const file = place.write('note.txt', lines.join('\n'));
    const take = (...files: string[]) =>
      runHere(['desk', 'import', ...files, '--device', device, '--passphrase-file', place.passphrase, '--json']);
    const first = await take(file);
    expect([first.err, first.json]).toMatchObject(['', { ok: true, messages: [{ opened: 1 }] }]);
    const half = place.write('half.txt', lines.slice(1).join('\n'));
    const failed = await take(half);
    expect([failed.code, failed.json.messages]).toEqual([1, [{ problem: 'missing', missing: [1] }]]);
    expect((await take(place.write('no.txt', 'nothing of that kind'))).code).toBe(2);

    const desk = await startDesk({ folder: device });
    try {
      await unlockDesk(desk.url, passphrase);
    } finally {
      await desk.close();
    }
    expect((await take(file)).json).toMatchObject({ ok: true });
    expect(readFileSync(join(device, 'desk.sqlite')).includes('Carried here')).toBe(false);
    writeFileSync(file, '');
  });
});
