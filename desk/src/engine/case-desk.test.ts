// What a team does to its cases, on real engines over a real server.
import { bytesToHex, hexToBytes } from '@postern/protocol/bytes/encode';
import type { CaseChange } from '@postern/protocol/messages/case-event';
import type { ExportTerms } from '@postern/protocol/messages/export-terms';
import { encodeEvent } from '@postern/protocol/messages/log-event';
import { seededRandom } from '@postern/protocol/testing/seeded-random';
import { afterEach, describe, expect, it } from 'vitest';
import { countWeeks } from '../app/statistics.ts';
import { grantedRequest } from '../export/granted-request.ts';
import type { CaseDesk } from './case-desk.ts';
import { names } from './store-schema.ts';
import { DeskWorld, type TestDevice } from './testing/desk-world.ts';
import { TestSource } from './testing/test-source.ts';
import type { CaseFile, CaseLine } from './view.ts';

let world: DeskWorld;
afterEach(() => world.remove());

const device = (at: number): TestDevice => world.devices[at] as TestDevice;
const text = 'The registry was changed at night';

/** A desk with as many devices and one case. @returns its id */
async function begun(devices: number): Promise<string> {
  world = await DeskWorld.create(devices);
  await world.rounds(6);
  await new TestSource(world).visit([text]);
  await world.rounds(4);
  return device(0).engine.conversations()[0]?.id ?? '';
}

const work = (at: number, action: (cases: CaseDesk, day: number) => Promise<void>): Promise<void> =>
  device(at).engine.work(action);
const file = async (at: number, id: string): Promise<CaseFile> =>
  (await device(at).engine.conversation(id)) as CaseFile;
/** The device whose first event made it lead, and the others. */
function byRole(): { lead: number; others: number[] } {
  const lead = world.devices.findIndex(({ engine }) =>
    engine.team().people.some(({ isThis, role }) => isThis && role === 'lead'),
  );
  return { lead, others: world.devices.map((_, at) => at).filter((at) => at !== lead) };
}

/** One of what people do, each of which leaves the text, which is of one turn alone. @returns the text as it is to be found */
async function doSomething(at: number, what: number, id: string, other: string, text: string, source: TestSource) {
  const change = (of: CaseChange) => work(at, (cases, day) => cases.change([id], of, day));
  if (what === 0) await device(at).engine.reply(id, text);
  else if (what === 1) await source.visit([text]);
  else await work(at, (cases, day) => cases.note(id, what === 2 ? 'discussion' : 'note', text, day));
  if (what === 3) await change({ aspect: 'state', state: 'closed' });
  if (what === 4) await change({ aspect: 'tag', tag: text });
  if (what === 5) await change({ aspect: 'link', other: hexToBytes(other) });
  if (what === 6) await change({ aspect: 'merge', into: hexToBytes(other) });
  // Who has graded in this round already may not again.
  if (what === 7) {
    await work(at, (cases, day) => cases.grade(id, { source: 2, information: 3 }, day)).catch((error: unknown) =>
      expect(error).toMatchObject({ code: 'graded-already' }),
    );
  }
  return text;
}

function textsIn(views: readonly CaseFile[]): string[] {
  return views
    .flatMap(({ messages, replies, work: { notes } }) => [...messages, ...replies, ...notes])
    .map((one) => one.text)
    .filter((one) => one.startsWith('text '));
}

/** Lines that are kept from one look to the next are those that a device would show that starts now. */
async function showsWhatItHolds(of: TestDevice): Promise<void> {
  const anew = await of.second();
  expect(byId(of.engine.conversations())).toEqual(byId(anew.conversations()));
}

const byId = (lines: readonly CaseLine[]): CaseLine[] => [...lines].sort((a, b) => (a.id < b.id ? -1 : 1));

describe('work on a case', () => {
  it('shows at once where it was done, and on the other device with the log', async () => {
    const id = await begun(2);
    await work(0, (cases, day) => cases.change([id], { aspect: 'tag', tag: '港口' }, day));
    await work(0, (cases, day) => cases.note(id, 'discussion', 'See the harbour file', day));
    expect((await file(0, id)).work).toMatchObject({ tags: ['港口'], notes: [{ text: 'See the harbour file' }] });
    expect((await file(1, id)).work).toMatchObject({ tags: [], notes: [] });
    await world.rounds(2);
    for (const at of [0, 1]) {
      expect((await file(at, id)).work).toMatchObject({ tags: ['港口'], notes: [{ text: 'See the harbour file' }] });
    }
    await device(1).restart();
    expect((await file(1, id)).work.tags).toEqual(['港口']);
    await expect(work(0, (cases, day) => cases.note('ab'.repeat(32), 'note', 'x', day))).rejects.toThrow('unknown');
    await expect(work(0, (cases, day) => cases.note(id, 'note', 'x'.repeat(8_193), day))).rejects.toThrow('malformed');
  });

  it('[CAS-4] of devices that are offline and come back all gets in; all have the same state', async () => {
    await begun(3);
    const sources = [new TestSource(world), new TestSource(world)];
    for (const [at, source] of sources.entries()) await source.visit([`Case ${at}`]);
    await world.rounds(4);
    const ids = device(0)
      .engine.conversations()
      .map((line) => line.id);
    expect(ids).toHaveLength(3);
    const random = seededRandom('offline and back');
    const written: string[] = [];
    for (let turn = 0; turn < 30; turn++) {
      const [who = 0, offline = 0, what = 0, which = 0, restarts = 0] = random(5);
      const at = who % 3;
      const [id = '', other = ''] = [ids[which % 3], ids[(which + 1) % 3]];
      for (const [index, { faults }] of world.devices.entries()) faults.isOffline = (offline >> index) % 2 === 1;
      written.push(await doSomething(at, what % 8, id, other, `text ${turn}`, sources[turn % 2] as TestSource));
      await showsWhatItHolds(device(at));
      if (restarts % 4 === 0) await device(at).restart();
      await world.rounds(1);
      await showsWhatItHolds(device(turn % 3));
    }
    for (const { faults } of world.devices) faults.isOffline = false;
    await world.rounds(8);
    const views = await Promise.all([0, 1, 2].map((at) => Promise.all(ids.map((id) => file(at, id)))));
    for (const of of views) expect([...new Set(textsIn(of))].sort()).toEqual(written.sort());
    for (const { engine } of world.devices) expect(engine.status().log.waitingEvents).toBe(0);
    expect(await world.stateOf(device(1))).toBe(await world.stateOf(device(0)));
    expect(await world.stateOf(device(2))).toBe(await world.stateOf(device(0)));
  });

  it('[LOG-4] does not show in the log: each tick one entry of one size, with a hundred events or none', async () => {
    const id = await begun(2);
    const lengths: number[] = [];
    device(0).faults.desk = async (request, pass) => {
      if (request.kind === 'append') lengths.push(request.entry.length);
      return pass();
    };
    await world.rounds(5);
    const idle = lengths.splice(0);
    for (let at = 0; at < 100; at++) await work(0, (cases, day) => cases.note(id, 'note', `${at}`.repeat(40), day));
    await world.rounds(5);
    const appended = (all: readonly number[]) => new Set(all);
    expect([...appended(idle), ...appended(lengths)]).toEqual([16_384, 16_384]);
    expect(lengths.length).toBe(idle.length);
  });
});

describe('grades', () => {
  it('[CAS-3] stay on their device until the other person has given one', async () => {
    const id = await begun(2);
    await work(0, (cases, day) => cases.grade(id, { source: 2, information: 3 }, day));
    const kept = (await device(0).store.get(names.grade(id))) as Uint8Array;
    const nonce = kept.subarray(2);
    await world.rounds(3);
    expect((await file(1, id)).work).toMatchObject({ gradesUnderWay: 1, hasGraded: false, grade: null });
    expect((await file(0, id)).work).toMatchObject({ gradesUnderWay: 1, hasGraded: true, grade: null });
    // Not in anything that the other device has: neither the record as it lies there nor what its state holds.
    const holds = async (): Promise<boolean> => (await world.stateOf(device(1))).includes(bytesToHex(nonce));
    expect([await holds(), device(1).store.find(nonce)]).toEqual([false, []]);
    await work(1, (cases, day) => cases.grade(id, { source: 4, information: 3 }, day));
    await device(0).restart();
    await world.rounds(4);
    for (const at of [0, 1]) {
      const { work: seen } = await file(at, id);
      expect([...seen.grades].map(({ source, information }) => [source, information]).sort()).toEqual([
        [2, 3],
        [4, 3],
      ]);
      expect(seen).toMatchObject({ gradesDiffer: true, gradesUnderWay: 0 });
      expect(await device(at).store.get(names.grade(id))).toBe(null);
    }
  });
});

describe('roles', () => {
  it('[CAS-1] are kept by every reader: what an auditor’s device writes all the same counts nowhere and is reported', async () => {
    const id = await begun(2);
    const { lead, others } = byRole();
    const [other] = others as [number];
    await expect(work(other, (cases, day) => cases.setRetention(1, day))).rejects.toThrow('not-permitted');
    await work(lead, (cases, day) => cases.setRole(device(other).id, 'auditor', day));
    // Before it knows, it writes one more note.
    device(other).faults.isOffline = true;
    await world.rounds(2);
    await work(other, (cases, day) => cases.note(id, 'note', 'From an auditor', day));
    device(other).faults.isOffline = false;
    await world.rounds(3);
    for (const at of [lead, other]) {
      expect((await file(at, id)).work.notes).toEqual([]);
      const alerts = device(at)
        .engine.status()
        .alerts.filter(({ code }) => code === 'event-refused');
      expect(alerts).toMatchObject([{ device: device(other).id, count: 1 }]);
    }
    await expect(device(other).engine.reply(id, 'Hello')).rejects.toThrow('not-permitted');
    await expect(work(other, (cases, day) => cases.note(id, 'note', 'x', day))).rejects.toThrow('not-permitted');
    await expect(work(lead, (cases, day) => cases.note(id, 'note', 'x', day))).resolves.toBe(undefined);
    // A device that comes later, with the state, puts it down to nobody else.
    const third = await world.join();
    await world.rounds(14);
    expect(third.engine.status()).toMatchObject({ phase: 'working', alerts: [] });
    expect(third.engine.team().refused).toMatchObject([{ device: device(other).id, count: 1 }]);
  });
});

describe('a desk whose only lead is gone', () => {
  it('gets another when two members name the same device, and shows who was named meanwhile', async () => {
    await begun(3);
    expect(world.devices.flatMap(({ engine }) => engine.status().alerts)).toEqual([]);
    const { lead, others } = byRole();
    const [one, two] = others as [number, number];
    const rest = others.map(device);
    await world.change([device(lead)]);
    await world.rounds(8, rest);
    const people = () =>
      device(two)
        .engine.team()
        .people.map(({ role, proposedBy }) => [role, proposedBy]);
    expect(people()).toEqual(Array(2).fill(['member', null]));
    const missing = () =>
      rest.map(({ engine }) => engine.status().alerts.filter(({ code }) => code === 'lead-missing').length);
    expect(missing()).toEqual([1, 1]);
    const name = (at: number) => work(at, (cases, day) => cases.setRole(device(one).id, 'lead', day));
    await name(one);
    await world.rounds(3, rest);
    expect(people()).toContainEqual(['member', device(one).id]);
    await name(two);
    await world.rounds(3, rest);
    expect(
      people()
        .map(([role]) => role)
        .sort(),
    ).toEqual(['lead', 'member']);
    expect(missing()).toEqual([0, 0]);
    await work(one, (cases, day) => cases.setRetention(90, day));
  });
});

const terms: ExportTerms = {
  ...{ recipients: ['age1one', 'age1two'], form: 'cleaned', hasWork: false },
  choices: { ['ab'.repeat(16)]: 'original' },
};

describe('an export', () => {
  it('[CAS-10] shows to who shall agree for whom it is sealed and in which form, and fits into one entry or is refused', async () => {
    const id = await begun(2);
    await work(0, (cases, day) => cases.ask([id], terms, day));
    await world.rounds(2);
    expect(device(1).engine.team().requests).toMatchObject([{ purpose: 'export', cases: [id], terms, answer: null }]);
    const recipients = Array.from({ length: 7 }, (_, at) => `age1${at}${'q'.repeat(1_954)}`);
    const many = work(0, (cases, day) => cases.ask([id], { ...terms, recipients }, day));
    await expect(many).rejects.toMatchObject({ code: 'no-room' });
    await work(0, (cases, day) => cases.ask([id], { ...terms, recipients: recipients.slice(0, 6) }, day));
  });

  it('[CAS-5] is for the device that asked, once another one has agreed in the log', async () => {
    const id = await begun(2);
    await work(0, (cases, day) => cases.ask([id], terms, day));
    await world.rounds(2);
    const request = device(1).engine.team().requests[0]?.id ?? '';
    const may = () => world.devices.map(({ engine }) => grantedRequest(engine.team(), request, world.day) !== null);
    expect(may()).toEqual([false, false]);
    await work(1, (cases, day) => cases.answer(request, true, day));
    await world.rounds(2);
    expect(may()).toEqual([true, false]);
    const steps = (await file(1, id)).work.trail.map(({ device: by, what, value }) => [by, what, value]);
    expect(steps).toEqual([
      [device(0).id, 'asked', 'export'],
      [device(1).id, 'answered', 'export/yes'],
    ]);
  });
});

describe('a case that is part of another [CAS-9]', () => {
  it('is asked for with it, and until when it is kept follows that one’s hold and messages on every device', async () => {
    const id = await begun(2);
    await new TestSource(world).visit(['Another writes of the same']);
    await world.rounds(4);
    const part =
      device(0)
        .engine.conversations()
        .find((line) => line.id !== id)?.id ?? '';
    const { lead } = byRole();
    const change = (of: CaseChange, on: string) => work(lead, (cases, day) => cases.change([on], of, day));
    await work(lead, (cases, day) => cases.setRetention(30, day));
    await change({ aspect: 'merge', into: hexToBytes(id) }, part);
    await world.rounds(2);
    const ends = (at: number) =>
      device(at)
        .engine.conversations()
        .map(({ work: { endDay } }) => endDay);
    expect([ends(0), ends(1)]).toEqual([Array(2).fill(world.day + 30), Array(2).fill(world.day + 30)]);
    await change({ aspect: 'hold', isHeld: true }, id);
    expect(ends(lead)).toEqual([null, null]);
    await world.rounds(2);
    expect([ends(0), ends(1)]).toEqual([
      [null, null],
      [null, null],
    ]);
    await change({ aspect: 'merge', into: null }, part);
    await world.rounds(2);
    expect(ends(1 - lead).filter((day) => day === null)).toHaveLength(1);
    await change({ aspect: 'merge', into: hexToBytes(id) }, part);
    await work(0, (cases, day) => cases.ask([id], terms, day));
    expect(device(0).engine.team().requests[0]?.cases).toEqual([id, part].sort());
  });

  it('never becomes part of its own part, not even before the log has what was done here', async () => {
    const id = await begun(2);
    for (const other of ['Another', 'A third']) await new TestSource(world).visit([other]);
    await world.rounds(4);
    const ids = device(0).engine.conversations();
    const [part = '', middle = ''] = ids.map((line) => line.id).filter((one) => one !== id);
    const merge = (some: readonly string[], into: string) =>
      work(0, (cases, day) => cases.change(some, { aspect: 'merge', into: hexToBytes(into) }, day));
    const partOf = async (at: number) => {
      const files = await Promise.all([id, middle, part].map((one) => file(at, one)));
      return files.map(({ work: { mergedInto } }) => mergedInto);
    };
    await merge([part], middle);
    await merge([middle], id);
    await world.rounds(2);
    const before = [null, id, middle];
    await work(0, (cases, day) => cases.change([part], { aspect: 'tag', tag: 'harbour' }, day));
    await merge([id], part);
    expect(await partOf(0)).toEqual(before);
    await device(0).restart();
    expect(await partOf(0)).toEqual(before);
    await world.rounds(2);
    // One event alone names both.
    await merge([id, part], part);
    expect(await partOf(0)).toEqual(before);
    await world.rounds(2);
    expect([await partOf(0), await partOf(1)]).toEqual([before, before]);
  });

  it('[CAS-6] is not shown as erased while that one is on hold, not even before the log has the consent', async () => {
    const id = await begun(2);
    await new TestSource(world).visit(['Another writes of the same']);
    await world.rounds(4);
    const lines = device(0).engine.conversations();
    const part = lines.map((line) => line.id).find((one) => one !== id) ?? '';
    await work(0, (cases, day) => cases.change([part], { aspect: 'merge', into: hexToBytes(id) }, day));
    await work(0, (cases, day) => cases.change([id], { aspect: 'hold', isHeld: true }, day));
    await work(0, (cases, day) => cases.ask([part], null, day));
    await world.rounds(2);
    const request = device(1).engine.team().requests[0]?.id ?? '';
    await work(1, (cases, day) => cases.answer(request, true, day));
    expect(await device(1).engine.conversation(part)).not.toBe(null);
    await world.rounds(2);
    expect(await device(1).engine.conversation(part)).not.toBe(null);
  });
});

describe('the end of a case', () => {
  it('[CAS-5] [CAS-6] [CAS-11] by two people erases its texts and its key on every device, and leaves it in the numbers', async () => {
    const id = await begun(2);
    const weeks = () => world.devices.map(({ engine }) => countWeeks(engine.conversations(), engine.endedCounts()));
    const [before] = weeks();
    expect(before).toMatchObject([{ campaign: null, cases: 1, closed: 0 }]);
    await work(0, (cases, day) => cases.note(id, 'note', 'Ring the harbour office', day));
    await world.rounds(2);
    const [early, key] = [device(1).store.copy(), (await device(1).store.get(names.caseKey(id))) as Uint8Array];
    expect(early.find(key)).toEqual([names.caseKey(id)]);
    await work(0, (cases, day) => cases.ask([id], null, day));
    await world.rounds(2);
    const request = device(1).engine.team().requests[0]?.id ?? '';
    await expect(work(0, (cases, day) => cases.answer(request, true, day))).rejects.toThrow('not-permitted');
    // A device whose program does not ask writes it all the same.
    const forged = { kind: 'answered', request: hexToBytes(request), day: world.day, isGranted: true } as const;
    await device(0).store.set(names.pending(9_000), encodeEvent(forged));
    await device(0).restart();
    await world.rounds(2);
    expect(await device(1).engine.conversation(id)).not.toBe(null);
    await work(1, (cases, day) => cases.answer(request, true, day));
    await world.rounds(3);
    const texts = [text, 'Ring the harbour office'].map((one) => bytesToHex(new TextEncoder().encode(one)));
    for (const { engine, store } of world.devices) {
      expect(await engine.conversation(id)).toBe(null);
      expect(engine.conversations()).toEqual([]);
      expect(store.find(key)).toEqual([]);
    }
    expect(weeks()).toEqual(Array(2).fill([{ ...before?.[0], closed: 1 }]));
    for (const at of [0, 1]) {
      const state = await world.stateOf(device(at));
      expect(texts.map((one) => state.includes(one))).toEqual([false, false]);
    }
    await expect(device(0).engine.reply(id, 'Too late')).rejects.toThrow('unknown-conversation');
  });

  it('[CAS-7] is told to a device that was away for so long that it has to take the state of another, and to no new one', async () => {
    world = await DeskWorld.create(2);
    await world.rounds(6);
    const { lead, others } = byRole();
    const [one, away] = [device(lead), device(others[0] ?? 0)];
    for (let day = 0; day < 4; day++) {
      await world.nextDay([one]);
      if (day === 1) await work(lead, (cases, on) => cases.setRetention(90, on));
      await world.rounds(3, [one]);
    }
    const third = await world.join();
    await world.rounds(12);
    const told = [one, away, third].map(({ engine }) =>
      engine.status().alerts.filter(({ code }) => code === 'term-changed'),
    );
    expect([one, away, third].map(({ engine }) => engine.team().retentionDays)).toEqual([90, 90, 90]);
    expect(told).toMatchObject([[], [{ device: one.id }], []]);
  });

  it('[CAS-6] [CAS-7] comes by itself after the desk’s term, not while somebody holds the case, nor in the week after', async () => {
    const id = await begun(2);
    const { lead } = byRole();
    await work(lead, (cases, day) => cases.setRetention(2, day));
    await work(0, (cases, day) => cases.change([id], { aspect: 'hold', isHeld: true }, day));
    await world.rounds(2);
    // The other device is told who has changed the term; the one that did it knows.
    const told = world.devices.map(({ engine }) =>
      engine.status().alerts.filter(({ code }) => code === 'term-changed'),
    );
    const by = device(lead).id;
    expect(told.map((alerts, at) => alerts.map((alert) => alert.device === by && at !== lead))).toEqual(
      world.devices.map((_, at) => (at === lead ? [] : [true])),
    );
    await world.nextDay(world.devices, 8);
    await world.rounds(3);
    expect(await device(1).engine.conversation(id)).not.toBe(null);
    await work(lead, (cases, day) => cases.change([id], { aspect: 'hold', isHeld: false }, day));
    expect((await file(lead, id)).work.endDay).toBe(world.day + 7);
    await world.nextDay(world.devices, 7);
    await world.rounds(4);
    expect(await device(1).engine.conversation(id)).not.toBe(null);
    await world.nextDay(world.devices, 1);
    await world.rounds(4);
    for (const { engine } of world.devices) expect(engine.conversations()).toEqual([]);
    expect(await world.stateOf(device(1))).toBe(await world.stateOf(device(0)));
  });
});
