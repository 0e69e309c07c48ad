/** What this device's person does to the desk's cases: writes it as events, and shows it before the log has it (spec/protocol.md, section 7.3). */

import { bytesToHex, hexToBytes, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { Reader } from '@postern/protocol/bytes/reader';
import { Writer } from '@postern/protocol/bytes/writer';
import {
  CASE_CHANGE_CASES_MAX,
  CASE_LABEL_BYTES_MAX,
  CASE_TEXT_BYTES_MAX,
  HASH_BYTES,
  MESSAGE_ID_BYTES,
} from '@postern/protocol/constants';
import { applyCaseEvent } from '@postern/protocol/desk/apply-case';
import { type PartsByCase, partsByCase, restsSince, withAbove, withParts } from '@postern/protocol/desk/case-kin';
import { type CaseRecord, type CaseWork, caseOf } from '@postern/protocol/desk/case-work';
import { endDayOf, withTermPassed } from '@postern/protocol/desk/end-case';
import type { EndedCount } from '@postern/protocol/desk/ended-counts';
import { isPermitted } from '@postern/protocol/desk/roles';
import type { DeskState } from '@postern/protocol/desk/state';
import {
  type CaseChange,
  type CaseEvent,
  CHANGE_ID_BYTES,
  isCaseEvent,
  type NoteKind,
  type Role,
} from '@postern/protocol/messages/case-event';
import type { ExportTerms } from '@postern/protocol/messages/export-terms';
import { type Grade, gradeCommitment } from '@postern/protocol/messages/grade';
import { encodeEvent, eventRoomBytes, type LogEvent } from '@postern/protocol/messages/log-event';
import type { Day } from '@postern/protocol/time';
import {
  type CaseProblem,
  type CaseSummary,
  type CaseView,
  caseSummary,
  type TeamView,
  teamView,
} from './case-view.ts';
import type { EngineParts } from './engine-parts.ts';
import { noteLead } from './lead-alert.ts';
import type { LogStore } from './log-store.ts';
import type { PendingEvents } from './pending-events.ts';
import type { StoreWrite } from './ports.ts';
import type { Rosters } from './rosters.ts';
import { copyForEvents } from './state-copy.ts';
import { names } from './store-schema.ts';

/** Nothing was done. */
export class CaseError extends Error {
  override readonly name = 'CaseError';
  readonly code: CaseProblem;

  constructor(code: CaseProblem) {
    super(`work on a case: ${code}`);
    this.code = code;
  }
}

export interface CaseDeskParts {
  readonly log: LogStore;
  readonly pending: PendingEvents;
  readonly rosters: Rosters;
}

interface Seen {
  readonly state: DeskState;
  readonly ahead: unknown;
  readonly logLength: number;
  readonly work: CaseWork;
  readonly parts: PartsByCase;
}

export class CaseDesk {
  readonly #parts: EngineParts;
  readonly #with: CaseDeskParts;
  /** Ids of cases of which this device knows its own grade and the others do not. */
  #graded: Set<string>;
  #touched = new Set<string>();
  /** The state with what waits for the log applied on top; only of the cases that it is about. */
  #ahead: {
    readonly of: readonly CaseEvent[];
    readonly state: DeskState;
    readonly logLength: number;
    readonly work: CaseWork;
  } | null = null;
  #kin: Seen | null = null;

  private constructor(parts: EngineParts, others: CaseDeskParts, graded: Set<string>) {
    this.#parts = parts;
    this.#with = others;
    this.#graded = graded;
  }

  static async load(parts: EngineParts, others: CaseDeskParts): Promise<CaseDesk> {
    const graded = await parts.ports.store.list(names.grades);
    const desk = new CaseDesk(parts, others, new Set(graded.map((name) => name.slice(names.grades.length))));
    await desk.refresh();
    return desk;
  }

  /** Applies what waits on top of the log's state, if either has changed. */
  async refresh(): Promise<void> {
    const of = this.#with.pending.events.filter(isCaseEvent);
    const { length: logLength } = this.#with.log.position;
    const { state } = this.#with.log;
    const { length } = of;
    const isSame =
      this.#ahead?.state === state && this.#ahead.logLength === logLength && this.#ahead.of.length === length;
    if (isSame && of.every((event, at) => event === this.#ahead?.of[at])) return;
    this.#touchAhead();
    if (of.length === 0) {
      this.#ahead = null;
      return;
    }
    const copy = copyForEvents(state, of);
    const { device } = this.#parts.keys;
    for (const event of of) {
      if (isPermitted(copy.work.team, bytesToHex(device), event)) {
        await applyCaseEvent(copy, event, device, this.#parts.keys);
      }
    }
    this.#ahead = { of, state, logLength, work: copy.work };
    this.#touchAhead();
  }

  /** Hex ids of cases that what waits for the log has come to, or is gone from, since this was last asked. */
  takeTouched(): ReadonlySet<string> {
    const touched = this.#touched;
    this.#touched = new Set();
    return touched;
  }

  #touchAhead(): void {
    for (const id of this.#ahead?.work.cases.keys() ?? []) this.#touched.add(id);
  }

  /** Whether its texts are gone and nothing has come since. */
  isEnded(id: string): boolean {
    return (this.#record(id).endedDay ?? null) !== null;
  }

  summary(id: string): CaseSummary {
    const { conversations } = this.#with.log.state;
    const { work, parts } = this.#seen();
    const rests = restsSince({ conversations, work }, parts, id);
    const endDay = conversations.has(id) ? endDayOf(work, id, rests) : null;
    return caseSummary(this.#record(id), bytesToHex(this.#parts.keys.device), { endDay, restsSince: rests });
  }

  view(id: string): CaseView {
    const record = this.#record(id);
    const { links, notes, grades, trail } = record;
    const parts = [...(this.#seen().parts.get(id) ?? [])];
    return { ...this.summary(id), links, parts, notes, grades, trail };
  }

  /** Hex ids of all cases that are part of one another with this one, it among them. */
  kinOf(id: string): string[] {
    const { work, parts } = this.#seen();
    return withParts(parts, withAbove(work, id).at(-1) ?? id);
  }

  /** The work with what waits on top, and what is part of what in it; made anew when either has changed. */
  #seen(): Seen {
    const { state, position } = this.#with.log;
    const seen = this.#kin;
    if (seen?.state === state && seen.ahead === this.#ahead && seen.logLength === position.length) return seen;
    const cases = new Map([...state.work.cases, ...(this.#ahead?.work.cases ?? [])]);
    const work = { team: this.#team, cases };
    this.#kin = { state, ahead: this.#ahead, logLength: position.length, work, parts: partsByCase(work) };
    return this.#kin;
  }

  team(): TeamView {
    const devices = this.#with.rosters.devices.map(bytesToHex);
    return teamView(this.#team, devices, bytesToHex(this.#parts.keys.device));
  }

  /** Of cases that have ended, in no order (CAS-11). */
  endedCounts(): readonly EndedCount[] {
    return [...this.#team.ended.values()];
  }

  /** @param ids hex @throws CaseError */
  async change(ids: readonly string[], change: CaseChange, day: Day): Promise<void> {
    const cases = this.#known(ids);
    const batches = Array.from({ length: Math.ceil(cases.length / CASE_CHANGE_CASES_MAX) }, (_, at) =>
      cases.slice(at * CASE_CHANGE_CASES_MAX, (at + 1) * CASE_CHANGE_CASES_MAX),
    );
    await this.#write(
      ...batches.map((some): CaseEvent => ({ kind: 'change', ...this.#head(day), cases: some, change })),
    );
  }

  async note(id: string, of: NoteKind, text: string, day: Day): Promise<void> {
    this.#known([id]);
    checkText(text, 1, CASE_TEXT_BYTES_MAX);
    await this.#write({ kind: 'note', ...this.#head(day), conversationId: hexToBytes(id), of, text });
  }

  /** The grade stays on this device until another one has committed to its own (CAS-3). */
  async grade(id: string, grade: Grade, day: Day): Promise<void> {
    this.#known([id]);
    const { gradesUnderWay } = this.#record(id);
    const { device, fingerprint, desk } = this.#parts.keys;
    const own = bytesToHex(device);
    const others = gradesUnderWay.filter((given) => given.device !== own);
    if (gradesUnderWay.length === 2 || others.length > 1) throw new CaseError('graded-already');
    const nonce = this.#parts.ports.random(HASH_BYTES);
    const conversationId = hexToBytes(id);
    const commitment = await gradeCommitment({ fingerprint, desk, conversationId, device }, grade, nonce);
    const kept = new Writer().u8(grade.source).u8(grade.information).bytes(nonce, HASH_BYTES).done();
    // One that waits for the log still is replaced by this one, or it would come first and be the one that counts.
    const writes = this.#with.pending.drop(
      (event) => event.kind === 'graded' && equal(event.conversationId, conversationId),
    );
    this.#graded.add(id);
    await this.#writeWith([...writes, { key: names.grade(id), bytes: kept }], {
      kind: 'graded',
      day,
      conversationId,
      commitment,
    });
  }

  /** Tells the others that a file of the case is saved in the clear, as it came, on this device. */
  async noteSaved(id: string, day: Day): Promise<void> {
    const [conversationId] = this.#known([id]) as [Uint8Array];
    await this.#write({ kind: 'saved-original', ...this.#head(day), conversationId });
  }

  async setName(name: string, day: Day): Promise<void> {
    checkText(name, 0, CASE_LABEL_BYTES_MAX);
    await this.#write({ kind: 'person', ...this.#head(day), name });
  }

  async setRole(device: string, role: Role, day: Day): Promise<void> {
    await this.#write({ kind: 'role', ...this.#head(day), device: hexToBytes(device), role });
  }

  async setRetention(days: number, day: Day): Promise<void> {
    await this.#write({ kind: 'retention', ...this.#head(day), days });
  }

  /** @param reply hex of the one that is replaced; null for a new one. An empty text removes it. */
  async saveReply(
    reply: string | null,
    { language, title, text }: { readonly language: string; readonly title: string; readonly text: string },
    day: Day,
  ): Promise<void> {
    checkText(language, 0, CASE_LABEL_BYTES_MAX);
    checkText(title, 0, CASE_LABEL_BYTES_MAX);
    checkText(text, 0, CASE_TEXT_BYTES_MAX);
    const id = reply === null ? this.#parts.ports.random(MESSAGE_ID_BYTES) : hexToBytes(reply);
    await this.#write({ kind: 'saved-reply', ...this.#head(day), reply: id, language, title, text });
  }

  /**
   * Asks for a second person's consent (CAS-5), for the parts of the cases too, which are shown within them.
   *
   * @param terms of an export (CAS-10); null: to erase them
   */
  async ask(ids: readonly string[], terms: ExportTerms | null, day: Day): Promise<void> {
    const { parts } = this.#seen();
    const cases = this.#known(ids.flatMap((id) => withParts(parts, id)));
    if (cases.length > CASE_CHANGE_CASES_MAX) throw new CaseError('malformed');
    const request = this.#parts.ports.random(MESSAGE_ID_BYTES);
    const event: CaseEvent = {
      kind: 'asked',
      request,
      day,
      purpose: terms === null ? 'erase' : 'export',
      cases,
      terms,
    };
    if (encodeEvent(event).length > eventRoomBytes) throw new CaseError('no-room');
    await this.#write(event);
  }

  async answer(request: string, isGranted: boolean, day: Day): Promise<void> {
    const asked = this.#team.requests.get(request);
    if (asked === undefined || asked.answer !== null) throw new CaseError('unknown');
    if (isGranted && asked.by === bytesToHex(this.#parts.keys.device)) throw new CaseError('not-permitted');
    await this.#write({ kind: 'answered', request: hexToBytes(request), day, isGranted });
  }

  /** Shows own grades when both have been given, ends cases whose term has passed, and tells whether there is a lead. */
  async work(day: Day): Promise<void> {
    noteLead(this.#parts.alerts, this.#with.log.state.work.team, this.#with.rosters.devices, day);
    for (const id of [...this.#graded]) await this.#showGrade(id, day);
    await this.#endDue(day);
    await this.refresh();
  }

  async #showGrade(id: string, day: Day): Promise<void> {
    const { store } = this.#parts.ports;
    const { log, pending } = this.#with;
    const own = bytesToHex(this.#parts.keys.device);
    // As the log has it: a commitment that only waits has not been seen by anybody.
    const { gradesUnderWay } = caseOf(log.state.work, id);
    const mine = gradesUnderWay.find(({ device }) => device === own);
    const conversationId = hexToBytes(id);
    const isWaiting = pending.events.some(
      (event) =>
        (event.kind === 'graded' || event.kind === 'grade-shown') && equal(event.conversationId, conversationId),
    );
    if (isWaiting || (mine?.grade === null && gradesUnderWay.length < 2)) return;
    const bytes = mine?.grade === null ? await store.get(names.grade(id)) : null;
    if (bytes === null) {
      this.#graded.delete(id);
      await store.delete(names.grade(id));
      return;
    }
    const reader = new Reader(bytes);
    const grade = { source: reader.u8(), information: reader.u8(), nonce: reader.bytes(HASH_BYTES) };
    reader.end();
    await this.#write({ kind: 'grade-shown', day, conversationId, ...grade });
  }

  async #endDue(day: Day): Promise<void> {
    const { log, pending } = this.#with;
    const { state } = log;
    const { retentionDays } = state.work.team;
    if (retentionDays === 0 || pending.events.some(({ kind }) => kind === 'ended')) return;
    const due = withTermPassed(state, state.conversations.keys(), day);
    if (due.length === 0) return;
    const cases = due.sort().slice(0, CASE_CHANGE_CASES_MAX).map(hexToBytes);
    await this.#write({ kind: 'ended', ...this.#head(day), cases });
  }

  get #team() {
    return this.#ahead?.work.team ?? this.#with.log.state.work.team;
  }

  #record(id: string): CaseRecord {
    return this.#ahead?.work.cases.get(id) ?? caseOf(this.#with.log.state.work, id);
  }

  #head(day: Day): { id: Uint8Array; day: Day } {
    return { id: this.#parts.ports.random(CHANGE_ID_BYTES), day };
  }

  /** Ascending, each once. @throws CaseError unknown */
  #known(ids: readonly string[]): Uint8Array[] {
    const { conversations } = this.#with.log.state;
    const known = [...new Set(ids)].filter((id) => conversations.has(id) && !this.isEnded(id)).sort();
    if (known.length === 0 || known.length < new Set(ids).size) throw new CaseError('unknown');
    return known.map(hexToBytes);
  }

  async #write(...events: readonly CaseEvent[]): Promise<void> {
    await this.#writeWith([], ...events);
  }

  async #writeWith(writes: readonly StoreWrite[], ...events: readonly CaseEvent[]): Promise<void> {
    const { pending, rosters } = this.#with;
    if (!rosters.isMember) throw new CaseError('stopped');
    const device = bytesToHex(this.#parts.keys.device);
    if (events.some((event) => !isPermitted(this.#team, device, event))) throw new CaseError('not-permitted');
    await this.#parts.ports.store.transaction([...writes, ...pending.add(events)]);
    await this.refresh();
  }
}

function checkText(text: string, bytesMin: number, bytesMax: number): void {
  const { length } = utf8ToBytes(text);
  if (length < bytesMin || length > bytesMax) throw new CaseError('malformed');
}

/** Whether an event that waits is about a case whose texts are gone. */
export function isAboutEnded({ work }: DeskState, event: LogEvent): boolean {
  if (!('conversationId' in event) || event.kind === 'posted' || event.kind === 'collected') return false;
  return (work.cases.get(bytesToHex(event.conversationId))?.endedDay ?? null) !== null;
}
