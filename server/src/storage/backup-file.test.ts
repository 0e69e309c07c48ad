import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { StorageError } from '../ports/storage.ts';
import { desk, sampleBytes } from '../testing/storage-samples.ts';
import { type BackupRow, readBackup, writeBackup } from './backup-file.ts';
import { type Row, type TableName, tableNamed } from './tables.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-backup-'));
const path = join(folder, 'backup');
afterAll(() => rmSync(folder, { recursive: true }));

const head = Buffer.from('postern backup 1\n');

/** A file with this body and the right hash. */
function signed(...body: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat([head, ...body]);
  return Buffer.concat([bytes, createHash('sha256').update(bytes).digest()]);
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

async function read(bytes: Uint8Array): Promise<BackupRow[]> {
  writeFileSync(path, bytes);
  const rows: BackupRow[] = [];
  for await (const one of readBackup(path)) rows.push(one);
  return rows;
}

function row(table: TableName, cells: Row): BackupRow {
  return { table: tableNamed(table), row: cells };
}

/** Table 4 is the length of a desk's log: desk[8], u64. */
const logLength = (of: Uint8Array, entries: bigint): Buffer => Buffer.concat([Uint8Array.of(4), of, u64(entries)]);
const end = Uint8Array.of(0);
const [first, second] = [desk(1), desk(2)].sort(Buffer.compare) as [Uint8Array, Uint8Array];

describe('backup file', () => {
  it('has the bytes that its format says, and reads as what was written', async () => {
    const rows = [
      row('envelopes', { id: sampleBytes('id', 32), day: 258, bytes: sampleBytes('bytes', 300_000) }),
      row('log_lengths', { desk: first, entries: 7 }),
      row('documents', { kind: 'roster', name: '1', last_day: 3, bytes: new Uint8Array([9]) }),
    ];
    rmSync(path, { force: true });
    await writeBackup(path, rows);
    const expected = signed(
      Uint8Array.of(1),
      sampleBytes('id', 32),
      u64(258n),
      Uint8Array.of(0x00, 0x04, 0x93, 0xe0),
      sampleBytes('bytes', 300_000),
      logLength(first, 7n),
      Uint8Array.of(7, 0, 0, 0, 6),
      Buffer.from('roster'),
      Uint8Array.of(0, 0, 0, 1, 0x31),
      u64(3n),
      Uint8Array.of(0, 0, 0, 1, 9),
      end,
    );
    expect(readFileSync(path).equals(expected)).toBe(true);
    expect(await read(expected)).toEqual(rows);
  });

  it('is refused when it says what no backup says, even with the right hash', async () => {
    expect(await read(signed(end))).toEqual([]);
    expect(await read(signed(logLength(first, 1n), logLength(second, 1n), end))).toHaveLength(2);
    const corrupt = {
      unordered: signed(logLength(second, 1n), logLength(first, 1n), end),
      twice: signed(logLength(first, 1n), logLength(first, 1n), end),
      'tables out of order': signed(logLength(first, 1n), Uint8Array.of(3), new Uint8Array(72), end),
      'an unknown table': signed(Uint8Array.of(10), end),
      'a number beyond exactness': signed(logLength(first, 2n ** 53n), end),
      'text outside ASCII': signed(Uint8Array.of(9, 0, 0, 0, 1, 0xe4), u64(1n), u64(1n), end),
      'a length beyond the file': signed(Uint8Array.of(1), new Uint8Array(40), Uint8Array.of(0xff, 0xff, 0xff, 0xff)),
      'no end': signed(logLength(first, 1n)),
      'something after the end': signed(end, end),
      'nothing after the head': head,
    };
    for (const [what, bytes] of Object.entries(corrupt)) {
      await expect(read(bytes), what).rejects.toMatchObject({ name: 'StorageError', code: 'corrupt' });
    }
  });

  it('gives nothing but its own error on any bytes, and writes again exactly what it accepts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (body, isSigned) => {
        const bytes = isSigned ? signed(body) : body;
        let rows: BackupRow[];
        try {
          rows = await read(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(StorageError);
          return;
        }
        rmSync(path);
        await writeBackup(path, rows);
        expect(readFileSync(path).equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 200, seed: 3, examples: [[end, true]] },
    );
  });
});
