// Envelopes of many days: found, tried once, passed as whole days, malformed ones counted.
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import { afterEach, describe, expect, it } from 'vitest';
import { names } from './store-schema.ts';
import { DeskWorld, type TestDevice } from './testing/desk-world.ts';
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
    // It comes to the second day, but what is in the log is not enough while entries cannot be written.
    device(0).faults.desk = async (request, pass) => {
      if (request.kind === 'pass-day') seen.passed.push(request.day);
      return pass();
    };
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
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const [name] = (await device(1).store.list(names.dayKeys)) as [string];
    const key = (await device(1).store.get(name)) as Uint8Array;
    await device(1).store.delete(name);
    await device(1).restart();
    await new TestSource(world).visit(['Opened late']);
    device(0).faults.isOffline = true;
    await world.rounds(3, [device(1)]);
    expect(device(1).engine.status().log.waitingEvents).toBe(0);
    expect(device(1).engine.conversations()).toEqual([]);
    await device(1).store.set(name, key);
    // As when the maker shares it again with a device that has not confirmed it.
    const shared = (await device(0).store.get(name)) as Uint8Array;
    expect(shared.length).toBeGreaterThan(0);
    await device(1).restart();
    await device(1).store.transaction(
      (await device(1).store.list(names.allTried)).map((of) => ({ key: of, bytes: null })),
    );
    await device(1).restart();
    await world.rounds(3, [device(1)]);
    expect(device(1).engine.conversations()).toMatchObject([{ preview: 'Opened late' }]);
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
    const { hpkeSeal } = await import('@postern/protocol/primitives/hpke');
    const { lengthPrefixed, u32be } = await import('@postern/protocol/bytes/encode');
    const { sha256 } = await import('@postern/protocol/primitives/hash');
    const { decodeHeldDayKey } = await import('./day-key-record.ts');
    const { random } = await import('./testing/desk-world.ts');
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
    expect(hybridKey).toBeDefined();
  });
});
