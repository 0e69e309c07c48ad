/** Carried envelopes: sealed without a network, taken to the organisation by somebody (spec/protocol.md, section 4.1). */

import { base32ToBytes, bytesToBase32 } from '../bytes/base32.ts';
import { lengthPrefixed, u32be } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import { CARRIED_CHECK_BYTES, CARRIED_LINE_CHARACTERS, ENVELOPE_BYTES, PARTS_MAX } from '../constants.ts';
import { sha256 } from '../primitives/hash.ts';
import type { Day } from '../time.ts';
import { MessageError } from './message-error.ts';

/** The envelopes of one submission, on their way by hand. */
export interface Carried {
  /** The last day on which a desk can open them. */
  readonly lastDay: Day;
  /** One to four of 4,096 bytes. */
  readonly envelopes: readonly Uint8Array[];
}

const version = 1;
const marker = 'POSTERN1';
const setCharacters = 8;
const lineForm = /^POSTERN1:([A-Z2-7]{8}):(\d{1,2})\/(\d{1,2}):([A-Z2-7]+)$/;
/** More lines than the longest takes, so that a pasted text has an end. */
const linesMax = 64;

/**
 * Writes carried envelopes as lines of signs that every QR code, keyboard and messenger keeps as they are. Each line is
 * one QR picture; all of them together are the file and the text.
 */
export async function carriedToLines(carried: Carried, fingerprint: Uint8Array): Promise<string[]> {
  const bytes = await encodeCarried(carried, fingerprint);
  const text = bytesToBase32(bytes).toUpperCase();
  const set = await setOf(bytes);
  const total = Math.ceil(text.length / CARRIED_LINE_CHARACTERS);
  return Array.from({ length: total }, (_, at) => {
    const data = text.slice(at * CARRIED_LINE_CHARACTERS, (at + 1) * CARRIED_LINE_CHARACTERS);
    return `${marker}:${set}:${at + 1}/${total}:${data}`;
  });
}

/** Takes the lines of many messages apart, each line once; what is no such line is left out. */
export function groupLines(text: string): string[] {
  const groups = new Map<string, Set<string>>();
  for (const written of text.split(/\s+/)) {
    const line = written.toUpperCase();
    const [, set] = lineForm.exec(line) ?? [];
    if (set !== undefined) groups.set(set, (groups.get(set) ?? new Set()).add(line));
  }
  return [...groups.values()].map((lines) => [...lines].join('\n'));
}

export type ReadLines =
  | { readonly kind: 'carried'; readonly carried: Carried }
  /** Numbers, from 1, of the lines that are not there yet. */
  | { readonly kind: 'missing'; readonly missing: readonly number[]; readonly total: number };

/**
 * Puts the lines of one submission together, in any order and as often as they come, with any space around them.
 * @throws WireError for anything else, lines of two submissions among it; MessageError `organisation` for those that are
 *   sealed to another one or damaged
 */
export async function linesToCarried(text: string, fingerprint: Uint8Array): Promise<ReadLines> {
  const lines = text.split(/\s+/).filter((line) => line !== '');
  if (lines.length === 0 || lines.length > linesMax) throw badLines('it has none, or too many');
  const parts = lines.map(readLine);
  const [first] = parts;
  if (first === undefined) throw badLines('it has none');
  const pieces = new Map<number, string>();
  for (const { set, number, total, data } of parts) {
    if (set !== first.set || total !== first.total) throw badLines('they belong to two messages');
    if ((pieces.get(number) ?? data) !== data) throw badLines('two of one number differ');
    pieces.set(number, data);
  }
  const numbers = Array.from({ length: first.total }, (_, at) => at + 1);
  const missing = numbers.filter((number) => !pieces.has(number));
  if (missing.length > 0) return { kind: 'missing', missing, total: first.total };
  const bytes = base32ToBytes(numbers.map((number) => pieces.get(number)).join(''));
  if (bytes === null || (await setOf(bytes)) !== first.set) throw badLines('a sign in them is wrong');
  return { kind: 'carried', carried: await decodeCarried(bytes, fingerprint) };
}

/** The bytes behind the lines. */
export async function encodeCarried({ lastDay, envelopes }: Carried, fingerprint: Uint8Array): Promise<Uint8Array> {
  return new Writer()
    .u8(version)
    .u32(lastDay)
    .bytes(await checkOf({ lastDay, envelopes }, fingerprint), CARRIED_CHECK_BYTES)
    .list8(envelopes, (envelope, w) => w.bytes(envelope, ENVELOPE_BYTES))
    .done();
}

/** @throws WireError; MessageError `organisation` */
export async function decodeCarried(bytes: Uint8Array, fingerprint: Uint8Array): Promise<Carried> {
  const reader = new Reader(bytes);
  reader.version(version);
  const lastDay = reader.u32();
  const check = reader.bytes(CARRIED_CHECK_BYTES);
  const envelopes = reader.list8(PARTS_MAX, (r) => r.bytes(ENVELOPE_BYTES));
  reader.end();
  if (envelopes.length === 0) throw new WireError('bad-value', 'read carried envelopes: there are none');
  const carried = { lastDay, envelopes };
  if (!equal(check, await checkOf(carried, fingerprint))) {
    throw new MessageError('organisation', 'read carried envelopes: they are for another organisation, or changed');
  }
  return carried;
}

/** Ties the envelopes to an organisation without naming it: only who knows the fingerprint can tell. */
async function checkOf({ lastDay, envelopes }: Carried, fingerprint: Uint8Array): Promise<Uint8Array> {
  const bytes = lengthPrefixed('postern/1 carried', fingerprint, u32be(lastDay), ...envelopes);
  return (await sha256(bytes)).slice(0, CARRIED_CHECK_BYTES);
}

/** Tells the lines of two messages apart, and a mistyped one from a right one. */
async function setOf(bytes: Uint8Array): Promise<string> {
  return bytesToBase32(await sha256(bytes))
    .slice(0, setCharacters)
    .toUpperCase();
}

function readLine(line: string): { set: string; number: number; total: number; data: string } {
  const [, set = '', number = '', total = '', data = ''] = lineForm.exec(line.toUpperCase()) ?? [];
  const read = { set, number: Number(number), total: Number(total), data };
  if (set === '' || read.number < 1 || read.number > read.total || read.total > linesMax) {
    throw badLines('one is of another form');
  }
  return read;
}

function badLines(otherwise: string): WireError {
  return new WireError('bad-value', `read carried lines: ${otherwise}`);
}
