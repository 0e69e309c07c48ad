/** Opens a SQLite file of ours with the settings on which durability and deletion rest, and names its errors. */

import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sha256Native } from '@postern/protocol/primitives/hmac-native';
import { StorageError, type StorageErrorCode } from '../ports/storage.ts';
import { schemaVersion, type Table, tables } from './tables.ts';

/** 'Pstn': tells our files from others' SQLite files. */
const applicationId = 0x5073746e;

/** How long a statement waits for another process that holds the lock, in milliseconds. */
const lockWaitMilliseconds = 2_000;

/**
 * A table clustered by key keeps an eighth of a page of each large row beside the key and the rest on pages of its own.
 * At 2 KiB both sealed sizes fill such pages nearly whole; at 4 KiB a reply would take twice its size.
 */
const pageBytes = 2_048;

/** What one connection keeps in memory. */
const cacheKibibytes = 4_096;

/** Length of the journal, 16 MiB, from which on a commit also moves it into the file. */
const checkpointPages = (16 * 1024 * 1024) / pageBytes;

/** @throws StorageError wrong-version, corrupt, unavailable, full */
export function openOwnFile(file: string): DatabaseSync {
  return named('open the database', () => {
    // SQLite would make the file with the umask's rights; its journal takes over those of the file. Never where there is
    // one: closing any descriptor of it gives up all locks that this process holds on it (fcntl(2)), those of its other
    // connections too, and then another program that looks in deletes the journal under them.
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
    const database = new DatabaseSync(file, { defensive: true, timeout: lockWaitMilliseconds });
    try {
      // Before anything is changed: a file that is not ours stays as it is.
      const isNew = identify(database);
      configure(database, file);
      if (isNew) createTables(database);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  });
}

/** A connection that sees one state of the file for as long as it holds a transaction. */
export function openReader(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: true, defensive: true, timeout: lockWaitMilliseconds });
  database.exec('PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -512');
  return database;
}

/** Gives SQL the function `sha256`, as PostgreSQL has it. */
export function addSha256(database: DatabaseSync): void {
  database.function('sha256', { deterministic: true }, (bytes) => sha256Native(bytes as Uint8Array));
}

/** Moves the journal into the file and cuts it to nothing. @throws StorageError unavailable, when someone still reads */
export function emptyJournal(database: DatabaseSync): void {
  const outcome = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  if (outcome?.busy !== 0) throw new StorageError('unavailable', 'empty the journal');
}

/** Runs `action`; whatever it throws becomes a StorageError. */
export function named<T>(attempted: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw sqliteError(attempted, error);
  }
}

export function sqliteError(attempted: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  return new StorageError(codeOf(error), attempted);
}

function codeOf(error: unknown): StorageErrorCode {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'full';
  if (typeof errcode !== 'number') return code === 'ERR_INVALID_ARG_TYPE' ? 'invalid' : 'unavailable';
  if (errcode === ioErrorWhileSharing) return 'full';
  switch (errcode & 0xff) {
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
      return 'corrupt';
    case 13: // SQLITE_FULL
      return 'full';
    case 18: // SQLITE_TOOBIG
    case 19: // SQLITE_CONSTRAINT
    case 20: // SQLITE_MISMATCH
      return 'invalid';
    default:
      return 'unavailable';
  }
}

/** SQLITE_IOERR_SHMSIZE: no room for the journal's index. */
const ioErrorWhileSharing = 4_874;

function configure(database: DatabaseSync, file: string): void {
  // Before the first page is written: neither can be changed in WAL mode.
  database.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA auto_vacuum = NONE`);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
    PRAGMA foreign_keys = ON;
    PRAGMA cell_size_check = ON;
    PRAGMA cache_size = ${-cacheKibibytes};
    PRAGMA wal_autocheckpoint = ${checkpointPages};
  `);
  // Rewriting needs room for a copy. It stays on the data folder's disk: never in memory, never in /tmp.
  database.exec(`PRAGMA temp_store_directory = '${dirname(file).replaceAll("'", "''")}'`);
}

/** Whether there is nothing in the file yet. @throws StorageError wrong-version */
function identify(database: DatabaseSync): boolean {
  const id = pragma(database, 'application_id');
  const version = pragma(database, 'user_version');
  if (id === applicationId && version === schemaVersion) return false;
  if (id === 0 && version === 0 && pragma(database, 'schema_version') === 0) return true;
  throw new StorageError('wrong-version', 'open the database');
}

function createTables(database: DatabaseSync): void {
  database.exec(`
    BEGIN IMMEDIATE;
    ${tables.map(createTableSql).join('\n')}
    PRAGMA application_id = ${applicationId};
    PRAGMA user_version = ${schemaVersion};
    COMMIT;
  `);
}

/** Clustered by key: SQLite's hidden row numbers, which count arrivals, do not exist in such tables. */
function createTableSql(table: Table): string {
  const types = { bytes: 'BLOB', integer: 'INTEGER', text: 'TEXT' } as const;
  const columns = table.columns.map(({ name, type }) => `${name} ${types[type]} NOT NULL`);
  const indexes = table.indexes.map(
    ({ column, unique }) =>
      `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${table.name}_${column} ON ${table.name} (${column});`,
  );
  return `CREATE TABLE ${table.name} (${columns.join(', ')}, PRIMARY KEY (${table.key.join(', ')})) STRICT, WITHOUT ROWID;
    ${indexes.join('\n')}`;
}

function pragma(database: DatabaseSync, name: string): number {
  const value = database.prepare(`PRAGMA ${name}`).get()?.[name];
  if (typeof value !== 'number') throw new StorageError('corrupt', `read ${name}`);
  return value;
}
