// Two devices and more in one log: in step, at the same moment, joining, leaving, and a server that lies or forgets.

import { fingerprint as asFingerprint, deskId } from '@postern/protocol/bytes/brand';
import { decodeDeviceResponse, encodeDeviceResponse } from '@postern/protocol/http/device-response';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { signTransportKey } from '@postern/protocol/keys/transport-key';
import { hpkeKeyPair } from '@postern/protocol/primitives/hpke';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import { afterEach, describe, expect, it } from 'vitest';
import { createDeviceIdentity } from './identity.ts';
import type { HttpAnswer } from './ports.ts';
import { names } from './store-schema.ts';
import { DeskWorld, daySeconds, random, type TestDevice } from './testing/desk-world.ts';
import { TestSource } from './testing/test-source.ts';

let world: DeskWorld;
afterEach(() => world.remove());

const device = (at: number): TestDevice => world.devices[at] as TestDevice;
const lengthOf = (at: number): number => device(at).engine.status().log.length;
const codes = (at: number): string[] =>
  device(at)
    .engine.status()
    .alerts.map(({ code }) => code);
const onlyId = (at = 0): string => device(at).engine.conversations()[0]?.id ?? '';
const texts = async (at: number): Promise<string[]> =>
  ((await device(at).engine.conversation(onlyId(at)))?.replies ?? []).map(({ text }) => text);

/** The log as the server has it. */
async function logOf(of: TestDevice): Promise<Uint8Array[]> {
  const kept = await of.store.list(names.entries);
  return Promise.all(kept.map(async (name) => ((await of.store.get(name)) as Uint8Array).slice(6)));
}

/** Changes the answers to requests for the log. */
function bendLog(
  of: TestDevice,
  bend: (answer: { length: number; entries: { number: number; entry: Uint8Array }[] }) => void,
): void {
  of.faults.desk = async (request, pass): Promise<HttpAnswer> => {
    const { status, body } = await pass();
    if (request.kind !== 'log' || status !== 200) return { status, body };
    const answer = decodeDeviceResponse('log', body);
    if (answer.kind === 'error') return { status, body };
    const bent = { kind: 'log', length: answer.length, entries: [...answer.entries] } as const;
    bend(bent as never);
    return { status, body: encodeDeviceResponse(bent) };
  };
}

describe('two devices', () => {
  it('[LOG-2] that start at once agree on one log and have the same state', async () => {
    world = await DeskWorld.create(2);
    await Promise.all(world.devices.map(({ engine }) => engine.tick()));
    await world.rounds(6);
    for (const { engine } of world.devices) expect(engine.status()).toMatchObject({ phase: 'working', alerts: [] });
    await new TestSource(world).visit(['To both of you']);
    await world.rounds(4);
    expect(device(0).engine.conversations()).toHaveLength(1);
    expect(await world.stateOf(device(0))).toBe(await world.stateOf(device(1)));
  });

  it('[LOG-7] that write at the same moment are given different numbers and links', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    await new TestSource(world).visit(['A question']);
    await world.rounds(4);
    await device(0).engine.reply(onlyId(), 'From the first');
    await device(1).engine.reply(onlyId(), 'From the second');
    let conflicts = 0;
    // The second device writes while the first one's entry is on its way.
    device(0).faults.desk = async (request, pass) => {
      if (request.kind === 'append' && conflicts++ === 0) await device(1).engine.tick();
      return pass();
    };
    await world.rounds(1, [device(0)]);
    expect(conflicts).toBe(2);
    await world.rounds(2);
    expect(await texts(0)).toEqual(['From the second', 'From the first']);
    expect(await texts(1)).toEqual(await texts(0));
    expect(await world.stateOf(device(0))).toBe(await world.stateOf(device(1)));
    expect(device(0).engine.conversations()).toMatchObject([{ linksLeft: 6 }]);
  });

  it('[LOG-4] write one entry in each tick, as many with work as without', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const before = lengthOf(0);
    await world.rounds(5);
    expect(lengthOf(0)).toBe(before + 10);
    await new TestSource(world).visit(['One', 'Two'], 12);
    await world.rounds(1);
    await device(0).engine.reply(onlyId(), 'Answer');
    // Calls between two ticks do not write.
    for (let i = 0; i < 5; i++) await world.advance(2);
    await world.rounds(4);
    expect(lengthOf(0)).toBe(before + 20);
  });

  it('keep what they want to write when the answer to writing is lost, and write it once', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    await new TestSource(world).visit(['A question']);
    await world.rounds(4);
    await device(0).engine.reply(onlyId(), 'Only once');
    let lost = 0;
    device(0).faults.desk = async (request, pass) => {
      const answer = await pass();
      if (request.kind === 'append' && lost++ === 0) throw new Error('the answer is lost');
      return answer;
    };
    await world.rounds(1);
    expect(device(0).engine.status()).toMatchObject({ online: false, log: { waitingEvents: 1 } });
    await world.rounds(3);
    expect(lost).toBeGreaterThan(1);
    expect(await texts(1)).toEqual(['Only once']);
    expect(device(0).engine.status().log.waitingEvents).toBe(0);
    expect(await world.stateOf(device(0))).toBe(await world.stateOf(device(1)));
  });
});

describe('group keys', () => {
  it('[LOG-3] are renewed each day, and the one before is gone', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const before = ((await device(1).store.get(names.groupKey)) as Uint8Array).slice(5, 37);
    expect(device(1).store.find(before)).toEqual([names.groupKey]);
    await world.nextDay();
    await world.rounds(3);
    for (const { store, engine } of world.devices) {
      expect(store.find(before)).toEqual([]);
      expect(engine.status()).toMatchObject({ phase: 'working', alerts: [] });
    }
    expect(await device(0).store.get(names.groupKey)).toEqual(await device(1).store.get(names.groupKey));
  });

  it('[LOG-6] are erased 14 days after their last entry, also by a device that was never online since', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const away = device(1);
    const key = ((await away.store.get(names.groupKey)) as Uint8Array).slice(5, 37);
    away.faults.isOffline = true;
    world.clock.time += 13 * daySeconds;
    await away.engine.tick();
    expect(away.store.find(key)).toEqual([names.groupKey]);
    world.clock.time += daySeconds;
    await away.engine.tick();
    expect(away.store.find(key)).toEqual([]);
  });

  it('[LOG-3] [THR-8] a removed device can read nothing that was written after its removal', async () => {
    world = await DeskWorld.create(3);
    await world.rounds(8);
    await new TestSource(world).visit(['Before the removal']);
    await world.rounds(4);
    const removed = device(2);
    const rest = [device(0), device(1)];
    expect(removed.engine.conversations()).toHaveLength(1);
    // It keeps all that it has, and is given whatever the server has.
    const spy = removed.store.copy();
    const from = removed.engine.status().log.length;
    await world.change([removed]);
    await new TestSource(world).visit(['After the removal']);
    await world.rounds(5, rest);
    expect(device(0).engine.conversations()).toHaveLength(2);
    const entries = (await logOf(device(0))).slice(from);
    expect(entries.length).toBeGreaterThan(5);
    // The first entry after the removal is a new group key, and it is not for the one who left.
    expect(entries[0]?.[1]).toBe(2);
    expect(Buffer.from(entries[0] as Uint8Array).includes(Buffer.from(removed.identity.deviceId))).toBe(false);
    for (const { id, store } of rest) {
      const key = ((await store.get(names.groupKey)) as Uint8Array).slice(5, 37);
      expect([id, spy.find(key)]).toEqual([id, []]);
      expect(store.find(key)).toEqual([names.groupKey]);
    }
    await removed.engine.tick();
    await world.rounds(2, [removed]);
    expect(removed.engine.status()).toMatchObject({ phase: 'stopped', alerts: [{ code: 'removed' }] });
    expect(removed.engine.conversations()).toHaveLength(1);
    await expect(removed.engine.reply(onlyId(2), 'Still here?')).rejects.toMatchObject({ code: 'stopped' });
  });

  it('[LOG-3] are renewed when a device joins', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    const before = await device(0).store.get(names.groupKey);
    const added = await createDeviceIdentity(random);
    await world.change([], [added]);
    await world.rounds(2);
    const third = await world.open(added);
    await world.rounds(8);
    expect(await device(0).store.get(names.groupKey)).not.toEqual(before);
    expect(await third.store.get(names.groupKey)).toEqual(await device(0).store.get(names.groupKey));
  });
});

describe('a server that lies', () => {
  it('[TRK-3] by showing each device another log is found by what the peers say: a fork', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const { identity } = device(1);
    const key = await hybridKey(identity.seed.reveal());
    device(0).faults.desk = async (request, pass) => {
      if (request.kind !== 'transport-keys') return pass();
      // What the second device would say, had it been shown other entries.
      const fields = { fingerprint: asFingerprint(world.fingerprint), desk: deskId(world.desk), day: world.day };
      const { publicKey } = await hpkeKeyPair(random(32));
      const rosterHash = (world.roster as VerifiedRoster).hash;
      const head = { logLength: 3, head: random(32) };
      const signed = await signTransportKey({ ...fields, rosterHash, publicKey, ...head }, key, random);
      return { status: 200, body: encodeDeviceResponse({ kind: 'transport-keys', transportKeys: [signed] }) };
    };
    await world.rounds(1, [device(0)]);
    expect(device(0).engine.status().alerts).toMatchObject([{ code: 'log-fork', device: device(1).id }]);
  });

  it('[LOG-1] by going on from another entry than the one that was read is found by its hash', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    // The second device is shown an old log and writes on there; what it writes is kept from the first.
    const copy = await world.backup();
    await new TestSource(world).visit(['Seen by the first only']);
    await world.rounds(3, [device(0)]);
    await world.restore(copy);
    device(0).faults.isOffline = true;
    await world.nextDay([device(1)]);
    await world.rounds(8, [device(1)]);
    device(0).faults.isOffline = false;
    await world.rounds(2);
    expect(codes(0)).toContain('log-fork');
  });

  it('[TRK-3] by withholding entries is found by what the peers say', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const shown = lengthOf(1);
    await world.rounds(3, [device(0)]);
    await world.nextDay([device(0)]);
    await world.rounds(1, [device(0)]);
    bendLog(device(1), (answer) => {
      answer.length = Math.min(answer.length, shown);
      answer.entries.splice(0, answer.entries.length, ...answer.entries.filter(({ number }) => number < shown));
    });
    await world.rounds(1, [device(1)]);
    expect(device(1).engine.status().alerts).toMatchObject([{ code: 'log-withheld', device: device(0).id }]);
    device(1).faults.desk = null;
    await world.rounds(3);
    expect(codes(1)).toEqual([]);
  });

  it('[LOG-1] by changing an entry gets nothing applied from it on', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    await new TestSource(world).visit(['Hello']);
    const before = lengthOf(1);
    await world.rounds(3, [device(0)]);
    bendLog(device(1), ({ entries }) => {
      entries.forEach((item, at) => {
        if (item.number !== before + 1) return;
        const entry = item.entry.slice();
        entry[9_000] = (entry[9_000] ?? 0) ^ 1;
        entries[at] = { ...item, entry };
      });
    });
    await world.rounds(2, [device(1)]);
    expect(device(1).engine.status()).toMatchObject({ phase: 'stopped', log: { length: before + 1 } });
    expect(codes(1)).toEqual(['log-invalid']);
    device(1).faults.desk = null;
    await world.rounds(3);
    expect(device(1).engine.status().phase).toBe('working');
    expect(await world.stateOf(device(0))).toBe(await world.stateOf(device(1)));
  });

  it('that was put back from a backup is given the lost entries again, byte by byte', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const source = new TestSource(world);
    await source.visit(['Before the backup']);
    await world.rounds(4);
    const copy = await world.backup();
    await device(0).engine.reply(onlyId(), 'After the backup');
    await world.rounds(3);
    const length = lengthOf(0);
    const entries = (await logOf(device(0))).slice(0, length);
    await world.restore(copy);
    await world.rounds(6);
    for (const at of [0, 1]) expect([at, codes(at)]).toEqual([at, ['log-restored']]);
    expect(lengthOf(0)).toBeGreaterThan(length + 3);
    expect((await logOf(device(1))).slice(0, length)).toEqual(entries);
    expect(await texts(1)).toEqual(['After the backup']);
    expect(await world.stateOf(device(0))).toBe(await world.stateOf(device(1)));
  });
});
