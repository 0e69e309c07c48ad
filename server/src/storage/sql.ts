/** SQL that both engines understand, made from the description of the tables. */

import { type Deletion, type Table, tables } from './tables.ts';

/** What a sound storage has none of. Each query gives one number. `schema` is '' or ends in a dot. */
export function soundnessQueries(schema: string): { readonly sql: string; readonly problem: string }[] {
  return [
    {
      sql: `SELECT count(*) AS n FROM ${schema}envelopes WHERE sha256(bytes) <> id`,
      problem: 'envelopes whose bytes do not match their id',
    },
    {
      sql: `SELECT count(*) AS n FROM ${schema}parcels WHERE sha256(bytes) <> id`,
      problem: 'parcels whose bytes do not match their id',
    },
    {
      sql: `SELECT count(*) AS n FROM (
        SELECT desk, max(number) AS last, max(number) - min(number) + 1 - count(*) AS missing
        FROM ${schema}log GROUP BY desk) AS l
        LEFT JOIN ${schema}log_lengths AS h ON h.desk = l.desk
        WHERE l.missing <> 0 OR h.entries IS NULL OR h.entries <> l.last + 1`,
      problem: 'desk logs with a hole or another length than is recorded',
    },
  ];
}

/** Deletes rows in the range of the statement's two parameters, written as `first` and `last`. */
export function deletionSql(deletion: Deletion, schema: string, first: string, last: string): string {
  const table = `${schema}${deletion.table}`;
  const deletes = `DELETE FROM ${table} WHERE ${deletion.column} BETWEEN ${first} AND ${last}`;
  if (deletion.keepsNewest !== true) return deletes;
  return `${deletes} AND number + 1 < (SELECT entries FROM ${schema}log_lengths AS h WHERE h.desk = ${table}.desk)`;
}

/** Everything in a table, in order of key. */
export function dumpSql(table: Table, schema: string): string {
  return `SELECT ${columnNames(table).join(', ')} FROM ${schema}${table.name} ORDER BY ${table.key.join(', ')}`;
}

/** 1 when any table holds a row, else 0. */
export function anyRowSql(schema: string): string {
  return `SELECT CASE WHEN ${tables.map(({ name }) => `EXISTS (SELECT 1 FROM ${schema}${name})`).join(' OR ')} THEN 1 ELSE 0 END AS n`;
}

/** What follows `INSERT … VALUES` or `INSERT … SELECT`: nothing, or that the new row takes the old one's place. */
export function replacingSql(table: Table): string {
  if (!table.replaces) return '';
  const others = columnNames(table).filter((name) => !table.key.includes(name));
  return ` ON CONFLICT (${table.key.join(', ')}) DO UPDATE SET ${others.map((name) => `${name} = excluded.${name}`).join(', ')}`;
}

export function columnNames(table: Table): string[] {
  return table.columns.map(({ name }) => name);
}
