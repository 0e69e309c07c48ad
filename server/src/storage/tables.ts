/** The tables that every adapter keeps, described once: for the engines' schemas, for writing, and for the backup format. */

import type { ExpiryLimits } from '../ports/storage.ts';

export type Cell = Uint8Array | number | string;
export type Row = Readonly<Record<string, Cell>>;

export interface Column {
  readonly name: string;
  readonly type: 'bytes' | 'integer' | 'text';
  /** Of bytes, where there is only one. */
  readonly length?: number;
}

export interface Table {
  readonly name: TableName;
  readonly columns: readonly Column[];
  readonly key: readonly string[];
  /** Columns that have an index of their own, and whether it is unique. */
  readonly indexes: readonly { readonly column: string; readonly unique: boolean }[];
  /** Whether a row takes the place of one with the same key. Elsewhere that would be an error. */
  readonly replaces: boolean;
}

export type TableName =
  | 'envelopes'
  | 'replies'
  | 'spent'
  | 'log_lengths'
  | 'log'
  | 'parcels'
  | 'documents'
  | 'passed'
  | 'counters';

/** Version of these tables, kept by each engine. */
export const schemaVersion = 1;

const hash = 32;
const id = 8;

/** In the order of the backup format: only ever append. */
export const tables: readonly Table[] = [
  table('envelopes', [bytes('id', hash), integer('day'), bytes('bytes')], ['id'], {
    indexes: [{ column: 'day', unique: false }],
  }),
  table(
    'replies',
    [
      bytes('tag_key', hash),
      bytes('ack_id', hash),
      integer('day'),
      integer('lane_depth'),
      integer('lane_prefix'),
      bytes('body'),
    ],
    ['tag_key'],
    { indexes: [{ column: 'ack_id', unique: true }] },
  ),
  // `token` is the SHA-256 of a token, `spent_on` that of the token and what it paid for: enough to know a repetition by,
  // and no link to anything once the envelope or reply is gone. In the same way, tag keys that a reply has used.
  table('spent', [bytes('token', hash), bytes('spent_on', hash), integer('last_day')], ['token']),
  table('log_lengths', [bytes('desk', id), integer('entries')], ['desk'], { replaces: true }),
  table('log', [bytes('desk', id), integer('number'), integer('day'), bytes('bytes')], ['desk', 'number']),
  table('parcels', [bytes('device', id), bytes('id', hash), integer('day'), bytes('bytes')], ['device', 'id']),
  table('documents', [text('kind'), text('name'), integer('last_day'), bytes('bytes')], ['kind', 'name'], {
    replaces: true,
  }),
  table('passed', [integer('day'), bytes('desk', id)], ['day', 'desk']),
  table('counters', [text('name'), integer('day'), integer('total')], ['name', 'day'], { replaces: true }),
];

export function tableNamed(name: TableName): Table {
  const found = tables.find((table) => table.name === name);
  if (found === undefined) throw new Error(`find table ${name}: not described`);
  return found;
}

/** Rows of one table whose day lies in a range, both ends included. */
export interface Deletion {
  readonly table: TableName;
  readonly column: 'day' | 'last_day';
  readonly from: number;
  readonly through: number;
  /** Whether the newest entry of each desk's log stays, whatever its day (LOG-8). */
  readonly keepsNewest?: boolean;
}

export function deletionsOf(limits: ExpiryLimits): Deletion[] {
  const through = (name: TableName, last: number, column: 'day' | 'last_day' = 'day'): Deletion => ({
    table: name,
    column,
    from: 0,
    through: last,
  });
  return [
    through('envelopes', limits.envelopesThrough),
    ...limits.passedDays.map((day): Deletion => ({ table: 'envelopes', column: 'day', from: day, through: day })),
    // Who passed a day stays known while envelopes of that day can still arrive.
    through('passed', limits.envelopesThrough),
    through('replies', limits.repliesThrough),
    through('spent', limits.today - 1, 'last_day'),
    { ...through('log', limits.logThrough), keepsNewest: true },
    through('parcels', limits.parcelsThrough),
    through('documents', limits.today - 1, 'last_day'),
    through('counters', limits.today - 1),
  ];
}

/** A total order of cells of one type: bytes as unsigned bytes, text by its UTF-8, numbers by value. */
export function compareCells(a: Cell, b: Cell): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(asBytes(a), asBytes(b));
}

export function compareRows(columns: readonly string[], a: Row, b: Row): number {
  for (const column of columns) {
    const order = compareCells(cell(a, column), cell(b, column));
    if (order !== 0) return order;
  }
  return 0;
}

export function cell(row: Row, column: string): Cell {
  const value = row[column];
  if (value === undefined) throw new Error(`read column ${column}: not in the row`);
  return value;
}

function asBytes(value: Cell): Uint8Array {
  if (typeof value === 'number') throw new Error('compare cells: a number and something else');
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
}

function table(
  name: TableName,
  columns: readonly Column[],
  key: readonly string[],
  more: { readonly indexes?: Table['indexes']; readonly replaces?: boolean } = {},
): Table {
  return { name, columns, key, indexes: more.indexes ?? [], replaces: more.replaces ?? false };
}

function bytes(name: string, length?: number): Column {
  return length === undefined ? { name, type: 'bytes' } : { name, type: 'bytes', length };
}

function integer(name: string): Column {
  return { name, type: 'integer' };
}

function text(name: string): Column {
  return { name, type: 'text' };
}
