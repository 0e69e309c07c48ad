import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Storage, Write } from '../ports/storage.ts';
import type { Place } from '../testing/storage-run.ts';
import { envelope, payment, reply } from '../testing/storage-samples.ts';
import { canMount, mountSmallDisk, unmount } from './small-disk.ts';
import { openSqlite, sqliteFileName } from './sqlite.ts';
import { openOwnFile } from './sqlite-file.ts';
import { storageContract } from './storage-contract.ts';

const scratch = mkdtempSync(join(tmpdir(), 'postern-sqlite-'));
let places = 0;

function placeIn(folder: string, remove: () => void): Place {
  const file = join(folder, sqliteFileName);
  const behindItsBack = (sql: string, ...values: Uint8Array[]): void => {
    const database = new DatabaseSync(file, { timeout: 2_000 });
    database.prepare(sql).run(...values);
    database.close();
  };
  return {
    open: () => openSqlite(folder),
    failParcels: async () => {
      behindItsBack(`CREATE TRIGGER fail BEFORE INSERT ON parcels BEGIN SELECT RAISE(ABORT, 'made to fail'); END`);
      return async () => behindItsBack('DROP TRIGGER fail');
    },
    holds: async (pieces) => {
      const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
      return pieces.map((piece) => files.some((bytes) => bytes.includes(Buffer.from(piece))));
    },
    damage: async (id) => damageContent(file, id),
    crashArguments: ['sqlite', folder],
    remove: async () => remove(),
  };
}

/** Changes a bit of the stored bytes in the file itself. */
function damageContent(file: string, id: Uint8Array): void {
  const bytes = readFileSync(file);
  const database = new DatabaseSync(file);
  const stored = database.prepare('SELECT bytes FROM envelopes WHERE id = ?').get(id)?.bytes as Uint8Array;
  database.close();
  const at = bytes.indexOf(stored.subarray(2_000, 2_032));
  if (at < 0) throw new Error('damage an envelope: not found in the file');
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(file, bytes);
}

function newPlace(): Place {
  const folder = join(scratch, `${++places}`);
  return placeIn(folder, () => rmSync(folder, { recursive: true }));
}

function smallPlace(): Place {
  const folder = join(scratch, `small-${++places}`);
  mkdirSync(folder);
  if (!mountSmallDisk(folder)) throw new Error('mount a small disk: refused');
  return placeIn(folder, () => {
    unmount(folder);
    rmSync(folder, { recursive: true });
  });
}

/**
 * How many files this process holds as SQLite does while it has them open: a lock on the 510 bytes from its shared byte on
 * (proc_locks(5), SQLite's file locking). A program that finds none deletes the journal when it goes.
 */
function heldFiles(): number {
  const held = new RegExp(` ${process.pid} \\S+ ${0x4000_0002} ${0x4000_0002 + 509}$`);
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .filter((line) => held.test(line)).length;
}

describe('SQLite', () => {
  storageContract({
    start: async () => undefined,
    stop: async () => rmSync(scratch, { recursive: true }),
    place: async () => newPlace(),
    smallPlace: canMount() ? async () => smallPlace() : undefined,
  });

  const inFolder = async (action: (folder: string) => Promise<void>): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), 'postern-sqlite-'));
    try {
      await action(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it('has the same file, byte for byte, after an expiry, whatever the order of arrival', () =>
    inFolder(async (folder) => {
      const numbers = Array.from({ length: 120 }, (_, n) => n);
      const orders = [numbers, [...numbers].reverse(), [...numbers].sort((a, b) => ((a * 7) % 120) - ((b * 7) % 120))];
      const files = async (name: string): Promise<Buffer[]> =>
        orders.map((_, at) => readFileSync(join(folder, `${at}`, name)));
      const stores = await Promise.all(orders.map((_, at) => openSqlite(join(folder, `${at}`))));
      for (const [at, order] of orders.entries()) {
        const batch = [1, 5, 120][at]!;
        for (let from = 0; from < order.length; from += batch) {
          await stores[at]!.write(
            order.slice(from, from + batch).flatMap((n) => [
              { kind: 'envelope', row: envelope(n, 4 + (n % 3)) },
              { kind: 'reply', row: reply(n, 5), payment: payment(n, 9) },
            ]),
          );
        }
        for (const n of order) {
          if (n % 4 === 0) await stores[at]!.write([{ kind: 'acknowledge', ackId: reply(n, 5).ackId }]);
        }
      }
      const journals = await files(`${sqliteFileName}-wal`);
      // The comparison can tell the orders apart: before the expiry the journals differ.
      expect(journals[0]!.equals(journals[1]!)).toBe(false);
      const limits = { envelopesThrough: 4, passedDays: [], repliesThrough: 0, logThrough: 0, parcelsThrough: 0 };
      for (const store of stores) await store.expire({ today: 6, ...limits });
      for (const journal of await files(`${sqliteFileName}-wal`)) expect(journal).toHaveLength(0);
      const [first, ...others] = await files(sqliteFileName);
      for (const other of others) expect(other.equals(first!)).toBe(true);
      await Promise.all(stores.map((store) => store.close()));
    }));

  it('writes a batch in the same order, whatever the order in it', () =>
    inFolder(async (folder) => {
      const batch = Array.from({ length: 60 }, (_, n): Write[] => [
        { kind: 'envelope', row: envelope(n, 5) },
        { kind: 'reply', row: reply(n, 5), payment: payment(n, 9) },
      ]);
      const files: Buffer[] = [];
      for (const [name, writes] of Object.entries({ a: batch, b: [...batch].reverse() })) {
        const storage = await openSqlite(join(folder, name));
        await storage.write(writes.flat());
        await storage.close();
        files.push(readFileSync(join(folder, name, sqliteFileName)));
      }
      expect(files[0]!.equals(files[1]!)).toBe(true);
    }));

  it('opens with the settings on which durability and deletion rest', () =>
    inFolder(async (folder) => {
      const database = openOwnFile(join(folder, sqliteFileName));
      const setting = (name: string): unknown => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
      expect(setting('journal_mode')).toBe('wal');
      // 2 is FULL: the journal is synced before a commit returns.
      expect(setting('synchronous')).toBe(2);
      expect(setting('secure_delete')).toBe(1);
      expect(setting('trusted_schema')).toBe(0);
      database.close();
    }));

  it('keeps its lock on the file, without which another program deletes the journal, also after an expiry', () =>
    inFolder(async (folder) => {
      const before = heldFiles();
      const storage = await openSqlite(folder);
      expect(heldFiles()).toBe(before + 1);
      const limits = { envelopesThrough: 4, passedDays: [], repliesThrough: 0, logThrough: 0, parcelsThrough: 0 };
      await storage.expire({ today: 6, ...limits });
      expect(heldFiles()).toBe(before + 1);
      await storage.close();
      expect(heldFiles()).toBe(before);
    }));

  it('lets nobody but its owner read the files', () =>
    inFolder(async (folder) => {
      const storage = await openSqlite(join(folder, 'data'));
      await storage.write([{ kind: 'envelope', row: envelope(1, 5) }]);
      await storage.backup(join(folder, 'data', 'backup'));
      expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
      const modes = readdirSync(join(folder, 'data')).map((name) => statSync(join(folder, 'data', name)).mode & 0o777);
      expect(modes.length).toBeGreaterThanOrEqual(3);
      expect(new Set(modes)).toEqual(new Set([0o600]));
      await storage.close();
    }));

  it('refuses a file of another version or another program, and leaves it as it is', () =>
    inFolder(async (folder) => {
      const later = join(folder, 'later');
      await (await openSqlite(later)).close();
      const foreign = join(folder, 'foreign');
      mkdirSync(foreign);
      for (const [place, sql] of [
        [later, 'PRAGMA user_version = 2'],
        [foreign, 'CREATE TABLE theirs (x)'],
      ] as const) {
        const database = new DatabaseSync(join(place, sqliteFileName));
        database.exec(sql);
        // Left open it would write to the file once more, whenever the engine has no more use for it.
        database.close();
      }
      for (const place of [later, foreign]) {
        const before = readFileSync(join(place, sqliteFileName));
        await expect(openSqlite(place)).rejects.toMatchObject({ name: 'StorageError', code: 'wrong-version' });
        expect(readFileSync(join(place, sqliteFileName)).equals(before)).toBe(true);
      }
    }));

  it('calls a file corrupt that is damaged at its head, and names damage further in', () =>
    inFolder(async (folder) => {
      const fill = async (storage: Storage): Promise<void> => {
        for (let n = 0; n < 50; n++) await storage.write([{ kind: 'envelope', row: envelope(n, 5) }]);
        await storage.close();
      };
      await fill(await openSqlite(folder));
      const file = join(folder, sqliteFileName);
      const whole = readFileSync(file);
      writeFileSync(file, Buffer.concat([Buffer.alloc(16, 'x'), whole.subarray(16)]));
      await expect(openSqlite(folder)).rejects.toMatchObject({ code: 'corrupt' });
      // Half of the pages are gone.
      writeFileSync(file, Buffer.concat([whole.subarray(0, whole.length / 2), Buffer.alloc(whole.length / 2)]));
      const storage = await openSqlite(folder);
      expect((await storage.check()).join()).toMatch(/^database file: /);
      await storage.close();
    }));

  it('reports a data folder that cannot be', () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'file'), '');
      await expect(openSqlite(join(folder, 'file'))).rejects.toMatchObject({
        name: 'StorageError',
        code: 'unavailable',
      });
    }));
});
