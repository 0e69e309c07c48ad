// The whole server: killed and started again, stopped under load, what it leaves on the disk and in its log.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openResponse } from '@postern/protocol/http/anonymous-request';
import { sha256 } from '@postern/protocol/primitives/hash';
import { afterEach, describe, expect, it } from 'vitest';
import { lacks } from '../../tools/debian.ts';
import { startPostgres } from '../../tools/postgres.ts';
import { DataFolderError, openDataFolder } from './files/data-folder.ts';
import { openPostgres } from './storage/postgres.ts';
import { openSqlite } from './storage/sqlite.ts';
import { random } from './testing/organisation.ts';
import {
  claimsFor,
  daySeconds,
  deviceOf,
  filler,
  load,
  makeReply,
  makeWorld,
  nextEpoch,
  postRequest,
  replyPayload,
  request,
  seal,
  takeToken,
  type World,
} from './testing/world.ts';

let world: World;
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await world.remove();
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

async function startChild(of: World): Promise<{ child: ChildProcess; origin: string }> {
  const script = fileURLToPath(new URL('./testing/serve.ts', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', script, of.folder, String(of.clock.now())], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return { child, origin: JSON.parse(line).origin };
}

describe('a server that is killed', () => {
  it('[HTTP-7] has every envelope and reply that it called stored when it starts again', async () => {
    world = await makeWorld();
    await world.server.stop();
    const stored: string[] = [];
    for (const wanted of [20, 60]) {
      const { child, origin } = await startChild(world);
      const there: World = { ...world, server: { ...world.server, origin } };
      await load(there);
      const sealed = await Promise.all(
        Array.from({ length: wanted * 2 }, async () => {
          const payload = random(4096);
          const { bytes, context } = await seal(
            there,
            filler(world.organisation.fingerprint, { kind: 'envelope', payload }),
          );
          return { payload, bytes, context };
        }),
      );
      let confirmed = 0;
      const post = async ({ payload, bytes, context }: (typeof sealed)[number]): Promise<void> => {
        const answer = await postRequest(origin, bytes).catch(() => null);
        if (answer?.status !== 200) return;
        if ((await openResponse(context, answer.bytes)).outcome !== 'stored') return;
        stored.push(hex(await sha256(payload)));
        confirmed += 1;
        if (confirmed === wanted) child.kill('SIGKILL');
      };
      await Promise.all(sealed.map(post));
      expect(confirmed).toBeGreaterThanOrEqual(wanted);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      expect(child.signalCode).toBe('SIGKILL');
    }
    const storage = await openSqlite(world.folder);
    const ids = new Set((await storage.envelopeIds(Math.floor(world.clock.now() / daySeconds))).map(hex));
    expect(stored.length).toBeGreaterThanOrEqual(80);
    expect(stored.filter((id) => !ids.has(id))).toEqual([]);
    expect(await storage.check()).toEqual([]);
    await storage.close();
    await world.restart();
    expect((await load(world)).bundle.day).toBe(Math.floor(world.clock.now() / daySeconds));
  });

  it('keeps its token keys: what was issued before is good after', async () => {
    world = await makeWorld();
    const device = deviceOf(world.organisation, world.organisation.desks[0]!);
    const token = (await takeToken(world, 'reply', device)) as Uint8Array;
    await world.restart();
    const answer = await request(world, { kind: 'reply', payload: await replyPayload(makeReply()), token });
    expect(answer.outcome).toBe('stored');
  });

  it('does not rewrite its database again on a day that has seen it, and does on the next', async () => {
    world = await makeWorld();
    const expiries = async (daysLater: number): Promise<number> => {
      world.clock.time += daysLater * daySeconds;
      world.storageCalls();
      await world.restart();
      return world.storageCalls().expire ?? 0;
    };
    expect([await expiries(0), await expiries(1), await expiries(0), await expiries(14)]).toEqual([0, 1, 0, 1]);
  });
});

describe('a server that is stopped', () => {
  it('answers what it has accepted and keeps it, and takes no more', async () => {
    world = await makeWorld();
    const sealed = await Promise.all(
      Array.from({ length: 20 }, () => seal(world, filler(world.organisation.fingerprint, { kind: 'envelope' }))),
    );
    const { origin } = world.server;
    const answers = sealed.map(({ bytes }) => postRequest(origin, bytes).catch(() => null));
    await answers[0];
    await world.server.stop();
    const done = (await Promise.all(answers)).filter((answer) => answer?.status === 200);
    expect(done.length).toBeGreaterThan(0);
    await expect(fetch(`${origin}/healthy`)).rejects.toThrow();
    const storage = await openSqlite(world.folder);
    const count = (await storage.envelopeCounts()).get(Math.floor(world.clock.now() / daySeconds)) ?? 0;
    expect(count).toBeGreaterThanOrEqual(done.length);
    await storage.close();
    await world.restart();
  });
});

describe('what is left behind', () => {
  const markers = [
    'marker-agent',
    'marker-language',
    'marker-path',
    'marker-cookie',
    'marker-forwarded',
    '198.51.100.77',
  ];

  async function visit(): Promise<void> {
    const headers = {
      'user-agent': 'marker-agent/1',
      'accept-language': 'marker-language',
      cookie: 'a=marker-cookie',
      'x-forwarded-for': '198.51.100.77',
      forwarded: 'for=198.51.100.77;by=marker-forwarded',
    };
    for (const path of ['/bundle', '/marker-path', '/index/0?marker-path', '/roster'])
      await fetch(world.server.origin + path, { headers });
    const { bytes } = await seal(world, filler(world.organisation.fingerprint, { kind: 'envelope' }));
    await fetch(`${world.server.origin}/request`, { method: 'POST', headers, body: bytes as Uint8Array<ArrayBuffer> });
    await fetch(`${world.server.origin}/request`, { method: 'POST', headers, body: 'marker-path' });
    await fetch(`${world.server.origin}/desk`, { method: 'POST', headers, body: 'marker-path' });
  }

  function found(): string[] {
    const files = globSync('**/*', { cwd: world.folder }).filter((path) => statSync(join(world.folder, path)).isFile());
    expect(files.length).toBeGreaterThan(4);
    return files.filter((path) => {
      const bytes = readFileSync(join(world.folder, path));
      const times = [world.clock.now(), world.clock.now() * 1000].map(String);
      return [...markers, ...times].some((marker) => bytes.includes(marker));
    });
  }

  it('[HTTP-6] nothing of an address, agent, path or time is on the disk or in the log', async () => {
    world = await makeWorld();
    await visit();
    expect(found()).toEqual([]);
    await world.server.stop();
    expect(found()).toEqual([]);
    expect(world.printed.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ day: 20_800, requests: 1, envelopes: 1, notFound: 2, malformed: 1, signature: 1 }),
    ]);
    for (const line of world.printed) expect(line).toMatch(/^\{("[a-zA-Z]+":\d{1,6},?)+\}$/);
    await world.restart();
    // The search sees what it looks for.
    const row = { kind: 'roster', key: 'marker-agent', lastDay: 1e6, bytes: random(8) };
    await world.storage().write([{ kind: 'document', row }]);
    expect(found().length).toBeGreaterThan(0);
  });

  it('[HTTP-6] counts are printed when the day has ended, without a finer time', async () => {
    world = await makeWorld();
    await visit();
    expect(world.printed).toEqual([]);
    world.clock.time += daySeconds;
    await world.server.tick();
    expect(world.printed).toHaveLength(1);
    expect(JSON.parse(world.printed[0]!).day).toBe(20_800);
  });

  it('the folder and its files are for their owner only', async () => {
    world = await makeWorld();
    const paths = ['', ...globSync('**/*', { cwd: world.folder })];
    for (const path of paths) expect([path, statSync(join(world.folder, path)).mode & 0o077]).toEqual([path, 0]);
    await expect(openDataFolder(join(world.folder, 'keys'))).rejects.toBeInstanceOf(DataFolderError);
  });
});

describe.skipIf(lacks('postgresql'))('over PostgreSQL', () => {
  it('the same story: an envelope, a reply, its claim and its end', async () => {
    const postgres = await startPostgres();
    try {
      const openStorage = () => openPostgres({ url: postgres.url });
      world = await makeWorld({ openStorage });
      const device = deviceOf(world.organisation, world.organisation.desks[0]!);
      expect((await request(world, { kind: 'envelope', payload: random(4096) })).outcome).toBe('stored');
      const reply = makeReply();
      const token = (await takeToken(world, 'reply', device)) as Uint8Array;
      const payload = await replyPayload(reply);
      expect((await request(world, { kind: 'reply', payload, token })).outcome).toBe('stored');
      expect((await request(world, { kind: 'reply', payload: await replyPayload(makeReply()), token })).outcome).toBe(
        'refused',
      );
      await nextEpoch(world);
      await world.restart();
      const claims = await claimsFor(world, [reply]);
      const [body] = (await request(world, { claims })).bodies;
      expect(hex(body!)).toBe(hex(reply.body));
      await request(world, { acknowledgements: [reply.ackKey, random(32), random(32), random(32)] });
      expect(hex((await request(world, { claims })).bodies[0]!)).not.toBe(hex(reply.body));
      world.clock.time += 14 * daySeconds;
      await world.server.tick();
      await world.server.stop();
      const storage = await openStorage();
      expect((await storage.envelopeCounts()).size).toBe(0);
      await storage.close();
      await world.restart();
    } finally {
      await world.remove();
      await postgres.remove();
      world = await makeWorld();
    }
  });
});
