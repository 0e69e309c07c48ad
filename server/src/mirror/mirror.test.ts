// A mirror before a real server: what it serves, what it refuses from a server that lies, and what it passes on.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprint } from '@postern/protocol/bytes/brand';
import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { encodeCampaignList, openCampaignList } from '@postern/protocol/campaign/campaign-list';
import { openResponse } from '@postern/protocol/http/anonymous-request';
import { verifyPack } from '@postern/protocol/keys/pack';
import { acceptRosters, type VerifiedRoster, verifyRoster } from '@postern/protocol/keys/roster-chain';
import { verifyDocuments } from '@postern/protocol/messages/current-documents';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign } from '@postern/protocol/testing/campaign-samples';
import { dayOf } from '@postern/protocol/time';
import { afterAll, afterEach, expect, it } from 'vitest';
import type { Upstream, UpstreamAnswer } from '../ports/upstream.ts';
import { campaignRow } from '../rules/campaigns.ts';
import { listFilm } from '../testing/listed-film.ts';
import { daySeconds, filler, makeWorld, nextEpoch, seal, type World } from '../testing/world.ts';
import { type MirrorState, type RunningMirror, startMirror } from './start-mirror.ts';

interface Scene {
  readonly world: World;
  readonly mirror: RunningMirror;
  readonly states: MirrorState[];
  readonly printed: string[];
  /** What the server's answers become on their way; null for none. */
  change: (path: string, answer: UpstreamAnswer) => UpstreamAnswer | null;
  readonly asked: string[];
}

const scratch = mkdtempSync(join(tmpdir(), 'postern-mirror-'));
let scene: Scene | null = null;
afterEach(async () => {
  await scene?.mirror.stop();
  await scene?.world.remove();
  scene = null;
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function writePages(): string {
  mkdirSync(join(scratch, 'en'), { recursive: true });
  writeFileSync(join(scratch, 'en', 'index.html'), '<!doctype html><h1>{{organisation}}</h1>{{fingerprint}}');
  const page = { language: 'en', list: 'english', path: 'en/index.html', contentType: 'text/html; charset=utf-8' };
  writeFileSync(
    join(scratch, 'manifest.json'),
    JSON.stringify({ pages: [page], plainPages: [], clearPages: [], assets: [], campaigns: [] }),
  );
  return scratch;
}

async function open(): Promise<Scene> {
  const world = await makeWorld();
  const [states, printed, asked]: [MirrorState[], string[], string[]] = [[], [], []];
  const call = async (path: string, body?: Uint8Array): Promise<UpstreamAnswer> => {
    asked.push(path);
    const init = body === undefined ? {} : { method: 'POST', body: body as Uint8Array<ArrayBuffer> };
    const response = await fetch(`${world.server.origin}${path}`, init);
    const answer = { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
    const changed = made.change(path, answer);
    if (changed === null) throw new Error('the network is down');
    return changed;
  };
  const upstream: Upstream = { get: (path) => call(path), post: call };
  const made = { world, states, printed, asked, change: (_: string, answer: UpstreamAnswer) => answer } as Scene & {
    mirror: RunningMirror;
  };
  made.mirror = await startMirror({
    fingerprint: fingerprint(world.organisation.fingerprint),
    upstream,
    host: '127.0.0.1',
    port: 0,
    pages: writePages(),
    clock: world.clock,
    timer: null,
    print: (line) => void printed.push(line),
    onChange: (state) => void states.push(state),
  });
  scene = made;
  return made;
}

/** Another mirror of the same server, started now. */
function second(
  { world }: Scene,
  change: (path: string, answer: UpstreamAnswer) => UpstreamAnswer,
): Promise<RunningMirror> {
  return startMirror({
    fingerprint: fingerprint(world.organisation.fingerprint),
    upstream: {
      get: async (path) => change(path, await read(world.server.origin, path)),
      post: () => Promise.reject(new Error('not asked for')),
    },
    host: '127.0.0.1',
    port: 0,
    pages: writePages(),
    clock: world.clock,
    timer: null,
    print: () => undefined,
  });
}

const documents = ['/roster', '/bundle', '/index/0', '/pack'] as const;

async function read(origin: string, path: string): Promise<{ status: number; body: Buffer }> {
  const response = await fetch(`${origin}${path}`);
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
}

async function typeAt(origin: string, path: string): Promise<unknown> {
  const { body } = await read(origin, path);
  return JSON.parse(body.toString()).type;
}

function flipped({ status, body }: UpstreamAnswer): UpstreamAnswer {
  const other = body.slice();
  // In the signature, which is at the end of every document.
  other[other.length - 1]! ^= 1;
  return { status, body: other };
}

/** Makes the server give what it gave before. */
async function remember({ world }: Scene): Promise<Scene['change']> {
  const old = new Map<string, UpstreamAnswer>();
  for (const path of documents) old.set(path, await read(world.server.origin, path));
  return (path, answer) => old.get(path) ?? answer;
}

it('gives the same documents as the server, and a page with what the roster says', async () => {
  const { world, mirror } = await open();
  for (const path of documents) {
    const [there, here] = [await read(world.server.origin, path), await read(mirror.origin, path)];
    expect(here.status).toBe(200);
    expect(here.body.equals(there.body)).toBe(true);
  }
  expect((await read(mirror.origin, '/en/')).body.toString()).toContain('Office &amp; Sons');
  expect((await read(mirror.origin, '/healthy')).status).toBe(204);
});

it('passes on a request, and its answer opens for who sent it', async () => {
  const { world, mirror } = await open();
  const { bytes, context } = await seal(world, filler(world.organisation.fingerprint));
  const response = await fetch(`${mirror.origin}/request`, {
    method: 'POST',
    body: bytes as Uint8Array<ArrayBuffer>,
  });
  expect(response.status).toBe(200);
  const answer = await openResponse(context, new Uint8Array(await response.arrayBuffer()));
  expect(answer.outcome).toBe('nothing');
  expect(response.headers.get('content-type')).toBe('message/ohttp-res');
});

it.each(documents.slice(0, 3))('[MIR-1] serves nothing at first when %s is altered by one bit', async (altered) => {
  const made = await open();
  const before = made.mirror;
  const fresh = await second(made, (path, answer) => (path === altered ? flipped(answer) : answer));
  try {
    // What is not signed itself is not what the index names.
    expect(fresh.state()).toEqual({ kind: 'refused', code: altered === '/bundle' ? 'index-bundle' : 'signature' });
    for (const path of [...documents, '/', '/en/', '/healthy']) {
      expect(await typeAt(fresh.origin, path)).toBe('stale');
    }
    // The control: the same without the change.
    expect(before.state()).toEqual({ kind: 'fresh' });
  } finally {
    await fresh.stop();
  }
});

it('[MIR-1] goes on with the last copy that held when the next one is altered, and takes up one that holds', async () => {
  const made = await open();
  const good = await read(made.mirror.origin, '/index/0');
  await nextEpoch(made.world);
  made.change = (path, answer) => (path.startsWith('/index/') ? flipped(answer) : answer);
  await made.mirror.tick();
  expect(made.mirror.state()).toEqual({ kind: 'refused', code: 'signature' });
  expect((await read(made.mirror.origin, '/index/0')).body.equals(good.body)).toBe(true);
  made.change = (_, answer) => answer;
  await made.mirror.tick();
  expect(made.mirror.state()).toEqual({ kind: 'fresh' });
  expect((await read(made.mirror.origin, '/index/0')).body.equals(good.body)).toBe(false);
});

it('[MIR-2] refuses an index, a bundle and a roster that are older than those it has', async () => {
  const made = await open();
  const { world, mirror } = made;
  const firstEpoch = await remember(made);
  await nextEpoch(world);
  await mirror.tick();
  const inUse = await read(mirror.origin, '/index/0');
  made.change = firstEpoch;
  await mirror.tick();
  expect(mirror.state()).toEqual({ kind: 'refused', code: 'rolled-back' });
  expect((await read(mirror.origin, '/index/0')).body.equals(inUse.body)).toBe(true);

  made.change = (_, answer) => answer;
  world.roster = await world.organisation.sign(world.serverKey);
  await world.server.addRoster(world.roster.signed);
  await world.publishDayKeys(dayOf(world.clock.now()));
  await world.server.tick();
  await mirror.tick();
  const served = await read(mirror.origin, '/roster');
  expect((await verifyRoster(served.body, world.organisation.fingerprint, dayOf(world.clock.now()))).number).toBe(2);
  made.change = firstEpoch;
  await mirror.tick();
  expect(mirror.state()).toEqual({ kind: 'refused', code: 'rolled-back' });
  expect((await read(mirror.origin, '/roster')).body.equals(served.body)).toBe(true);
});

it('follows rosters that it has missed, step by step', async () => {
  const { world, mirror, asked } = await open();
  for (let round = 0; round < 2; round++) {
    world.roster = await world.organisation.sign(world.serverKey);
    await world.server.addRoster(world.roster.signed);
  }
  await world.publishDayKeys(dayOf(world.clock.now()));
  await world.server.tick();
  await mirror.tick();
  expect(mirror.state()).toEqual({ kind: 'fresh' });
  expect(asked).toContain('/roster/2');
  const day = dayOf(world.clock.now());
  const roster = await verifyRoster((await read(mirror.origin, '/roster')).body, world.organisation.fingerprint, day);
  expect(roster.number).toBe(3);
  const [bundle, index] = [(await read(mirror.origin, '/bundle')).body, (await read(mirror.origin, '/index/0')).body];
  await verifyDocuments({ bundle, index }, roster, 0, world.clock.now());
});

it('[MIR-5] gives the rosters before its own by number, so that a client that is behind can follow', async () => {
  const made = await open();
  const { world, mirror } = made;
  const first = world.roster;
  for (let round = 0; round < 3; round++) {
    world.roster = await world.organisation.sign(world.serverKey);
    await world.server.addRoster(world.roster.signed);
  }
  await world.publishDayKeys(dayOf(world.clock.now()));
  await world.server.tick();
  // One started anew has them too, and one that is given another roster than the next one names goes back no further.
  const other = await world.organisation.sign(world.serverKey, { number: 2, previous: first.hash, repliesADay: 7 });
  const fresh = await second(made, (_, answer) => answer);
  const forged = await second(made, (path, answer) =>
    path === '/roster/2' ? { ...answer, body: other.signed } : answer,
  );
  await mirror.tick();
  try {
    for (const { origin } of [mirror, fresh]) {
      const given = await Promise.all([2, 3, 4].map(async (number) => (await read(origin, `/roster/${number}`)).body));
      expect((await acceptRosters(first, given, dayOf(world.clock.now()))).hash).toEqual(world.roster.hash);
      for (const number of ['0', '5', '01', '2/', '-1', '99999999999']) {
        expect([number, (await read(origin, `/roster/${number}`)).status]).toEqual([number, 404]);
      }
    }
    expect(forged.state()).toEqual({ kind: 'fresh' });
    const there = [1, 2, 3, 4].map(async (number) => (await read(forged.origin, `/roster/${number}`)).status);
    expect(await Promise.all(there)).toEqual([404, 404, 200, 200]);
  } finally {
    await fresh.stop();
    await forged.stop();
  }
});

it('[HTTP-11] leads a person who goes where nothing is back to its first pages', async () => {
  const { mirror } = await open();
  const ask = (accept: string): Promise<Response> => fetch(`${mirror.origin}/nowhere`, { headers: { accept } });
  const [person, program] = await Promise.all([ask('text/html,*/*'), ask('*/*')]);
  expect([person.status, program.status]).toEqual([404, 404]);
  expect(program.headers.get('content-type')).toBe('application/problem+json');
  const [, way = ''] = (await person.text()).match(/href="?(\/en\/)/) ?? [];
  expect((await fetch(mirror.origin + way)).status).toBe(200);
});

it('[MIR-1] serves the campaigns that its roster lists and no others, and asks again for a list that cannot be read', async () => {
  const made = await open();
  const { world, mirror } = made;
  const day = dayOf(world.clock.now());
  const sample = sampleCampaign(world.roster, day);
  const [listed, forged] = [sample, { ...sample, name: 'forged' }].map(encodeCampaign) as [Uint8Array, Uint8Array];
  const campaigns = [{ id: sample.id, hash: await sha256(listed) }];
  world.roster = await world.organisation.sign(world.serverKey, { campaigns });
  await world.server.addRoster(world.roster.signed);
  await world.publishDayKeys(day);
  await world.server.tick();
  let list: Uint8Array = Uint8Array.of(9);
  made.change = (path, answer) => (path === '/campaigns' ? { status: 200, body: list } : answer);
  await mirror.tick();
  expect(mirror.state()).toEqual({ kind: 'fresh' });
  expect((await read(mirror.origin, '/campaigns')).status).toBe(404);
  list = encodeCampaignList([forged, listed]);
  await mirror.tick();
  expect((await read(mirror.origin, '/campaigns')).body.equals(encodeCampaignList([listed]))).toBe(true);
});

it('[CAM-15] a call is withdrawn at the server and its mirror as soon as a roster says so, though a desk has not signed under it', async () => {
  const made = await open();
  const { world, mirror } = made;
  const day = dayOf(world.clock.now());
  const sample = sampleCampaign(world.roster, day);
  const publish = async (campaign: typeof sample): Promise<VerifiedRoster> => {
    const payload = encodeCampaign(campaign);
    await world.storage().write([{ kind: 'document', row: campaignRow(campaign, payload) }]);
    const campaigns = [{ id: sample.id, hash: await sha256(payload) }];
    const roster = await world.organisation.sign(world.serverKey, { campaigns });
    await world.server.addRoster(roster.signed);
    return roster;
  };
  const said = async (origin: string): Promise<boolean[]> => {
    const { campaigns } = await openCampaignList((await read(origin, '/campaigns')).body, world.roster, day);
    return campaigns.map((one) => one.withdrawn);
  };
  world.roster = await publish(sample);
  await world.publishDayKeys(day);
  await world.server.tick();
  await mirror.tick();
  for (const { origin } of [world.server, mirror]) expect(await said(origin)).toEqual([false]);
  // Whether there is a later roster cannot be learnt: what is shown stays.
  made.change = (path, answer) => (path.startsWith('/roster/') ? null : answer);
  await mirror.tick();
  expect(await said(mirror.origin)).toEqual([false]);
  made.change = (_, answer) => answer;
  // From here on no desk is there.
  await publish({ ...sample, withdrawn: true });
  await world.server.tick();
  await mirror.tick();
  for (const { origin } of [world.server, mirror]) {
    expect((await read(origin, '/roster')).body.equals(world.roster.signed)).toBe(true);
    expect(await said(origin)).toEqual([true]);
  }
  const pack = await verifyPack((await read(world.server.origin, '/pack')).body, world.organisation.fingerprint, day);
  expect(pack.campaigns.map((one) => one.withdrawn)).toEqual([true]);
});

it('[MIR-6] carries the film of a call, and of what the server gives for its pieces nothing that the call does not name', async () => {
  const made = await open();
  const { mirror, asked } = made;
  const film = await listFilm(made.world, dayOf(made.world.clock.now()));
  await mirror.tick();
  expect(mirror.state()).toEqual({ kind: 'fresh' });
  // Nothing of it is taken before somebody plays it.
  const parts = film.pieces.map((hash) => `/film/${Buffer.from(hash).toString('hex')}`);
  expect(asked.filter((path) => parts.includes(path))).toEqual([]);
  expect((await read(mirror.origin, film.path)).body.equals(film.file)).toBe(true);
  const part = await fetch(mirror.origin + film.path, { headers: { range: 'bytes=262100-262200' } });
  expect(Buffer.from(await part.arrayBuffer()).equals(film.file.subarray(262_100, 262_201))).toBe(true);
  expect((await read(mirror.origin, film.poster)).status).toBe(200);
  made.change = (path, answer) => (path === parts[0] ? flipped(answer) : answer);
  expect(await typeAt(mirror.origin, film.path)).toBe('unreachable');
  made.change = (path, answer) => (path === parts[1] ? flipped(answer) : answer);
  await expect(read(mirror.origin, film.path)).rejects.toThrow();
  // It is known for good, also when pages are made anew while the server gives none.
  const document = `/film/${Buffer.from(film.campaign.film).toString('hex')}`;
  made.change = (path, answer) => (path === document ? null : answer);
  made.world.clock.time += daySeconds;
  await made.world.publishDayKeys(dayOf(made.world.clock.now()));
  await made.world.server.tick();
  await mirror.tick();
  expect(mirror.state()).toEqual({ kind: 'fresh' });
  expect((await read(mirror.origin, film.path)).body.equals(film.file)).toBe(true);
  // Its document too: then the call stands without it, and with it as soon as the true one comes.
  const fresh = await second(made, (path, answer) => (path === document ? flipped(answer) : answer));
  try {
    expect((await read(fresh.origin, '/campaigns')).status).toBe(200);
    expect((await read(fresh.origin, film.path)).status).toBe(404);
  } finally {
    await fresh.stop();
  }
});

it('[MIR-3] serves nothing any more when the server was away until a client would refuse the index', async () => {
  const made = await open();
  const { world, mirror } = made;
  made.change = () => null;
  world.clock.time += 1_740;
  await mirror.tick();
  expect(mirror.state()).toEqual({ kind: 'unreachable' });
  expect((await read(mirror.origin, '/index/0')).status).toBe(200);
  world.clock.time += 660;
  for (const path of [...documents, '/', '/en/', '/healthy']) expect(await typeAt(mirror.origin, path)).toBe('stale');
  made.change = (_, answer) => answer;
  await world.server.tick();
  await mirror.tick();
  expect((await read(mirror.origin, '/en/')).status).toBe(200);
  world.clock.time += 70 * daySeconds;
  expect(await typeAt(mirror.origin, '/roster')).toBe('stale');
});

it('looks again at once when the server says that its keys are newer', async () => {
  const { world, mirror, asked } = await open();
  const sealed = await seal(world, filler(world.organisation.fingerprint));
  // A restart forgets the keys of requests.
  await world.restart();
  asked.length = 0;
  const before = await read(mirror.origin, '/bundle');
  const body = sealed.bytes as Uint8Array<ArrayBuffer>;
  expect((await fetch(`${mirror.origin}/request`, { method: 'POST', body })).status).toBe(422);
  await mirror.tick();
  expect(asked).toContain('/bundle');
  expect((await read(mirror.origin, '/bundle')).body.equals(before.body)).toBe(false);
});

it('[MIR-4] passes on nothing of what a server says but what a client acts on, and nothing to other addresses', async () => {
  const made = await open();
  const { mirror, asked, printed } = made;
  const body = new Uint8Array(6_007);
  const post = (path: string): Promise<Response> => fetch(`${mirror.origin}${path}`, { method: 'POST', body });
  made.change = () => ({ status: 500, body: new TextEncoder().encode('at /home/somebody/server.ts') });
  expect(await (await post('/request')).json()).toEqual({
    type: 'unreachable',
    title: 'This mirror cannot reach the organisation now.',
  });
  made.change = () => ({ status: 200, body: new TextEncoder().encode('too short') });
  expect((await post('/request')).status).toBe(502);
  made.change = () => null;
  expect((await post('/request')).status).toBe(502);
  made.change = (_, answer) => answer;
  asked.length = 0;
  expect((await post('/desk')).status).toBe(404);
  expect((await post('/roster')).status).toBe(405);
  expect((await fetch(`${mirror.origin}/roster/1?x=${'y'.repeat(10)}`)).status).toBe(404);
  expect(asked).toEqual([]);
  await mirror.stop();
  expect(printed.map((line) => Object.keys(JSON.parse(line)))).toEqual([
    ['day', 'requests', 'busy', 'malformed', 'notFound'],
  ]);
  await made.world.remove();
  scene = null;
});
