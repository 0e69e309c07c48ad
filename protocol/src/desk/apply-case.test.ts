import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex } from '../bytes/encode.ts';
import type { CaseChange, CaseEvent } from '../messages/case-event.ts';
import { splitContent } from '../messages/content.ts';
import type { ExportTerms } from '../messages/export-terms.ts';
import { type Grade, gradeCommitment } from '../messages/grade.ts';
import { encodeInside } from '../messages/inside.ts';
import type { LogEvent } from '../messages/log-event.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { applyEntry } from './apply.ts';
import type { CaseRecord } from './case-work.ts';
import { decodeCaseWork, decodeTeam, encodeCaseWork, encodeTeam } from './case-work-codec.ts';
import { roleOf } from './roles.ts';
import { type DeskState, emptyDeskState } from './state.ts';
import { decodeDeskState, encodeDeskState } from './state-codec.ts';

const context = { fingerprint: new Uint8Array(32).fill(7), desk: new Uint8Array(8).fill(8) };
const day = 20_800;
const random = seededRandom('cases');
const bytes = (fill: number, length: number): Uint8Array => new Uint8Array(length).fill(fill);
const [lead, member, third] = [bytes(1, 8), bytes(2, 8), bytes(3, 8)] as const;
const hex = bytesToHex;
const caseId = (source: number): Uint8Array => bytes(100 + source, 32);
const secret = 'The accounts are in the blue folder';

async function received(source: number, messageDay = day, id = 0, text = secret): Promise<LogEvent> {
  const [piece] = (await splitContent({ campaign: null, language: 'en', answers: [], text, files: [] })) as [
    Uint8Array,
  ];
  const root = bytes(source, 32);
  root[0] = messageDay & 255;
  const place = { conversationId: caseId(source), messageId: bytes(id, 16), root, lane: 1 };
  const inside = { kind: 'submission', part: 0, parts: 1, day: messageDay, piece, ...place } as const;
  return { kind: 'received', envelopeId: random(32), day: messageDay, inside: encodeInside(inside) };
}

const changed = (change: CaseChange, sources: readonly number[] = [1], on = day): CaseEvent => ({
  kind: 'change',
  id: random(8),
  day: on,
  cases: sources.map(caseId),
  change,
});
const note = (text: string, source = 1): CaseEvent => ({
  kind: 'note',
  id: random(8),
  day,
  conversationId: caseId(source),
  of: 'note',
  text,
});
const asked = (request: Uint8Array, purpose: 'export' | 'erase', sources = [1]): CaseEvent => ({
  kind: 'asked',
  request,
  day,
  purpose,
  cases: sources.map(caseId),
  terms: purpose === 'export' ? terms : null,
});
const terms: ExportTerms = {
  ...{ recipients: ['age1one', 'age1two'], form: 'cleaned', hasWork: false },
  choices: { [hex(bytes(3, 16))]: 'original', [hex(bytes(2, 16))]: 'none' },
};
const answered = (request: Uint8Array, isGranted: boolean): CaseEvent => ({
  kind: 'answered',
  request,
  day,
  isGranted,
});
const role = (device: Uint8Array, to: 'member' | 'lead' | 'auditor'): CaseEvent => ({
  kind: 'role',
  id: random(8),
  day,
  device,
  role: to,
});

async function graded(device: Uint8Array, grade: Grade, nonce: Uint8Array): Promise<CaseEvent> {
  const conversationId = caseId(1);
  const commitment = await gradeCommitment({ ...context, conversationId, device }, grade, nonce);
  return { kind: 'graded', day, conversationId, commitment };
}
const shown = (grade: Grade, nonce: Uint8Array): CaseEvent => ({
  kind: 'grade-shown',
  day,
  conversationId: caseId(1),
  ...grade,
  nonce,
});

/** Two conversations; the lead has received them. */
async function begun(): Promise<DeskState> {
  const state = emptyDeskState();
  await put(state, lead, await received(1), await received(2, day, 9));
  return state;
}

async function put(state: DeskState, device: Uint8Array, ...events: LogEvent[]): Promise<Set<string>> {
  return applyEntry(state, { device, events }, context);
}

function only(state: DeskState, source = 1): CaseRecord {
  const record = state.work.cases.get(hex(caseId(source)));
  if (record === undefined) throw new Error('find a case: nobody has touched it');
  return record;
}

describe('a case', () => {
  it('carries state, owner, tags, reminder, placement and notes, and who did what [CAS-2]', async () => {
    const state = await begun();
    await put(state, lead, changed({ aspect: 'state', state: 'open' }, [1, 2]), note('Call the registry'));
    await put(
      state,
      member,
      changed({ aspect: 'owner', device: member }),
      changed({ aspect: 'tag', tag: '港口' }),
      changed({ aspect: 'tag', tag: 'budget' }),
      changed({ aspect: 'untag', tag: 'budget' }),
      changed({ aspect: 'reminder', on: day + 3 }),
      changed({ aspect: 'placement', access: 'first-hand', motive: 'conscience' }),
    );
    expect(only(state)).toMatchObject({
      state: 'open',
      owner: hex(member),
      tags: ['港口'],
      reminder: day + 3,
      access: 'first-hand',
      notes: [{ text: 'Call the registry', device: hex(lead) }],
    });
    expect(only(state).trail.map(({ device, what, value }) => [device, what, value])).toEqual([
      [hex(lead), 'state', 'open'],
      [hex(lead), 'note', 'note'],
      [hex(member), 'owner', hex(member)],
      [hex(member), 'tag', '港口'],
      [hex(member), 'tag', 'budget'],
      [hex(member), 'untag', 'budget'],
      [hex(member), 'reminder', String(day + 3)],
      [hex(member), 'placement', 'first-hand/conscience'],
    ]);
    expect(only(state, 2)).toMatchObject({ state: 'open', owner: null });
  });

  it('is open again when its source writes, and not when nothing new came', async () => {
    const state = await begun();
    await put(state, lead, changed({ aspect: 'state', state: 'closed' }));
    await put(state, lead, await received(1, day));
    expect(only(state).state).toBe('closed');
    await put(state, lead, await received(1, day + 1, 5, 'More'));
    expect(only(state).state).toBe('open');
  });

  it('is linked at both ends, merged without circles, and says which cases changed', async () => {
    const state = await begun();
    const ends = await put(state, lead, changed({ aspect: 'link', other: caseId(2) }));
    expect([...ends].sort()).toEqual([hex(caseId(1)), hex(caseId(2))]);
    expect([only(state).links, only(state, 2).links]).toEqual([[hex(caseId(2))], [hex(caseId(1))]]);
    await put(state, lead, changed({ aspect: 'merge', into: caseId(2) }));
    await put(state, member, changed({ aspect: 'merge', into: caseId(1) }, [2]));
    expect([only(state).mergedInto, only(state, 2).mergedInto]).toEqual([hex(caseId(2)), null]);
    await put(state, member, changed({ aspect: 'unlink', other: caseId(1) }, [2]));
    expect(only(state).links).toEqual([]);
  });
});

describe('roles [CAS-1]', () => {
  it('begin with the device that signed first as lead, who gives the others theirs', async () => {
    const state = await begun();
    await put(state, member, role(third, 'auditor'), changed({ aspect: 'hold', isHeld: true }));
    await put(state, member, changed({ aspect: 'hold', isHeld: false }));
    expect(roleOf(state.work.team, hex(third))).toBe('member');
    expect(only(state).isHeld).toBe(true);
    await put(state, lead, role(third, 'auditor'));
    const before = encodeCaseWork({ ...state.work, team: { ...state.work.team, refused: new Map() } });
    await put(
      state,
      third,
      note('From an auditor'),
      changed({ aspect: 'state', state: 'closed' }),
      role(third, 'lead'),
    );
    await put(state, third, {
      kind: 'reply',
      conversationId: caseId(1),
      messageId: random(16),
      day,
      pieces: [random(5)],
    });
    const after = encodeCaseWork({ ...state.work, team: { ...state.work.team, refused: new Map() } });
    expect(hex(after)).toBe(hex(before));
    expect(state.conversations.get(hex(caseId(1)))?.replies).toEqual([]);
    expect(Object.fromEntries(state.work.team.refused)).toEqual({
      [`${hex(member)}/role`]: 1,
      [`${hex(member)}/change`]: 1,
      [`${hex(third)}/note`]: 1,
      [`${hex(third)}/change`]: 1,
      [`${hex(third)}/role`]: 1,
      [`${hex(third)}/reply`]: 1,
    });
  });

  it('leave one lead, and two members together make a new one', async () => {
    const state = await begun();
    await put(state, lead, role(lead, 'member'));
    expect(roleOf(state.work.team, hex(lead))).toBe('lead');
    await put(state, member, role(third, 'lead'), role(third, 'lead'));
    expect(roleOf(state.work.team, hex(third))).toBe('member');
    await put(state, third, role(third, 'lead'));
    expect(roleOf(state.work.team, hex(third))).toBe('lead');
  });
});

describe('the trail of the team', () => {
  const reply = (text: string, title = 'Thanks'): CaseEvent => {
    return { kind: 'saved-reply', id: random(8), reply: bytes(4, 16), day, language: 'en', title, text };
  };
  const person = (name: string): CaseEvent => ({ kind: 'person', id: random(8), day, name });
  const term = (days: number): CaseEvent => ({ kind: 'retention', id: random(8), day, days });

  it('[CAS-8] says which device changed names, roles, saved replies and the term, and asked for what', async () => {
    const state = await begun();
    const request = bytes(9, 16);
    await put(state, lead, person('Ana'), role(third, 'auditor'), term(365), reply('Thank you'));
    await put(state, member, role(member, 'lead'), reply(''), asked(request, 'erase', [1, 2]));
    await put(state, lead, answered(request, true));
    const steps = state.work.team.trail.map(({ device, day: on, what, value }) => [device, on - day, what, value]);
    expect(steps).toEqual([
      [hex(lead), 0, 'person', 'Ana'],
      [hex(lead), 0, 'role', `${hex(third)}/auditor`],
      [hex(lead), 0, 'retention', '365'],
      [hex(lead), 0, 'saved-reply', 'Thanks'],
      [hex(member), 0, 'proposed', hex(member)],
      [hex(member), 0, 'saved-reply-removed', 'Thanks'],
      [hex(member), 0, 'asked', 'erase/2'],
      [hex(lead), 0, 'granted', 'erase/2'],
    ]);
    expect(decodeTeam(encodeTeam(state.work.team)).trail).toEqual(state.work.team.trail);
  });

  it('[CAS-4] changes a saved reply in its place: of two changes the later in the log counts', async () => {
    const state = await begun();
    await put(state, lead, reply('Thank you'), reply('Thank you.', 'Thanks anew'));
    await put(state, member, reply('Many thanks'));
    expect([...state.work.team.savedReplies.values()]).toEqual([
      { language: 'en', title: 'Thanks', text: 'Many thanks' },
    ]);
  });

  it('[CAS-8] says how many cases ended by their term, holds nothing that changed nothing, and keeps the newest', async () => {
    const state = await begun();
    const ended: CaseEvent = { kind: 'ended', id: random(8), day: day + 31, cases: [caseId(1), caseId(2)] };
    await put(state, lead, term(30), person('Ana'), ended);
    const steps = () => state.work.team.trail.map(({ what, value }) => [what, value]);
    const before = steps();
    expect(before.at(-1)).toEqual(['ended', '2']);
    await put(state, lead, term(30), person('Ana'), role(lead, 'member'), role(lead, 'lead'), reply(''), ended);
    await put(state, member, term(1), answered(bytes(9, 16), true));
    expect(steps()).toEqual(before);
    await put(state, lead, ...Array.from({ length: 600 }, (_, at) => person(`name ${at}`)));
    expect(steps()).toHaveLength(500);
    expect(steps().at(-1)).toEqual(['person', 'name 599']);
  });
});

describe('a file that is saved in the clear', () => {
  it('[CAS-12] leaves a step of whoever saved it in its case, an auditor’s too, and no name', async () => {
    const state = await begun();
    const saved: CaseEvent = { kind: 'saved-original', id: random(8), day, conversationId: caseId(1) };
    await put(state, lead, role(member, 'auditor'));
    await put(state, member, saved);
    expect(only(state).trail).toEqual([{ device: hex(member), day, what: 'saved-original', value: '' }]);
    expect(decodeCaseWork(encodeCaseWork(state.work)).cases).toEqual(state.work.cases);
  });
});

describe('grades [CAS-3]', () => {
  const [mine, theirs] = [
    { source: 2, information: 3 },
    { source: 4, information: 3 },
  ] as const;
  const [n1, n2] = [bytes(1, 32), bytes(2, 32)] as const;

  it('are shown only when two people have committed to theirs', async () => {
    const state = await begun();
    await put(state, lead, await graded(lead, mine, n1), shown(mine, n1));
    expect(only(state).gradesUnderWay).toMatchObject([{ grade: null }]);
    expect(only(state).grades).toEqual([]);
    await put(state, member, await graded(member, theirs, n2));
    await put(state, lead, shown(mine, n1));
    expect(only(state).grades).toEqual([]);
    await put(state, member, shown(theirs, n2));
    expect(only(state).grades).toEqual([
      { device: hex(lead), ...mine },
      { device: hex(member), ...theirs },
    ]);
  });

  it('are those that were committed to, by whom they were', async () => {
    const state = await begun();
    await put(state, lead, await graded(lead, mine, n1));
    await put(state, member, await graded(member, theirs, n2));
    await put(state, lead, shown({ source: 1, information: 1 }, n1), shown(mine, n2));
    await put(state, member, shown(mine, n1));
    await put(state, third, shown(theirs, n2));
    expect(only(state).gradesUnderWay.map(({ grade }) => grade)).toEqual([null, null]);
  });

  it('cannot be changed once the other has committed, nor joined by a third', async () => {
    const state = await begun();
    await put(state, lead, await graded(lead, theirs, n2), await graded(lead, mine, n1));
    await put(state, member, await graded(member, theirs, n2));
    const before = hex(encodeCaseWork(state.work));
    await put(state, lead, await graded(lead, theirs, n2));
    await put(state, third, await graded(third, theirs, n2));
    expect(hex(encodeCaseWork(state.work))).toBe(before);
    await put(state, lead, shown(mine, n1));
    await put(state, lead, changed({ aspect: 'regrade' }));
    expect(only(state).gradesUnderWay).toEqual([]);
  });

  it('show nothing of themselves in a commitment: the same grade twice gives two of them', async () => {
    const place = { ...context, conversationId: caseId(1), device: lead };
    const twice = await Promise.all([n1, n2].map((nonce) => gradeCommitment(place, mine, nonce)));
    expect(hex(twice[0]!)).not.toBe(hex(twice[1]!));
    const other = await gradeCommitment({ ...place, device: member }, mine, n1);
    expect(hex(other)).not.toBe(hex(twice[0]!));
  });
});

describe('the trail of a case', () => {
  it('[CAS-2] keeps what others did, and the last hold, however much one device does', async () => {
    const state = await begun();
    await put(state, third, changed({ aspect: 'state', state: 'open' }), changed({ aspect: 'tag', tag: 'harbour' }));
    await put(state, lead, changed({ aspect: 'hold', isHeld: true }), changed({ aspect: 'hold', isHeld: false }));
    const flips = Array.from({ length: 1_100 }, (): CaseEvent[] => [
      changed({ aspect: 'tag', tag: 'x' }),
      changed({ aspect: 'untag', tag: 'x' }),
    ]);
    await put(state, lead, changed({ aspect: 'state', state: 'closed' }), ...flips.flat());
    const seen = () => only(state).trail.map(({ device, what, value }) => `${device} ${what} ${value}`);
    const [of, by] = [hex(third), hex(lead)];
    const begin = [`${of} state open`, `${of} tag harbour`, `${by} hold on`, `${by} hold off`, `${by} state closed`];
    expect([seen().length, seen().slice(0, 5)]).toEqual([2_000, begin]);
    const states = Array.from({ length: 2_100 }, (_, at) =>
      changed({ aspect: 'state', state: at % 2 === 0 ? 'open' : 'closed' }),
    );
    await put(state, lead, ...states);
    expect([seen().length, seen().slice(0, 3)]).toEqual([2_000, [begin[0], begin[1], begin[3]]]);
  });
});

describe('two people [CAS-5]', () => {
  const request = bytes(9, 16);

  it('are needed to erase a case early: one alone cannot, the other may say no', async () => {
    const state = await begun();
    await put(state, member, asked(request, 'erase'), answered(request, true));
    expect(state.conversations.get(hex(caseId(1)))?.messages).toHaveLength(1);
    await put(state, lead, answered(request, false), answered(request, true));
    expect(state.conversations.get(hex(caseId(1)))?.messages).toHaveLength(1);
    const again = bytes(10, 16);
    await put(state, member, asked(again, 'erase'));
    await put(state, lead, answered(again, true));
    expect(state.conversations.get(hex(caseId(1)))?.messages).toEqual([]);
    expect(only(state)).toMatchObject({ endedDay: day, notes: [] });
    expect(state.conversations.get(hex(caseId(2)))?.messages).toHaveLength(1);
  });

  it('[CAS-6] leave nothing of for whom a case was to go out once all cases of the request have ended, or it was refused', async () => {
    const state = await begun();
    const termsOf = (id: Uint8Array) => state.work.team.requests.get(hex(id))?.terms;
    const no = bytes(8, 16);
    await put(state, member, asked(request, 'export', [1, 2]), asked(no, 'export'));
    await put(state, lead, answered(request, true), answered(no, false));
    expect([termsOf(request), termsOf(no)]).toEqual([terms, null]);
    for (const [at, source] of [1, 2].entries()) {
      const erase = bytes(20 + at, 16);
      await put(state, member, asked(erase, 'erase', [source]));
      await put(state, lead, answered(erase, true));
      expect(termsOf(request)).toEqual(at === 0 ? terms : null);
    }
    const kept = Buffer.from(encodeTeam(state.work.team));
    expect([kept.includes('age1one'), kept.includes(Buffer.from(bytes(3, 16)))]).toEqual([false, false]);
  });

  it('do not erase a case on hold, and grant an export without erasing', async () => {
    const state = await begun();
    await put(state, lead, changed({ aspect: 'hold', isHeld: true }), asked(request, 'erase'));
    await put(state, member, answered(request, true));
    const other = bytes(11, 16);
    await put(state, member, asked(other, 'export'));
    await put(state, lead, answered(other, true));
    expect(state.conversations.get(hex(caseId(1)))?.messages).toHaveLength(1);
    const granted = state.work.team.requests.get(hex(other));
    expect(granted).toMatchObject({ terms, answer: { isGranted: true, by: hex(lead) } });
    expect(decodeTeam(encodeTeam(state.work.team)).requests.get(hex(other))).toEqual(granted);
  });
});

describe('the end of a case [CAS-6]', () => {
  const retention: CaseEvent = { kind: 'retention', id: random(8), day, days: 30 };
  const ended = (on: number, sources = [1]): CaseEvent => ({
    kind: 'ended',
    id: random(8),
    day: on,
    cases: sources.map(caseId),
  });

  it('comes when the term has passed since anything was written, not earlier, and not on hold', async () => {
    const state = await begun();
    const isHere = (source = 1) => state.conversations.get(hex(caseId(source)))?.messages.length === 1;
    await put(state, member, ended(day + 400));
    expect(isHere()).toBe(true);
    await put(state, lead, retention, changed({ aspect: 'hold', isHeld: true }, [2]));
    await put(state, member, ended(day + 30, [1, 2]));
    expect(isHere()).toBe(true);
    await put(state, member, ended(day + 31, [1, 2]));
    expect([isHere(1), isHere(2)]).toEqual([false, true]);
  });

  it('[CAS-7] comes a week after the term was changed or a hold released at the earliest, whoever changed it', async () => {
    const isHere = (state: DeskState) => state.conversations.get(hex(caseId(1)))?.messages.length === 1;
    const term = (days: number, on: number): CaseEvent => ({ kind: 'retention', id: random(8), day: on, days });
    const state = await begun();
    await put(state, lead, term(365, day), term(1, day + 100));
    await put(state, member, ended(day + 107));
    expect(isHere(state)).toBe(true);
    // Another lead takes it back, and saving the same days again moves nothing.
    await put(state, lead, role(member, 'lead'), term(1, day + 107));
    const unmoved = decodeDeskState(encodeDeskState(state));
    await put(unmoved, third, ended(day + 108));
    expect(isHere(unmoved)).toBe(false);
    await put(state, member, term(365, day + 107));
    await put(state, lead, ended(day + 365));
    expect(isHere(state)).toBe(true);
    const held = decodeDeskState(encodeDeskState(state));
    await put(held, third, changed({ aspect: 'hold', isHeld: true }, [1], day + 300));
    await put(held, lead, changed({ aspect: 'hold', isHeld: false }, [1], day + 400), ended(day + 407));
    expect(isHere(held)).toBe(true);
    for (const [of, on] of [[state, day + 366] as const, [held, day + 408] as const]) {
      await put(of, lead, ended(on));
      expect(isHere(of)).toBe(false);
    }
  });

  it('[CAS-9] comes for no part of a case on hold, nor while anything in one of the parts is within the term', async () => {
    const isHere = (state: DeskState, source: number) =>
      state.conversations.get(hex(caseId(source)))?.messages.length !== 0;
    const merge = (into: number | null, on = day) =>
      changed({ aspect: 'merge', into: into === null ? null : caseId(into) }, [2], on);
    const held = await begun();
    await put(held, lead, retention, merge(1), changed({ aspect: 'hold', isHeld: true }));
    await put(held, member, ended(day + 400, [1, 2]), asked(bytes(9, 16), 'erase', [2]));
    await put(held, third, answered(bytes(9, 16), true));
    expect([isHere(held, 1), isHere(held, 2)]).toEqual([true, true]);
    // Taking it out is no way around whoever releases a hold: the others have a week (CAS-7).
    await put(held, member, merge(null, day + 400), ended(day + 407, [2]));
    expect(isHere(held, 2)).toBe(true);
    await put(held, member, ended(day + 408, [1, 2]));
    expect([isHere(held, 1), isHere(held, 2)]).toEqual([true, false]);
    // Nor is a merging that was done before a release, and comes after it from a device that was offline.
    const released = await begun();
    const hold = (isHeld: boolean, on: number): LogEvent => changed({ aspect: 'hold', isHeld }, [2], on);
    await put(released, lead, retention, hold(true, day), hold(false, day + 400));
    await put(released, member, merge(1, day + 390), ended(day + 401, [2]), ended(day + 407, [2]));
    expect(isHere(released, 2)).toBe(true);
    await put(released, member, ended(day + 408, [2]));
    expect(isHere(released, 2)).toBe(false);
    const state = await begun();
    await put(state, lead, retention, merge(1), await received(2, day + 20, 7, 'It goes on'));
    await put(state, member, ended(day + 50, [1, 2]));
    expect([isHere(state, 1), isHere(state, 2)]).toEqual([true, true]);
    await put(state, member, ended(day + 51, [1, 2]));
    expect([isHere(state, 1), isHere(state, 2)]).toEqual([false, false]);
  });

  it('[CAS-6] comes as before where a device kept a term without the day of its change', async () => {
    const state = await begun();
    await put(state, lead, retention);
    const trail = state.work.team.trail.splice(0);
    expect(trail).toHaveLength(1);
    // Without the day, the empty trail and the empty counts, which end it.
    const before = Uint8Array.of(1, ...encodeTeam(state.work.team).subarray(1, -8));
    const team = decodeTeam(before);
    expect(team).toMatchObject({ retentionDays: 30, retentionSince: 0 });
    const old = { ...state, work: { ...state.work, team } };
    await put(old, lead, ended(day + 31));
    expect(old.conversations.get(hex(caseId(1)))?.messages).toEqual([]);
    expect(() => decodeTeam(before.with(0, 4))).toThrow('wanted 1 or 2');
  });

  it('leaves no text and no key of it in the state, and links to it are gone', async () => {
    const state = await begun();
    const reply: LogEvent = {
      kind: 'reply',
      conversationId: caseId(1),
      messageId: random(16),
      day,
      pieces: [random(40)],
    };
    await put(state, lead, reply, note('Ring the registry', 1), changed({ aspect: 'tag', tag: 'harbour' }));
    await put(
      state,
      lead,
      changed({ aspect: 'link', other: caseId(2) }),
      changed({ aspect: 'merge', into: caseId(1) }, [2]),
    );
    const keys = state.conversations.get(hex(caseId(1)))?.links?.keys.slice();
    const traces = [secret, 'Ring the registry', 'harbour'].map((text) => hex(new TextEncoder().encode(text)));
    traces.push(hex(keys!.subarray(0, 32)), hex(reply.kind === 'reply' ? reply.pieces[0]! : bytes(0, 1)));
    const holds = () => traces.map((trace) => hex(encodeDeskState(state)).includes(trace));
    // The second conversation has the same text.
    await put(state, lead, retention, ended(day + 31, [2]));
    expect(holds()).toEqual([true, true, true, true, true]);
    const gone = await put(state, lead, ended(day + 31, [1]));
    expect(holds()).toEqual([false, false, false, false, false]);
    expect([...gone]).toContain(hex(caseId(1)));
  });

  it('[CHN-1] gives no link and no number again when the source writes once more', async () => {
    const state = await begun();
    const reply = (): LogEvent => ({
      kind: 'reply',
      conversationId: caseId(1),
      messageId: random(16),
      day: day + 31,
      pieces: [random(5)],
    });
    await put(state, lead, reply(), retention, ended(day + 62));
    await put(state, lead, note('No case any more'), await received(1, day, 6, 'On the same day'), reply());
    const conversation = state.conversations.get(hex(caseId(1)))!;
    expect(conversation.replies).toMatchObject([{ progress: 'waiting', number: 0 }]);
    expect(only(state)).toMatchObject({ state: 'new', endedDay: null, notes: [] });
    await put(state, lead, await received(1, day + 40, 7, 'Later'));
    expect(conversation.replies).toMatchObject([{ number: 2, link: 0, rootDay: day + 40 }]);
  });
});

describe('several devices, offline and back', () => {
  const devices = [lead, member, third];
  const change = fc.oneof(
    fc.constantFrom('new', 'open', 'waiting', 'closed').map((state): CaseChange => ({ aspect: 'state', state })),
    fc.constantFrom(null, ...devices).map((device): CaseChange => ({ aspect: 'owner', device })),
    fc
      .tuple(fc.constantFrom('tag', 'untag'), fc.constantFrom('a', 'b'))
      .map(([aspect, tag]): CaseChange => ({ aspect, tag })),
    fc.boolean().map((isHeld): CaseChange => ({ aspect: 'hold', isHeld })),
    fc.constantFrom('link', 'unlink').map((aspect): CaseChange => ({ aspect, other: caseId(2) })),
    fc.constantFrom(null, 1, 2).map((into): CaseChange => ({ aspect: 'merge', into: into && caseId(into) })),
    fc.constant<CaseChange>({ aspect: 'regrade' }),
  );
  const anyEvent = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.tuple(change, fc.subarray([1, 2], { minLength: 1 })).map(([of, on]) => changed(of, on)),
    },
    fc.constantFrom('one', 'two').map((text) => note(text)),
    fc.tuple(fc.constantFrom(...devices), fc.constantFrom('member', 'lead', 'auditor')).map(([to, as]) => role(to, as)),
    fc.nat(3).map((at) => asked(bytes(at, 16), at % 2 === 0 ? 'erase' : 'export')),
    fc.tuple(fc.nat(3), fc.boolean()).map(([at, isGranted]) => answered(bytes(at, 16), isGranted)),
    fc.tuple(fc.nat(60), fc.nat(60)).map(([days, later]): CaseEvent => {
      return { kind: 'retention', id: random(8), day: day + later, days };
    }),
    fc.tuple(fc.constantFrom(1, 2), fc.nat(5)).map(([of, at]): LogEvent => {
      // The same one twice, too: a device that did not hear that it was taken writes it again.
      return { kind: 'reply', conversationId: caseId(of), messageId: bytes(at, 16), day, pieces: [bytes(at, 5)] };
    }),
    fc.tuple(fc.constantFrom(1, 2), fc.nat(3)).map(([of, number]): LogEvent => {
      return { kind: 'posted', conversationId: caseId(of), number };
    }),
    fc.tuple(fc.constantFrom(1, 2), fc.nat(3)).map(([of, at]): CaseEvent => {
      return { kind: 'graded', day, conversationId: caseId(of), commitment: bytes(at, 32) };
    }),
    fc.constantFrom(1, 2).map((of): CaseEvent => {
      return { kind: 'saved-original', id: random(8), day, conversationId: caseId(of) };
    }),
    fc.constantFrom('Ann', '').map((name): CaseEvent => ({ kind: 'person', id: random(8), day, name })),
    fc.nat(60).map((later): CaseEvent => ({ kind: 'ended', id: random(8), day: day + later, cases: [caseId(1)] })),
  );
  /** What each device writes while it is alone, and in which order their entries reach the server, some at a time. */
  const anyHistory = fc.tuple(
    fc.tuple(...devices.map(() => fc.array(anyEvent, { maxLength: 10 }))),
    fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 4 })), { maxLength: 24 }),
  );

  it('[LOG-2] [CAS-4] have the same state, whether they followed, came later, or kept and read it in between', async () => {
    const run = async ([queues, order]: [LogEvent[][], [number, number][]]): Promise<void> => {
      const rest = queues.map((queue) => [...queue]);
      const entries: { device: Uint8Array; events: LogEvent[] }[] = [{ device: lead, events: [await received(1)] }];
      entries.push({ device: member, events: [await received(2, day, 9)] });
      for (const [at, count] of [...order, [0, 10], [1, 10], [2, 10]] as [number, number][]) {
        entries.push({ device: devices[at]!, events: rest[at]!.splice(0, count) });
      }
      const follower = emptyDeskState();
      let stored = encodeDeskState(emptyDeskState());
      for (const { device, events } of entries) {
        await put(follower, device, ...events);
        const state = decodeDeskState(stored);
        await put(state, device, ...events);
        stored = encodeDeskState(state);
      }
      expect(rest.flat()).toEqual([]);
      expect(hex(stored)).toBe(hex(encodeDeskState(follower)));
      expect([...follower.work.team.roles.values()]).toContain('lead');
      for (const [id, { links, mergedInto }] of follower.work.cases) {
        for (const other of links) expect(follower.work.cases.get(other)?.links).toContain(id);
        expect(mergedInto).not.toBe(id);
      }
      expect(encodeCaseWork(decodeCaseWork(encodeCaseWork(follower.work)))).toEqual(encodeCaseWork(follower.work));
    };
    await fc.assert(fc.asyncProperty(anyHistory, run), { numRuns: 150 });
  });

  it('[LOG-2] say of every case that changed that it did', async () => {
    const run = async (events: LogEvent[]): Promise<void> => {
      const state = await begun();
      for (const event of events) {
        const ids = [...state.conversations.keys()];
        const before = new Map(ids.map((id) => [id, hex(encodeDeskState(pick(state, id)))]));
        const said = await put(state, lead, event);
        for (const id of ids) {
          if (hex(encodeDeskState(pick(state, id))) !== before.get(id)) expect(said.has(id)).toBe(true);
        }
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(anyEvent, { maxLength: 12 }), run), { numRuns: 60 });
  });
});

/** One case of a state, alone. */
function pick({ conversations, work }: DeskState, id: string): DeskState {
  const empty = emptyDeskState();
  const [conversation, record] = [conversations.get(id), work.cases.get(id)];
  if (conversation) empty.conversations.set(id, conversation);
  if (record) empty.work.cases.set(id, record);
  return empty;
}
