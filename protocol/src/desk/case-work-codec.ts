/** Bytes of what a team has made of its cases, for a device's sealed store and for a snapshot (spec/protocol.md, section 7.1). */

import { bytesToHex, hexToBytes, utf8ToBytes } from '../bytes/encode.ts';
import { Reader } from '../bytes/reader.ts';
import { requireSorted } from '../bytes/sorted.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import { accessKinds, caseStates, motiveKinds, noteKinds, purposes, roles } from '../messages/case-event.ts';
import { readExportTerms, writeExportTerms } from '../messages/export-terms.ts';
import type { Grade } from '../messages/grade.ts';
import {
  type CaseNote,
  type CaseRecord,
  type CaseWork,
  type ConsentRequest,
  emptyTeam,
  type GradeGiven,
  type GradeUnderWay,
  type Team,
  type TrailItem,
  teamTrailKinds,
  trailKinds,
} from './case-work.ts';
import { readCounts, writeCounts } from './ended-counts.ts';

const version = 1;
/** 1 does not say when the retention was changed, and has no trail; 2 has neither terms of exports nor counts of ended cases. */
const teamVersion = 3;

export function encodeCase(record: CaseRecord): Uint8Array {
  const writer = new Writer().u8(version);
  writer.u8(caseStates.indexOf(record.state));
  writeHexOrNone(record.owner, 8, writer);
  writer.list16(record.tags, (tag) => writer.text8(tag));
  writer.u32(record.reminder ?? 0).u8(record.isHeld ? 1 : 0);
  writer.u8(accessKinds.indexOf(record.access)).u8(motiveKinds.indexOf(record.motive));
  writer.list16(record.links, (id) => writer.bytes(hexToBytes(id), 32));
  writeHexOrNone(record.mergedInto, 32, writer);
  writer.list16(record.notes, writeNote);
  writer.list8(record.gradesUnderWay, writeUnderWay);
  writer.list8(record.grades, writeGiven);
  writer.list16(record.trail, (item, to) => writeTrail(item, trailKinds, to));
  return writer
    .u32(record.activity)
    .list8(record.endedDay === null ? [] : [record.endedDay], (day) => writer.u32(day))
    .done();
}

/** Throws WireError and nothing else. */
export function decodeCase(bytes: Uint8Array): CaseRecord {
  const reader = new Reader(bytes);
  reader.version(version);
  const record: CaseRecord = {
    state: readCode(reader, caseStates),
    owner: readHexOrNone(reader, 8),
    tags: sortedTexts(reader.list16(0xffff, () => reader.text8())),
    reminder: reader.u32() || null,
    isHeld: readFlag(reader),
    access: readCode(reader, accessKinds),
    motive: readCode(reader, motiveKinds),
    links: sortedTexts(reader.list16(0xffff, () => bytesToHex(reader.bytes(32)))),
    mergedInto: readHexOrNone(reader, 32),
    notes: reader.list16(0xffff, readNote),
    gradesUnderWay: reader.list8(2, readUnderWay),
    grades: reader.list8(2, readGiven),
    trail: reader.list16(0xffff, (from) => readTrail(from, trailKinds)),
    activity: reader.u32(),
    endedDay: reader.list8(1, () => reader.u32())[0] ?? null,
  };
  reader.end();
  return record;
}

export function encodeTeam(team: Team): Uint8Array {
  const writer = new Writer().u8(teamVersion);
  writer.list16(sorted(team.names), ([device, name]) => writer.bytes(hexToBytes(device), 8).text8(name));
  writer.list16(sorted(team.roles), ([device, role]) => writer.bytes(hexToBytes(device), 8).u8(roles.indexOf(role)));
  writer.list16(sorted(team.proposals), ([to, by]) => writer.bytes(hexToBytes(to), 8).bytes(hexToBytes(by), 8));
  writer.list16(sorted(team.savedReplies), ([id, { language, title, text }]) =>
    writer.bytes(hexToBytes(id), 16).text8(language).text8(title).text16(text),
  );
  writer.u16(team.retentionDays);
  writer.list16(sorted(team.requests), ([id, request]) => writeRequest(id, request, writer));
  writer.list16(sorted(team.refused), ([key, count]) => writer.text8(key).u32(count));
  writer.u32(team.retentionSince).list16(team.trail, (item, to) => writeTrail(item, teamTrailKinds, to));
  writeCounts(team.ended, writer);
  return writer.done();
}

/** Throws WireError and nothing else. */
export function decodeTeam(bytes: Uint8Array): Team {
  const reader = new Reader(bytes);
  const read = reader.version(1, 2, teamVersion);
  const team = emptyTeam();
  fill(team.names, reader, () => [readHex(reader, 8), reader.text8()]);
  fill(team.roles, reader, () => [readHex(reader, 8), readCode(reader, roles)]);
  fill(team.proposals, reader, () => [readHex(reader, 8), readHex(reader, 8)]);
  fill(team.savedReplies, reader, () => [
    readHex(reader, 16),
    { language: reader.text8(), title: reader.text8(), text: reader.text16() },
  ]);
  team.retentionDays = reader.u16();
  fill(team.requests, reader, () => [readHex(reader, 16), readRequest(reader, read)]);
  fill(team.refused, reader, () => [reader.text8(), reader.u32()]);
  if (read > 1) {
    team.retentionSince = reader.u32();
    team.trail.push(...reader.list16(0xffff, (from) => readTrail(from, teamTrailKinds)));
  }
  if (read === teamVersion) for (const [key, count] of readCounts(reader)) team.ended.set(key, count);
  reader.end();
  return team;
}

/** The same bytes on every device that has the same state. */
export function encodeCaseWork({ cases, team }: CaseWork): Uint8Array {
  const all = sorted(cases);
  const writer = new Writer().var32(encodeTeam(team)).u32(all.length);
  for (const [id, record] of all) writer.bytes(hexToBytes(id), 32).var32(encodeCase(record));
  return writer.done();
}

/** Throws WireError and nothing else. */
export function decodeCaseWork(bytes: Uint8Array): CaseWork {
  const reader = new Reader(bytes);
  const team = decodeTeam(reader.var32());
  const count = reader.u32();
  const cases: [Uint8Array, CaseRecord][] = [];
  for (let at = 0; at < count; at++) cases.push([reader.bytes(32), decodeCase(reader.var32())]);
  reader.end();
  return { team, cases: new Map(requireSorted(cases, ([id]) => id).map(([id, record]) => [bytesToHex(id), record])) };
}

function writeNote({ id, of, device, day, text }: CaseNote, writer: Writer): void {
  writer.bytes(hexToBytes(id), 8).u8(noteKinds.indexOf(of)).bytes(hexToBytes(device), 8).u32(day).text16(text);
}

function readNote(reader: Reader): CaseNote {
  const head = { id: readHex(reader, 8), of: readCode(reader, noteKinds), device: readHex(reader, 8) };
  return { ...head, day: reader.u32(), text: reader.text16() };
}

function writeUnderWay({ device, commitment, grade }: GradeUnderWay, writer: Writer): void {
  writer.bytes(hexToBytes(device), 8).bytes(commitment, 32);
  writer.list8(grade === null ? [] : [grade], writeGrade);
}

function readUnderWay(reader: Reader): GradeUnderWay {
  const head = { device: readHex(reader, 8), commitment: reader.bytes(32) };
  return { ...head, grade: reader.list8(1, readGrade)[0] ?? null };
}

function writeGiven(given: GradeGiven, writer: Writer): void {
  writer.bytes(hexToBytes(given.device), 8);
  writeGrade(given, writer);
}

function readGiven(reader: Reader): GradeGiven {
  return { device: readHex(reader, 8), ...readGrade(reader) };
}

function writeGrade({ source, information }: Grade, writer: Writer): void {
  writer.u8(source).u8(information);
}

function readGrade(reader: Reader): Grade {
  return { source: reader.u8(), information: reader.u8() };
}

interface Step<Kind extends string> extends Omit<TrailItem, 'what'> {
  readonly what: Kind;
}

function writeTrail<Kind extends string>(step: Step<Kind>, kinds: readonly Kind[], writer: Writer): void {
  const { device, day, what, value } = step;
  writeHexOrNone(device === '' ? null : device, 8, writer);
  writer.u32(day).u8(kinds.indexOf(what)).text8(value);
}

function readTrail<Kind extends string>(reader: Reader, kinds: readonly Kind[]): Step<Kind> {
  const device = readHexOrNone(reader, 8) ?? '';
  return { device, day: reader.u32(), what: readCode(reader, kinds), value: reader.text8() };
}

function writeRequest(id: string, { purpose, by, day, cases, terms, answer }: ConsentRequest, writer: Writer): void {
  writer.bytes(hexToBytes(id), 16).u8(purposes.indexOf(purpose)).bytes(hexToBytes(by), 8).u32(day);
  writer.list16(cases, (one) => writer.bytes(hexToBytes(one), 32));
  writer.list8(terms === null ? [] : [terms], writeExportTerms);
  writer.list8(answer === null ? [] : [answer], (given) =>
    writer
      .bytes(hexToBytes(given.by), 8)
      .u32(given.day)
      .u8(given.isGranted ? 1 : 0),
  );
}

function readRequest(reader: Reader, version: number): ConsentRequest {
  const head = { purpose: readCode(reader, purposes), by: readHex(reader, 8), day: reader.u32() };
  const cases = reader.list16(0xffff, () => readHex(reader, 32));
  const terms = version < 3 ? null : (reader.list8(1, readExportTerms)[0] ?? null);
  const [answer] = reader.list8(1, () => ({ by: readHex(reader, 8), day: reader.u32(), isGranted: readFlag(reader) }));
  return { ...head, cases, terms, answer: answer ?? null };
}

function fill<Value>(map: Map<string, Value>, reader: Reader, read: () => [string, Value]): void {
  const items = reader.list16(0xffff, read);
  for (const [key, value] of requireSorted(items, ([name]) => utf8ToBytes(name))) map.set(key, value);
}

function sorted<Value>(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** In the order of JavaScript's strings, as the state keeps them. */
function sortedTexts(texts: string[]): string[] {
  texts.forEach((text, at) => {
    if (at > 0 && (texts[at - 1] as string) >= text)
      throw new WireError('bad-order', 'read a case: a list is not sorted');
  });
  return texts;
}

function readCode<Kind extends string>(reader: Reader, table: readonly Kind[]): Kind {
  const kind = table[reader.u8()];
  if (kind === undefined) throw new WireError('bad-value', `read a case: a code, wanted at most ${table.length - 1}`);
  return kind;
}

function readFlag(reader: Reader): boolean {
  const flag = reader.u8();
  if (flag > 1) throw new WireError('bad-value', 'read a case: a flag, wanted 0 or 1');
  return flag === 1;
}

function readHex(reader: Reader, bytes: number): string {
  return bytesToHex(reader.bytes(bytes));
}

function writeHexOrNone(hex: string | null, bytes: number, writer: Writer): void {
  writer.list8(hex === null ? [] : [hex], (id) => writer.bytes(hexToBytes(id), bytes));
}

function readHexOrNone(reader: Reader, bytes: number): string | null {
  return reader.list8(1, () => readHex(reader, bytes))[0] ?? null;
}
