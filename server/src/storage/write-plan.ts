/**
 * Decides what a batch of writes does: which rows to look up, each write's result, and the changes that remain at the
 * end. Pure, so that every engine gives the same results; the caller holds a lock from the look-up to the commit.
 */

import { bytesToHex, concat, utf8ToBytes } from '@postern/protocol/bytes/encode';
import { REPLY_LIFE_DAYS } from '@postern/protocol/constants';
import { sha256Native } from '@postern/protocol/primitives/hmac-native';
import {
  type DocumentRow,
  type LogRow,
  type Payment,
  type ReplyRow,
  StorageError,
  type Write,
  type WriteResult,
} from '../ports/storage.ts';
import { type Cell, cell, compareRows, type Row, type TableName, tableNamed, tables } from './tables.ts';

/** A question to the database: the columns `get` of the row whose columns `by` have given values. */
export interface Lookup {
  readonly table: TableName;
  readonly by: readonly string[];
  /** Begins with `by`. */
  readonly get: readonly string[];
}

export type LookupName = keyof typeof lookups;

export const lookups = {
  envelope: lookup('envelopes', ['id']),
  acknowledgement: lookup('replies', ['ack_id'], 'tag_key'),
  token: lookup('spent', ['token'], 'spent_on'),
  logLength: lookup('log_lengths', ['desk'], 'entries'),
  entry: lookup('log', ['desk', 'number'], 'bytes'),
  parcel: lookup('parcels', ['device', 'id']),
  document: lookup('documents', ['kind', 'name'], 'last_day', 'bytes'),
  passed: lookup('passed', ['day', 'desk']),
  counter: lookup('counters', ['name', 'day'], 'total'),
} as const satisfies Record<string, Lookup>;

/** For each look-up the rows to ask for, each of the columns `by`, without repetition. */
export type Questions = ReadonlyMap<LookupName, readonly Row[]>;

/** For one table: first remove the rows with these keys, then put those rows. Both in order of key, never of arrival. */
export interface TableChange {
  readonly table: TableName;
  readonly removed: readonly Row[];
  readonly put: readonly Row[];
}

export interface Plan {
  readonly results: WriteResult[];
  readonly changes: readonly TableChange[];
}

/** @throws StorageError invalid, when a write does not keep to the port's lengths and ranges */
export function questionsOf(writes: readonly Write[]): Questions {
  const questions = new Map<LookupName, Map<string, Row>>();
  const ask = (name: LookupName, key: Row): void => {
    const asked = questions.get(name) ?? new Map<string, Row>();
    asked.set(keyOf(lookups[name].by, key), key);
    questions.set(name, asked);
  };
  for (const write of writes) {
    if (!isValid(write)) throw new StorageError('invalid', `write ${write.kind}`);
    askFor(write, ask);
  }
  return new Map([...questions].map(([name, asked]) => [name, [...asked.values()]]));
}

/** @param found for each look-up the rows that exist */
export function planWrites(writes: readonly Write[], found: ReadonlyMap<LookupName, readonly Row[]>): Plan {
  const state = new State(found);
  const results = writes.map((write) => decide(write, state));
  return { results, changes: state.changes() };
}

function decide(write: Write, state: State): WriteResult {
  switch (write.kind) {
    case 'envelope': {
      if (state.has('envelope', { id: write.row.id })) return 'already';
      const payment = write.payment && spentRow(write.payment, write.row.id);
      if (payment !== undefined) {
        const spent = state.get('token', payment);
        if (spent !== undefined) return same(spent.spent_on, payment.spent_on) ? 'already' : 'refused';
        state.put('spent', payment);
      }
      state.put('envelopes', { id: write.row.id, day: write.row.day, bytes: write.row.bytes });
      return 'done';
    }
    case 'reply':
      return decideReply(write.row, write.payment, state);
    case 'acknowledge': {
      const reply = state.get('acknowledgement', { ack_id: write.ackId });
      if (reply === undefined) return 'already';
      state.remove('replies', reply);
      return 'done';
    }
    case 'append':
      return decideAppend(write.row, state);
    case 'parcel': {
      const row = { device: write.row.to, id: write.row.id, day: write.row.day, bytes: write.row.bytes };
      if (state.has('parcel', row)) return 'already';
      state.put('parcels', row);
      return 'done';
    }
    case 'parcel-taken': {
      const key = { device: write.to, id: write.id };
      if (!state.has('parcel', key)) return 'already';
      state.remove('parcels', key);
      return 'done';
    }
    case 'document':
      return decideDocument(write.row, state);
    case 'desk-passed': {
      const row = { day: write.day, desk: write.desk };
      if (state.has('passed', row)) return 'already';
      state.put('passed', row);
      return 'done';
    }
    case 'count': {
      const { name, day, count } = write;
      const once = write.once && onceKey(name, day, write.once);
      if (once !== undefined && state.has('counter', once)) return 'already';
      const total = Number(state.get('counter', { name, day })?.total ?? 0) + count;
      if (total > write.max) return 'refused';
      state.put('counters', { name, day, total });
      if (once !== undefined) state.put('counters', { ...once, total: count });
      return 'done';
    }
  }
}

function decideReply(reply: ReplyRow, payment: Payment, state: State): WriteResult {
  const lane = Buffer.alloc(8);
  lane.writeUInt32BE(reply.laneDepth, 0);
  lane.writeUInt32BE(reply.lanePrefix, 4);
  const spending = spentRow(payment, reply.tagKey, reply.ackId, lane, reply.body);
  const spent = state.get('token', spending);
  if (spent !== undefined) return same(spent.spent_on, spending.spent_on) ? 'already' : 'refused';
  // By another token: the answer to the first was lost, and the token has expired since. This one stays unspent.
  const taking = takenRow(reply, lane);
  const taken = state.get('token', taking);
  if (taken !== undefined) return same(taken.spent_on, taking.spent_on) ? 'already' : 'refused';
  if (state.has('acknowledgement', { ack_id: reply.ackId })) return 'refused';
  state.put('spent', spending);
  state.put('spent', taking);
  state.put('replies', {
    tag_key: reply.tagKey,
    ack_id: reply.ackId,
    day: reply.day,
    lane_depth: reply.laneDepth,
    lane_prefix: reply.lanePrefix,
    body: reply.body,
  });
  return 'done';
}

function decideAppend(row: LogRow, state: State): WriteResult {
  const length = Number(state.get('logLength', { desk: row.desk })?.entries ?? 0);
  if (row.number !== length) {
    const stored = state.get('entry', { desk: row.desk, number: row.number });
    return stored !== undefined && same(stored.bytes, row.bytes) ? 'already' : 'refused';
  }
  state.put('log', { desk: row.desk, number: row.number, day: row.day, bytes: row.bytes });
  state.put('log_lengths', { desk: row.desk, entries: length + 1 });
  return 'done';
}

function decideDocument(row: DocumentRow, state: State): WriteResult {
  const document = { kind: row.kind, name: row.key, last_day: row.lastDay, bytes: row.bytes };
  const stored = state.get('document', document);
  if (stored !== undefined && stored.last_day === row.lastDay && same(stored.bytes, row.bytes)) return 'already';
  state.put('documents', document);
  return 'done';
}

function askFor(write: Write, ask: (name: LookupName, key: Row) => void): void {
  switch (write.kind) {
    case 'envelope':
      ask('envelope', { id: write.row.id });
      if (write.payment !== undefined) ask('token', { token: sha256(write.payment.token) });
      return;
    case 'reply':
      ask('token', { token: takenKey(write.row.tagKey) });
      ask('acknowledgement', { ack_id: write.row.ackId });
      ask('token', { token: sha256(write.payment.token) });
      return;
    case 'acknowledge':
      ask('acknowledgement', { ack_id: write.ackId });
      return;
    case 'append':
      ask('logLength', { desk: write.row.desk });
      ask('entry', { desk: write.row.desk, number: write.row.number });
      return;
    case 'parcel':
      ask('parcel', { device: write.row.to, id: write.row.id });
      return;
    case 'parcel-taken':
      ask('parcel', { device: write.to, id: write.id });
      return;
    case 'document':
      ask('document', { kind: write.row.kind, name: write.row.key });
      return;
    case 'desk-passed':
      ask('passed', { day: write.day, desk: write.desk });
      return;
    case 'count':
      ask('counter', { name: write.name, day: write.day });
      if (write.once !== undefined) ask('counter', onceKey(write.name, write.day, write.once));
      return;
  }
}

/** The rows that were found, with the batch's own changes laid over them. */
class State {
  readonly #known = new Map<LookupName, Map<string, Row>>();
  readonly #removed = new Map<TableName, Map<string, Row>>();
  readonly #put = new Map<TableName, Map<string, Row>>();

  constructor(found: ReadonlyMap<LookupName, readonly Row[]>) {
    for (const name of lookupNames) {
      const rows = found.get(name) ?? [];
      this.#known.set(name, new Map(rows.map((row) => [keyOf(lookups[name].by, row), row])));
    }
  }

  get(name: LookupName, key: Row): Row | undefined {
    return this.#known.get(name)?.get(keyOf(lookups[name].by, key));
  }

  has(name: LookupName, key: Row): boolean {
    return this.get(name, key) !== undefined;
  }

  put(table: TableName, row: Row): void {
    this.#inTable(this.#put, table).set(keyOf(tableNamed(table).key, row), row);
    for (const name of lookupsIn(table)) this.#known.get(name)?.set(keyOf(lookups[name].by, row), row);
  }

  /** @param row with every column by which the table is looked up */
  remove(table: TableName, row: Row): void {
    const key = keyOf(tableNamed(table).key, row);
    this.#inTable(this.#put, table).delete(key);
    this.#inTable(this.#removed, table).set(key, row);
    for (const name of lookupsIn(table)) this.#known.get(name)?.delete(keyOf(lookups[name].by, row));
  }

  changes(): TableChange[] {
    return tables.flatMap(({ name, key }) => {
      const sorted = (rows: ReadonlyMap<string, Row> | undefined): Row[] =>
        [...(rows?.values() ?? [])].sort((a, b) => compareRows(key, a, b));
      const change = { table: name, removed: sorted(this.#removed.get(name)), put: sorted(this.#put.get(name)) };
      return change.removed.length + change.put.length === 0 ? [] : [change];
    });
  }

  #inTable(changes: Map<TableName, Map<string, Row>>, table: TableName): Map<string, Row> {
    const rows = changes.get(table) ?? new Map<string, Row>();
    changes.set(table, rows);
    return rows;
  }
}

const lookupNames = Object.keys(lookups) as LookupName[];

function lookupsIn(table: TableName): LookupName[] {
  return lookupNames.filter((name) => lookups[name].table === table);
}

function lookup(table: TableName, by: readonly string[], ...more: readonly string[]): Lookup {
  return { table, by, get: [...by, ...more] };
}

/** Different for different keys: everything before the last cell has a length of its own or is behind it. */
function keyOf(columns: readonly string[], row: Row): string {
  return columns
    .map((column) => {
      const value = cell(row, column);
      if (typeof value === 'number') return `${value}`;
      return typeof value === 'string' ? `${value.length}:${value}` : Buffer.from(value).toString('latin1');
    })
    .join('|');
}

function spentRow(payment: Payment, ...paidFor: readonly Uint8Array[]): Row & { readonly spent_on: Uint8Array } {
  const token = sha256(payment.token);
  return { token, spent_on: sha256(token, ...paidFor), last_day: payment.lastDay };
}

/** A tag key is taken for as long as a reply lives, read or not. Like a spent token it is kept as a hash. */
function takenRow(reply: ReplyRow, lane: Uint8Array): Row & { readonly spent_on: Uint8Array } {
  const token = takenKey(reply.tagKey);
  return { token, spent_on: sha256(token, reply.ackId, lane, reply.body), last_day: reply.day + REPLY_LIFE_DAYS };
}

function takenKey(tagKey: Uint8Array): Uint8Array {
  return sha256(utf8ToBytes('tag key'), tagKey);
}

function onceKey(name: string, day: number, once: Uint8Array): Row & { readonly name: string; readonly day: number } {
  return { name: `${name}#${bytesToHex(once)}`, day };
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return sha256Native(concat(...parts));
}

function same(a: Cell | undefined, b: Uint8Array): boolean {
  return a instanceof Uint8Array && Buffer.compare(a, b) === 0;
}

function isValid(write: Write): boolean {
  switch (write.kind) {
    case 'envelope':
      return (
        isHash(write.row.id) &&
        isContent(write.row.bytes) &&
        isNumber(write.row.day) &&
        (write.payment === undefined || isPayment(write.payment))
      );
    case 'reply': {
      const { tagKey, ackId, day, laneDepth, lanePrefix, body } = write.row;
      const isLane = isNumber(laneDepth) && laneDepth <= 16 && isNumber(lanePrefix) && lanePrefix < 2 ** laneDepth;
      return isHash(tagKey) && isHash(ackId) && isNumber(day) && isLane && isContent(body) && isPayment(write.payment);
    }
    case 'acknowledge':
      return isHash(write.ackId);
    case 'append':
      return (
        isId(write.row.desk) && isNumber(write.row.number) && isNumber(write.row.day) && isContent(write.row.bytes)
      );
    case 'parcel':
      return isId(write.row.to) && isHash(write.row.id) && isNumber(write.row.day) && isContent(write.row.bytes);
    case 'parcel-taken':
      return isId(write.to) && isHash(write.id);
    case 'document':
      return (
        isName(write.row.kind) && isName(write.row.key) && isNumber(write.row.lastDay) && isContent(write.row.bytes)
      );
    case 'desk-passed':
      return isId(write.desk) && isNumber(write.day);
    case 'count':
      return (
        isName(write.name) &&
        isNumber(write.day) &&
        isNumber(write.count) &&
        isNumber(write.max) &&
        (write.once === undefined || (isHash(write.once) && write.name.length <= 400))
      );
  }
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === 32;
}

function isId(bytes: Uint8Array): boolean {
  return bytes.length === 8;
}

function isContent(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.length <= contentBytesMax;
}

/** Printable ASCII, so that every engine orders and compares it alike. */
function isName(name: string): boolean {
  return /^[\x20-\x7e]{1,512}$/.test(name);
}

function isNumber(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isPayment(payment: Payment): boolean {
  return payment.token.length > 0 && payment.token.length <= 512 && isNumber(payment.lastDay);
}

/** More than any sealed piece or signed document; what a backup's reader accepts at most. */
export const contentBytesMax = 16 * 1024 * 1024;
