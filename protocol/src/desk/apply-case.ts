/** Applies what a team does to its cases, in the order of the log (spec/protocol.md, section 7.3, LOG-2, CAS-1 to CAS-9). */

import { bytesToHex } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import type { CaseChange, CaseEvent } from '../messages/case-event.ts';
import { gradeCommitment } from '../messages/grade.ts';
import { isKept, withAbove } from './case-kin.ts';
import {
  type CaseRecord,
  type CaseWork,
  type ConsentRequest,
  caseOf,
  type TeamTrailItem,
  type TrailItem,
} from './case-work.ts';
import { endCase, lastKeeping, withTermPassed } from './end-case.ts';
import { giveRole } from './roles.ts';
import type { DeskContext, DeskState } from './state.ts';

const trailLengthMax = 2_000;
/** Steps that go first when there is no room: what they changed stands in the case, or is easily done again. */
const lightSteps: ReadonlySet<TrailItem['what']> = new Set(['tag', 'untag', 'reminder', 'link', 'unlink', 'note']);
/** Of the team's: the whole of it goes to the page with each change. */
const teamTrailLengthMax = 500;

/** @param device its role permits the event. @returns hex ids of the cases that changed */
export async function applyCaseEvent(
  state: DeskState,
  event: CaseEvent,
  device: Uint8Array,
  context: DeskContext,
): Promise<readonly string[]> {
  const by = bytesToHex(device);
  const { team } = state.work;
  const note = (what: TeamTrailItem['what'], value: string): void =>
    push(team.trail, { device: by, day: event.day, what, value }, teamTrailLengthMax);
  switch (event.kind) {
    case 'change': {
      const { change } = event;
      const changed = knownCases(state, event.cases).filter((id) => applyChange(state, id, by, event.day, change));
      return changed.length > 0 && 'other' in change ? [...changed, bytesToHex(change.other)] : changed;
    }
    case 'note':
      return inCase(state, event.conversationId, (record) => {
        const id = bytesToHex(event.id);
        if (record.notes.some((note) => note.id === id)) return null;
        record.notes.push({ id, of: event.of, device: by, day: event.day, text: event.text });
        return { device: by, day: event.day, what: 'note', value: event.of };
      });
    case 'graded':
      return inCase(state, event.conversationId, (record) => {
        if (!commitGrade(record, by, event.commitment)) return null;
        return { device: by, day: event.day, what: 'graded', value: '' };
      });
    case 'grade-shown':
      return showGrade(state, event, device, context);
    case 'person':
      if (team.names.get(by) === event.name) return [];
      team.names.set(by, event.name);
      note('person', event.name);
      return [];
    case 'role': {
      const to = bytesToHex(event.device);
      const done = giveRole(team, by, event.device, event.role);
      if (done !== null) note(done, done === 'role' ? `${to}/${event.role}` : to);
      return [];
    }
    case 'saved-reply': {
      const { reply, language, title, text } = event;
      const id = bytesToHex(reply);
      const before = team.savedReplies.get(id);
      if (text !== '') {
        team.savedReplies.set(id, { language, title, text });
        note('saved-reply', title);
      } else if (before !== undefined) {
        team.savedReplies.delete(id);
        note('saved-reply-removed', before.title);
      }
      return [];
    }
    case 'retention':
      if (team.retentionDays === event.days) return [];
      team.retentionDays = event.days;
      team.retentionSince = event.day;
      note('retention', String(event.days));
      return [];
    case 'asked': {
      const request = bytesToHex(event.request);
      const cases = knownCases(state, event.cases);
      if (team.requests.has(request) || cases.length === 0) return [];
      const { purpose, terms } = event;
      team.requests.set(request, { purpose, by, day: event.day, cases, terms, answer: null });
      note('asked', `${purpose}/${cases.length}`);
      const step = { device: by, day: event.day, what: 'asked', value: purpose } as const;
      for (const id of cases) addTrail(state.work, id, caseOf(state.work, id), step);
      return cases;
    }
    case 'answered': {
      const asked = answer(state, event, by);
      if (asked === null) return [];
      note(event.isGranted ? 'granted' : 'refused', `${asked.purpose}/${asked.cases.length}`);
      return asked.changed;
    }
    case 'saved-original':
      return inCase(state, event.conversationId, () => ({ device: by, day: event.day, what: event.kind, value: '' }));
    case 'ended': {
      const due = withTermPassed(state, knownCases(state, event.cases), event.day);
      if (due.length > 0) note('ended', String(due.length));
      return due.flatMap((id) => endCase(state, id, { device: by, day: event.day, what: 'ended', value: 'term' }));
    }
  }
}

/** A source has written: what was waiting or closed is open again, what had ended begins anew. */
export function noteArrival(state: DeskState, id: string, day: number): void {
  const record = state.work.cases.get(id);
  if (record === undefined) return;
  record.activity += 1;
  if (record.endedDay !== null) {
    record.endedDay = null;
    record.state = 'new';
    pushTrail(record, { device: '', day, what: 'wrote-again', value: '' });
  } else if (record.state !== 'new') record.state = 'open';
}

function applyChange(state: DeskState, id: string, by: string, day: number, change: CaseChange): boolean {
  const record = caseOf(state.work, id);
  const value = changeRecord(state, id, record, change);
  if (value === null) return false;
  addTrail(state.work, id, record, { device: by, day, what: change.aspect, value });
  return true;
}

/** @returns the new value for the trail; null if nothing changed */
function changeRecord(state: DeskState, id: string, record: CaseRecord, change: CaseChange): string | null {
  switch (change.aspect) {
    case 'state':
      if (record.state === change.state) return null;
      record.state = change.state;
      return change.state;
    case 'owner': {
      const owner = change.device === null ? null : bytesToHex(change.device);
      if (record.owner === owner) return null;
      record.owner = owner;
      return owner ?? '';
    }
    case 'tag':
    case 'untag': {
      const { tag } = change;
      if (record.tags.includes(tag) === (change.aspect === 'tag')) return null;
      record.tags = withOrWithout(record.tags, tag);
      return tag;
    }
    case 'reminder':
      if (record.reminder === change.on) return null;
      record.reminder = change.on;
      return String(change.on ?? '');
    case 'hold':
      if (record.isHeld === change.isHeld) return null;
      record.isHeld = change.isHeld;
      return change.isHeld ? 'on' : 'off';
    case 'placement':
      if (record.access === change.access && record.motive === change.motive) return null;
      record.access = change.access;
      record.motive = change.motive;
      return `${change.access}/${change.motive}`;
    case 'link':
    case 'unlink':
      return linkCases(state, id, record, bytesToHex(change.other), change.aspect === 'link');
    case 'merge':
      return mergeCase(state, id, record, change.into === null ? null : bytesToHex(change.into));
    case 'regrade':
      if (record.gradesUnderWay.length === 0) return null;
      record.gradesUnderWay = [];
      return '';
  }
}

/** A link stands at both ends. */
function linkCases(state: DeskState, id: string, one: CaseRecord, other: string, isLinked: boolean): string | null {
  if (other === id || !isHere(state, other)) return null;
  const two = caseOf(state.work, other);
  if (one.links.includes(other) === isLinked) return null;
  one.links = withOrWithout(one.links, other);
  two.links = withOrWithout(two.links, id);
  two.activity += 1;
  state.work.cases.set(other, two);
  return other;
}

/** A case is part of another, never in a circle. */
function mergeCase(state: DeskState, id: string, record: CaseRecord, into: string | null): string | null {
  if (record.mergedInto === into || (into !== null && !isHere(state, into))) return null;
  if (into !== null && withAbove(state.work, into).includes(id)) return null;
  record.mergedInto = into;
  return into ?? '';
}

/** Two commitments of two devices; until the second has come, the first may be replaced by its own device. */
function commitGrade(record: CaseRecord, device: string, commitment: Uint8Array): boolean {
  const others = record.gradesUnderWay.filter((given) => given.device !== device);
  if (record.gradesUnderWay.length === 2 || others.length > 1) return false;
  record.gradesUnderWay = [...others, { device, commitment, grade: null }];
  return true;
}

/** Counts only when both have committed, and only what was committed to (CAS-3). */
async function showGrade(
  state: DeskState,
  { conversationId, source, information, nonce, day }: Extract<CaseEvent, { kind: 'grade-shown' }>,
  device: Uint8Array,
  context: DeskContext,
): Promise<readonly string[]> {
  const by = bytesToHex(device);
  const commitment = await gradeCommitment({ ...context, conversationId, device }, { source, information }, nonce);
  return inCase(state, conversationId, (record) => {
    const { gradesUnderWay } = record;
    const own = gradesUnderWay.find((given) => given.device === by && given.grade === null);
    if (gradesUnderWay.length < 2 || own === undefined || !equal(own.commitment, commitment)) return null;
    const shown = gradesUnderWay.map((given) => (given === own ? { ...own, grade: { source, information } } : given));
    const grades = shown.flatMap(({ device: of, grade }) => (grade === null ? [] : [{ device: of, ...grade }]));
    record.gradesUnderWay = grades.length === 2 ? [] : shown;
    if (grades.length === 2) record.grades = grades;
    return { device: by, day, what: 'grade-shown', value: `${source}/${information}` };
  });
}

/**
 * By another person than the one who asked; a case on hold is not erased (CAS-5, CAS-6).
 *
 * @returns what it answers, and hex ids of the cases that changed; null for what counts nowhere
 */
function answer(
  state: DeskState,
  { request, day, isGranted }: Extract<CaseEvent, { kind: 'answered' }>,
  by: string,
): (ConsentRequest & { readonly changed: readonly string[] }) | null {
  const { requests } = state.work.team;
  const id = bytesToHex(request);
  const asked = requests.get(id);
  if (asked === undefined || asked.answer !== null || (isGranted && asked.by === by)) return null;
  requests.set(id, { ...asked, terms: isGranted ? asked.terms : null, answer: { by, day, isGranted } });
  const changed = new Set(asked.cases);
  // Before any of them ends: then its parts are on their own.
  const kept = new Set(asked.cases.filter((one) => isKept(state.work, one)));
  for (const one of asked.cases) {
    if (state.work.cases.get(one)?.endedDay != null) continue;
    addTrail(state.work, one, caseOf(state.work, one), {
      device: by,
      day,
      what: 'answered',
      value: `${asked.purpose}/${isGranted ? 'yes' : 'no'}`,
    });
    if (!isGranted || asked.purpose !== 'erase' || kept.has(one)) continue;
    const ended = endCase(state, one, { device: by, day, what: 'ended', value: 'consent' });
    for (const other of ended) changed.add(other);
  }
  return { ...asked, changed: [...changed] };
}

/** @param change its step for the trail, or null if it did nothing */
function inCase(
  state: DeskState,
  conversationId: Uint8Array,
  change: (record: CaseRecord) => TrailItem | null,
): readonly string[] {
  return knownCases(state, [conversationId]).filter((id) => {
    const record = caseOf(state.work, id);
    const step = change(record);
    if (step !== null) addTrail(state.work, id, record, step);
    return step !== null;
  });
}

/** Nothing is done to a conversation that is not here, or whose texts are gone. */
function knownCases(state: DeskState, ids: readonly Uint8Array[]): string[] {
  return ids.map(bytesToHex).filter((id) => isHere(state, id));
}

function isHere(state: DeskState, id: string): boolean {
  return state.conversations.has(id) && (state.work.cases.get(id)?.endedDay ?? null) === null;
}

function addTrail(work: CaseWork, id: string, record: CaseRecord, item: TrailItem): void {
  work.cases.set(id, record);
  record.activity += 1;
  pushTrail(record, item);
}

/** Nobody pushes out what was done by whoever has done less (CAS-2): whoever has most steps loses one. What a case's term counts from stays (CAS-7). */
function pushTrail({ trail }: CaseRecord, item: TrailItem): void {
  trail.push(item);
  if (trail.length <= trailLengthMax) return;
  const byDevice = Map.groupBy(trail, ({ device }) => device);
  const [most] = [...byDevice].reduce((one, other) => (other[1].length > one[1].length ? other : one));
  const keeping = lastKeeping(trail);
  const light = trail.findIndex(({ device, what }) => device === most && lightSteps.has(what));
  const at = light >= 0 ? light : trail.findIndex((one) => one.device === most && !keeping.includes(one));
  trail.splice(at, 1);
}

function push<Item>(trail: Item[], item: Item, lengthMax: number): void {
  trail.push(item);
  if (trail.length > lengthMax) trail.splice(0, trail.length - lengthMax);
}

function withOrWithout(items: readonly string[], item: string): readonly string[] {
  return items.includes(item) ? items.filter((other) => other !== item) : [...items, item].sort();
}
