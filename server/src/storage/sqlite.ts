/**
 * Storage in one SQLite file of the data folder (`node:sqlite`).
 *
 * Durability: WAL journal with `synchronous = FULL`; a commit returns after the journal has been synced.
 *
 * Order of arrival: tables are clustered by key, a batch is written in order of key, and every `expire` rewrites the file
 * in order of key and cuts the journal to nothing, after which the file is a function of its contents (and of the number
 * of rewritings). Between two expiries a copy of the file shows, by where pages and cells lie and by the journal, roughly
 * in which order *batches* came since the last; never a time. The file system adds its own times of the last change, and
 * blocks that were freed keep their bytes until they are written again: the disk itself has to be encrypted.
 *
 * Deletion: `secure_delete` overwrites what is deleted; the journal still holds it until the next `expire`.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import {
  type Day,
  type DocumentRow,
  type EnvelopeRow,
  type ExpiryLimits,
  type LogRow,
  type ParcelRow,
  type ReplyTag,
  type Storage,
  StorageError,
  type Write,
  type WriteResult,
} from '../ports/storage.ts';
import { readBackup, writeBackup } from './backup-file.ts';
import { Mutex } from './mutex.ts';
import { inOrderOf, type StoredBody } from './reply-bodies.ts';
import { anyRowSql, columnNames, dumpSql, replacingSql } from './sql.ts';
import { named, openOwnFile, openReader, sqliteError } from './sqlite-file.ts';
import type { SqliteOutcome, SqliteTask } from './sqlite-worker.ts';
import { type Cell, cell, deletionsOf, type Row, type Table, tableNamed, tables } from './tables.ts';
import { type LookupName, lookups, planWrites, questionsOf, type TableChange } from './write-plan.ts';

/** Name of the database in the data folder. */
export const sqliteFileName = 'postern.sqlite';

/**
 * Opens the database of a data folder, or makes both.
 * @throws StorageError wrong-version, corrupt, unavailable, full
 */
export async function openSqlite(folder: string): Promise<Storage> {
  const file = join(folder, sqliteFileName);
  const database = named('open the database', () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return openOwnFile(file);
  });
  return new SqliteStorage(database, file);
}

class SqliteStorage implements Storage {
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #statements = new Map<string, StatementSync>();
  /** Writing waits for an expiry; copying and checking wait for one too, reading does not. */
  readonly #writing = new Mutex();
  readonly #maintaining = new Mutex();
  #isClosed = false;

  constructor(database: DatabaseSync, file: string) {
    this.#database = database;
    this.#file = file;
  }

  async write(writes: readonly Write[]): Promise<WriteResult[]> {
    const questions = questionsOf(writes);
    return this.#writing.run(() =>
      this.#attempt('write', () =>
        inTransaction(this.#database, () => {
          const found = new Map<LookupName, Row[]>();
          for (const [name, keys] of questions) found.set(name, this.#find(name, keys));
          const plan = planWrites(writes, found);
          for (const change of plan.changes) apply(change, (sql) => this.#statement(sql));
          return plan.results;
        }),
      ),
    );
  }

  async envelopeIds(day: Day): Promise<Uint8Array[]> {
    const rows = this.#all('SELECT id FROM envelopes WHERE day = ? ORDER BY id', day);
    return rows.map((row) => row.id as Uint8Array);
  }

  async envelopes(ids: readonly Uint8Array[]): Promise<EnvelopeRow[]> {
    const sql = 'SELECT id, day, bytes FROM envelopes WHERE id = ?';
    const rows = ids.flatMap((id) => this.#all<EnvelopeRow>(sql, id)).sort((a, b) => Buffer.compare(a.id, b.id));
    return rows.filter(({ id }, at) => at === 0 || Buffer.compare(id, rows[at - 1]?.id ?? id) !== 0);
  }

  async envelopeCounts(): Promise<Map<Day, number>> {
    const rows = this.#all('SELECT day, count(*) AS n FROM envelopes GROUP BY day ORDER BY day');
    return new Map(rows.map((row) => [row.day as number, row.n as number]));
  }

  async desksPassed(day: Day): Promise<Uint8Array[]> {
    return this.#all('SELECT desk FROM passed WHERE day = ? ORDER BY desk', day).map((row) => row.desk as Uint8Array);
  }

  async replyTags(): Promise<ReplyTag[]> {
    return this.#all<ReplyTag>(
      `SELECT tag_key AS tagKey, ack_id AS ackId, day, lane_depth AS laneDepth, lane_prefix AS lanePrefix
       FROM replies ORDER BY tag_key`,
    );
  }

  async replyBodies(tagKeys: readonly Uint8Array[]): Promise<(Uint8Array | null)[]> {
    // In one statement: each takes locks on the file and gives them back, which costs as much as the read.
    const places = tagKeys.map(() => '?').join(', ');
    const sql = `SELECT tag_key AS tagKey, body FROM replies WHERE tag_key IN (${places})`;
    return inOrderOf(tagKeys, this.#all<StoredBody>(sql, ...tagKeys));
  }

  async logLength(desk: Uint8Array): Promise<number> {
    return (this.#all('SELECT entries FROM log_lengths WHERE desk = ?', desk)[0]?.entries as number | undefined) ?? 0;
  }

  async log(desk: Uint8Array, from: number, max: number): Promise<LogRow[]> {
    const sql = 'SELECT desk, number, day, bytes FROM log WHERE desk = ? AND number >= ? ORDER BY number LIMIT ?';
    return this.#all<LogRow>(sql, desk, from, max);
  }

  async parcels(to: Uint8Array, max: number): Promise<ParcelRow[]> {
    const sql = 'SELECT device AS "to", id, day, bytes FROM parcels WHERE device = ? ORDER BY id LIMIT ?';
    return this.#all<ParcelRow>(sql, to, max);
  }

  async document(kind: string, key: string): Promise<Uint8Array | null> {
    const rows = this.#all('SELECT bytes FROM documents WHERE kind = ? AND name = ?', kind, key);
    return (rows[0]?.bytes as Uint8Array | undefined) ?? null;
  }

  async documents(kind: string): Promise<DocumentRow[]> {
    const sql = 'SELECT kind, name AS key, last_day AS lastDay, bytes FROM documents WHERE kind = ? ORDER BY name';
    return this.#all<DocumentRow>(sql, kind);
  }

  async count(name: string, day: Day): Promise<number> {
    const rows = this.#all('SELECT total FROM counters WHERE name = ? AND day = ?', name, day);
    return (rows[0]?.total as number | undefined) ?? 0;
  }

  async expire(limits: ExpiryLimits): Promise<void> {
    const deletions = deletionsOf(limits);
    await this.#maintaining.run(() =>
      this.#writing.run(() => this.#inThread('expire', { task: 'expire', file: this.#file, deletions })),
    );
  }

  async check(): Promise<string[]> {
    return this.#maintaining.run(() => this.#inThread('check', { task: 'check', file: this.#file }));
  }

  async backup(path: string): Promise<void> {
    await this.#maintaining.run(async () => {
      const reader = this.#attempt('back up', () => openReader(this.#file));
      try {
        await writeBackup(path, dump(reader));
      } catch (error) {
        throw sqliteError('back up', error);
      } finally {
        reader.close();
      }
    });
  }

  async restore(path: string): Promise<void> {
    await this.#writing.run(async () => {
      // A connection of its own, so that no reader of this one sees the half of it.
      const writer = this.#attempt('restore', () => openOwnFile(this.#file));
      try {
        await load(writer, path);
      } catch (error) {
        throw sqliteError('restore', error);
      } finally {
        writer.close();
      }
    });
  }

  async close(): Promise<void> {
    await this.#maintaining.run(() =>
      this.#writing.run(() => {
        if (this.#isClosed) return;
        this.#isClosed = true;
        named('close', () => this.#database.close());
      }),
    );
  }

  #find(name: LookupName, keys: readonly Row[]): Row[] {
    const { table, by, get } = lookups[name];
    const sql = `SELECT ${get.join(', ')} FROM ${table} WHERE ${by.map((column) => `${column} = ?`).join(' AND ')}`;
    const statement = this.#statement(sql);
    const rows = keys.map((key) => statement.get(...by.map((column) => cell(key, column))) as Row | undefined);
    return rows.filter((row) => row !== undefined);
  }

  #all<T = Row>(sql: string, ...values: Cell[]): T[] {
    // node:sqlite gives rows without a prototype; callers get plain objects.
    return this.#attempt('read', () => this.#statement(sql).all(...values)).map((row) => ({ ...row }) as T);
  }

  #statement(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #attempt<T>(attempted: string, action: () => T): T {
    if (this.#isClosed) throw new StorageError('closed', attempted);
    return named(attempted, action);
  }

  async #inThread(attempted: string, task: SqliteTask): Promise<string[]> {
    if (this.#isClosed) throw new StorageError('closed', attempted);
    const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), { workerData: task });
    const outcome = await new Promise<SqliteOutcome>((resolve) => {
      worker.once('message', resolve);
      worker.once('error', () => resolve({ failed: 'unavailable' }));
      worker.once('exit', () => resolve({ failed: 'unavailable' }));
    });
    if ('failed' in outcome) throw new StorageError(outcome.failed, attempted);
    return outcome.problems;
  }
}

function inTransaction<T>(database: DatabaseSync, action: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = action();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function apply(change: TableChange, statement: (sql: string) => StatementSync): void {
  const table = tableNamed(change.table);
  if (change.removed.length > 0) {
    const removal = statement(
      `DELETE FROM ${table.name} WHERE ${table.key.map((name) => `${name} = ?`).join(' AND ')}`,
    );
    for (const row of change.removed) removal.run(...table.key.map((name) => cell(row, name)));
  }
  if (change.put.length > 0) {
    const insertion = statement(insertSql(table));
    const names = columnNames(table);
    for (const row of change.put) insertion.run(...names.map((name) => cell(row, name)));
  }
}

function insertSql(table: Table): string {
  const names = columnNames(table);
  return `INSERT INTO ${table.name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})${replacingSql(table)}`;
}

function* dump(reader: DatabaseSync): Generator<{ table: Table; row: Row }> {
  reader.exec('BEGIN');
  for (const table of tables) {
    for (const row of reader.prepare(dumpSql(table, '')).iterate()) yield { table, row: row as Row };
  }
}

async function load(writer: DatabaseSync, path: string): Promise<void> {
  writer.exec('BEGIN IMMEDIATE');
  try {
    if (writer.prepare(anyRowSql('')).get()?.n !== 0) throw new StorageError('not-empty', 'restore');
    const statements = new Map(tables.map((table) => [table.name, writer.prepare(insertSql(table))]));
    for await (const { table, row } of readBackup(path)) {
      statements.get(table.name)?.run(...columnNames(table).map((name) => cell(row, name)));
    }
    writer.exec('COMMIT');
  } catch (error) {
    if (writer.isTransaction) writer.exec('ROLLBACK');
    throw error;
  }
}
