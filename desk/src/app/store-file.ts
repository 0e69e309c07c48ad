/** The SQLite file of a device's local store: rows of an opaque id and two sealed values, gone when they are deleted. */

import { closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

export interface SealedRow {
  /** 32 bytes. */
  readonly id: Uint8Array;
  readonly name: Uint8Array;
  readonly value: Uint8Array;
}

export type RowChange = SealedRow | { readonly id: Uint8Array; readonly value: null };

/** 'Pstd': tells our files from others' SQLite files. */
const applicationId = 0x50737464;
const schemaVersion = 1;
const lockWaitMilliseconds = 2_000;
const cacheKibibytes = 8_192;

export class StoreFile {
  readonly #database: DatabaseSync;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;

  /** Opens it, or makes it, readable by its owner only. @throws Error if it is in use or not ours */
  constructor(file: string) {
    // SQLite would make the file with the umask's rights; its journal takes over those of the file. Never where there is
    // one: closing any descriptor of it gives up all locks that this process holds on it (fcntl(2)).
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
    const database = new DatabaseSync(file, { defensive: true, timeout: lockWaitMilliseconds });
    try {
      prepare(database);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#database = database;
    this.#get = database.prepare('SELECT value FROM records WHERE id = ?');
    this.#put = database.prepare('INSERT OR REPLACE INTO records (id, name, value) VALUES (?, ?, ?)');
    this.#remove = database.prepare('DELETE FROM records WHERE id = ?');
  }

  value(id: Uint8Array): Uint8Array | null {
    return (this.#get.get(id)?.value as Uint8Array | undefined) ?? null;
  }

  *names(): Generator<{ readonly id: Uint8Array; readonly name: Uint8Array }> {
    for (const row of this.#database.prepare('SELECT id, name FROM records').iterate()) {
      yield { id: row.id as Uint8Array, name: row.name as Uint8Array };
    }
  }

  /** All or nothing, durable when it returns; what was there before is overwritten in the file and cut from the journal. */
  change(changes: readonly RowChange[]): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const change of changes) {
        if (change.value === null) this.#remove.run(change.id);
        else this.#put.run(change.id, change.name, change.value);
      }
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function prepare(database: DatabaseSync): void {
  // Before anything is changed: a file that is not ours stays as it is.
  const isNew = identify(database);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA cache_size = ${-cacheKibibytes};
  `);
  // Clustered by an id that is random to whoever has no key: no row numbers, which would count arrivals.
  if (isNew)
    database.exec(`
      BEGIN IMMEDIATE;
      CREATE TABLE records (id BLOB NOT NULL PRIMARY KEY, name BLOB NOT NULL, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
      PRAGMA application_id = ${applicationId};
      PRAGMA user_version = ${schemaVersion};
      COMMIT;
    `);
}

function identify(database: DatabaseSync): boolean {
  const [id, version, schema] = ['application_id', 'user_version', 'schema_version'].map(
    (name) => database.prepare(`PRAGMA ${name}`).get()?.[name],
  );
  if (id === applicationId && version === schemaVersion) return false;
  if (id === 0 && version === 0 && schema === 0) return true;
  throw new Error('open the local store: the file is not one of this version');
}
