/** Thread for the long tasks on a SQLite file, expiry and checking, so that reading goes on while they run. */

import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { StorageError, type StorageErrorCode } from '../ports/storage.ts';
import { deletionSql, soundnessQueries } from './sql.ts';
import { addSha256, emptyJournal, openOwnFile, openReader, sqliteError } from './sqlite-file.ts';
import type { Deletion } from './tables.ts';

export type SqliteTask =
  | { readonly task: 'expire'; readonly file: string; readonly deletions: readonly Deletion[] }
  | { readonly task: 'check'; readonly file: string };

export type SqliteOutcome = { readonly problems: string[] } | { readonly failed: StorageErrorCode };

const task = workerData as SqliteTask;
parentPort?.postMessage(perform());

function perform(): SqliteOutcome {
  try {
    if (task.task === 'check') return { problems: check(task.file) };
    expire(task.file, task.deletions);
    return { problems: [] };
  } catch (error) {
    return { failed: error instanceof StorageError ? error.code : sqliteError(task.task, error).code };
  }
}

function expire(file: string, deletions: readonly Deletion[]): void {
  const database = openOwnFile(file);
  try {
    deleteRows(database, deletions);
    // Emptied before the rewriting too: should there be no room for that, what was deleted is gone all the same.
    emptyJournal(database);
    database.exec('PRAGMA temp_store = FILE');
    database.exec('VACUUM');
    emptyJournal(database);
  } finally {
    database.close();
  }
}

function deleteRows(database: DatabaseSync, deletions: readonly Deletion[]): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const deletion of deletions)
      database.prepare(deletionSql(deletion, '', '?', '?')).run(deletion.from, deletion.through);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function check(file: string): string[] {
  const database = openReader(file);
  try {
    addSha256(database);
    const structure = database
      .prepare('PRAGMA integrity_check(20)')
      .all()
      .map((row) => String(row.integrity_check))
      .filter((line) => line !== 'ok');
    if (structure.length > 0) return structure.map((line) => `database file: ${line}`);
    return soundnessQueries('').flatMap(({ sql, problem }) => {
      const count = Number(database.prepare(sql).get()?.n);
      return count === 0 ? [] : [`${count} ${problem}`];
    });
  } catch (error) {
    if (sqliteError('check', error).code === 'corrupt') return ['database file: damaged beyond reading'];
    throw error;
  } finally {
    database.close();
  }
}
