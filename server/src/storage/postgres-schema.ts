/** The schema `postern` in PostgreSQL, and the statements that are made from the description of the tables. */

import { StorageError } from '../ports/storage.ts';
import type { Connections, Value } from './postgres-pool.ts';
import { columnNames, replacingSql } from './sql.ts';
import { type Column, cell, type Row, schemaVersion, type Table, tables } from './tables.ts';
import type { Lookup } from './write-plan.ts';

export const schema = 'postern.';

/** Keys of advisory locks: one writer at a time; copying shares what expiry wants for itself. */
export const locks = { writing: 7_309_841_001, maintaining: 7_309_841_002 } as const;

/** Makes the schema when it is not there. @throws StorageError wrong-version */
export async function ensureSchema(connections: Connections): Promise<void> {
  const begin = `BEGIN; SELECT pg_advisory_xact_lock(${locks.writing})`;
  await connections.transaction('open the database', begin, async (client) => {
    const found = await client.query<{ relation: string }>(
      `SELECT relname AS relation FROM pg_class WHERE relnamespace = to_regnamespace('postern') AND relkind IN ('r', 'v', 'p', 'f')`,
    );
    if (found.rows.length === 0) {
      await client.query(createSchemaSql());
      return;
    }
    const names = found.rows.map(({ relation }) => relation);
    const isOurs = names.includes('version') && tables.every(({ name }) => names.includes(name));
    const versions = isOurs
      ? await client.query<{ version: number }>('SELECT version FROM postern.version')
      : undefined;
    if (versions?.rows[0]?.version !== schemaVersion) throw new StorageError('wrong-version', 'open the database');
  });
}

function createSchemaSql(): string {
  return [
    'CREATE SCHEMA IF NOT EXISTS postern',
    'CREATE TABLE postern.version (version bigint NOT NULL)',
    `INSERT INTO postern.version VALUES (${schemaVersion})`,
    ...tables.flatMap(createTableSql),
  ].join(';\n');
}

function createTableSql(table: Table): string[] {
  const types = { bytes: 'bytea', integer: 'bigint', text: 'text COLLATE "C"' } as const;
  const columns = table.columns.map((column) => `${column.name} ${types[column.type]} NOT NULL`);
  return [
    `CREATE TABLE postern.${table.name} (${columns.join(', ')}, PRIMARY KEY (${table.key.join(', ')}))`,
    ...table.indexes.map(
      ({ column, unique }) => `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ON postern.${table.name} (${column})`,
    ),
    // What is sealed does not get smaller: no attempt to compress it.
    ...table.columns
      .filter(isContent)
      .map(({ name }) => `ALTER TABLE postern.${table.name} ALTER COLUMN ${name} SET STORAGE EXTERNAL`),
  ];
}

/** Finds all asked rows at once; its parameters are those of {@link keyValues}. */
export function lookupSql({ table, by, get }: Lookup): string {
  const columns = get.map((name) => `t.${name}`).join(', ');
  return `SELECT ${columns} FROM postern.${table} AS t JOIN ${unnested(columnsOf(table, by))} ON ${matching(by)}`;
}

/** Removes all rows with these keys at once; its parameters are those of {@link keyValues}. */
export function removalSql(table: Table): string {
  return `DELETE FROM postern.${table.name} AS t USING ${unnested(columnsOf(table.name, table.key))} WHERE ${matching(table.key)}`;
}

export function keyValues(columns: readonly string[], rows: readonly Row[]): Value[] {
  return columns.map((name) => rows.map((row) => cell(row, name)));
}

/** Inserts any number of rows at once; its parameters are those of {@link rowValues}. */
export function insertionSql(table: Table): string {
  const parameters: string[] = [];
  const arrays: string[] = [];
  const names: string[] = [];
  const values = table.columns.map((column, at) => {
    if (!isContent(column)) {
      parameters.push('');
      arrays.push(`$${parameters.length}::${arrayType(column)}`);
      names.push(`c${at}`);
      return `u.c${at}`;
    }
    parameters.push('', '', '');
    const first = parameters.length - 2;
    arrays.push(`$${first + 1}::integer[]`, `$${first + 2}::integer[]`);
    names.push(`start${at}`, `length${at}`);
    return `substr($${first}::bytea, u.start${at}, u.length${at})`;
  });
  return `INSERT INTO postern.${table.name} (${columnNames(table).join(', ')})
    SELECT ${values.join(', ')} FROM unnest(${arrays.join(', ')}) AS u(${names.join(', ')})${replacingSql(table)}`;
}

/**
 * Large values go as one binary parameter with the places to cut it at: an array of them would travel as text of more
 * than twice the size.
 */
export function rowValues(table: Table, rows: readonly Row[]): Value[] {
  return table.columns.flatMap((column): Value[] => {
    const cells = rows.map((row) => cell(row, column.name));
    if (!isContent(column)) return [cells];
    const contents = cells.filter((value): value is Uint8Array => value instanceof Uint8Array);
    const starts: number[] = [];
    let at = 1;
    for (const { length } of contents) {
      starts.push(at);
      at += length;
    }
    return [Buffer.concat(contents), starts, contents.map(({ length }) => length)];
  });
}

/** Copies what is kept to one side, empties the tables into new files, and puts it back in order of key. */
export function rewritingSql(): string[] {
  return [
    ...tables.map(({ name }) => `CREATE TEMPORARY TABLE kept_${name} ON COMMIT DROP AS SELECT * FROM postern.${name}`),
    `TRUNCATE ${tables.map(({ name }) => `postern.${name}`).join(', ')}`,
    ...tables.map(
      ({ name, key }) => `INSERT INTO postern.${name} SELECT * FROM pg_temp.kept_${name} ORDER BY ${key.join(', ')}`,
    ),
  ];
}

/** Reads every stored byte: damage that the engine can notice comes to light. */
export function readingSql(): string[] {
  return tables.flatMap((table) =>
    table.columns.filter(isContent).map(({ name }) => `SELECT count(sha256(${name})) AS n FROM postern.${table.name}`),
  );
}

/** Settings under which this adapter could not keep the port's promises. */
export const settingProblems: readonly {
  readonly setting: string;
  readonly values: RegExp;
  readonly problem: string;
}[] = [
  { setting: 'fsync', values: /^off$/, problem: 'fsync is off: what was acknowledged can be lost' },
  { setting: 'full_page_writes', values: /^off$/, problem: 'full_page_writes is off: a crash can tear pages' },
  {
    setting: 'track_commit_timestamp',
    values: /^on$/,
    problem: 'track_commit_timestamp is on: the database keeps the time at which everything arrived',
  },
  {
    setting: 'log_statement',
    values: /^(mod|all)$/,
    problem: 'log_statement is on: the server log tells when what arrived',
  },
  {
    setting: 'log_min_duration_statement',
    values: /^[0-9]/,
    problem: 'log_min_duration_statement is on: the server log holds statements and their times',
  },
  {
    setting: 'archive_mode',
    values: /^(on|always)$/,
    problem: 'archive_mode is on: the archive keeps what was deleted',
  },
];

function columnsOf(table: string, names: readonly string[]): Column[] {
  const all = tables.find(({ name }) => name === table)?.columns ?? [];
  return names.flatMap((name) => all.filter((column) => column.name === name));
}

function unnested(columns: readonly Column[]): string {
  const arrays = columns.map((column, at) => `$${at + 1}::${arrayType(column)}`);
  return `unnest(${arrays.join(', ')}) AS k(${columns.map(({ name }) => name).join(', ')})`;
}

function matching(columns: readonly string[]): string {
  return columns.map((name) => `t.${name} = k.${name}`).join(' AND ');
}

function arrayType({ type }: Column): string {
  return { bytes: 'bytea[]', integer: 'bigint[]', text: 'text[]' }[type];
}

function isContent({ type, length }: Column): boolean {
  return type === 'bytes' && length === undefined;
}
