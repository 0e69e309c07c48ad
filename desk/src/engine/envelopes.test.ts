// Envelopes of many days: found, tried once, passed as whole days, malformed ones counted.
import { bytesToHex, lengthPrefixed, u32be } from '@postern/protocol/bytes/encode';
import { encodeDeviceResponse } from '@postern/protocol/http/device-response';
import { verifyPack } from '@postern/protocol/keys/pack';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import { linesToCarried } from '@postern/protocol/messages/carried';
import { sha256 } from '@postern/protocol/primitives/hash';
import { hpkeSeal } from '@postern/protocol/primitives/hpke';
import { OfflineSession } from '@postern/protocol/source/offline-session';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeHeldDayKey } from './day-key-record.ts';
import { names } from './store-schema.ts';
import { DeskWorld, daySeconds, random, type TestDevice, tickSeconds } from './testing/desk-world.ts';
import { TestSource } from './testing/test-source.ts';

let world: DeskWorld;
afterEach(() => world.remove());

const device = (at: number): TestDevice => world.devices[at] as TestDevice;

/** Records the days that a device passes, and how many envelopes it fetches. */
function watch(of: TestDevice): { readonly passed: number[]; fetched: number } {
  const seen = { passed: [] as number[], fetched: 0 };
  of.faults.desk = async (request, pass) => {
    if (request.kind === 'pass-day') seen.passed.push(request.day);
    if (request.kind === 'envelopes') seen.fetched += request.ids.length;
    return pass();
  };
  return seen;
}

describe('a day', () => {
  it('[ENV-6] is passed as a whole, two days later, when its submissions are in the log', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const first = world.day;
    const seen = watch(device(0));
    await new TestSource(world).visit(['On the first day'], 6);
    await world.rounds(3);
    expect(seen.fetched).toBe(3);
    await world.nextDay();
    await world.rounds(4);
    expect(seen.passed).not.toContain(first);
    await world.nextDay();
    await world.rounds(3);
    expect(seen.passed).toContain(first);
    expect(seen.passed).not.toContain(first + 1);
    expect(await device(0).store.list(names.triedOf(first))).toEqual([]);
    expect(device(0).engine.conversations()).toHaveLength(1);
  });

  it('[ENV-6] is not passed while a submission is not in the log', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    const first = world.day;
    const passed: number[] = [];
    device(0).faults.desk = async (request, pass) => {
      if (request.kind === 'append') throw new Error('nothing can be written');
      if (request.kind === 'pass-day') passed.push(request.day);
      return pass();
    };
    await new TestSource(world).visit(['Not in the log']);
    await world.rounds(2);
    expect(device(0).engine.status().log.waitingEvents).toBeGreaterThan(0);
    await world.nextDay();
    await world.nextDay();
    await world.rounds(3);
    expect(passed).not.toContain(first);
    device(0).faults.desk = async (request, pass) => {
      if (request.kind === 'pass-day') passed.push(request.day);
      return pass();
    };
    await world.rounds(4);
    expect(passed).toContain(first);
  });

  it('[ENV-6] is not finished by a device that lacks one of its keys, but by the one that has it', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const first = world.day;
    // The second device's copy of the day's key is lost.
    const [name] = (await device(1).store.list(names.dayKeys)) as [string];
    await device(1).store.delete(name);
    await device(1).restart();
    await new TestSource(world).visit(['For those with the key']);
    const passed: number[] = [];
    device(1).faults.desk = async (request, pass) => {
      if (request.kind === 'pass-day') passed.push(request.day);
      return pass();
    };
    await world.nextDay([device(1)]);
    await world.nextDay([device(1)]);
    await world.rounds(4, [device(1)]);
    expect(passed).not.toContain(first);
    await world.rounds(6);
    expect(device(1).engine.conversations()).toMatchObject([{ preview: 'For those with the key' }]);
    expect(passed).toContain(first);
  });

  it('[ENV-3] is tried again when a key of it comes late', async () => {
    world = await DeskWorld.create(3);
    // The third device is not given its parcels for a while; the other two are enough to publish.
    const late = device(2);
    late.faults.desk = async (request, pass) =>
      request.kind === 'parcels'
        ? { status: 200, body: encodeDeviceResponse({ kind: 'parcels', parcels: [] }) }
        : pass();
    await world.rounds(10);
    await new TestSource(world).visit(['Opened late']);
    await world.rounds(3, [late]);
    expect(late.engine.status()).toMatchObject({ envelopes: { tried: 3 }, log: { waitingEvents: 0 } });
    expect(late.engine.conversations()).toEqual([]);
    late.faults.desk = null;
    await world.rounds(3, [late]);
    expect(late.engine.conversations()).toMatchObject([{ preview: 'Opened late' }]);
  });
});

describe('carried envelopes', () => {
  /** What a person has written with the pack of today and somebody carries. */
  const carried = async (text: string, times = 1): Promise<Uint8Array[]> => {
    const bytes = new Uint8Array(await (await fetch(`${world.origin}/pack`)).arrayBuffer());
    const session = new OfflineSession(await verifyPack(bytes, world.fingerprint, world.day), random);
    await session.newPhrase(await loadWordList('english'));
    const envelopes: Uint8Array[] = [];
    for (let at = 0; at < times; at++) {
      await session.send({ deskId: session.desks[0]?.id ?? '', text, language: 'en' });
      const read = await linesToCarried(session.sealed[at]?.lines.join('\n') ?? '', world.fingerprint);
      if (read.kind === 'carried') envelopes.push(...read.carried.envelopes);
    }
    return envelopes;
  };

  it('[ENV-3] [CAR-2] are read when they come to the server days after the day that they were sealed to', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    const envelopes = await carried('Carried over a border');
    const late = await carried('Too late');
    for (let days = 0; days < 13; days++) await world.nextDay();
    const source = new TestSource(world);
    for (const envelope of envelopes) await source.post(envelope);
    await world.rounds(3);
    expect(device(0).engine.conversations()).toMatchObject([{ preview: 'Carried over a border' }]);
    await world.nextDay();
    for (const envelope of late) await source.post(envelope);
    await world.rounds(3);
    expect(device(0).engine.conversations()).toHaveLength(1);
  });

  it('[ENV-3] [ENV-6] are found in a second pass, that no other waits for, and before which the day is not passed', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    const envelopes = await carried('Slow and late');
    await world.nextDay([], 5);
    await world.rounds(3);
    const day = world.day;
    const passed: number[] = [];
    const fetched: string[] = [];
    const of = device(0);
    of.faults.desk = async (request, pass) => {
      if (request.kind === 'pass-day') passed.push(request.day);
      if (request.kind === 'envelopes') fetched.push(...request.ids.map(bytesToHex));
      return pass();
    };
    await new TestSource(world).visit(['Quick'], 4);
    for (const envelope of envelopes) await new TestSource(world).post(envelope);
    // Whatever the second pass would take out of the store cannot be read: it does not get anywhere.
    const stall = (): void => {
      const { store } = of;
      const get = store.get.bind(store);
      store.get = (name) =>
        name.startsWith('unopened/') ? Promise.reject(new Error('the second pass is held up')) : get(name);
    };
    const stalledRound = async (): Promise<void> => {
      await world.advance(tickSeconds).catch((error: unknown) => {
        expect(String(error)).toContain('held up');
      });
    };
    stall();
    await stalledRound();
    await stalledRound();
    expect(of.engine.conversations()).toMatchObject([{ preview: 'Quick' }]);
    for (let days = 0; days < 3; days++) {
      world.clock.time += daySeconds;
      await stalledRound();
      await stalledRound();
    }
    expect(passed).not.toContain(day);
    expect(await of.store.list(names.unopenedOf(day))).toHaveLength(1);
    await of.restart();
    await world.rounds(14);
    const previews = of.engine.conversations().map(({ preview }) => preview);
    expect(previews.toSorted()).toEqual(['Quick', 'Slow and late']);
    expect(passed).toContain(day);
    expect(await of.store.list('unopened/')).toEqual([]);
    // To fetch again what was not opened, and only that, would tell the server which were.
    expect(new Set(fetched).size).toBe(fetched.length);
  });

  it('[CAR-3] that are handed to a device are taken once, and known to the other from the log', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const envelopes = await carried('Handed over');
    await world.nextDay();
    expect(await device(0).engine.take(envelopes)).toEqual({ opened: 1, known: 0, notForThisDesk: 0, malformed: 0 });
    await world.rounds(3);
    expect(device(1).engine.conversations()).toMatchObject([{ preview: 'Handed over', messages: 1 }]);
    expect(await device(1).engine.take(envelopes)).toEqual({ opened: 0, known: 1, notForThisDesk: 0, malformed: 0 });
    for (const envelope of envelopes) await new TestSource(world).post(envelope);
    await world.rounds(3);
    expect(device(1).engine.conversations()).toMatchObject([{ messages: 1 }]);
    const others = await device(0).engine.take([random(4096)]);
    expect(others).toEqual({ opened: 0, known: 0, notForThisDesk: 1, malformed: 0 });
  });

  it('[LOG-12] of one person without end stop no device: each leaves out the same, and says of which case', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    await device(0).engine.take(await carried('again and again '.repeat(4_000), 135));
    await world.rounds(5);
    for (const { engine } of world.devices) {
      const [line] = engine.conversations();
      expect(line?.messages).toBe(131);
      expect(engine.status().alerts).toMatchObject([{ code: 'case-full', conversation: line?.id, count: 4 }]);
    }
    await device(1).restart();
    const id = device(1).engine.conversations()[0]?.id ?? '';
    await device(1).engine.dismiss('case-full', { conversation: id });
    await device(1).engine.reply(id, 'Please begin anew.');
    await world.rounds(3);
    expect(device(0).engine.conversations()).toMatchObject([{ messages: 131, replies: 1 }]);
    expect(device(1).engine.status().alerts).toEqual([]);
  });
});

describe('envelopes', () => {
  it('are fetched once by each device, and once more only if they were not given', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    const seen = watch(device(0));
    await new TestSource(world).visit(['Hello'], 12);
    await world.rounds(4);
    await device(0).restart();
    await world.rounds(3);
    expect(seen.fetched).toBe(6);
    expect(device(0).engine.status().envelopes).toEqual({ tried: 6, waiting: 0, malformed: 0 });
  });

  it('[ENV-4] that a day key opens but that are malformed are counted and taken nothing from', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    const [name] = (await device(0).store.list(names.dayKeys)) as [string];
    const { publicKey, day } = decodeHeldDayKey((await device(0).store.get(name)) as Uint8Array);
    const hash = await sha256(publicKey);
    const info = lengthPrefixed('postern/1 envelope', world.fingerprint, world.desk, u32be(day), hash);
    // Whoever writes to the desk can seal anything: here 2,960 random bytes.
    const envelope = await hpkeSeal(publicKey, info, new Uint8Array(0), random(2_960), random);
    await new TestSource(world).post(envelope);
    await world.rounds(3);
    expect(device(0).engine.status().envelopes.malformed).toBe(1);
    expect(device(0).engine.status().alerts).toMatchObject([{ code: 'envelopes-malformed', count: 1 }]);
    expect(device(0).engine.conversations()).toEqual([]);
  });
});
