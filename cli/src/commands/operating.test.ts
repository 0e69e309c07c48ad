// An operator's life: init, serve, a desk that is online, doctor, backup, restore, and what goes wrong on the way.
import { type ChildProcess, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openKeystore } from '@postern/desk/app/keystore';
import { createTransport } from '@postern/desk/app/transport';
import { DeskEngine } from '@postern/desk/engine/desk-engine';
import { MemoryStore } from '@postern/desk/engine/memory-store';
import { nativeRecipient } from '@postern/protocol/primitives/hpke-native';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../../tools/build.ts';
import { lacks, pathOf } from '../../../tools/debian.ts';
import { openSignedRoster } from '../organisation/roster-file.ts';
import { firstLine, freePort, type Outcome, Place, run, runHere, start, stop } from '../testing/run.ts';

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const place = new Place();
const children: ChildProcess[] = [];
let port = 0;
let made: Outcome;
const data = place.path('org', 'server');
const device = place.path('org', 'desk');

beforeAll(async () => {
  await ensureBuilt();
  port = await freePort();
  made = await place.init(port);
}, 300_000);
afterEach(async () => {
  for (const child of children.splice(0)) await stop(child);
});
afterAll(() => place.remove());

async function serve(folder = data): Promise<Record<string, unknown>> {
  const child = start('serve', folder, '--json');
  children.push(child);
  return JSON.parse(await firstLine(child)) as Record<string, unknown>;
}

/** The device of `init` is online for a moment. */
async function deskIsOnline(): Promise<void> {
  const keystore = await openKeystore(join(device, 'device.keys'), 'correct horse battery staple');
  const { enrolment } = keystore;
  if (enrolment === null) throw new Error('the first device is not enrolled');
  const transport = createTransport({ server: enrolment.server, socks: null, random });
  // Without tokens: they take half a minute of computing and nothing here is posted.
  const callDesk: typeof transport.callDesk = (request) =>
    request.body[1] === 15 ? Promise.reject(new Error('not now')) : transport.callDesk(request);
  const ports = {
    ...transport,
    callDesk,
    now: () => Date.now() / 1000,
    random,
    recipient: nativeRecipient,
    store: new MemoryStore(),
  };
  const engine = await DeskEngine.open(ports, { ...enrolment, deviceSeed: keystore.deviceSeed });
  await engine.tick();
  transport.close();
}

interface Findings {
  readonly ok: boolean;
  readonly findings: readonly { readonly check: string; readonly state: string }[];
}

async function doctor(folder = data): Promise<{ code: number | null; failed: string[]; ok: boolean }> {
  const outcome = await runHere(['doctor', folder, '--json']);
  const { ok, findings } = outcome.json as unknown as Findings;
  return {
    code: outcome.code,
    ok,
    failed: findings.filter(({ state }) => state === 'failed').map(({ check }) => check.split(' ')[0] ?? ''),
  };
}

describe('an organisation that was made', () => {
  it('has files that only their owner can read, and one object that says where they are', () => {
    expect(made.code).toBe(0);
    expect(made.json).toMatchObject({ data, device, root: place.path('org', 'organisation-root.key') });
    for (const name of readdirSync(place.path('org'), { recursive: true }) as string[]) {
      expect([name, statSync(place.path('org', name)).mode & 0o077]).toEqual([name, 0]);
    }
  });

  it('is not made a second time in the same folder', async () => {
    const before = readFileSync(place.path('org', 'organisation-root.key'));
    const { code, err } = await place.init(port);
    expect(code).toBe(3);
    expect(err).toContain('not empty');
    expect(readFileSync(place.path('org', 'organisation-root.key'))).toEqual(before);
  });

  it('has a root key that the words stand for, in every list and as a QR code that a reader reads', async () => {
    const { json } = await runHere(['fingerprint', '--data', data, '--list', 'all', '--json']);
    expect(json.fingerprint).toBe(made.json.fingerprint);
    expect(Object.keys(json.words as object)).toHaveLength(10);
    const svg = place.path('code.svg');
    const png = place.path('code.png');
    const { code, out } = await runHere(['fingerprint', '--data', data, '--svg', svg, '--png', png, '--qr']);
    expect(code).toBe(0);
    expect(out).toContain((made.json.words as { english: string }).english);
    expect(out).toMatch(/[▀▄█]{20}/);
    expect(readFileSync(svg, 'utf8')).toContain('<svg');
    expect(readFileSync(png).subarray(1, 4).toString()).toBe('PNG');
    if (lacks('zbar-tools')) return;
    const read = spawnSync(pathOf('zbar-tools') ?? '', ['--raw', '-q', png], { encoding: 'utf8' });
    expect(read.stdout.trim()).toBe(json.qr);
  });

  it('is drawn over no other file', async () => {
    const file = place.write('picture.png', 'kept');
    expect((await runHere(['fingerprint', '--data', data, '--png', file])).code).toBe(4);
    expect(readFileSync(file, 'utf8')).toBe('kept');
  });
});

describe('a server that is served', () => {
  it('fails the doctor until it runs and its desk has been online, then is well, is backed up and restored', async () => {
    expect(await doctor()).toEqual({ code: 1, ok: false, failed: ['day-keys', 'answers'] });
    const up = await serve();
    expect(up).toMatchObject({
      origin: `http://127.0.0.1:${port}`,
      fingerprint: made.json.fingerprint,
      words: made.json.words,
    });
    expect((await doctor()).failed).toEqual(['day-keys', 'served']);
    await deskIsOnline();
    expect(await doctor()).toEqual({ code: 0, ok: true, failed: [] });

    const signed = join('webcat', 'bundle.json');
    mkdirSync(join(data, 'webcat'));
    writeFileSync(join(data, signed), '{"enrollment":{}}');
    const target = place.path('backup');
    expect((await runHere(['backup', target, '--data', data])).code).toBe(0);
    expect((await runHere(['backup', target, '--data', data])).code).toBe(3);
    expect(await Promise.all(children.splice(0).map((child) => stop(child)))).toEqual([0]);

    const again = place.path('restored');
    expect((await runHere(['restore', target, again, '--json'])).json).toEqual({
      data: again,
      fingerprint: made.json.fingerprint,
    });
    expect((await runHere(['restore', target, data])).code).toBe(3);
    expect(readFileSync(join(again, signed), 'utf8')).toBe('{"enrollment":{}}');
    await serve(again);
    expect(await doctor(again)).toEqual({ code: 0, ok: true, failed: [] });
    expect(existsSync(join(again, 'control.sock'))).toBe(true);
  }, 240_000);

  it('lets a new device join while pages are still served under the roster before', async () => {
    await serve();
    const [folder, root] = [place.path('second'), place.path('org', 'organisation-root.key')];
    const request = (await runHere(['device', 'new', folder, '--passphrase-file', place.passphrase, '--json'])).json
      .request;
    await runHere(['device', 'add', String(request), '--data', data, '--root', root]);
    const inUse = await openSignedRoster(
      new Uint8Array(await (await fetch(`http://127.0.0.1:${port}/roster`)).arrayBuffer()),
    );
    expect(inUse.number).toBe(1);
    const words = (made.json.words as { english: string }).english;
    const where = [
      '--server',
      `http://127.0.0.1:${port}`,
      '--fingerprint',
      words,
      '--passphrase-file',
      place.passphrase,
    ];
    expect((await runHere(['device', 'join', folder, ...where, '--json'])).json).toMatchObject({ roster: 2 });
  }, 180_000);

  it('refuses a damaged backup and leaves what is there', async () => {
    const target = place.path('backup-2');
    await runHere(['backup', target, '--data', data]);
    const file = join(target, 'storage.backup');
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const { code, err } = await runHere(['restore', target, place.path('restored-2')]);
    expect(code).toBe(3);
    expect(err).toContain('damaged');
    expect(existsSync(place.path('restored-2'))).toBe(false);
  });

  it('does not start without what is to be served for WEBCAT, and names it', async () => {
    const file = join(data, 'webcat', 'bundle.old.json');
    mkdirSync(file);
    const { code, err } = await run('serve', data);
    rmdirSync(file);
    expect(code).toBe(4);
    expect(err).toContain(`That is a folder, wanted a file: ${file}.`);
  });

  it('starts neither server nor mirror with a packed file that is not the file beside it', async () => {
    const root = join(import.meta.dirname, '..', '..', '..');
    const copy = place.path('copy');
    for (const part of ['cli', 'source/dist', 'package.json'])
      cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const [packed = ''] = globSync('source/dist/a/*.js.gz', { cwd: copy });
    writeFileSync(join(copy, packed), gzipSync('another script'));
    const { origin, fingerprint } = await serve();
    const told = ['mirror', '--upstream', String(origin), '--fingerprint', String(fingerprint)];
    for (const words of [
      ['serve', data],
      [...told, '--listen', '127.0.0.1:0'],
    ]) {
      const launcher = join(copy, 'cli', 'bin', 'postern');
      const { status, stdout, stderr } = spawnSync(launcher, words, { encoding: 'utf8', timeout: 60_000 });
      expect([status, stdout]).toEqual([4, '']);
      expect(stderr).toContain('A packed file of the built pages is not what lies beside it.');
    }
  }, 180_000);

  it('ends with 0 on SIGINT, and with 4 if its address is taken', async () => {
    await serve();
    const second = await run('serve', data);
    expect(second.code).toBe(4);
    expect(second.err).toContain('listens at that address already');
    expect(await stop(children.pop() as ChildProcess, 'SIGINT')).toBe(0);
    expect(existsSync(join(data, 'control.sock'))).toBe(false);
  });
});

describe('the doctor', () => {
  it('sees files that others may read', async () => {
    chmodSync(join(data, 'server.key'), 0o644);
    expect((await doctor()).failed).toContain('rights');
    chmodSync(join(data, 'server.key'), 0o600);
    expect((await doctor()).failed).not.toContain('rights');
  });

  it('sees a key of another server', async () => {
    const file = join(data, 'server.key');
    const own = readFileSync(file);
    writeFileSync(file, random(64));
    expect((await doctor()).failed).toContain('server-key');
    writeFileSync(file, own);
  });
});

describe('the desk', () => {
  it('gives a link that opens the page once, locked or unlocked', async () => {
    for (const [more, phase] of [
      [['--locked'], 'locked'],
      [['--passphrase-file', place.passphrase], 'open'],
    ] as const) {
      const child = start('desk', device, '--json', ...more);
      children.push(child);
      const { url, locked } = JSON.parse(await firstLine(child)) as { url: string; locked: boolean };
      expect(locked).toBe(phase === 'locked');
      const { origin, hash } = new URL(url);
      const headers = { 'content-type': 'application/json', origin };
      const ask = () =>
        fetch(`${origin}/api/session`, { method: 'POST', headers, body: JSON.stringify({ token: hash.slice(1) }) });
      expect((await ask()).status).toBe(200);
      expect((await ask()).status).toBe(403);
      expect(await stop(child)).toBe(0);
    }
  });

  it('ends with 3 for a wrong passphrase', async () => {
    const wrong = place.write('wrong', 'incorrect horse battery staple');
    const { code, err } = await runHere(['desk', device, '--passphrase-file', wrong]);
    expect(code).toBe(3);
    expect(err).toContain('passphrase is wrong');
  });
});
