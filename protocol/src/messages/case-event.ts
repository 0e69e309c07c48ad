/** What a team does to its cases beside writing, as events of the desk's log (spec/protocol.md, section 7.3). */

import { utf8ToBytes } from '../bytes/encode.ts';
import type { Reader } from '../bytes/reader.ts';
import { requireSorted } from '../bytes/sorted.ts';
import { WireError } from '../bytes/wire-error.ts';
import type { Writer } from '../bytes/writer.ts';
import {
  CASE_CHANGE_CASES_MAX,
  CASE_LABEL_BYTES_MAX,
  CASE_TEXT_BYTES_MAX,
  CONVERSATION_ID_BYTES,
  DEVICE_ID_BYTES,
  HASH_BYTES,
  MESSAGE_ID_BYTES,
} from '../constants.ts';
import { type ExportTerms, readExportTerms, writeExportTerms } from './export-terms.ts';

export const caseStates = ['new', 'open', 'waiting', 'closed'] as const;
export type CaseState = (typeof caseStates)[number];
/** How near the source is to what it tells. */
export const accessKinds = ['unknown', 'first-hand', 'second-hand', 'documents', 'hearsay'] as const;
export type AccessKind = (typeof accessKinds)[number];
export const motiveKinds = ['unknown', 'conscience', 'grievance', 'gain', 'protection', 'other'] as const;
export type MotiveKind = (typeof motiveKinds)[number];
export const roles = ['member', 'lead', 'auditor'] as const;
export type Role = (typeof roles)[number];
export const noteKinds = ['note', 'discussion'] as const;
export type NoteKind = (typeof noteKinds)[number];
export const purposes = ['export', 'erase'] as const;
export type Purpose = (typeof purposes)[number];

/** One field of a case and its new value. Ids are 32 bytes of a conversation or 8 of a device; null: none. */
export type CaseChange =
  | { readonly aspect: 'state'; readonly state: CaseState }
  | { readonly aspect: 'owner'; readonly device: Uint8Array | null }
  | { readonly aspect: 'tag' | 'untag'; readonly tag: string }
  | { readonly aspect: 'reminder'; readonly on: number | null }
  | { readonly aspect: 'hold'; readonly isHeld: boolean }
  | { readonly aspect: 'placement'; readonly access: AccessKind; readonly motive: MotiveKind }
  | { readonly aspect: 'link' | 'unlink'; readonly other: Uint8Array }
  | { readonly aspect: 'merge'; readonly into: Uint8Array | null }
  /** The grades that are under way are given up: a grader's device is gone. */
  | { readonly aspect: 'regrade' };

/** `id` is fresh for each: the same change made twice is two events. `day` is the writer's UTC day. */
export type CaseEvent =
  | {
      readonly kind: 'change';
      readonly id: Uint8Array;
      readonly day: number;
      /** 1 to 256 conversations, ascending. */
      readonly cases: readonly Uint8Array[];
      readonly change: CaseChange;
    }
  | {
      readonly kind: 'note';
      readonly id: Uint8Array;
      readonly day: number;
      readonly conversationId: Uint8Array;
      readonly of: NoteKind;
      readonly text: string;
    }
  /** A grade was given, as a commitment that shows nothing of it. */
  | {
      readonly kind: 'graded';
      readonly day: number;
      readonly conversationId: Uint8Array;
      readonly commitment: Uint8Array;
    }
  /** Opens the signer's commitment; `source` 1 to 6 for A to F, `information` 1 to 6. */
  | {
      readonly kind: 'grade-shown';
      readonly day: number;
      readonly conversationId: Uint8Array;
      readonly source: number;
      readonly information: number;
      readonly nonce: Uint8Array;
    }
  /** The name of who uses the signing device. */
  | { readonly kind: 'person'; readonly id: Uint8Array; readonly day: number; readonly name: string }
  | {
      readonly kind: 'role';
      readonly id: Uint8Array;
      readonly day: number;
      readonly device: Uint8Array;
      readonly role: Role;
    }
  /** An empty text removes it. */
  | {
      readonly kind: 'saved-reply';
      readonly id: Uint8Array;
      readonly reply: Uint8Array;
      readonly day: number;
      readonly language: string;
      readonly title: string;
      readonly text: string;
    }
  /** How many days after its last message, reply or note a case ends; 0: never by itself. */
  | { readonly kind: 'retention'; readonly id: Uint8Array; readonly day: number; readonly days: number }
  /** Asks for a second person's consent: for an export to what the terms say (null in events of before there were terms), else without. */
  | {
      readonly kind: 'asked';
      readonly request: Uint8Array;
      readonly day: number;
      readonly purpose: Purpose;
      readonly cases: readonly Uint8Array[];
      readonly terms: ExportTerms | null;
    }
  | { readonly kind: 'answered'; readonly request: Uint8Array; readonly day: number; readonly isGranted: boolean }
  /** The term of these cases has passed. */
  | { readonly kind: 'ended'; readonly id: Uint8Array; readonly day: number; readonly cases: readonly Uint8Array[] }
  /** A file of the case is saved in the clear, as it came, to the disk of the signing device. */
  | {
      readonly kind: 'saved-original';
      readonly id: Uint8Array;
      readonly day: number;
      readonly conversationId: Uint8Array;
    };

export const caseEventTypes = {
  change: 32,
  note: 33,
  graded: 34,
  'grade-shown': 35,
  person: 36,
  role: 37,
  'saved-reply': 38,
  retention: 39,
  asked: 40,
  answered: 41,
  ended: 42,
  'saved-original': 43,
} as const satisfies Readonly<Record<CaseEvent['kind'], number>>;

const aspects = {
  state: 1,
  owner: 2,
  tag: 3,
  untag: 4,
  reminder: 5,
  hold: 6,
  placement: 7,
  link: 8,
  unlink: 9,
  merge: 10,
  regrade: 11,
} as const satisfies Readonly<Record<CaseChange['aspect'], number>>;

export const aspectNames: readonly string[] = Object.keys(aspects);

const noDevice = new Uint8Array(DEVICE_ID_BYTES);
const noCase = new Uint8Array(CONVERSATION_ID_BYTES);
export const CHANGE_ID_BYTES = 8;

export function isCaseEvent(event: { readonly kind: string }): event is CaseEvent {
  return Object.hasOwn(caseEventTypes, event.kind);
}

/** @throws RangeError for a field that does not fit */
export function writeCaseEvent(event: CaseEvent, writer: Writer): Writer {
  switch (event.kind) {
    case 'change':
      writer.bytes(event.id, CHANGE_ID_BYTES).u32(event.day);
      writeCases(event.cases, writer);
      return writeChange(event.change, writer);
    case 'note':
      writer.bytes(event.id, CHANGE_ID_BYTES).u32(event.day).bytes(event.conversationId, CONVERSATION_ID_BYTES);
      writer.u8(codeOf(noteKinds, event.of)).text16(checkText(event.text, 1, CASE_TEXT_BYTES_MAX));
      return writer;
    case 'graded':
      writer.u32(event.day).bytes(event.conversationId, CONVERSATION_ID_BYTES).bytes(event.commitment, HASH_BYTES);
      return writer;
    case 'grade-shown':
      writer.u32(event.day).bytes(event.conversationId, CONVERSATION_ID_BYTES);
      writer.u8(event.source).u8(event.information).bytes(event.nonce, HASH_BYTES);
      return writer;
    case 'person':
      writer
        .bytes(event.id, CHANGE_ID_BYTES)
        .u32(event.day)
        .text8(checkText(event.name, 0, CASE_LABEL_BYTES_MAX));
      return writer;
    case 'role':
      writer.bytes(event.id, CHANGE_ID_BYTES).u32(event.day).bytes(event.device, DEVICE_ID_BYTES);
      writer.u8(codeOf(roles, event.role));
      return writer;
    case 'saved-reply':
      writer.bytes(event.id, CHANGE_ID_BYTES).bytes(event.reply, MESSAGE_ID_BYTES).u32(event.day);
      writer.text8(checkText(event.language, 0, CASE_LABEL_BYTES_MAX));
      writer.text8(checkText(event.title, 0, CASE_LABEL_BYTES_MAX));
      writer.text16(checkText(event.text, 0, CASE_TEXT_BYTES_MAX));
      return writer;
    case 'retention':
      writer.bytes(event.id, CHANGE_ID_BYTES).u32(event.day).u16(event.days);
      return writer;
    case 'asked':
      writer.bytes(event.request, MESSAGE_ID_BYTES).u32(event.day).u8(codeOf(purposes, event.purpose));
      writeCases(event.cases, writer);
      if (event.terms === null) return writer;
      if (event.purpose !== 'export') throw new RangeError('encode an event: terms of what is no export');
      return writeExportTerms(event.terms, writer);
    case 'answered':
      writer
        .bytes(event.request, MESSAGE_ID_BYTES)
        .u32(event.day)
        .u8(event.isGranted ? 1 : 0);
      return writer;
    case 'ended':
      writer.bytes(event.id, CHANGE_ID_BYTES).u32(event.day);
      return writeCases(event.cases, writer);
    case 'saved-original':
      return writer.bytes(event.id, CHANGE_ID_BYTES).u32(event.day).bytes(event.conversationId, CONVERSATION_ID_BYTES);
  }
}

/** Null for a type that is no event of this section. @throws WireError */
export function readCaseEvent(type: number, body: Reader): CaseEvent | null {
  switch (type) {
    case caseEventTypes.change:
      return { kind: 'change', ...readHead(body), cases: readCases(body), change: readChange(body) };
    case caseEventTypes.note: {
      const head = { ...readHead(body), conversationId: body.bytes(CONVERSATION_ID_BYTES) };
      return { kind: 'note', ...head, of: readCode(body, noteKinds), text: readText16(body, 1) };
    }
    case caseEventTypes.graded: {
      const day = body.u32();
      const conversationId = body.bytes(CONVERSATION_ID_BYTES);
      return { kind: 'graded', day, conversationId, commitment: body.bytes(HASH_BYTES) };
    }
    case caseEventTypes['grade-shown']: {
      const head = { day: body.u32(), conversationId: body.bytes(CONVERSATION_ID_BYTES) };
      const grade = { source: readGrade(body), information: readGrade(body) };
      return { kind: 'grade-shown', ...head, ...grade, nonce: body.bytes(HASH_BYTES) };
    }
    case caseEventTypes.person:
      return { kind: 'person', ...readHead(body), name: body.text8(CASE_LABEL_BYTES_MAX) };
    case caseEventTypes.role:
      return { kind: 'role', ...readHead(body), device: body.bytes(DEVICE_ID_BYTES), role: readCode(body, roles) };
    case caseEventTypes['saved-reply']: {
      const head = { id: body.bytes(CHANGE_ID_BYTES), reply: body.bytes(MESSAGE_ID_BYTES), day: body.u32() };
      const [language, title] = [body.text8(CASE_LABEL_BYTES_MAX), body.text8(CASE_LABEL_BYTES_MAX)];
      return { kind: 'saved-reply', ...head, language, title, text: readText16(body, 0) };
    }
    case caseEventTypes.retention:
      return { kind: 'retention', ...readHead(body), days: body.u16() };
    case caseEventTypes.asked: {
      const head = { request: body.bytes(MESSAGE_ID_BYTES), day: body.u32() };
      const [purpose, cases] = [readCode(body, purposes), readCases(body)];
      const terms = purpose === 'export' && body.remaining > 0 ? readExportTerms(body) : null;
      return { kind: 'asked', ...head, purpose, cases, terms };
    }
    case caseEventTypes.answered:
      return { kind: 'answered', request: body.bytes(MESSAGE_ID_BYTES), day: body.u32(), isGranted: readFlag(body) };
    case caseEventTypes.ended:
      return { kind: 'ended', ...readHead(body), cases: readCases(body) };
    case caseEventTypes['saved-original']:
      return { kind: 'saved-original', ...readHead(body), conversationId: body.bytes(CONVERSATION_ID_BYTES) };
    default:
      return null;
  }
}

function writeChange(change: CaseChange, writer: Writer): Writer {
  writer.u8(aspects[change.aspect]);
  switch (change.aspect) {
    case 'state':
      return writer.u8(codeOf(caseStates, change.state));
    case 'owner':
      return writer.bytes(change.device ?? noDevice, DEVICE_ID_BYTES);
    case 'tag':
    case 'untag':
      return writer.text8(checkText(change.tag, 1, CASE_LABEL_BYTES_MAX));
    case 'reminder':
      return writer.u32(change.on ?? 0);
    case 'hold':
      return writer.u8(change.isHeld ? 1 : 0);
    case 'placement':
      return writer.u8(codeOf(accessKinds, change.access)).u8(codeOf(motiveKinds, change.motive));
    case 'link':
    case 'unlink':
      return writer.bytes(change.other, CONVERSATION_ID_BYTES);
    case 'merge':
      return writer.bytes(change.into ?? noCase, CONVERSATION_ID_BYTES);
    case 'regrade':
      return writer;
  }
}

function readChange(body: Reader): CaseChange {
  const code = body.u8();
  switch (code) {
    case aspects.state:
      return { aspect: 'state', state: readCode(body, caseStates) };
    case aspects.owner:
      return { aspect: 'owner', device: orNone(body.bytes(DEVICE_ID_BYTES)) };
    case aspects.tag:
      return { aspect: 'tag', tag: readTag(body) };
    case aspects.untag:
      return { aspect: 'untag', tag: readTag(body) };
    case aspects.reminder:
      return { aspect: 'reminder', on: body.u32() || null };
    case aspects.hold:
      return { aspect: 'hold', isHeld: readFlag(body) };
    case aspects.placement:
      return { aspect: 'placement', access: readCode(body, accessKinds), motive: readCode(body, motiveKinds) };
    case aspects.link:
      return { aspect: 'link', other: body.bytes(CONVERSATION_ID_BYTES) };
    case aspects.unlink:
      return { aspect: 'unlink', other: body.bytes(CONVERSATION_ID_BYTES) };
    case aspects.merge:
      return { aspect: 'merge', into: orNone(body.bytes(CONVERSATION_ID_BYTES)) };
    case aspects.regrade:
      return { aspect: 'regrade' };
    default:
      throw new WireError('bad-value', `read an event: aspect ${code} of a case is unknown`);
  }
}

function writeCases(cases: readonly Uint8Array[], writer: Writer): Writer {
  if (cases.length < 1 || cases.length > CASE_CHANGE_CASES_MAX) {
    throw new RangeError(`encode an event: ${cases.length} cases, wanted 1 to ${CASE_CHANGE_CASES_MAX}`);
  }
  return writer.list16(cases, (id) => writer.bytes(id, CONVERSATION_ID_BYTES));
}

function readCases(body: Reader): readonly Uint8Array[] {
  const cases = body.list16(CASE_CHANGE_CASES_MAX, () => body.bytes(CONVERSATION_ID_BYTES));
  if (cases.length === 0) throw new WireError('bad-value', 'read an event: it is about 0 cases, wanted 1 or more');
  return requireSorted(cases, (id) => id);
}

function readHead(body: Reader): { id: Uint8Array; day: number } {
  return { id: body.bytes(CHANGE_ID_BYTES), day: body.u32() };
}

function readGrade(body: Reader): number {
  const grade = body.u8();
  if (grade < 1 || grade > 6) throw new WireError('bad-value', `read an event: grade ${grade}, wanted 1 to 6`);
  return grade;
}

function readFlag(body: Reader): boolean {
  const flag = body.u8();
  if (flag > 1) throw new WireError('bad-value', `read an event: a flag is ${flag}, wanted 0 or 1`);
  return flag === 1;
}

function readTag(body: Reader): string {
  const tag = body.text8(CASE_LABEL_BYTES_MAX);
  if (tag === '') throw new WireError('bad-value', 'read an event: an empty tag');
  return tag;
}

function readText16(body: Reader, bytesMin: number): string {
  const text = body.text16(CASE_TEXT_BYTES_MAX);
  if (text.length < bytesMin) throw new WireError('bad-value', 'read an event: an empty text');
  return text;
}

function readCode<Kind extends string>(body: Reader, table: readonly Kind[]): Kind {
  const code = body.u8();
  const kind = table[code - 1];
  if (kind === undefined) throw new WireError('bad-value', `read an event: code ${code}, wanted 1 to ${table.length}`);
  return kind;
}

function codeOf<Kind extends string>(table: readonly Kind[], kind: Kind): number {
  return table.indexOf(kind) + 1;
}

function checkText(text: string, bytesMin: number, bytesMax: number): string {
  const { length } = utf8ToBytes(text);
  if (length < bytesMin || length > bytesMax) {
    throw new RangeError(`encode an event: a text of ${length} bytes, wanted ${bytesMin} to ${bytesMax}`);
  }
  return text;
}

function orNone(id: Uint8Array): Uint8Array | null {
  return id.some((byte) => byte !== 0) ? id : null;
}
