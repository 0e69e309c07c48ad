// Rows a second of 64 concurrent writers through group commit, beside the bare database: same rows, same durability, in one run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Storage, Write } from '@postern/server/ports/storage';
import { GroupCommit } from '@postern/server/storage/group-commit';
import { openPostgres } from '@postern/server/storage/postgres';
import { openSqlite } from '@postern/server/storage/sqlite';
import { envelope, payment, reply } from '@postern/server/testing/storage-samples';
import { Client } from 'pg';
import { lacks } from '../tools/debian.ts';
import { startPostgres } from '../tools/postgres.ts';
import type { Bench, Measure } from './measure.ts';
import { median } from './measure.ts';

interface StorageMeasure {
  readonly engine: string;
  readonly row: string;
  readonly rowsPerSecond: number;
  /** The bare database, in batches of 100 and one by one. */
  readonly bareRowsPerSecond: number;
  readonly bareOneByOneRowsPerSecond: number;
  /** The same in batches, with tables clustered by key as ours are, for the sake of the order of arrival. */
  readonly bareClusteredRowsPerSecond?: number;
}

const rows = 2_000;
const writers = 64;
const bareBatch = 100;
const oneByOneRows = 300;
const rounds = 3;

/** What the bare database is given for each row: the columns of the tables named here. */
interface Sample {
  readonly write: Write;
  readonly bare: readonly { readonly into: string; readonly cells: readonly (Uint8Array | number)[] }[];
}

const bareTables = {
  envelopes: 'id, day, bytes',
  replies: 'tag_key, ack_id, day, body',
  spent: 'token, last_day',
} as const;

function samples(kind: 'envelope' | 'reply', round: number): Sample[] {
  return Array.from({ length: rows }, (_, at): Sample => {
    const n = round * rows + at;
    if (kind === 'envelope') {
      const row = envelope(n, 5);
      return { write: { kind, row }, bare: [{ into: 'envelopes', cells: [row.id, row.day, row.bytes] }] };
    }
    const row = reply(n, 5);
    const paid = payment(n, 9);
    const stored = { into: 'replies', cells: [row.tagKey, row.ackId, row.day, row.body] };
    const spent = { into: 'spent', cells: [paid.token.subarray(0, 32), paid.lastDay] };
    return { write: { kind, row, payment: paid }, bare: [stored, spent] };
  });
}

async function throughGroupCommit(storage: Storage, given: readonly Sample[]): Promise<number> {
  const queue = new GroupCommit(storage);
  let next = 0;
  const write = async (): Promise<void> => {
    for (let sample = given[next++]; sample !== undefined; sample = given[next++]) {
      const [result] = await queue.write([sample.write]);
      if (result !== 'done') throw new Error(`write a row: ${result}`);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: writers }, write));
  return (given.length * 1_000) / (performance.now() - start);
}

async function inBatches(
  given: readonly Sample[],
  batch: number,
  write: (some: readonly Sample[]) => Promise<void>,
): Promise<number> {
  const start = performance.now();
  for (let at = 0; at < given.length; at += batch) await write(given.slice(at, at + batch));
  return (given.length * 1_000) / (performance.now() - start);
}

type Write100 = (some: readonly Sample[]) => Promise<void>;

async function measure(
  engine: string,
  storage: Storage,
  bare: Write100,
  clustered?: Write100,
): Promise<StorageMeasure[]> {
  const measures: StorageMeasure[] = [];
  for (const kind of ['envelope', 'reply'] as const) {
    const rates = { ours: [] as number[], bare: [] as number[], clustered: [] as number[] };
    // One after the other in each round, so that whatever else the machine does meets all of them.
    for (let round = 0; round < rounds; round++) {
      const given = samples(kind, round);
      rates.bare.push(await inBatches(given, bareBatch, bare));
      rates.ours.push(await throughGroupCommit(storage, given));
      if (clustered !== undefined) rates.clustered.push(await inBatches(given, bareBatch, clustered));
    }
    measures.push({
      engine,
      row: kind === 'envelope' ? 'envelope, 4 KiB' : 'reply, 2 KiB, and its token',
      rowsPerSecond: median(rates.ours),
      bareRowsPerSecond: median(rates.bare),
      bareOneByOneRowsPerSecond: await inBatches(samples(kind, rounds).slice(0, oneByOneRows), 1, bare),
      ...(clustered === undefined ? {} : { bareClusteredRowsPerSecond: median(rates.clustered) }),
    });
  }
  return measures;
}

async function measureSqlite(): Promise<StorageMeasure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  const storage = await openSqlite(join(folder, 'ours'));
  const plain = bareSqlite(join(folder, 'plain'), '');
  const clustered = bareSqlite(join(folder, 'clustered'), 'WITHOUT ROWID');
  try {
    return await measure('SQLite', storage, plain.write, clustered.write);
  } finally {
    plain.database.close();
    clustered.database.close();
    await storage.close();
    rmSync(folder, { recursive: true });
  }
}

function bareSqlite(file: string, layout: string): { readonly database: DatabaseSync; readonly write: Write100 } {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE envelopes (id BLOB PRIMARY KEY, day INTEGER, bytes BLOB) ${layout};
    CREATE TABLE replies (tag_key BLOB PRIMARY KEY, ack_id BLOB UNIQUE, day INTEGER, body BLOB) ${layout};
    CREATE TABLE spent (token BLOB PRIMARY KEY, last_day INTEGER) ${layout};`);
  const insertions = new Map(
    Object.entries(bareTables).map(([table, columns]) => {
      const places = columns.split(', ').map(() => '?');
      return [table, database.prepare(`INSERT INTO ${table} (${columns}) VALUES (${places.join(', ')})`)];
    }),
  );
  const write = async (some: readonly Sample[]): Promise<void> => {
    database.exec('BEGIN');
    for (const { bare } of some) for (const { into, cells } of bare) insertions.get(into)?.run(...cells);
    database.exec('COMMIT');
  };
  return { database, write };
}

async function measurePostgres(): Promise<StorageMeasure[]> {
  const server = await startPostgres();
  const storage = await openPostgres({ url: server.url });
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(`
    CREATE TABLE envelopes (id bytea PRIMARY KEY, day integer, bytes bytea);
    CREATE TABLE replies (tag_key bytea PRIMARY KEY, ack_id bytea UNIQUE, day integer, body bytea);
    CREATE TABLE spent (token bytea PRIMARY KEY, last_day integer);`);
  try {
    return await measure('PostgreSQL', storage, async (some) => {
      await client.query('BEGIN');
      for (const table of Object.keys(bareTables)) {
        const cells = some.flatMap(({ bare }) => bare.filter(({ into }) => into === table).map((one) => one.cells));
        if (cells.length > 0) await client.query(manyRows(table, cells));
      }
      await client.query('COMMIT');
    });
  } finally {
    await client.end();
    await storage.close();
    await server.remove();
  }
}

/** One INSERT with all rows, as a program without an adapter of ours would write it. */
function manyRows(table: string, cells: readonly (readonly (Uint8Array | number)[])[]) {
  const width = cells[0]?.length ?? 0;
  const places = cells.map(
    (_, row) => `(${Array.from({ length: width }, (_, at) => `$${row * width + at + 1}`).join(', ')})`,
  );
  const values = cells.flat().map((cell) => (typeof cell === 'number' ? cell : Buffer.from(cell)));
  return { name: `${table}-${cells.length}`, text: `INSERT INTO ${table} VALUES ${places.join(', ')}`, values };
}

async function measureStorage(): Promise<StorageMeasure[]> {
  const sqlite = await measureSqlite();
  return lacks('postgresql') ? sqlite : [...sqlite, ...(await measurePostgres())];
}

/** Envelopes as a program without an adapter of ours would write them to SQLite, in batches of 100. @returns rows a second */
export async function writeBareEnvelopes(folder: string, count: number): Promise<number> {
  const { database, write } = bareSqlite(join(folder, 'bare'), '');
  try {
    const given = Array.from({ length: Math.ceil(count / rows) }, (_, round) => samples('envelope', round)).flat();
    return await inBatches(given.slice(0, count), bareBatch, write);
  } finally {
    database.close();
  }
}

/** The storage alone, for `npm run bench`. */
export const storage: Bench = async () => {
  const measures = await measureStorage();
  return measures.flatMap(({ engine, row, rowsPerSecond, bareRowsPerSecond, ...others }): Measure[] => {
    const what = `${engine}, ${row}`;
    const ratio = bareRowsPerSecond / rowsPerSecond;
    const clustered = others.bareClusteredRowsPerSecond;
    return [
      {
        what,
        value: rowsPerSecond,
        unit: 'rows/s',
        note: `64 writers; bare one by one ${Math.round(others.bareOneByOneRowsPerSecond)}`,
      },
      {
        what: `${what}: bare ÷ ours`,
        value: ratio,
        unit: '×',
        aim: 'within 2×',
        isMet: ratio <= 2,
        ...(clustered === undefined ? {} : { note: `clustered by key ${(clustered / rowsPerSecond).toFixed(2)} ×` }),
      },
    ];
  });
};
