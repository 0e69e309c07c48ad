/** What a thief of the server's disk sees: rows of each table by day, their lengths, and the order in which they lie (THR-3). */

import { DatabaseSync } from 'node:sqlite';
import { cell, compareCells, type Row, type Table, tables } from '@postern/server/storage/tables';

/** One line for each table and day: how many rows, and how long their cells are. Names of documents and counters without their ids. */
export type DiskShape = readonly string[];

export interface Disk {
  readonly shape: DiskShape;
  /** Tables whose rows do not lie in the order of their keys. */
  readonly unordered: readonly string[];
}

/**
 * Replies are left out: how long one stays depends on when somebody comes for it, a person or a device.
 * @param file the database of a server
 */
export function lookAtDisk(file: string): Disk {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const found = tables.map((table) => ({
      table,
      rows: database.prepare(`SELECT * FROM ${table.name}`).all() as unknown as Row[],
    }));
    return {
      shape: found.filter(({ table }) => table.name !== 'replies').flatMap(shapeOf),
      unordered: found.filter(({ table, rows }) => !isOrdered(table, rows)).map(({ table }) => table.name),
    };
  } finally {
    database.close();
  }
}

function shapeOf({ table, rows }: { readonly table: Table; readonly rows: readonly Row[] }): string[] {
  const lines = new Map<string, number>();
  for (const row of rows) {
    const cells = table.columns.map(({ name, type }) => {
      const value = cell(row, name);
      if (type === 'bytes') return `${name}[${(value as Uint8Array).length}]`;
      if (type === 'text')
        return `${name}=${String(value)
          .split(':')[0]
          ?.replace(/^[0-9a-f]{8,}$/, '…')}`;
      return ['day', 'last_day', 'total', 'entries'].includes(name) ? `${name}=${value}` : name;
    });
    const line = `${table.name} ${cells.join(' ')}`;
    lines.set(line, (lines.get(line) ?? 0) + 1);
  }
  return [...lines].map(([line, count]) => `${count} × ${line}`).sort();
}

function isOrdered({ key }: Table, rows: readonly Row[]): boolean {
  return rows.every((row, at) => {
    const before = rows[at - 1];
    if (before === undefined) return true;
    for (const column of key) {
      const order = compareCells(cell(before, column), cell(row, column));
      if (order !== 0) return order < 0;
    }
    return false;
  });
}
