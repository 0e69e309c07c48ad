// Rosters as a device meets them: newer ones, of the future, expired, rolled back, forged; and transport keys beside them.
import { decodeDeviceResponse, encodeDeviceResponse } from '@postern/protocol/http/device-response';
import { payloadOf } from '@postern/protocol/keys/signed';
import { decodeTransportKey } from '@postern/protocol/keys/transport-key';
import { sealParcel } from '@postern/protocol/messages/parcel';
import { hpkeKeyPair } from '@postern/protocol/primitives/hpke';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import { afterEach, describe, expect, it } from 'vitest';
import { names } from './store-schema.ts';
import { DeskWorld, random, type TestDevice } from './testing/desk-world.ts';

let world: DeskWorld;
afterEach(() => world.remove());

const device = (at: number): TestDevice => world.devices[at] as TestDevice;
const status = (at = 0) => device(at).engine.status();
const codes = (at = 0): string[] => status(at).alerts.map(({ code }) => code);

/** Answers the request for rosters with these instead. */
function serveRosters(of: TestDevice, serve: (from: number) => readonly Uint8Array[]): void {
  of.faults.desk = async (request, pass) => {
    if (request.kind !== 'rosters') return pass();
    return { status: 200, body: encodeDeviceResponse({ kind: 'rosters', rosters: serve(request.from) }) };
  };
}

describe('a roster', () => {
  it('[ROS-1] that follows is taken, several at once step by step, and stays known after a restart', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(2);
    for (let i = 0; i < 3; i++) await world.change([]);
    await world.rounds(1);
    expect(status().roster.number).toBe(4);
    await device(0).restart();
    expect(status().roster.number).toBe(4);
    await world.rounds(1);
    expect(status()).toMatchObject({ roster: { number: 4 }, dayKeysThrough: world.day + 7, alerts: [] });
  });

  it('of the future is kept and used from its first day on', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(2);
    await world.server?.addRoster((await world.signRoster({ firstDay: world.day + 2 })).signed);
    await world.rounds(1);
    expect(status().roster.number).toBe(1);
    await device(0).restart();
    await world.nextDay();
    expect(status().roster.number).toBe(1);
    await world.nextDay();
    await world.rounds(1);
    expect(status()).toMatchObject({ roster: { number: 2 }, alerts: [], dayKeysThrough: world.day + 7 });
  });

  it('[ROS-3] lower than one that was seen is reported, and the server is given the newest again', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(2);
    const copy = await world.backup();
    await world.change([]);
    await world.rounds(2);
    await world.restore(copy);
    await world.rounds(1);
    expect(status().roster.number).toBe(2);
    expect(codes()).toContain('roster-rolled-back');
    await world.rounds(2);
    expect(codes()).not.toContain('roster-rolled-back');
    const served = await fetch(`${world.origin}/roster/2`);
    expect(new Uint8Array(await served.arrayBuffer())).toEqual(new Uint8Array(world.roster?.signed ?? []));
  });

  it('[ROS-3] with the same number as a known one but other content is refused and reported', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(2);
    const first = world.roster;
    await world.change([]);
    await world.rounds(1);
    const shown = world.roster?.signed as Uint8Array;
    world.roster = first;
    const other = await world.signRoster({ repliesADay: 5 });
    serveRosters(device(0), () => [other.signed]);
    await world.rounds(1);
    expect(codes()).toEqual(['roster-conflict']);
    const kept = await device(0).store.get(names.roster(2));
    expect(kept).toEqual(new Uint8Array(shown));
  });

  it('[ROS-1] [THR-9] that is not signed by the root, or skips one, is refused and reported', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(2);
    const next = await world.signRoster();
    const afterNext = await world.signRoster();
    const forged = next.signed.slice();
    forged[forged.length - 10] = (forged[forged.length - 10] ?? 0) ^ 1;
    for (const served of [[forged], [afterNext.signed], [next.signed.slice(0, -1)]]) {
      serveRosters(device(0), () => served);
      await world.rounds(1);
      expect(status().roster.number).toBe(1);
      expect(codes()).toEqual(['roster-invalid']);
      await device(0).engine.dismiss('roster-invalid');
      expect(codes()).toEqual([]);
    }
    serveRosters(device(0), () => [next.signed, afterNext.signed]);
    await world.rounds(1);
    expect([status().roster.number, codes()]).toEqual([3, []]);
  });

  it('[ROS-2] that has expired ends the work until there is a new one, which is found without the device being known', async () => {
    world = await DeskWorld.create(1, { lastDay: 20_800 + 3 });
    await world.rounds(2);
    expect(codes()).toEqual(['roster-expiring']);
    await world.nextDay(world.devices, 4);
    const { length } = status().log;
    await world.rounds(2);
    expect(codes()).toEqual(['roster-expired']);
    expect(status().log.length).toBe(length);
    const next = await world.signRoster({ firstDay: world.day, lastDay: world.day + 30 });
    // Nobody but the operator can bring it: no device is of a valid roster.
    await world.server?.addRoster(next.signed);
    await world.rounds(2);
    expect(status()).toMatchObject({ roster: { number: 2 }, phase: 'working', alerts: [] });
    expect(status().log.length).toBeGreaterThan(length);
  });
});

describe('a transport key', () => {
  it('[TRK-1] is made for each day on which the device is online, and says how far it has read', async () => {
    world = await DeskWorld.create(2);
    const published: { day: number; logLength: number; publicKey: string }[] = [];
    device(0).faults.desk = async (request, pass) => {
      if (request.kind === 'publish-transport-key') {
        const { day, logLength, publicKey } = decodeTransportKey(payloadOf(request.transportKey));
        published.push({ day, logLength, publicKey: Buffer.from(publicKey).toString('hex') });
      }
      return pass();
    };
    await world.rounds(6);
    const first = world.day;
    await world.nextDay();
    await world.nextDay([device(0)], 3);
    await world.rounds(3);
    expect([...new Set(published.map(({ day }) => day))]).toEqual([first, first + 1, first + 4]);
    expect(new Set(published.map(({ publicKey }) => publicKey)).size).toBe(3);
    expect(published.at(-1)?.logLength).toBeGreaterThan(3);
    expect(status(1).devices.find(({ id }) => id === device(0).id)?.lastDay).toBe(first + 4);
  });

  it('of a device that is away for long says still when it was there last, also after a restart', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(4);
    const last = world.day;
    await world.nextDay([device(0)], 9);
    await world.rounds(1, [device(0)]);
    const lastDay = () => status().devices.find(({ id }) => id === device(1).id)?.lastDay;
    expect(lastDay()).toBe(last);
    await device(0).restart();
    expect(lastDay()).toBe(last);
    await world.change([device(1)]);
    await world.rounds(2, [device(0)]);
    expect(await device(0).store.list(names.peerDays)).toEqual([]);
  });

  it('[TRK-3] [THR-9] that no device of the desk has signed is refused and reported', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(4);
    const last = world.day;
    device(0).faults.desk = async (request, pass) => {
      const answer = await pass();
      if (request.kind !== 'transport-keys') return answer;
      const read = decodeDeviceResponse('transport-keys', answer.body);
      if (read.kind === 'error') return answer;
      const transportKeys = read.transportKeys.map((signed) => {
        const changed = signed.slice();
        changed[changed.length - 5] = (changed[changed.length - 5] ?? 0) ^ 1;
        return changed;
      });
      return { status: 200, body: encodeDeviceResponse({ kind: 'transport-keys', transportKeys }) };
    };
    await world.nextDay();
    await world.rounds(2);
    expect(codes()).toContain('key-invalid');
    expect(status().devices.find(({ isThis }) => !isThis)?.lastDay).toBe(last);
  });
});

describe('a parcel', () => {
  it('[PAR-1] that no device of the desk has signed is taken away, reported and of no effect', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const before = (await device(1).store.list(names.dayKeys)).length;
    let isServed = false;
    device(1).faults.desk = async (request, pass) => {
      if (request.kind !== 'parcels' || isServed) return pass();
      isServed = true;
      // From a stranger, sealed to the real key: as whoever runs the server can do.
      const stranger = await hybridKey(random(64));
      const pair = await hpkeKeyPair(random(32));
      const to = device(1).identity.deviceId;
      const route = { fingerprint: world.fingerprint, desk: world.desk, from: device(0).identity.deviceId, to };
      const own = (await device(1).store.get(names.transportKey(world.day))) as Uint8Array;
      const { publicKey } = await hpkeKeyPair(own.slice(0, 32));
      const content = { kind: 'day-key', day: world.day, ...pair } as const;
      const parcel = await sealParcel(route, publicKey, stranger, content, random);
      return { status: 200, body: encodeDeviceResponse({ kind: 'parcels', parcels: [{ id: random(32), parcel }] }) };
    };
    await world.rounds(1);
    expect(isServed).toBe(true);
    expect(codes(1)).toEqual(['parcel-invalid']);
    expect(await device(1).store.list(names.dayKeys)).toHaveLength(before);
  });
});
