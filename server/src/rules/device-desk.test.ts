// Device requests against a real server on loopback with real SQLite.
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { encodeFilm, filmPieces } from '@postern/protocol/campaign/film';
import { FILM_PIECE_BYTES } from '@postern/protocol/constants';
import { encodeDeviceRequest } from '@postern/protocol/http/device-request';
import { decodeDeviceResponse } from '@postern/protocol/http/device-response';
import { signDeviceRequest } from '@postern/protocol/http/device-signature';
import { decodeDayKey } from '@postern/protocol/keys/day-key';
import { documentHash, payloadOf } from '@postern/protocol/keys/signed';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign, sampleFilm } from '@postern/protocol/testing/campaign-samples';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, makeDevice, post, random, send, type TestDevice } from '../testing/organisation.ts';
import { daySeconds, deviceOf, getBytes, load, makeWorld, request, takeToken, type World } from '../testing/world.ts';

let world: World;
let first: TestDevice;
let second: TestDevice;
let stranger: TestDevice;

beforeEach(async () => {
  world = await makeWorld();
  const [one, other] = world.organisation.desks as [Uint8Array, Uint8Array];
  first = deviceOf(world.organisation, one);
  second = deviceOf(world.organisation, one, 1);
  stranger = deviceOf(world.organisation, other);
});
afterEach(() => world.remove());

const now = (): number => world.clock.now();
const today = (): number => Math.floor(now() / daySeconds);
const say: typeof ask = (origin, device, asked, at) => ask(origin, device, asked, at);
const call = <Kind extends Parameters<typeof ask>[2]['kind']>(
  device: TestDevice,
  asked: Extract<Parameters<typeof ask>[2], { kind: Kind }>,
) => say<Kind>(world.server.origin, device, asked, now());
const typeOf = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString()).type;
const moveTo = async (day: number): Promise<void> => {
  world.clock.time = day * daySeconds + 60;
  await world.server.tick();
};

describe('signatures', () => {
  const body = encodeDeviceRequest({ kind: 'day-keys' });
  const signed = (at: number, device = first) =>
    signDeviceRequest(
      { deviceId: device.id, key: device.classical },
      { method: 'POST', path: '/desk', body },
      at,
      random,
    );

  it('[DEV-1] must be of a device of a valid roster, over what was sent', async () => {
    const unknown = await post(world.server.origin, await makeDevice(first.desk), body, now());
    expect([unknown.status, typeOf(unknown.bytes)]).toEqual([401, 'signature']);
    const headers = await signed(now());
    const changed = await send(world.server.origin, { ...headers }, encodeDeviceRequest({ kind: 'parcels' }));
    expect([changed.status, typeOf(changed.bytes)]).toEqual([401, 'signature']);
    expect((await send(world.server.origin, {}, body)).status).toBe(401);
    expect((await send(world.server.origin, { ...headers }, body)).status).toBe(200);
  });

  it('[DEV-1] must be of within five minutes, and not from before the server started', async () => {
    for (const off of [-301, 301]) {
      const { status, bytes } = await send(world.server.origin, { ...(await signed(now() + off)) }, body);
      expect([off, status, typeOf(bytes)]).toEqual([off, 409, 'clock']);
    }
    world.clock.time += 200;
    expect((await send(world.server.origin, { ...(await signed(now() - 200)) }, body)).status).toBe(200);
    const before = await signed(now());
    world.clock.time += 10;
    await world.restart();
    expect((await send(world.server.origin, { ...before }, body)).status).toBe(409);
    expect((await send(world.server.origin, { ...(await signed(now())) }, body)).status).toBe(200);
  });

  it('[DEV-2] are good once', async () => {
    const headers = await signed(now());
    expect((await send(world.server.origin, { ...headers }, body)).status).toBe(200);
    const again = await send(world.server.origin, { ...headers }, body);
    expect([again.status, typeOf(again.bytes)]).toEqual([409, 'clock']);
    world.clock.time += 300;
    expect((await send(world.server.origin, { ...headers }, body)).status).toBe(409);
  });

  it('[DEV-2] are good once even if created ahead of the clock of a server that is then restarted', async () => {
    const ahead = await signed(now() + 250);
    expect((await send(world.server.origin, { ...ahead }, body)).status).toBe(200);
    world.clock.time += 100;
    await world.restart();
    const again = await send(world.server.origin, { ...ahead }, body);
    expect([again.status, typeOf(again.bytes)]).toEqual([409, 'clock']);
    expect((await send(world.server.origin, { ...(await signed(now() + 150)) }, body)).status).toBe(200);
  });

  it('[DEV-1] of a device that a newer roster leaves out are refused', async () => {
    const next = await world.organisation.sign(world.serverKey, {
      desks: world.roster.desks.map((desk) => ({
        ...desk,
        devices: desk.devices.filter((device) => device !== first.entry && !sameDevice(device, first)),
      })),
    });
    expect(await call(second, { kind: 'publish-roster', roster: next.signed })).toEqual({ kind: 'publish-roster' });
    expect((await post(world.server.origin, first, body, now())).status).toBe(401);
    expect((await post(world.server.origin, second, body, now())).status).toBe(200);
  });

  const sameDevice = (device: { readonly keyHash: Uint8Array }, other: TestDevice): boolean =>
    Buffer.from(device.keyHash).equals(other.entry.keyHash);
});

describe('documents', () => {
  it('[DEV-4] rosters are stored only if they are signed by the root and follow the newest', async () => {
    const next = await world.organisation.sign(world.serverKey);
    const later = await world.organisation.sign(world.serverKey);
    const forged = new Uint8Array(next.signed);
    forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 1;
    expect(await call(first, { kind: 'publish-roster', roster: forged })).toEqual({ kind: 'error', code: 'signature' });
    expect(await call(first, { kind: 'publish-roster', roster: later.signed })).toEqual({
      kind: 'error',
      code: 'not-linked',
    });
    expect(await world.storage().documents('roster')).toHaveLength(1);
    expect(await call(first, { kind: 'publish-roster', roster: next.signed })).toEqual({ kind: 'publish-roster' });
    expect(await call(first, { kind: 'publish-roster', roster: next.signed })).toEqual({ kind: 'publish-roster' });
    expect(await call(first, { kind: 'publish-roster', roster: later.signed })).toEqual({ kind: 'publish-roster' });
    const rosters = [next.signed, later.signed].map((signed) => new Uint8Array(signed));
    expect(await call(first, { kind: 'rosters', from: 2 })).toEqual({ kind: 'rosters', rosters });
    expect(await getBytes(world.server.origin, '/roster/3')).toEqual(new Uint8Array(later.signed));
    expect(await getBytes(world.server.origin, '/roster')).toEqual(new Uint8Array(world.roster.signed));
  });

  it('[DEV-4] day keys are stored only for the own desk, the coming days and a roster that is known', async () => {
    const { organisation, roster } = world;
    const refused = async (device: TestDevice, dayKey: Uint8Array): Promise<unknown> => {
      const answer = await call(device, { kind: 'publish-day-key', dayKey });
      return answer.kind === 'error' ? answer.code : 'stored';
    };
    const before = (await world.storage().documents('day-key')).length;
    const own = await organisation.dayKey(second, roster, today() + 7);
    expect(await refused(first, own)).toBe('unknown-signer');
    expect(await refused(stranger, own)).toBe('unknown-signer');
    expect(await refused(second, await organisation.dayKey(second, roster, today() + 8))).toBe('wrong-day');
    expect(await refused(second, await organisation.dayKey(second, roster, today() - 1))).toBe('wrong-day');
    const unknown = await organisation.sign(world.serverKey);
    expect(await refused(second, await organisation.dayKey(second, unknown, today()))).toBe('wrong-roster');
    const forged = new Uint8Array(own);
    forged[200] = (forged[200] ?? 0) ^ 1;
    expect(await refused(second, forged)).not.toBe('stored');
    expect(await world.storage().documents('day-key')).toHaveLength(before);
    expect(await refused(second, own)).toBe('stored');
  });

  it('[DEV-4] campaigns are stored only as a roster lists them, and shown when it is in use', async () => {
    const campaign = sampleCampaign(world.roster, today());
    const payload = encodeCampaign(campaign);
    const asked = { kind: 'publish-campaign', campaign: payload } as const;
    expect(await call(first, asked)).toEqual({ kind: 'error', code: 'wrong-roster' });
    const campaigns = [{ id: campaign.id, hash: await sha256(payload) }];
    const next = await world.organisation.sign(world.serverKey, { campaigns });
    expect(await call(first, { kind: 'publish-roster', roster: next.signed })).toEqual({ kind: 'publish-roster' });
    const changed = encodeCampaign({ ...campaign, lastDay: campaign.lastDay + 1 });
    expect(await call(first, { ...asked, campaign: changed })).toEqual({ kind: 'error', code: 'wrong-roster' });
    expect(await call(first, { ...asked, campaign: random(60) })).toEqual({ kind: 'error', code: 'wrong-roster' });
    expect(await call(first, asked)).toEqual({ kind: 'publish-campaign' });
    expect(await call(first, asked)).toEqual({ kind: 'publish-campaign' });
    const kept = await world.storage().documents('campaign');
    expect(kept.map(({ bytes }) => Buffer.from(bytes))).toEqual([Buffer.from(payload)]);
  });

  it('[DEV-4] a film is stored only as its campaign names it: first its document, then its pieces in their order', async () => {
    const file = random(FILM_PIECE_BYTES + 1000);
    const [one, two] = filmPieces(file);
    if (one === undefined || two === undefined) throw new Error('two pieces');
    const hashes = [await sha256(one), await sha256(two)];
    const document = encodeFilm(sampleFilm(['ar', 'en', 'zh-Hans'], file.length, hashes));
    const campaign = { ...sampleCampaign(world.roster, today()), film: documentHash(await sha256(document)) };
    const payload = encodeCampaign(campaign);
    const send = (part: Uint8Array) => call(first, { kind: 'publish-film-part', campaign: campaign.id, part });
    const refused = { kind: 'error', code: 'wrong-roster' };
    expect(await send(document)).toEqual(refused);
    const campaigns = [{ id: campaign.id, hash: await sha256(payload) }];
    const next = await world.organisation.sign(world.serverKey, { campaigns });
    await call(first, { kind: 'publish-roster', roster: next.signed });
    await call(first, { kind: 'publish-campaign', campaign: payload });
    expect(await send(one)).toEqual(refused);
    expect(await send(encodeFilm(sampleFilm(['ar', 'en', 'zh-Hans'])))).toEqual(refused);
    expect(await send(document)).toEqual({ kind: 'publish-film-part' });
    expect(await send(one.subarray(1))).toEqual(refused);
    // With the last piece the film counts as whole.
    expect(await send(two)).toEqual(refused);
    for (const part of [one, one, two, two]) expect(await send(part)).toEqual({ kind: 'publish-film-part' });
    const kept = (await world.storage().documents('film')).map(({ bytes }) => Buffer.from(bytes).toString('hex'));
    expect(kept.sort()).toEqual([document, one, two].map((bytes) => Buffer.from(bytes).toString('hex')).sort());
  });

  it('[DEV-3] day keys and transport keys are listed for the own desk only', async () => {
    const { organisation, roster } = world;
    for (const device of [first, second, stranger]) {
      const transportKey = await organisation.transportKey(device, roster, today());
      expect(await call(device, { kind: 'publish-transport-key', transportKey })).toEqual({
        kind: 'publish-transport-key',
      });
    }
    const wrong = await organisation.transportKey(second, roster, today());
    expect((await call(first, { kind: 'publish-transport-key', transportKey: wrong })).kind).toBe('error');
    const own = await call(first, { kind: 'transport-keys' });
    expect(own.kind === 'transport-keys' && own.transportKeys).toHaveLength(2);
    const days = await call(first, { kind: 'day-keys' });
    const desks = days.kind === 'day-keys' ? days.dayKeys.map((signed) => decodeDayKey(payloadOf(signed)).desk) : [];
    expect(desks).toEqual([new Uint8Array(first.desk)]);
  });
});

describe('parcels and logs', () => {
  it('[PAR-3] a desk can send a state of 4,096 pieces in a day, and nothing beyond twice as many parcels', async () => {
    const name = `parcels:${bytesToHex(first.desk)}`;
    const used = (count: number) =>
      world.storage().write([{ kind: 'count', name, day: today(), count, max: Number.MAX_SAFE_INTEGER }]);
    const sent = async () => (await call(first, { kind: 'send-parcel', to: second.id, parcel: random(65_536) })).kind;
    await used(4_096);
    expect(await sent()).toBe('send-parcel');
    await used(4_094);
    expect([await sent(), await sent()]).toEqual(['send-parcel', 'error']);
    await moveTo(today() + 1);
    expect(await sent()).toBe('send-parcel');
  });

  it('[DEV-3] a parcel goes to a device of the own desk, and only that device sees and takes it', async () => {
    const parcel = random(8192);
    expect(await call(first, { kind: 'send-parcel', to: stranger.id, parcel })).toEqual({
      kind: 'error',
      code: 'unknown-device',
    });
    await call(first, { kind: 'send-parcel', to: second.id, parcel });
    await call(first, { kind: 'send-parcel', to: second.id, parcel });
    const of = async (device: TestDevice) => {
      const answer = await call(device, { kind: 'parcels' });
      return answer.kind === 'parcels' ? answer.parcels : [];
    };
    const [found, ...more] = await of(second);
    expect([more.length, Buffer.from(found?.parcel ?? []).equals(parcel)]).toEqual([0, true]);
    expect([await of(first), await of(stranger)]).toEqual([[], []]);
    for (const device of [first, stranger]) await call(device, { kind: 'take-parcel', id: found!.id });
    expect(await of(second)).toHaveLength(1);
    await call(second, { kind: 'take-parcel', id: found!.id });
    expect(await of(second)).toEqual([]);
  });

  const entry = (number: number): Uint8Array => {
    const bytes = random(16_384);
    bytes.set([1, 1, 0, 0, 0, number]);
    return bytes;
  };

  it('[LOG-5] an entry is appended as the next number only, and again without effect', async () => {
    const entries = [entry(0), entry(1)] as const;
    const append = (device: TestDevice, bytes: Uint8Array) => call(device, { kind: 'append', entry: bytes });
    expect(await append(first, entries[1])).toEqual({ kind: 'append', outcome: 'conflict', length: 0 });
    expect(await append(first, entries[0])).toEqual({ kind: 'append', outcome: 'appended', length: 1 });
    expect(await append(second, entry(0))).toEqual({ kind: 'append', outcome: 'conflict', length: 1 });
    expect(await append(first, entries[0])).toEqual({ kind: 'append', outcome: 'appended', length: 1 });
    expect(await append(second, entries[1])).toEqual({ kind: 'append', outcome: 'appended', length: 2 });
    const log = await call(second, { kind: 'log', from: 0 });
    expect(log).toEqual({
      kind: 'log',
      length: 2,
      entries: entries.map((bytes, number) => ({ number, entry: bytes })),
    });
    expect(await call(stranger, { kind: 'log', from: 0 })).toEqual({ kind: 'log', length: 0, entries: [] });
  });

  it('[LOG-5] of two that append at once, one is told of the conflict', async () => {
    const both = await Promise.all([first, second].map((device) => call(device, { kind: 'append', entry: entry(0) })));
    expect(both.map((answer) => answer.kind === 'append' && answer.outcome).sort()).toEqual(['appended', 'conflict']);
  });
});

describe('envelopes', () => {
  it('[ENV-5] every desk lists and reads them all, in order of their hash', async () => {
    const payloads = Array.from({ length: 5 }, () => random(4096));
    for (const payload of payloads) await request(world, { kind: 'envelope', payload });
    const listed = await call(stranger, { kind: 'envelope-ids', day: today() });
    const ids = listed.kind === 'envelope-ids' ? [...listed.ids] : [];
    expect(ids).toHaveLength(5);
    const read = await call(first, { kind: 'envelopes', ids: [...ids, ...ids, random(32)].reverse() });
    const hexes = (list: readonly Uint8Array[]): string[] => list.map((bytes) => Buffer.from(bytes).toString('hex'));
    expect(read.kind === 'envelopes' && hexes(read.envelopes).sort()).toEqual(hexes(payloads).sort());
  });

  it('[ENV-6] are deleted when every desk has passed their day, which is two days past or more', async () => {
    await request(world, { kind: 'envelope', payload: random(4096) });
    const day = today();
    const pass = (device: TestDevice) => call(device, { kind: 'pass-day', day });
    const count = async () => (await world.storage().envelopeCounts()).get(day) ?? 0;
    for (const wait of [0, 1]) {
      if (wait > 0) await moveTo(day + wait);
      expect(await pass(first)).toEqual({ kind: 'error', code: 'too-early' });
    }
    await moveTo(day + 2);
    expect(await pass(first)).toEqual({ kind: 'pass-day' });
    expect(await pass(second)).toEqual({ kind: 'pass-day' });
    await world.server.tick();
    expect(await count()).toBe(1);
    expect(await pass(stranger)).toEqual({ kind: 'pass-day' });
    await world.server.tick();
    expect(await count()).toBe(0);
  });

  it('are deleted once, however often devices pass their day meanwhile', async () => {
    await request(world, { kind: 'envelope', payload: random(4096) });
    const day = today();
    const pass = (device: TestDevice) => call(device, { kind: 'pass-day', day });
    await moveTo(day + 2);
    const storage = world.storage();
    const expire = storage.expire.bind(storage);
    let rewritten = 0;
    storage.expire = async (limits) => {
      rewritten += 1;
      await new Promise((resolve) => setTimeout(resolve, 200));
      await expire(limits);
    };
    for (const device of [first, second, stranger, stranger, first, stranger]) await pass(device);
    await world.server.tick();
    expect(rewritten).toBe(1);
    expect((await storage.envelopeCounts()).size).toBe(0);
  });

  it('[ENV-6] are deleted 14 days after their day, passed or not', async () => {
    await request(world, { kind: 'envelope', payload: random(4096) });
    const day = today();
    await moveTo(day + 13);
    expect((await world.storage().envelopeCounts()).get(day)).toBe(1);
    await world.restart();
    expect((await world.storage().envelopeCounts()).get(day)).toBe(1);
    world.clock.time += daySeconds;
    await world.restart();
    expect((await world.storage().envelopeCounts()).size).toBe(0);
  });
});

describe('tokens', () => {
  it('[TOK-2] each desk gets the number of the roster a day, for each purpose, across restarts', async () => {
    const take = async (device: TestDevice, purpose: 'reply' | 'admission') => {
      const token = await takeToken(world, purpose, device);
      return typeof token === 'string' ? token : 'token';
    };
    for (let i = 0; i < 8; i++) expect(await take(i % 2 === 0 ? first : second, 'reply')).toBe('token');
    expect(await take(second, 'reply')).toBe('no-tokens-left');
    expect(await take(second, 'admission')).toBe('token');
    expect(await take(stranger, 'reply')).toBe('token');
    await world.restart();
    expect(await take(first, 'reply')).toBe('no-tokens-left');
    await moveTo(today() + 1);
    expect(await take(first, 'reply')).toBe('token');
  });

  it('[TOK-2] that were asked for already are given again, and count once', async () => {
    const blinded = Array.from({ length: 8 }, () => random(256).fill(0, 0, 1));
    const ask = (some: readonly Uint8Array[]) =>
      call(first, { kind: 'tokens', purpose: 'reply', period: today(), blinded: some });
    const answer = await ask(blinded);
    expect(answer).toMatchObject({ kind: 'tokens' });
    expect(await ask(blinded)).toEqual(answer);
    await world.restart();
    expect(await ask(blinded)).toEqual(answer);
    const more = { kind: 'error', code: 'no-tokens-left' };
    expect(await ask(blinded.slice(1))).toEqual(more);
    expect(await ask([...blinded].reverse())).toEqual(more);
  });

  it('are signed for the period of now only, and keys of a past day are erased', async () => {
    const keys = async () => {
      const answer = await call(first, { kind: 'issuer-keys' });
      return answer.kind === 'issuer-keys' ? answer.keys.map(({ purpose, period }) => `${purpose} ${period}`) : [];
    };
    const day = today();
    const blinded = [random(256)];
    blinded[0]![0] = 0;
    for (const period of [day - 1, day + 1])
      expect(await call(first, { kind: 'tokens', purpose: 'reply', period, blinded })).toEqual({
        kind: 'error',
        code: 'wrong-period',
      });
    expect(await keys()).toEqual([`reply ${day}`, `admission ${Math.floor(day / 32)}`]);
    await moveTo(day + 1);
    expect(await keys()).toContain(`reply ${day}`);
    await moveTo(day + 2);
    expect(await keys()).not.toContain(`reply ${day}`);
  });
});

it('a body that is no request is malformed, even when its signature holds', async () => {
  const { status, bytes } = await post(world.server.origin, first, new Uint8Array([1, 99]), now());
  expect([status, typeOf(bytes)]).toEqual([400, 'malformed']);
});

it('an answer has the kind of its question', async () => {
  const { bytes } = await post(world.server.origin, first, encodeDeviceRequest({ kind: 'parcels' }), now());
  expect(decodeDeviceResponse('parcels', bytes)).toEqual({ kind: 'parcels', parcels: [] });
  expect((await load(world)).bundle.dayKeys).toHaveLength(2);
});
