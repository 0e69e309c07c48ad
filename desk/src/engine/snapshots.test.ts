// Devices that cannot read the log from its beginning: new ones, and those that were away for long.
import { SNAPSHOT_PARCEL_BYTES } from '@postern/protocol/constants';
import type { DeviceRequest } from '@postern/protocol/http/device-request';
import { decodeDeviceResponse, encodeDeviceResponse } from '@postern/protocol/http/device-response';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultOptions, deviceConnections } from './ports.ts';
import { names } from './store-schema.ts';
import { bigState } from './testing/big-state.ts';
import { DeskWorld, daySeconds, random, type TestDevice, tickSeconds } from './testing/desk-world.ts';
import { TestSource } from './testing/test-source.ts';

let world: DeskWorld;
afterEach(() => world.remove());

const device = (at: number): TestDevice => world.devices[at] as TestDevice;

/** By its size. */
function isPiece(request: DeviceRequest): boolean {
  return request.kind === 'send-parcel' && request.parcel.length === SNAPSHOT_PARCEL_BYTES;
}

/** Seconds between two that follow each other. */
function leastPause(times: readonly number[]): number {
  return Math.min(...times.slice(1).map((at, before) => at - (times[before] ?? 0)));
}

function countPieces(of: TestDevice): () => number {
  let pieces = 0;
  of.faults.desk = async (request, pass) => {
    if (isPiece(request)) pieces += 1;
    return pass();
  };
  return () => pieces;
}

describe('a new device', () => {
  it('[PAR-2] reads the whole history from a snapshot in one piece of the ladder, and follows the log from there', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const source = new TestSource(world);
    await source.visit(['Written before it came']);
    await world.rounds(4);
    await device(0).engine.reply(device(0).engine.conversations()[0]?.id ?? '', 'Answered before it came');
    await world.rounds(2);
    const pieces = [countPieces(device(0)), countPieces(device(1))];
    const third = await world.join();
    await world.rounds(1);
    expect(third.engine.status().phase).toBe('joining');
    await world.rounds(10);
    expect(third.engine.status()).toMatchObject({ phase: 'working', alerts: [] });
    expect(third.engine.conversations()).toMatchObject([{ preview: 'Written before it came', replies: 1 }]);
    expect(await world.stateOf(third)).toBe(await world.stateOf(device(0)));
    // Sent once, by one of the two.
    expect(pieces.reduce((sum, count) => sum + count(), 0)).toBe(1);
    expect(await third.store.list(names.snapshotPieces)).toEqual([]);
    await source.visit(['Written afterwards']);
    await world.rounds(4);
    expect(third.engine.conversations()).toMatchObject([{ messages: 2 }]);
    expect(await world.stateOf(third)).toBe(await world.stateOf(device(1)));
  });

  it('[PAR-2] gets four pieces when the state needs two', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    const text = (): string => Buffer.from(random(8_000)).toString('base64');
    for (let i = 0; i < 8; i++) await new TestSource(world).visit([text()], 8);
    await world.rounds(12);
    expect(device(0).engine.status().log.waitingEvents).toBe(0);
    const pieces = countPieces(device(0));
    const second = await world.join();
    await world.rounds(8);
    expect(pieces()).toBe(4);
    expect(second.engine.conversations()).toHaveLength(8);
    expect(await world.stateOf(second)).toBe(await world.stateOf(device(0)));
  });

  it('[PAR-3] [LOG-4] [RPL-5] gets a large state between two ticks, without an entry or a post more than on other days', async () => {
    world = await DeskWorld.create(1, { repliesADay: 12 });
    await world.rounds(3);
    await world.give(device(0), bigState(40, world.day));
    const joining = await world.join();
    // Some posts are late, which are made up for one by one, each at a time of its own (RPL-8).
    await world.advance(daySeconds / 2);
    const sent: Record<string, number[]> = { append: [], piece: [] };
    let [underWay, most] = [0, 0];
    const told: (number | null)[] = [];
    device(0).faults.desk = async (request, pass) => {
      sent[isPiece(request) ? 'piece' : request.kind]?.push(world.clock.time);
      if (!isPiece(request)) return pass();
      const { coming } = joining.engine.status();
      if ((coming?.here ?? null) !== told.at(-1)) told.push(coming?.here ?? null);
      expect(coming?.pieces ?? 64).toBe(64);
      underWay += 1;
      most = Math.max(most, underWay);
      const answer = await pass();
      underWay -= 1;
      return answer;
    };
    device(0).seen.length = 0;
    await world.run(10 * tickSeconds);
    const { piece = [], append = [] } = sent;
    expect(piece).toHaveLength(64);
    expect((piece.at(-1) ?? 0) - (piece[0] ?? 0)).toBeLessThan(tickSeconds);
    // With more, the time that a request may take would run while it waits for a connection.
    expect(most).toBe(deviceConnections);
    const posts = device(0)
      .seen.filter(({ circuit }) => circuit.startsWith('post'))
      .map(({ at }) => at);
    expect(posts.length).toBeGreaterThan(2);
    expect(append.filter((at) => at % tickSeconds !== 0)).toEqual([]);
    expect(leastPause(posts)).toBeGreaterThanOrEqual(tickSeconds / 2);
    expect(new Set(append).size).toBe(10);
    expect(joining.engine.conversations()).toHaveLength(40);
    expect(await world.stateOf(joining)).toBe(await world.stateOf(device(0)));
    // Who looks at the new device sees how far it is, and no more of it at the end.
    expect(told.some((here) => here !== null && here > 0 && here < 64)).toBe(true);
    expect(told).toEqual([...told].sort((a, b) => (a ?? 0) - (b ?? 0)));
    expect(joining.engine.status().coming).toBe(null);
  });

  it('[PAR-3] hurries nothing but pieces, also while documents cannot be had', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(1);
    await world.give(device(0), bigState(40, world.day));
    const joining = await world.join();
    for (const { faults } of world.devices) {
      faults.files = () => {
        throw new Error('the request is lost');
      };
    }
    await world.rounds(1);
    for (const { seen } of world.devices) seen.length = 0;
    await world.run(12 * tickSeconds);
    expect(joining.engine.status().phase).toBe('working');
    for (const { seen } of world.devices) {
      expect(seen.length).toBeGreaterThan(1);
      expect(leastPause(seen.map(({ at }) => at))).toBeGreaterThanOrEqual(defaultOptions.documentSeconds / 2);
    }
  });

  it('[PAR-3] gets what is left at the next tick when the way is lost on either side', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    await world.give(device(0), bigState(40, world.day));
    const joining = await world.join();
    let pieces = 0;
    device(0).faults.desk = async (request, pass) => {
      const answer = await pass();
      if (isPiece(request) && pieces++ === 20) throw new Error('the answer is lost');
      return answer;
    };
    let taken = 0;
    joining.faults.desk = (request, pass) => {
      if (request.kind === 'take-parcel' && taken++ === 20) throw new Error('the request is lost');
      return pass();
    };
    await world.run(10 * tickSeconds);
    // Only the one whose answer is lost is sent again.
    expect(pieces).toBe(64 + 1);
    expect(joining.engine.status()).toMatchObject({ phase: 'working', alerts: [] });
    expect(await world.stateOf(joining)).toBe(await world.stateOf(device(0)));
    expect(await joining.store.list(names.snapshotPieces)).toEqual([]);
  });

  it('[PAR-3] [RPL-5] keeps nobody from the posts of a day that begins while its pieces fail', async () => {
    world = await DeskWorld.create(1, { repliesADay: 2 });
    await world.rounds(70);
    await world.join();
    const asked: string[] = [];
    device(0).faults.desk = async (request, pass) => {
      asked.push(isPiece(request) ? 'piece' : request.kind);
      if (isPiece(request)) throw new Error('the request is lost');
      return pass();
    };
    await world.rounds(2);
    asked.length = 0;
    await world.nextDay();
    // Each day's posts begin with their tokens.
    for (const kind of ['piece', 'tokens']) expect(asked).toContain(kind);
  });

  it('[PAR-3] does not look without pause when its clock is set back between two pieces', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    await world.give(device(0), bigState(40, world.day));
    const joining = await world.join();
    let taken = 0;
    joining.faults.desk = (request, pass) => {
      if (request.kind === 'take-parcel' && taken++ === 20) throw new Error('the request is lost');
      return pass();
    };
    while (taken <= 20) await world.run(1);
    world.clock.time -= 3_600;
    await joining.engine.tick();
    expect(joining.engine.nextDue()).toBeGreaterThan(world.clock.time);
  });

  it('is given a snapshot at once where the log is longer than what those have missed who start together', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(70);
    const joining = await world.join();
    // The first in order, it would be the one to change the group key: the other waits two of these for it.
    await world.rounds(4);
    expect(joining.engine.status().phase).toBe('working');
    expect(await world.stateOf(joining)).toBe(await world.stateOf(device(0)));
  });

  it('is not given a snapshot when it can read the log itself', async () => {
    world = await DeskWorld.create(2);
    const pieces = [countPieces(device(0)), countPieces(device(1))];
    await world.rounds(10);
    expect(pieces.map((count) => count())).toEqual([0, 0]);
    expect(device(1).engine.status().phase).toBe('working');
  });
});

describe('a device that was away', () => {
  it('for a day goes on by itself', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const pieces = countPieces(device(0));
    await world.nextDay([device(0)]);
    await world.rounds(3, [device(0)]);
    await world.rounds(3);
    expect(pieces()).toBe(0);
    expect(device(1).engine.status()).toMatchObject({ phase: 'working', alerts: [] });
    expect(await world.stateOf(device(1))).toBe(await world.stateOf(device(0)));
  });

  it('for so long that its group keys were sealed to erased keys asks for a snapshot', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const source = new TestSource(world);
    for (let day = 0; day < 4; day++) {
      await world.nextDay([device(0)]);
      await world.rounds(3, [device(0)]);
      await source.visit([`On day ${day}`]);
    }
    const pieces = countPieces(device(0));
    await world.rounds(12);
    expect(pieces()).toBe(1);
    expect(device(1).engine.status()).toMatchObject({ phase: 'working' });
    expect(device(1).engine.conversations()).toMatchObject([{ messages: 4 }]);
    expect(await world.stateOf(device(1))).toBe(await world.stateOf(device(0)));
  });

  it('needs nobody when it was alone: after three weeks it goes on with a new group key', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(3);
    await new TestSource(world).visit(['Before the holidays']);
    await world.rounds(3);
    const key = await device(0).store.get(names.groupKey);
    await world.nextDay(world.devices, 21);
    await world.rounds(3);
    expect(device(0).engine.status()).toMatchObject({ phase: 'working', dayKeysThrough: world.day + 7 });
    expect(await device(0).store.get(names.groupKey)).not.toEqual(key);
    await new TestSource(world).visit(['After the holidays']);
    await world.rounds(3);
    expect(device(0).engine.conversations()).toHaveLength(2);
  });

  it('is not stopped for good by a server that said once that entries are gone', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(4);
    const { length } = device(0).engine.status().log;
    device(0).faults.desk = async (request, pass) => {
      if (request.kind !== 'log') return pass();
      return { status: 200, body: encodeDeviceResponse({ kind: 'log', length: length + 50, entries: [] }) };
    };
    await world.rounds(1);
    expect(device(0).engine.status()).toMatchObject({ phase: 'joining', alerts: [{ code: 'log-gap' }] });
    device(0).faults.desk = null;
    await world.rounds(4);
    expect(device(0).engine.status().phase).toBe('working');
    expect(device(0).engine.status().log.length).toBeGreaterThan(length);
  });
});

describe('a server that lies', () => {
  /** Says that the next entries are deleted, so that the device asks for a snapshot. */
  const saysGap = (of: TestDevice): void => {
    const { length } = of.engine.status().log;
    of.faults.desk = async (request, pass) => {
      if (request.kind !== 'log') return pass();
      return { status: 200, body: encodeDeviceResponse({ kind: 'log', length: length + 50, entries: [] }) };
    };
  };

  it('[PAR-4] [THR-9] leads no device back with a snapshot that it was given before', async () => {
    world = await DeskWorld.create(1);
    await world.rounds(4);
    const kept: Uint8Array[] = [];
    device(0).faults.desk = async (request, pass) => {
      if (request.kind === 'send-parcel' && isPiece(request)) kept.push(request.parcel);
      return pass();
    };
    const other = await world.join();
    await world.rounds(12);
    expect([other.engine.status().phase, kept.length]).toEqual(['working', 1]);
    const { length } = other.engine.status().log;
    saysGap(other);
    const lie = other.faults.desk;
    other.faults.desk = async (request, pass) => {
      if (request.kind === 'take-parcel') return { status: 200, body: encodeDeviceResponse({ kind: 'take-parcel' }) };
      if (request.kind !== 'parcels') return lie?.(request, pass) ?? pass();
      const parcels = kept.splice(0).map((parcel) => ({ id: random(32), parcel }));
      return { status: 200, body: encodeDeviceResponse({ kind: 'parcels', parcels }) };
    };
    await world.rounds(3, [other]);
    expect(kept).toEqual([]);
    expect(other.engine.status()).toMatchObject({ phase: 'joining', log: { length }, alerts: [{ code: 'log-gap' }] });
    other.faults.desk = null;
    await world.rounds(4);
    expect(other.engine.status()).toMatchObject({ phase: 'working' });
    expect(await world.stateOf(other)).toBe(await world.stateOf(device(0)));
  });

  it('[PAR-4] [THR-9] leads no device back by another that it has kept behind', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const [ahead, behind] = [device(0), device(1)];
    const { length } = behind.engine.status().log;
    let sent = 0;
    behind.faults.desk = async (request, pass) => {
      if (isPiece(request)) sent += 1;
      const answer = await pass();
      if (request.kind !== 'log') return answer;
      const response = decodeDeviceResponse('log', answer.body);
      if (!('entries' in response)) return answer;
      const entries = response.entries.filter(({ number }) => number < length);
      return { status: 200, body: encodeDeviceResponse({ kind: 'log', length, entries }) };
    };
    await world.rounds(4);
    const read = ahead.engine.status().log.length;
    expect(read).toBeGreaterThan(length);
    saysGap(ahead);
    await world.rounds(10);
    expect(sent).toBeGreaterThan(0);
    expect(ahead.engine.status()).toMatchObject({ phase: 'joining', log: { length: read } });
    const codes = ahead.engine.status().alerts.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['log-gap', 'parcel-invalid']));
    // Where the log really is so short for all, the device is not left alone: it is another history, and said to be (LOG-10).
    ahead.faults.desk = behind.faults.desk;
    await world.rounds(4);
    expect(ahead.engine.status().alerts.map(({ code }) => code)).toContain('log-withheld');
    await world.nextDay();
    await world.rounds(8);
    expect(ahead.engine.status().log.length).toBe(length);
  });
});
