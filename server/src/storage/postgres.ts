/**
 * Storage in PostgreSQL, in the schema `postern` of a database of its own.
 *
 * Durability: each batch is one transaction that waits for the disk (and the synchronous standby, where there is one).
 *
 * Deletion and order of arrival: PostgreSQL keeps deleted rows, the number of the transaction that wrote a row, and rows in
 * the order in which they came. So every `expire` writes all tables anew, in order of key and in one transaction, and drops
 * the old files; freezing or `VACUUM FULL` would keep both the numbers and the order. Readers and writers wait meanwhile.
 * Between two expiries the files show in which order *batches* came.
 *
 * What remains beyond that: PostgreSQL's write-ahead log (`pg_wal`, archives, standbys) holds deleted rows, and the time of
 * each commit, until its files are gone. With `wal_recycle = off` and a role that may run CHECKPOINT and `pg_switch_wal()`
 * they go with each `expire`; otherwise they go as the log is written on. SQLite's journal has neither times nor that delay.
 */

import type { PoolClient, QueryResultRow } from 'pg';
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
import { type BackupRow, readBackup, writeBackup } from './backup-file.ts';
import { Mutex } from './mutex.ts';
import { Connections, type PostgresOptions, postgresError } from './postgres-pool.ts';
import {
  ensureSchema,
  insertionSql,
  keyValues,
  locks,
  lookupSql,
  readingSql,
  removalSql,
  rewritingSql,
  rowValues,
  schema,
  settingProblems,
} from './postgres-schema.ts';
import { inOrderOf, type StoredBody } from './reply-bodies.ts';
import { anyRowSql, deletionSql, dumpSql, soundnessQueries } from './sql.ts';
import { deletionsOf, type Row, type Table, tableNamed, tables } from './tables.ts';
import { type LookupName, lookups, planWrites, questionsOf, type TableChange } from './write-plan.ts';

/** One writer at a time, whatever the number of processes: what was looked up stays true until the commit. */
const beginWriting = `BEGIN; SELECT pg_advisory_xact_lock(${locks.writing})`;

/** Rows that travel at once when copying. */
const copyRows = 200;

/**
 * Connects, and makes the schema where it is not there yet.
 * @throws StorageError wrong-version, unavailable, full
 */
export async function openPostgres(options: PostgresOptions): Promise<Storage> {
  const connections = new Connections(options);
  try {
    await ensureSchema(connections);
  } catch (error) {
    await connections.close();
    throw error;
  }
  return new PostgresStorage(connections);
}

class PostgresStorage implements Storage {
  readonly #connections: Connections;
  /** Waiting here costs no connection. */
  readonly #writing = new Mutex();

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  async write(writes: readonly Write[]): Promise<WriteResult[]> {
    const questions = questionsOf(writes);
    return this.#writing.run(() =>
      this.#connections.transaction('write', beginWriting, async (client) => {
        const found = new Map<LookupName, Row[]>();
        for (const [name, keys] of questions) {
          const rows = await this.#connections.run<Row>(
            client,
            lookupSql(lookups[name]),
            keyValues(lookups[name].by, keys),
          );
          found.set(name, rows);
        }
        const plan = planWrites(writes, found);
        for (const change of plan.changes) await this.#apply(client, change);
        return plan.results;
      }),
    );
  }

  async envelopeIds(day: Day): Promise<Uint8Array[]> {
    const rows = await this.#read<{ id: Uint8Array }>(
      'SELECT id FROM postern.envelopes WHERE day = $1 ORDER BY id',
      day,
    );
    return rows.map(({ id }) => id);
  }

  async envelopes(ids: readonly Uint8Array[]): Promise<EnvelopeRow[]> {
    const sql = 'SELECT id, day, bytes FROM postern.envelopes WHERE id = ANY ($1::bytea[]) ORDER BY id';
    return this.#connections.query<EnvelopeRow>('read', sql, [ids]);
  }

  async envelopeCounts(): Promise<Map<Day, number>> {
    const sql = 'SELECT day, count(*) AS n FROM postern.envelopes GROUP BY day ORDER BY day';
    const rows = await this.#read<{ day: number; n: number }>(sql);
    return new Map(rows.map(({ day, n }) => [day, n]));
  }

  async desksPassed(day: Day): Promise<Uint8Array[]> {
    const sql = 'SELECT desk FROM postern.passed WHERE day = $1 ORDER BY desk';
    return (await this.#read<{ desk: Uint8Array }>(sql, day)).map(({ desk }) => desk);
  }

  async replyTags(): Promise<ReplyTag[]> {
    return this.#read<ReplyTag>(
      `SELECT tag_key AS "tagKey", ack_id AS "ackId", day, lane_depth AS "laneDepth", lane_prefix AS "lanePrefix"
       FROM postern.replies ORDER BY tag_key`,
    );
  }

  async replyBodies(tagKeys: readonly Uint8Array[]): Promise<(Uint8Array | null)[]> {
    const sql = 'SELECT tag_key AS "tagKey", body FROM postern.replies WHERE tag_key = ANY ($1::bytea[])';
    return inOrderOf(tagKeys, await this.#connections.query<StoredBody>('read', sql, [tagKeys]));
  }

  async logLength(desk: Uint8Array): Promise<number> {
    const sql = 'SELECT entries FROM postern.log_lengths WHERE desk = $1';
    return (await this.#read<{ entries: number }>(sql, desk))[0]?.entries ?? 0;
  }

  async log(desk: Uint8Array, from: number, max: number): Promise<LogRow[]> {
    const sql = `SELECT desk, number, day, bytes FROM postern.log WHERE desk = $1 AND number >= $2 ORDER BY number LIMIT $3`;
    return this.#read<LogRow>(sql, desk, from, max);
  }

  async parcels(to: Uint8Array, max: number): Promise<ParcelRow[]> {
    const sql = `SELECT device AS "to", id, day, bytes FROM postern.parcels WHERE device = $1 ORDER BY id LIMIT $2`;
    return this.#read<ParcelRow>(sql, to, max);
  }

  async document(kind: string, key: string): Promise<Uint8Array | null> {
    const sql = 'SELECT bytes FROM postern.documents WHERE kind = $1 AND name = $2';
    return (await this.#read<{ bytes: Uint8Array }>(sql, kind, key))[0]?.bytes ?? null;
  }

  async documents(kind: string): Promise<DocumentRow[]> {
    const sql = `SELECT kind, name AS key, last_day AS "lastDay", bytes FROM postern.documents WHERE kind = $1 ORDER BY name`;
    return this.#read<DocumentRow>(sql, kind);
  }

  async count(name: string, day: Day): Promise<number> {
    const sql = 'SELECT total FROM postern.counters WHERE name = $1 AND day = $2';
    return (await this.#read<{ total: number }>(sql, name, day))[0]?.total ?? 0;
  }

  async expire(limits: ExpiryLimits): Promise<void> {
    const deletions = deletionsOf(limits);
    await this.#connections.withClient('expire', async (client) => {
      await client.query(`SELECT pg_advisory_lock(${locks.maintaining})`);
      try {
        await this.#connections.transaction('expire', beginWriting, async (writer) => {
          for (const deletion of deletions) {
            await writer.query(deletionSql(deletion, schema, '$1', '$2'), [deletion.from, deletion.through]);
          }
          for (const statement of rewritingSql()) await writer.query(statement);
        });
        await dropOldLog(client);
      } finally {
        await client.query(`SELECT pg_advisory_unlock(${locks.maintaining})`);
      }
    });
  }

  async check(): Promise<string[]> {
    return this.#connections.withClient('check', async (client) => {
      const problems: string[] = [];
      for (const { setting, values, problem } of settingProblems) {
        const { rows } = await client.query<{ value: string }>(
          `SELECT setting AS value FROM pg_settings WHERE name = '${setting}'`,
        );
        if (values.test(rows[0]?.value ?? '')) problems.push(problem);
      }
      try {
        for (const sql of readingSql()) await client.query(sql);
        for (const { sql, problem } of soundnessQueries(schema)) {
          const { rows } = await client.query<{ n: number }>(sql);
          if (rows[0]?.n !== 0) problems.push(`${rows[0]?.n} ${problem}`);
        }
      } catch (error) {
        if (postgresError('check', error).code !== 'corrupt') throw error;
        problems.push('database files: damaged');
      }
      return problems;
    });
  }

  async backup(path: string): Promise<void> {
    await this.#connections.withClient('back up', async (client) => {
      // Before the snapshot is taken: an expiry in between would show it empty tables.
      await client.query(`SELECT pg_advisory_lock_shared(${locks.maintaining})`);
      try {
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
        await writeBackup(path, dump(client));
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        await client.query(`SELECT pg_advisory_unlock_shared(${locks.maintaining})`);
      }
    });
  }

  async restore(path: string): Promise<void> {
    await this.#writing.run(() =>
      this.#connections.transaction('restore', beginWriting, async (client) => {
        const { rows } = await client.query<{ n: number }>(anyRowSql(schema));
        if (rows[0]?.n !== 0) throw new StorageError('not-empty', 'restore');
        for await (const { table, rows: some } of inPortions(readBackup(path))) {
          await this.#connections.run(client, insertionSql(table), rowValues(table, some));
        }
      }),
    );
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async #apply(client: PoolClient, change: TableChange): Promise<void> {
    const table = tableNamed(change.table);
    const { removed, put } = change;
    if (removed.length > 0) await this.#connections.run(client, removalSql(table), keyValues(table.key, removed));
    if (put.length > 0) await this.#connections.run(client, insertionSql(table), rowValues(table, put));
  }

  #read<T extends QueryResultRow>(sql: string, ...values: readonly (Uint8Array | number | string)[]): Promise<T[]> {
    return this.#connections.query<T>('read', sql, values);
  }
}

/** Lets go of log files from before the expiry, as far as this role may. */
async function dropOldLog(client: PoolClient): Promise<void> {
  for (const statement of ['SELECT pg_switch_wal()', 'CHECKPOINT']) {
    try {
      await client.query(statement);
    } catch (error) {
      if ((error as { code?: unknown }).code !== '42501') throw error;
    }
  }
}

async function* dump(client: PoolClient): AsyncGenerator<BackupRow> {
  for (const table of tables) {
    await client.query(`DECLARE dump NO SCROLL CURSOR FOR ${dumpSql(table, schema)}`);
    for (;;) {
      const { rows } = await client.query<Row>(`FETCH ${copyRows} FROM dump`);
      for (const row of rows) yield { table, row };
      if (rows.length < copyRows) break;
    }
    await client.query('CLOSE dump');
  }
}

async function* inPortions(rows: AsyncIterable<BackupRow>): AsyncGenerator<{ table: Table; rows: Row[] }> {
  let portion: { table: Table; rows: Row[] } | undefined;
  for await (const { table, row } of rows) {
    if (portion !== undefined && (portion.table !== table || portion.rows.length === copyRows)) {
      yield portion;
      portion = undefined;
    }
    portion ??= { table, rows: [] };
    portion.rows.push(row);
  }
  if (portion !== undefined) yield portion;
}
