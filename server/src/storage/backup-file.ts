/**
 * The backup file, the same for every engine: what was kept, in order of key, and nothing about when.
 *
 *     "postern backup 1\n"
 *     rows, by table and then by key: u8 table (from 1, in the order of `tables`), then its columns:
 *         bytes of one length, as they are; other bytes and text as u32 length and bytes; integers as u64
 *     u8 0, SHA-256 of all bytes before it
 */

import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { StorageError } from '../ports/storage.ts';
import { type Cell, type Column, cell, compareRows, type Row, type Table, tables } from './tables.ts';
import { contentBytesMax } from './write-plan.ts';

export interface BackupRow {
  readonly table: Table;
  readonly row: Row;
}

const magic = 'postern backup ';
const version = '1\n';
const chunkBytes = 256 * 1024;

/**
 * Writes a new file that only its owner can read; when it resolves, it is on the disk.
 * @throws StorageError full; unavailable, also when there is a file already; whatever `rows` throws
 */
export async function writeBackup(path: string, rows: Iterable<BackupRow> | AsyncIterable<BackupRow>): Promise<void> {
  const file = await named('create the backup', () => open(path, 'wx', 0o600));
  try {
    await writeRows(file, rows);
    await named('write the backup', () => file.sync());
    await file.close();
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

async function writeRows(file: FileHandle, rows: Iterable<BackupRow> | AsyncIterable<BackupRow>): Promise<void> {
  const hash = createHash('sha256');
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const flush = async (): Promise<void> => {
    const chunk = Buffer.concat(waiting);
    hash.update(chunk);
    waiting = [];
    waitingBytes = 0;
    await named('write the backup', () => file.writeFile(chunk));
  };
  const put = async (bytes: Uint8Array): Promise<void> => {
    waiting.push(bytes);
    waitingBytes += bytes.length;
    if (waitingBytes >= chunkBytes) await flush();
  };
  await put(Buffer.from(magic + version));
  for await (const { table, row } of rows) await put(encodeRow(table, row));
  await put(Uint8Array.of(0));
  await flush();
  await named('write the backup', () => file.writeFile(hash.digest()));
}

/**
 * The rows of a backup. The whole file is read and its hash compared before the first row is given.
 * @throws StorageError wrong-version, when it is of another version or no backup; corrupt, when it is damaged, cut short
 * or longer, out of order, or says anything that no backup says; unavailable, when it cannot be read
 */
export async function* readBackup(path: string): AsyncGenerator<BackupRow> {
  const file = await named('open the backup', () => open(path, 'r'));
  try {
    await compareHash(file);
    const reader = new FileReader(file);
    await reader.take(magic.length + version.length);
    yield* readRows(reader);
    await reader.take(32);
    if (!(await reader.isAtEnd())) throw damaged();
  } finally {
    await file.close();
  }
}

async function* readRows(reader: FileReader): AsyncGenerator<BackupRow> {
  let before: { readonly number: number; readonly row: Row } | undefined;
  for (;;) {
    const number = (await reader.take(1)).readUInt8();
    if (number === 0) return;
    const table = tables[number - 1];
    if (table === undefined) throw damaged();
    const row = await readRow(reader, table);
    if (before !== undefined) {
      const isAfter =
        number > before.number || (number === before.number && compareRows(table.key, row, before.row) > 0);
      if (!isAfter) throw damaged();
    }
    before = { number, row };
    yield { table, row };
  }
}

async function readRow(reader: FileReader, table: Table): Promise<Row> {
  const row: Record<string, Cell> = {};
  for (const column of table.columns) row[column.name] = await readCell(reader, column);
  return row;
}

async function readCell(reader: FileReader, column: Column): Promise<Cell> {
  if (column.type === 'integer') {
    const value = (await reader.take(8)).readBigUInt64BE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged();
    return Number(value);
  }
  if (column.length !== undefined) return Uint8Array.from(await reader.take(column.length));
  const length = (await reader.take(4)).readUInt32BE();
  if (length > contentBytesMax) throw damaged();
  const bytes = await reader.take(length);
  if (column.type === 'bytes') return Uint8Array.from(bytes);
  const text = bytes.toString('latin1');
  if (!/^[\x20-\x7e]{1,512}$/.test(text)) throw damaged();
  return text;
}

function encodeRow(table: Table, row: Row): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(tables.indexOf(table) + 1)];
  for (const column of table.columns) {
    const value = cell(row, column.name);
    if (typeof value === 'number') {
      const integer = Buffer.alloc(8);
      integer.writeBigUInt64BE(BigInt(value));
      parts.push(integer);
      continue;
    }
    const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
    if (column.length === undefined) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      parts.push(length);
    } else if (column.length !== bytes.length) {
      throw new StorageError('corrupt', `back up ${table.name}`);
    }
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

async function compareHash(file: FileHandle): Promise<void> {
  const { size } = await named('read the backup', () => file.stat());
  const head = await readAt(file, 0, magic.length + version.length);
  if (head.toString('latin1') !== magic + version) throw new StorageError('wrong-version', 'read the backup');
  const hash = createHash('sha256');
  const hashedBytes = size - 32;
  for (let offset = 0; offset < hashedBytes; offset += chunkBytes) {
    hash.update(await readAt(file, offset, Math.min(chunkBytes, hashedBytes - offset)));
  }
  const written = await readAt(file, Math.max(0, hashedBytes), 32);
  if (Buffer.compare(hash.digest(), written) !== 0) throw damaged();
}

/** Reads a file from its beginning, never more than a chunk ahead. */
class FileReader {
  readonly #file: FileHandle;
  #offset = 0;
  #held: Buffer = Buffer.alloc(0);

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Exactly `length` bytes, valid until the next call. @throws StorageError corrupt */
  async take(length: number): Promise<Buffer> {
    await this.#hold(length);
    if (this.#held.length < length) throw damaged();
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }

  async isAtEnd(): Promise<boolean> {
    await this.#hold(1);
    return this.#held.length === 0;
  }

  async #hold(length: number): Promise<void> {
    while (this.#held.length < length) {
      const read = await readAt(this.#file, this.#offset, Math.max(chunkBytes, length - this.#held.length));
      if (read.length === 0) return;
      this.#offset += read.length;
      this.#held = Buffer.concat([this.#held, read]);
    }
  }
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await named('read the backup', () =>
      file.read(buffer, filled, length - filled, offset + filled),
    );
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function named<T>(attempted: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new StorageError(code === 'ENOSPC' || code === 'EDQUOT' ? 'full' : 'unavailable', attempted);
  }
}

function damaged(): StorageError {
  return new StorageError('corrupt', 'read the backup');
}
