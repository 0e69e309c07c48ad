// Roster, bundle and indices of a real server as days, epochs and keys change.
import { tagLookup, tagOf } from '@postern/protocol/messages/reply-index';
import { afterEach, describe, expect, it } from 'vitest';
import { StorageError } from '../ports/storage.ts';
import { openSqlite } from '../storage/sqlite.ts';
import { ask, random } from '../testing/organisation.ts';
import {
  daySeconds,
  deviceOf,
  filler,
  getBytes,
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
} from '../testing/world.ts';

let world: World;
afterEach(() => world.remove());

const today = (): number => Math.floor(world.clock.now() / daySeconds);
const wait = async (seconds: number): Promise<void> => {
  world.clock.time += seconds;
  await world.server.tick();
};

describe('OHTTP keys', () => {
  it('[BUN-4] are new every six hours; the one before opens for 30 minutes more, and none outlives the process', async () => {
    world = await makeWorld();
    const status = async (bytes: Uint8Array) => (await postRequest(world.server.origin, bytes)).status;
    const old = await seal(world, filler(world.organisation.fingerprint));
    const { bundle } = await load(world);
    await wait(6 * 3600 - 1);
    expect((await load(world)).bundle.keyConfig).toEqual(bundle.keyConfig);
    await wait(1);
    const { bundle: next, index } = await load(world);
    expect(next.keyConfig).not.toEqual(bundle.keyConfig);
    expect(index.bundleHash).toEqual(next.hash);
    expect(await status(old.bytes)).toBe(200);
    await wait(30 * 60 - 1);
    expect(await status(old.bytes)).toBe(200);
    await wait(1);
    expect(await status(old.bytes)).toBe(422);
    const fresh = await seal(world, filler(world.organisation.fingerprint));
    expect(await status(fresh.bytes)).toBe(200);
    await world.restart();
    expect(await status(fresh.bytes)).toBe(422);
  });
});

describe('the bundle', () => {
  it('is there when every desk that is not paused has a day key of the day, and goes with the day', async () => {
    world = await makeWorld({ withDayKeys: false });
    const status = async () => (await fetch(`${world.server.origin}/bundle`)).status;
    const [one, other] = world.organisation.desks.map((desk) => deviceOf(world.organisation, desk));
    const publish = async (device: typeof one, day: number) => {
      const dayKey = await world.organisation.dayKey(device!, world.roster, day);
      await ask(world.server.origin, device!, { kind: 'publish-day-key', dayKey }, world.clock.now());
    };
    await publish(one, today());
    await publish(other, today() + 1);
    expect(await status()).toBe(503);
    await publish(other, today());
    expect((await load(world)).bundle.dayKeys).toHaveLength(2);
    await publish(one, today() + 1);
    await wait(daySeconds / 2 - 1);
    expect((await load(world)).bundle.day).toBe(today());
    await wait(1);
    expect((await load(world)).bundle.day).toBe(today());
    await wait(daySeconds);
    expect(await status()).toBe(503);
    expect((await fetch(`${world.server.origin}/index/0`)).status).toBe(503);
  });

  it('goes over to a newer roster only when that has all its day keys, and names it then', async () => {
    world = await makeWorld();
    const before = await load(world);
    const [one, other] = world.organisation.desks.map((desk) => deviceOf(world.organisation, desk));
    const next = await world.organisation.sign(world.serverKey);
    await ask(world.server.origin, one!, { kind: 'publish-roster', roster: next.signed }, world.clock.now());
    const sign = async (device: typeof one) => {
      const dayKey = await world.organisation.dayKey(device!, next, today());
      await ask(world.server.origin, device!, { kind: 'publish-day-key', dayKey }, world.clock.now());
    };
    await sign(one);
    expect((await load(world)).bundle.hash).toEqual(before.bundle.hash);
    await sign(other);
    world.roster = next;
    const after = await load(world);
    expect(after.bundle.rosterNumber).toBe(2);
    expect(after.index.bundleHash).toEqual(after.bundle.hash);
    expect(await getBytes(world.server.origin, '/roster')).toEqual(new Uint8Array(next.signed));
    // The index was signed again, but its tags are those of its epoch.
    expect(after.index.tags).toEqual(before.index.tags);
  });

  it.each([0, 2, 4, 6])('goes over to it too when desks publish their keys within %d ms', async (delayMs) => {
    world = await makeWorld();
    const next = await world.organisation.sign(world.serverKey);
    await world.server.addRoster(next.signed);
    const published = world.organisation.desks.map(async (desk, at) => {
      const device = deviceOf(world.organisation, desk);
      const dayKey = await world.organisation.dayKey(device, next, today());
      await new Promise((resolve) => setTimeout(resolve, at * delayMs));
      await ask(world.server.origin, device, { kind: 'publish-day-key', dayKey }, world.clock.now());
    });
    await Promise.all(published);
    world.roster = next;
    expect((await load(world)).bundle.rosterNumber).toBe(2);
  });

  it('does not change with further day keys of the same day', async () => {
    world = await makeWorld();
    const { bundle } = await load(world);
    const second = deviceOf(world.organisation, world.organisation.desks[0]!, 1);
    const dayKey = await world.organisation.dayKey(second, world.roster, today());
    await ask(world.server.origin, second, { kind: 'publish-day-key', dayKey }, world.clock.now());
    expect((await load(world)).bundle.hash).toEqual(bundle.hash);
    await world.restart();
    expect((await load(world)).bundle.dayKeys).toHaveLength(3);
  });

  it('is not made of a roster that leaves this server out', async () => {
    world = await makeWorld();
    const next = await world.organisation.sign(random(1984));
    const [one, other] = world.organisation.desks.map((desk) => deviceOf(world.organisation, desk));
    await ask(world.server.origin, one!, { kind: 'publish-roster', roster: next.signed }, world.clock.now());
    for (const device of [one, other]) {
      const dayKey = await world.organisation.dayKey(device!, next, today());
      await ask(world.server.origin, device!, { kind: 'publish-day-key', dayKey }, world.clock.now());
    }
    expect((await load(world)).bundle.rosterNumber).toBe(1);
  });
});

describe('a disk that is too full for the database to be rewritten', () => {
  it('keeps nobody from reading and writing, nor the server from starting, and is tried again each hour', async () => {
    let [isFull, tries] = [true, 0];
    const openStorage = async (path: string) => {
      const storage = await openSqlite(path);
      const expire = storage.expire.bind(storage);
      storage.expire = (limits) => {
        tries += 1;
        return isFull ? Promise.reject(new StorageError('full', 'expire')) : expire(limits);
      };
      return storage;
    };
    world = await makeWorld({ openStorage });
    await world.publishDayKeys(today() + 1);
    await wait(daySeconds);
    const { bundle } = await load(world);
    expect(bundle.day).toBe(today());
    const sent = { kind: 'envelope', payload: random(4096) } as const;
    expect((await request(world, sent)).outcome).toBe('stored');
    await world.restart();
    expect((await load(world)).bundle.day).toBe(today());
    const before = tries;
    await wait(3_599);
    expect(tries).toBe(before);
    isFull = false;
    await wait(1);
    await wait(7_200);
    expect(tries).toBe(before + 1);
    await wait(daySeconds);
    expect(world.printed.join()).toContain('"expiryFailed":');
  });
});

describe('the index', () => {
  it('[IDX-1] has the same filler after a restart in its epoch: comparing both shows nothing', async () => {
    world = await makeWorld();
    const device = deviceOf(world.organisation, world.organisation.desks[0]!);
    const reply = makeReply();
    const token = (await takeToken(world, 'reply', device)) as Uint8Array;
    await request(world, { kind: 'reply', payload: await replyPayload(reply), token });
    await nextEpoch(world);
    const before = await load(world);
    expect(tagLookup(before.index.tags)(await tagOf(reply.tagKey, before.index.epoch))).toBe(true);
    await world.restart();
    const after = await load(world);
    expect(after.index.tags).toEqual(before.index.tags);
    await nextEpoch(world);
    const common = (await load(world)).index.tags;
    const has = tagLookup(common);
    const kept = Array.from({ length: 64 }, (_, at) => before.index.tags.slice(at * 6, at * 6 + 6)).filter(has);
    expect([common.length, kept.length]).toEqual([64 * 6, 0]);
  });

  it('[IDX-3] of many lanes holds each reply in the lanes that meet its prefix', async () => {
    world = await makeWorld();
    const replies = Array.from({ length: 4_200 }, (_, at) => ({
      tagKey: random(32),
      ackId: random(32),
      day: today(),
      laneDepth: at < 100 ? 0 : 2,
      lanePrefix: at < 100 ? 0 : at % 4,
      body: random(16),
    }));
    const payment = { lastDay: today() };
    for (let at = 0; at < replies.length; at += 200)
      await world.storage().write(
        replies.slice(at, at + 200).map((row) => ({
          kind: 'reply' as const,
          row,
          payment: { ...payment, token: random(32) },
        })),
      );
    await nextEpoch(world);
    const lanes = [await load(world, 0), await load(world, 1)];
    expect(lanes.map(({ index }) => [index.laneDepth, index.lane])).toEqual([
      [1, 0],
      [1, 1],
    ]);
    const has = lanes.map(({ index }) => tagLookup(index.tags));
    for (const at of [0, 50, 99, 100, 101, 102, 103, 4_199]) {
      const { laneDepth, lanePrefix, tagKey } = replies[at]!;
      const tag = await tagOf(tagKey, lanes[0]!.index.epoch);
      const wanted = laneDepth === 0 ? [true, true] : [lanePrefix < 2, lanePrefix >= 2];
      expect([at, has.map((find) => find(tag))]).toEqual([at, wanted]);
    }
    expect((await fetch(`${world.server.origin}/index/2`)).status).toBe(404);
    expect(new Set(lanes.map(({ index }) => index.tags.length)).size).toBe(1);
  });
});
