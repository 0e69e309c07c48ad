// Day keys over many days: made ahead, shared first, signed again, replaced, erased, with the real server.

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { decodeDayKey } from '@postern/protocol/keys/day-key';
import { payloadOf } from '@postern/protocol/keys/signed';
import { openEnvelope, prepareEnvelopeKey, sealCover } from '@postern/protocol/messages/envelope';
import { nativeRecipient } from '@postern/protocol/primitives/hpke-native';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeHeldDayKey, type HeldDayKey } from './day-key-record.ts';
import { createDeviceIdentity } from './identity.ts';
import { names } from './store-schema.ts';
import { DeskWorld, daySeconds, random, type TestDevice } from './testing/desk-world.ts';
import { TestSource } from './testing/test-source.ts';

let world: DeskWorld;
afterEach(() => world.remove());

const device = (at: number): TestDevice => world.devices[at] as TestDevice;
const held = async ({ store }: TestDevice): Promise<HeldDayKey[]> => {
  const all = await store.list(names.dayKeys);
  return Promise.all(all.map(async (name) => decodeHeldDayKey((await store.get(name)) as Uint8Array)));
};

/** Keeps what devices publish, in order, and what happened before. */
function watchPublishing(of: TestDevice, events: string[]): void {
  of.faults.desk = async (request, pass) => {
    if (request.kind === 'publish-day-key') {
      const { day, publicKey, rosterHash } = decodeDayKey(payloadOf(request.dayKey));
      events.push(`publish ${day} ${bytesToHex(publicKey.slice(0, 8))} ${bytesToHex(rosterHash.slice(0, 4))}`);
    }
    if (request.kind === 'send-parcel') events.push(`parcel to ${bytesToHex(request.to)}`);
    return pass();
  };
}

const published = (events: readonly string[]): string[] => events.filter((event) => event.startsWith('publish'));

describe('day keys', () => {
  it('[DAY-1] of a desk with one device are published at once, for today and the next seven days', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(1);
    expect(device(0).engine.status().dayKeysThrough).toBe(world.day + 7);
    expect(await held(device(0))).toHaveLength(8);
  });

  it('[DAY-1] [TRK-2] of a desk with two devices are published after the other has confirmed its private half', async () => {
    world = await DeskWorld.create(2);
    const events: string[] = [];
    watchPublishing(device(0), events);
    await world.rounds(4, [device(0)]);
    expect(published(events)).toEqual([]);
    expect(await held(device(0))).toHaveLength(8);
    // The other device's receipts never arrive.
    let receipts = 0;
    device(1).faults.desk = async (request, pass) => {
      if (request.kind !== 'send-parcel') return pass();
      receipts += 1;
      throw new Error('the parcel is lost');
    };
    await world.rounds(3);
    expect(receipts).toBeGreaterThan(0);
    expect(published(events)).toEqual([]);
    device(1).faults.desk = null;
    await world.rounds(3);
    expect(published(events)).toHaveLength(8);
    expect((await held(device(1))).map(({ seed }) => seed)).toEqual((await held(device(0))).map(({ seed }) => seed));
    expect(device(1).engine.status()).toMatchObject({ dayKeysThrough: world.day + 7, alerts: [] });
  });

  it('are made by one device and not by each', async () => {
    world = await DeskWorld.create(3);
    await world.rounds(12);
    await world.nextDay();
    await world.rounds(6);
    for (const of of world.devices) expect([of.id, (await held(of)).length]).toEqual([of.id, 9]);
  });

  it('of a desk whose other device never comes are not published, and people are told', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(3, [device(0)]);
    await world.nextDay([device(0)]);
    await world.rounds(2, [device(0)]);
    const codes = device(0)
      .engine.status()
      .alerts.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['no-receipt', 'day-keys-short']));
    await world.rounds(6);
    expect(device(0).engine.status().alerts).toEqual([]);
  });

  it('[DAY-4] are signed again with the same keys when a device joins', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(8);
    const before = (await held(device(0))).map(({ publicKey }) => publicKey);
    const events: string[] = [];
    watchPublishing(device(0), events);
    watchPublishing(device(1), events);
    const added = await createDeviceIdentity(random);
    await world.change([], [added]);
    await world.rounds(4);
    expect(published(events)).toHaveLength(8);
    expect((await held(device(0))).map(({ publicKey }) => publicKey)).toEqual(before);
    const rosterHash = bytesToHex((world.roster?.hash ?? new Uint8Array(4)).slice(0, 4));
    expect(published(events).every((event) => event.endsWith(rosterHash))).toBe(true);
    // The new device is given the private halves of today and later.
    const third = await world.open(added);
    await world.rounds(8);
    expect((await held(third)).map(({ publicKey }) => publicKey)).toEqual(before);
  });

  it('[DAY-4] are signed again by another device when the one that made them is away', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(8);
    const keys = await held(device(0));
    const maker = world.devices.find(({ id }) => id === bytesToHex(keys[0]?.from ?? new Uint8Array(0)));
    const other = device(maker === device(0) ? 1 : 0);
    const events: string[] = [];
    watchPublishing(other, events);
    await world.change([], [await createDeviceIdentity(random)]);
    await world.rounds(6, [other]);
    const signed = published(events).map((event) => event.split(' ')[2]);
    expect(signed).toEqual(keys.map(({ publicKey }) => bytesToHex(publicKey.slice(0, 8))));
    expect((await held(other)).map(({ seed }) => seed)).toEqual(keys.map(({ seed }) => seed));
  });

  it('[DAY-3] [THR-8] are replaced for today and all later days when a device is removed', async () => {
    world = await DeskWorld.create(3);
    await world.rounds(10);
    const removed = device(2);
    const rest = [device(0), device(1)];
    const before = new Set((await held(removed)).map(({ publicKey }) => bytesToHex(publicKey)));
    expect(before.size).toBe(8);
    const events: string[] = [];
    for (const of of rest) watchPublishing(of, events);
    await world.change([removed]);
    await world.rounds(8, rest);
    expect(device(0).engine.status().dayKeysThrough).toBe(world.day + 7);
    const fresh = published(events).map((event) => event.split(' ')[2]);
    expect(fresh).toHaveLength(8);
    for (const key of before) expect(fresh).not.toContain(key.slice(0, 16));
    // Sources seal to the new keys, which the removed device cannot open.
    await new TestSource(world).visit(['After the removal']);
    await world.rounds(4, rest);
    expect(device(1).engine.conversations()).toHaveLength(1);
    const spied = (await held(removed)).map(({ seed }) => seed);
    for (const { seed } of await held(device(0))) {
      const isOld = spied.some((other) => Buffer.from(other).equals(seed));
      expect([isOld, removed.store.find(seed).length > 0]).toEqual([isOld, isOld]);
    }
    expect((await held(device(0))).filter(({ seed }) => removed.store.find(seed).length === 0)).toHaveLength(8);
  });

  it('[DAY-3] that a removed device was given later, under a roster in between, are replaced too', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(8);
    const third = await world.join();
    // The second device sees neither the roster with the third nor what happens under it.
    await world.rounds(8, [device(0), third]);
    const given = (await held(third)).map(({ publicKey }) => bytesToHex(publicKey).slice(0, 16));
    expect(given).toHaveLength(8);
    const events: string[] = [];
    watchPublishing(device(1), events);
    await world.change([third]);
    await world.rounds(6, [device(1)]);
    await world.rounds(6, [device(0), device(1)]);
    const signedAgain = published(events).map((event) => event.split(' ')[2]);
    expect(signedAgain.filter((key) => given.includes(key as string))).toEqual([]);
    expect(device(0).engine.status().dayKeysThrough).toBe(world.day + 7);
  });

  it('[DAY-2] [TRK-1] [THR-7] are gone from the store after 14 days, and transport keys after two', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    await new TestSource(world).visit(['Sealed on the first day']);
    await world.rounds(3);
    const first = world.day;
    const seeds = (await held(device(1))).filter(({ day }) => day === first).map(({ seed }) => seed);
    const seed = seeds[0] as Uint8Array;
    const transport = ((await device(1).store.get(names.transportKey(first))) as Uint8Array).slice(0, 32);
    const store = device(1).store;
    expect(seeds).toHaveLength(1);
    for (let day = first + 1; day <= first + 20; day++) {
      await world.nextDay();
      await world.rounds(2);
      expect([day, store.find(seed).length]).toEqual([day, day - first < 14 ? 1 : 0]);
      expect([day, store.find(transport).length]).toEqual([day, day - first < 2 ? 1 : 0]);
      expect([day, device(1).engine.status().dayKeysThrough]).toEqual([day, day + 7]);
    }
    expect(await store.list(names.transportKeys)).toHaveLength(2);
    expect((await held(device(1))).map(({ day }) => day)).toEqual(
      Array.from({ length: 21 }, (_, at) => world.day - 13 + at),
    );
    expect(device(1).engine.status().alerts).toEqual([]);
    // The control: with the seed that was erased, an envelope of that day would open.
    expect(await opensWith(seed, first)).toBe(true);
    // Twenty days of two devices and a server take a while.
  }, 240_000);

  it('[DAY-2] are erased on the day, also by a device without a network', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(2);
    const [{ seed }] = (await held(device(0))) as [HeldDayKey];
    device(0).faults.isOffline = true;
    world.clock.time += 13 * daySeconds;
    await device(0).engine.tick();
    expect(device(0).store.find(seed)).toHaveLength(1);
    world.clock.time += daySeconds;
    await device(0).engine.tick();
    expect(device(0).store.find(seed)).toEqual([]);
  });
});

async function opensWith(seed: Uint8Array, day: number): Promise<boolean> {
  const { fingerprint, desk } = world;
  const key = await prepareEnvelopeKey(nativeRecipient, fingerprint, desk, day, seed);
  const terms = { fingerprint, keyDay: day, today: day };
  const envelope = await sealCover(terms, [{ desk, dayKeys: [key.key.publicKey] }], random);
  return (await openEnvelope(nativeRecipient, fingerprint, envelope, day, [key])).kind === 'cover';
}
