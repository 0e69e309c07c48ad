import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../../../tools/debian.ts';
import { type PostgresServer, startPostgres } from '../../../tools/postgres.ts';
import type { Write } from '../ports/storage.ts';
import { patient } from '../testing/patient.ts';
import type { Place } from '../testing/storage-run.ts';
import { desk, entry, envelope, parcel, payment, reply, sampleBytes } from '../testing/storage-samples.ts';
import { openPostgres } from './postgres.ts';
import { canMount, mountSmallDisk, unmount } from './small-disk.ts';
import { openSqlite } from './sqlite.ts';
import { storageContract } from './storage-contract.ts';

/** What the adapter's documentation asks of an operator: log files go when they are no longer needed. */
const settings = ['wal_recycle=off', 'min_wal_size=2MB', 'max_wal_size=64MB'];

let server: PostgresServer;

async function asSuperuser<T>(url: string, action: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}

async function newDatabase(): Promise<string> {
  const name = `d${randomUUID().replaceAll('-', '')}`;
  await asSuperuser(server.url, (client) => client.query(`CREATE DATABASE ${name}`));
  return name;
}

async function dropDatabase(name: string): Promise<void> {
  await asSuperuser(server.url, (client) => client.query(`DROP DATABASE ${name}`));
}

async function newPlace(): Promise<Place> {
  const name = await newDatabase();
  const url = server.urlOf(name);
  return placeAt(url, () => dropDatabase(name));
}

function placeAt(url: string, remove: () => Promise<void>): Place {
  return {
    open: () => openPostgres({ url }),
    failParcels: async () => {
      await asSuperuser(url, (client) =>
        client.query(`
          CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN RAISE EXCEPTION 'made to fail' USING ERRCODE = 'check_violation'; END $$;
          CREATE TRIGGER fail BEFORE INSERT ON postern.parcels EXECUTE FUNCTION public.fail()`),
      );
      return async () => {
        await asSuperuser(url, (client) => client.query('DROP TRIGGER fail ON postern.parcels'));
      };
    },
    holds: async (pieces) => {
      await asSuperuser(url, (client) => client.query('CHECKPOINT'));
      const found = pieces.map(() => false);
      for (const name of readdirSync(server.folder, { recursive: true, withFileTypes: true })) {
        if (!name.isFile()) continue;
        const bytes = readIfThere(join(name.parentPath, name.name));
        for (const [at, piece] of pieces.entries()) found[at] ||= bytes.includes(Buffer.from(piece));
      }
      return found;
    },
    damage: async (id) => {
      await asSuperuser(url, (client) =>
        client.query(
          `UPDATE postern.envelopes SET bytes = set_byte(bytes, 2000, 255 - get_byte(bytes, 2000)) WHERE id = $1`,
          [Buffer.from(id)],
        ),
      );
    },
    crashArguments: ['postgres', url],
    remove,
  };
}

/** The server goes on: a file that it has deleted since it was listed holds nothing any more. */
function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** A tablespace on a disk of 2 MiB in memory. */
async function smallPlace(): Promise<Place> {
  const name = await newDatabase();
  const folder = join(server.folder, `small-${name}`);
  server.makeFolder(folder);
  if (!mountSmallDisk(folder)) throw new Error('mount a small disk: refused');
  server.makeFolder(folder);
  await asSuperuser(server.url, (client) => client.query(`CREATE TABLESPACE ${name} LOCATION '${folder}'`));
  const url = server.urlOf(name, `-c default_tablespace=${name} -c temp_tablespaces=pg_default`);
  return placeAt(url, async () => {
    await dropDatabase(name);
    await asSuperuser(server.url, (client) => client.query(`DROP TABLESPACE ${name}`));
    unmount(folder);
  });
}

describe.skipIf(lacks('postgresql'))('PostgreSQL', () => {
  beforeAll(async () => {
    server = await startPostgres(settings);
  });
  afterAll(() => server?.remove());

  storageContract({
    start: async () => undefined,
    stop: async () => undefined,
    place: newPlace,
    smallPlace: canMount() ? smallPlace : undefined,
  });

  const inDatabase = async (action: (url: string, name: string) => Promise<void>): Promise<void> => {
    const name = await newDatabase();
    try {
      await action(server.urlOf(name), name);
    } finally {
      await dropDatabase(name);
    }
  };
  const envelopeWrite = (n: number): Write => ({ kind: 'envelope', row: envelope(n, 5) });
  const noLimits = {
    today: 1,
    envelopesThrough: 0,
    passedDays: [],
    repliesThrough: 0,
    logThrough: 0,
    parcelsThrough: 0,
  };

  it('keeps neither the order of arrival nor the numbers of transactions after an expiry', () =>
    inDatabase(async (url) => {
      const storage = await openPostgres({ url });
      for (let n = 0; n < 40; n++) {
        await storage.write([envelopeWrite(n), { kind: 'reply', row: reply(n, 5), payment: payment(n, 9) }]);
      }
      const layout = (): Promise<{ sorted: boolean; transactions: number }[]> =>
        asSuperuser(url, async (client) => {
          const answers: { sorted: boolean; transactions: number }[] = [];
          for (const [table, key] of [
            ['envelopes', 'id'],
            ['replies', 'tag_key'],
            ['spent', 'token'],
          ]) {
            const { rows } = await client.query(`SELECT ${key} AS key, xmin FROM postern.${table} ORDER BY ctid`);
            const keys = rows.map((row) => row.key as Buffer);
            const isSorted = keys.every((one, at) => at === 0 || Buffer.compare(keys[at - 1]!, one) < 0);
            answers.push({ sorted: isSorted, transactions: new Set(rows.map((row) => row.xmin)).size });
          }
          return answers;
        });
      // What the files show before: one transaction after the other, in order of arrival.
      for (const table of await layout()) expect(table).toEqual({ sorted: false, transactions: 40 });
      await storage.expire(noLimits);
      for (const table of await layout()) expect(table).toEqual({ sorted: true, transactions: 1 });
      // The places where large values are kept, numbered by the engine as they come, go by key too.
      const chunks = await asSuperuser(url, async (client) => {
        const { rows } = await client.query(
          `SELECT reltoastrelid::regclass::text AS name FROM pg_class WHERE oid = 'postern.envelopes'::regclass`,
        );
        return (await client.query(`SELECT chunk_data AS d FROM ${rows[0].name} WHERE chunk_seq = 0 ORDER BY chunk_id`))
          .rows;
      });
      const byKey = await storage.envelopes(await storage.envelopeIds(5));
      expect(chunks.map(({ d }) => Buffer.from(d.subarray(0, 32)).toString('hex'))).toEqual(
        byKey.map(({ bytes }) => Buffer.from(bytes.subarray(0, 32)).toString('hex')),
      );
      await storage.close();
    }));

  it('has every acknowledged write after the server lost its power, and works on by itself', () =>
    inDatabase(async (url) => {
      const storage = await openPostgres({ url });
      for (let round = 0; round < 3; round++) {
        const acknowledged: number[] = [];
        let failed: unknown;
        const writing = (async () => {
          for (let n = 0; failed === undefined; n++) {
            try {
              await storage.write([envelopeWrite(round * 10_000 + n)]);
              acknowledged.push(round * 10_000 + n);
              if (acknowledged.length === 20 + 7 * round) void server.crash();
            } catch (error) {
              failed = error;
            }
          }
        })();
        await writing;
        expect(failed).toMatchObject({ name: 'StorageError', code: 'unavailable' });
        await expect(storage.envelopeIds(5)).rejects.toMatchObject({ name: 'StorageError', code: 'unavailable' });
        await server.crash();
        await server.start();
        const stored = new Set((await storage.envelopeIds(5)).map((id) => Buffer.from(id).toString('hex')));
        for (const n of acknowledged) expect(stored.has(Buffer.from(envelope(n, 5).id).toString('hex'))).toBe(true);
        expect(await storage.write([envelopeWrite(round * 10_000)])).toEqual(['already']);
        expect(await storage.check()).toEqual([]);
      }
      await storage.close();
    }));

  it('does not mind that connections are cut, and holds no more of them than it may', () =>
    inDatabase(async (url, name) => {
      const storage = await openPostgres({ url, connectionsMax: 3 });
      await Promise.all(Array.from({ length: 20 }, (_, n) => storage.write([envelopeWrite(n)])));
      await Promise.all(Array.from({ length: 20 }, () => storage.envelopeIds(5)));
      const sessions = await asSuperuser(server.url, async (client) => {
        const { rows } = await client.query('SELECT application_name FROM pg_stat_activity WHERE datname = $1', [name]);
        await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
        return rows;
      });
      expect(sessions.length).toBeLessThanOrEqual(3);
      expect(new Set(sessions.map((session) => session.application_name))).toEqual(new Set(['']));
      await expect.poll(() => storage.write([envelopeWrite(30)]).catch(() => 'lost'), patient).toEqual(['already']);
      await storage.close();
    }));

  it('lets two processes write to one database as if they were one', () =>
    inDatabase(async (url) => {
      const [a, b] = await Promise.all([openPostgres({ url }), openPostgres({ url })]);
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 === 0 ? a : b).write([
            { kind: 'reply', row: reply(n % 4, 5), payment: payment(n, 9) },
            { kind: 'count', name: 'c', day: 5, count: 1, max: 7 },
          ]),
        ),
      );
      expect(results.filter(([posted]) => posted === 'done')).toHaveLength(4);
      expect(results.filter(([, counted]) => counted === 'done')).toHaveLength(7);
      await Promise.all([a.close(), b.close()]);
    }));

  it('refuses a schema of another version, a schema that is not ours, and a server that is not there', () =>
    inDatabase(async (url) => {
      const reason = { name: 'StorageError', code: 'wrong-version' };
      await (await openPostgres({ url })).close();
      await asSuperuser(url, (client) => client.query('UPDATE postern.version SET version = 2'));
      await expect(openPostgres({ url })).rejects.toMatchObject(reason);
      await asSuperuser(url, (client) =>
        client.query('DROP SCHEMA postern CASCADE; CREATE SCHEMA postern; CREATE TABLE postern.x ()'),
      );
      await expect(openPostgres({ url })).rejects.toMatchObject(reason);
      const nowhere = openPostgres({ url: 'postgresql://postgres@/postgres?host=/nonexistent' });
      await expect(nowhere).rejects.toMatchObject({ name: 'StorageError', code: 'unavailable' });
    }));

  it('names settings of the database that break its promises', () =>
    inDatabase(async (url, name) => {
      const storage = await openPostgres({ url });
      expect(await storage.check()).toEqual([]);
      await storage.close();
      await asSuperuser(url, (client) => client.query(`ALTER DATABASE ${name} SET log_min_duration_statement = 0`));
      const again = await openPostgres({ url });
      expect(await again.check()).toEqual([expect.stringMatching(/^log_min_duration_statement is on/)]);
      await again.close();
    }));

  it('gives its backup to SQLite and takes SQLite’s', () =>
    inDatabase(async (url) => {
      const folder = mkdtempSync(join(tmpdir(), 'postern-move-'));
      const first = await openPostgres({ url });
      const second = await openSqlite(join(folder, 'data'));
      await first.write(
        Array.from({ length: 30 }, (_, n): Write[] => [
          { kind: 'envelope', row: envelope(n, n), payment: payment(n + 500, 9) },
          { kind: 'reply', row: reply(n, n), payment: payment(n, 9) },
          { kind: 'append', row: entry(desk(n % 2), Math.floor(n / 2), 5) },
          { kind: 'parcel', row: parcel(desk(n % 3), n, 5) },
          {
            kind: 'document',
            row: { kind: 'k~ k', key: `K${n}`, lastDay: n, bytes: sampleBytes(`d${n}`, 1 + n * 700) },
          },
          { kind: 'document', row: { kind: 'K', key: `k_${n}`, lastDay: n, bytes: sampleBytes(`e${n}`, 9) } },
          { kind: 'desk-passed', desk: desk(n), day: n % 2 },
          { kind: 'count', name: `n${n}`, day: 5, count: 2 ** n, max: 2 ** 40 },
        ]).flat(),
      );
      await first.backup(join(folder, 'a'));
      await second.restore(join(folder, 'a'));
      await second.backup(join(folder, 'b'));
      expect(readFileSync(join(folder, 'b')).equals(readFileSync(join(folder, 'a')))).toBe(true);
      await inDatabase(async (other) => {
        const third = await openPostgres({ url: other });
        await third.restore(join(folder, 'b'));
        await third.backup(join(folder, 'c'));
        expect(readFileSync(join(folder, 'c')).equals(readFileSync(join(folder, 'a')))).toBe(true);
        expect(await third.documents('K')).toEqual(await second.documents('K'));
        expect(await third.replyTags()).toEqual(await second.replyTags());
        expect(await third.check()).toEqual([]);
        await third.close();
      });
      await Promise.all([first.close(), second.close()]);
      rmSync(folder, { recursive: true });
    }));
});
