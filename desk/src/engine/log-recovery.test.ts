// What a desk gets over: answers that never came, years of holidays, a server from a backup, the loss of all other devices.

import { LOG_LIFE_DAYS } from '@postern/protocol/constants';
import { encodeDeviceResponse } from '@postern/protocol/http/device-response';
import { afterEach, describe, expect, it } from 'vitest';
import { names } from './store-schema.ts';
import { DeskWorld, daySeconds, showOwnHistory, type TestDevice } from './testing/desk-world.ts';
import { TestSource } from './testing/test-source.ts';

let world: DeskWorld;
afterEach(() => world.remove());

const device = (at: number): TestDevice => world.devices[at] as TestDevice;
const codes = (at: number): string[] =>
  device(at)
    .engine.status()
    .alerts.map(({ code }) => code)
    .sort();
const lengthOf = (at: number): number => device(at).engine.status().log.length;
const onlyId = (at = 0): string => device(at).engine.conversations()[0]?.id ?? '';
const texts = async (at: number): Promise<string[]> =>
  ((await device(at).engine.conversation(onlyId(at)))?.replies ?? []).map(({ text }) => text);
/** Texts, in the order of the case that begins so. */
async function repliesTo(at: number, question: string): Promise<string[]> {
  const line = device(at)
    .engine.conversations()
    .find(({ preview }) => preview === question);
  return ((await device(at).engine.conversation(line?.id ?? ''))?.replies ?? []).map(({ text }) => text);
}
const previews = (at: number): string[] =>
  device(at)
    .engine.conversations()
    .map(({ preview }) => preview)
    .sort();

/** The server takes what a device appends, and the device never hears of it. */
function loseAnswers(of: TestDevice): void {
  of.faults.desk = async (request, pass) => {
    const answer = await pass();
    if (request.kind === 'append') throw new Error('the answer is lost');
    return answer;
  };
}

/** Nobody is there, for as long as no entry of before is kept. */
function sleep(days = LOG_LIFE_DAYS + 6): void {
  world.clock.time += days * daySeconds;
  for (const { faults } of world.devices) faults.desk = null;
}

async function deskInConversation(count: number): Promise<void> {
  world = await DeskWorld.create(count);
  await world.rounds(6);
  await new TestSource(world).visit(['A question']);
  await world.rounds(4);
}

async function expectInStep(): Promise<void> {
  for (const at of world.devices.keys()) {
    expect([at, device(at).engine.status().phase]).toEqual([at, 'working']);
    expect(await world.stateOf(device(at))).toBe(await world.stateOf(device(0)));
  }
}

describe('a desk that nobody looked after for so long that its log has expired', () => {
  it.each([1, 2, 3])('[LOG-8] [LOG-9] goes on though no one of its %i devices knew the newest entry', async (count) => {
    await deskInConversation(count);
    const last = device(count - 1);
    await last.engine.reply(onlyId(), 'Written before the holidays');
    const before = lengthOf(count - 1);
    loseAnswers(last);
    await world.rounds(1, [last]);
    sleep();
    await world.rounds(1, [last]);
    expect(lengthOf(count - 1)).toBeGreaterThan(before);
    await world.rounds(16);
    expect(codes(count - 1)).not.toContain('log-gap');
    expect(await texts(0)).toEqual(['Written before the holidays']);
    await new TestSource(world).visit(['After the holidays']);
    await world.rounds(6);
    for (const at of world.devices.keys()) expect(previews(at)).toEqual(['A question', 'After the holidays']);
    await expectInStep();
  });

  it('[LOG-9] goes on when each device has lost the answer to its last entry, whoever comes back first', async () => {
    await deskInConversation(2);
    for (const of of world.devices) {
      loseAnswers(of);
      await of.engine.reply(onlyId(), `From ${world.devices.indexOf(of)}`);
      await world.rounds(1, [of]);
    }
    sleep();
    await world.rounds(3, [device(0)]);
    expect(device(0).engine.status().phase).toBe('joining');
    await world.rounds(16);
    expect((await texts(1)).sort()).toEqual(['From 0', 'From 1']);
    await expectInStep();
  });

  it('[LOG-8] goes on when the newest entry is a group key that nobody can open any more', async () => {
    await deskInConversation(2);
    await world.nextDay([]);
    const last = device(0);
    let kind = 0;
    last.faults.desk = async (request, pass) => {
      const answer = await pass();
      if (request.kind !== 'append') return answer;
      kind = request.entry[1] ?? 0;
      throw new Error('the answer is lost');
    };
    for (let i = 0; i < 6 && kind !== 2; i++) await world.rounds(1, [last]);
    expect(kind).toBe(2);
    sleep();
    await world.rounds(16);
    await new TestSource(world).visit(['After the holidays']);
    await world.rounds(6);
    for (const at of [0, 1]) expect(previews(at)).toEqual(['A question', 'After the holidays']);
    await expectInStep();
  });
});

describe('an entry whose answer was lost', () => {
  it('[LOG-9] is sent again byte for byte, and nothing else is written in its place', async () => {
    await deskInConversation(2);
    const sent: Uint8Array[] = [];
    device(0).faults.desk = async (request, pass) => {
      if (request.kind !== 'append') return pass();
      sent.push(request.entry);
      if (sent.length < 4) throw new Error('the request is lost');
      return pass();
    };
    await world.rounds(1, [device(0)]);
    await device(0).engine.reply(onlyId(), 'Written meanwhile');
    await world.rounds(1, [device(0)]);
    await device(0).restart();
    await world.rounds(2, [device(0)]);
    expect(sent).toHaveLength(4);
    for (const entry of sent) expect(entry).toEqual(sent[0]);
    await world.rounds(3);
    expect(await texts(1)).toEqual(['Written meanwhile']);
    await expectInStep();
  });
});

describe('a server put back from a backup', () => {
  /** The first device alone has read what came after the backup, and is away while the others go on. */
  async function fork(): Promise<void> {
    await deskInConversation(2);
    const copy = await world.backup();
    await new TestSource(world).visit(['Only the first has this']);
    await world.rounds(4, [device(0)]);
    await device(0).engine.reply(onlyId(), 'From the first');
    await device(0).engine.work((cases, day) => cases.note(onlyId(), 'note', 'A note of the first', day));
    await world.rounds(3, [device(0)]);
    await world.restore(copy);
    await device(1).engine.reply(onlyId(1), 'From the second');
    await world.rounds(8, [device(1)]);
  }

  it('[LOG-10] makes a device that alone had read further take over the log, and write its own again', async () => {
    await fork();
    await world.rounds(14);
    expect(codes(0)).toContain('log-fork');
    expect(previews(1)).toEqual(['A question', 'Only the first has this']);
    expect(await repliesTo(1, 'A question')).toEqual(['From the second', 'From the first']);
    const question = device(1)
      .engine.conversations()
      .find(({ preview }) => preview === 'A question');
    const file = await device(1).engine.conversation(question?.id ?? '');
    expect(file?.work.notes.map(({ text }) => text)).toEqual(['A note of the first']);
    await expectInStep();
  });

  it('[LOG-10] the same after days, with a restart in between', async () => {
    await fork();
    for (let day = 0; day < 5; day++) {
      await world.nextDay([device(1)]);
      await world.rounds(3, [device(1)]);
    }
    await world.rounds(2);
    await device(0).restart();
    await world.rounds(14);
    expect(codes(0)).toContain('log-fork');
    expect(previews(1)).toEqual(['A question', 'Only the first has this']);
    for (const at of [0, 1]) {
      expect((await repliesTo(at, 'A question')).sort()).toEqual(['From the first', 'From the second']);
    }
    await expectInStep();
  });

  it('[LOG-10] makes a device compare again when the other history has become as long as its own', async () => {
    await deskInConversation(2);
    const from = lengthOf(1);
    const copy = await world.backup();
    await device(0).engine.reply(onlyId(), 'From the first');
    await world.rounds(3, [device(0)]);
    const length = lengthOf(0);
    expect(length).toBe(from + 3);
    await world.restore(copy);
    await device(1).engine.reply(onlyId(1), 'From the second');
    await world.rounds(2, [device(1)]);
    expect(lengthOf(1)).toBe(length - 1);
    await world.rounds(1, [device(0)]);
    expect(codes(0)).toContain('log-fork');
    await world.rounds(1, [device(1)]);
    expect(lengthOf(1)).toBe(length);
    // It writes nothing behind a history that it has not read.
    await world.rounds(3, [device(0)]);
    expect(await world.storage?.log(world.desk, length, 1)).toEqual([]);
    expect(device(0).engine.status().phase).toBe('joining');
    await world.rounds(14);
    for (const at of [0, 1]) {
      expect((await repliesTo(at, 'A question')).sort()).toEqual(['From the first', 'From the second']);
      expect(codes(at)).not.toContain('log-invalid');
    }
    await expectInStep();
  });

  it('[LOG-10] keeps what a device wrote only until all others have signed that they read it', async () => {
    await deskInConversation(3);
    await device(0).engine.work((cases, day) => cases.note(onlyId(), 'note', 'A note', day));
    await world.rounds(2);
    const keeper = device(0);
    expect(await keeper.store.list(names.keptEntries)).not.toEqual([]);
    await world.nextDay([device(0), device(1)]);
    await world.rounds(3, [device(0), device(1)]);
    expect(await keeper.store.list(names.keptEntries)).not.toEqual([]);
    await world.rounds(3);
    expect(await keeper.store.list(names.keptEntries)).toEqual([]);
  });

  it('[LOG-10] keeps nothing that a device wrote for longer than 14 days, and nothing of a case that ended', async () => {
    await deskInConversation(2);
    device(1).faults.isOffline = true;
    await device(0).engine.work((cases, day) => cases.note(onlyId(), 'note', 'A note', day));
    await world.rounds(2, [device(0)]);
    const note = new TextEncoder().encode('A note');
    const kept = async (): Promise<number> => {
      const found = await device(0).store.list(names.keptEntries);
      const all = await Promise.all(found.map((name) => device(0).store.get(name)));
      return all.filter((bytes) => Buffer.from(bytes ?? []).includes(Buffer.from(note))).length;
    };
    expect(await kept()).toBe(1);
    await world.nextDay([device(0)], LOG_LIFE_DAYS - 1);
    expect(await kept()).toBe(1);
    await world.nextDay([device(0)]);
    await world.rounds(1, [device(0)]);
    expect(await kept()).toBe(0);
  });
});

describe('a server that shows a device a history of its own', () => {
  it('[LOG-10] is reported, and drops nothing that the device wrote meanwhile', async () => {
    await deskInConversation(2);
    showOwnHistory(device(0));
    await device(0).engine.reply(onlyId(), 'Written in the dark');
    await world.rounds(4);
    expect(await texts(1)).toEqual([]);
    device(0).faults.desk = null;
    await world.rounds(14);
    expect(codes(0)).toContain('log-fork');
    expect(await texts(1)).toEqual(['Written in the dark']);
    await expectInStep();
  });

  it('[LOG-10] cannot make a device give up its own history by one false answer', async () => {
    await deskInConversation(2);
    let lies = 0;
    device(0).faults.desk = async (request, pass) => {
      const answer = await pass();
      if (request.kind !== 'log' || lies++ > 0) return answer;
      const entry = { number: lengthOf(0), entry: new Uint8Array(16_384).fill(1) };
      return { status: 200, body: encodeDeviceResponse({ kind: 'log', length: entry.number + 1, entries: [entry] }) };
    };
    const before = await world.stateOf(device(0));
    await world.rounds(1, [device(0)]);
    expect(await world.stateOf(device(0))).toBe(before);
    await world.rounds(6);
    await expectInStep();
  });
});

describe('a desk of which no device can read on', () => {
  it('[LOG-11] goes on from what the one knows that has read furthest, and says that entries are lost', async () => {
    await deskInConversation(3);
    // A disk is put back: what this device wrote last, it does not know any more, and nobody else has read it.
    const forgetful = device(0);
    const disk = forgetful.store.copy();
    await world.rounds(1, [forgetful]);
    forgetful.store = disk;
    await forgetful.restart();
    await device(2).engine.reply(onlyId(2), 'Waits for the log');
    sleep();
    // Two of three are not all: nobody goes on while the third may know more.
    await world.rounds(10, [device(0), device(1)]);
    for (const at of [0, 1]) expect(device(at).engine.status().phase).toBe('joining');
    await world.rounds(16);
    expect(world.devices.filter((_, at) => codes(at).includes('log-lost'))).toHaveLength(1);
    await new TestSource(world).visit(['After the holidays']);
    await world.rounds(6);
    for (const at of world.devices.keys()) expect(previews(at)).toEqual(['A question', 'After the holidays']);
    expect(await texts(0)).toEqual(['Waits for the log']);
    await expectInStep();
  });

  it('[LOG-11] goes on behind a server whose backup is older than what devices can give back', async () => {
    await deskInConversation(2);
    const copy = await world.backup();
    for (let day = 0; day < 4; day++) {
      await world.nextDay();
      await world.rounds(3);
      await device(day % 2).engine.reply(onlyId(), `On day ${day}`);
    }
    await world.rounds(2);
    await world.restore(copy);
    await world.rounds(20);
    expect((await texts(0)).sort()).toEqual(['On day 0', 'On day 1', 'On day 2', 'On day 3']);
    await new TestSource(world).visit(['Written afterwards']);
    await world.rounds(6);
    for (const at of [0, 1]) expect(previews(at)).toEqual(['A question', 'Written afterwards']);
    await expectInStep();
  });
});

describe('a desk whose server has lost its whole log', () => {
  it('[LOG-11] goes on by the one device that has read furthest, also over midnight, and others take over from it', async () => {
    world = await DeskWorld.create(2);
    const empty = await world.backup();
    await world.rounds(6);
    await new TestSource(world).visit(['A question']);
    await world.rounds(4);
    for (let day = 0; day < 4; day++) {
      await world.nextDay();
      await world.rounds(2);
      await device(day % 2).engine.reply(onlyId(), `On day ${day}`);
    }
    await world.rounds(2);
    await world.restore(empty);
    await world.rounds(1);
    expect(device(0).engine.status().phase).toBe('joining');
    // Who has read furthest comes back last, when its keys are erased; who goes on cannot write at first.
    expect(lengthOf(1)).toBeGreaterThan(lengthOf(0));
    await world.nextDay([device(0)], 3);
    let isLost = true;
    for (const { faults } of world.devices) {
      faults.desk = (request, pass) => {
        if (request.kind === 'append' && isLost) throw new Error('the request is lost');
        return pass();
      };
    }
    await world.rounds(8);
    // Until what it has said of itself is erased.
    await world.nextDay(
      world.devices.filter((_, at) => !codes(at).includes('log-lost')),
      3,
    );
    await world.rounds(4);
    await world.nextDay();
    await world.rounds(4);
    isLost = false;
    await world.rounds(8);
    expect(world.devices.filter((_, at) => codes(at).includes('log-lost'))).toHaveLength(1);
    await expectInStep();
    const written = ['On day 0', 'On day 1', 'On day 2', 'On day 3'];
    for (const at of [0, 1]) expect((await repliesTo(at, 'A question')).sort()).toEqual(written);
    await new TestSource(world).visit(['Written afterwards']);
    await world.rounds(6);
    await world.join();
    await world.rounds(8);
    for (const at of [0, 1, 2]) expect(previews(at)).toEqual(['A question', 'Written afterwards']);
    await expectInStep();
  });
});

describe('the last device of a desk', () => {
  it('[LOG-11] goes on by itself when those that knew more are gone from the roster, and says so', async () => {
    await deskInConversation(2);
    const gone = device(1);
    for (let day = 0; day < 4; day++) {
      await world.nextDay([gone]);
      await world.rounds(3, [gone]);
    }
    const left = device(0);
    await world.rounds(10, [left]);
    // While the roster lists the other, nobody goes on without it.
    expect(left.engine.status().phase).toBe('joining');
    await world.change([gone]);
    await world.rounds(8, [left]);
    expect(codes(0)).toEqual(['log-lost']);
    expect(left.engine.status().phase).toBe('working');
    expect(await texts(0)).toEqual([]);
    await new TestSource(world).visit(['Written afterwards']);
    await world.rounds(4, [left]);
    expect(previews(0)).toEqual(['A question', 'Written afterwards']);
  });

  it('[LOG-11] [THR-8] writes nothing that the removed device could read', async () => {
    await deskInConversation(2);
    const gone = device(1);
    for (let day = 0; day < 4; day++) {
      await world.nextDay([gone]);
      await world.rounds(3, [gone]);
    }
    const spy = gone.store.copy();
    const from = gone.engine.status().log.length;
    await world.change([gone]);
    await world.rounds(8, [device(0)]);
    const rows = (await world.storage?.log(world.desk, from, 99)) ?? [];
    expect(rows.length).toBeGreaterThan(2);
    expect(rows[0]?.bytes[1]).toBe(2);
    expect(Buffer.from(rows[0]?.bytes ?? []).includes(Buffer.from(gone.identity.deviceId))).toBe(false);
    const key = ((await device(0).store.get(names.groupKey)) as Uint8Array).slice(5, 37);
    expect(spy.find(key)).toEqual([]);
    expect(device(0).store.find(key)).toEqual([names.groupKey]);
  });

  it('[LOG-11] goes on behind a server that lost more than it has kept', async () => {
    await deskInConversation(1);
    const copy = await world.backup();
    for (let day = 0; day < 4; day++) {
      await world.nextDay();
      await world.rounds(3);
    }
    await device(0).engine.reply(onlyId(), 'After the backup');
    await world.rounds(2);
    await world.restore(copy);
    await world.rounds(6);
    expect(codes(0)).toContain('log-lost');
    expect(device(0).engine.status().phase).toBe('working');
    expect(await texts(0)).toEqual(['After the backup']);
    await new TestSource(world).visit(['Written afterwards']);
    await world.rounds(4);
    expect(previews(0)).toEqual(['A question', 'Written afterwards']);
  });
});
