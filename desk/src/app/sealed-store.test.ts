import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Secret } from '@postern/protocol/bytes/secret';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SealedStore } from './sealed-store.ts';

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const keyBytes = random(32);

let folder = '';
let path = '';
let store: SealedStore;

const open = (key = keyBytes): Promise<SealedStore> => SealedStore.open(path, new Secret(key.slice()), random);
/** Everything of the store that lies on the disk. */
const onDisk = (): Buffer => Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postern-store-'));
  path = join(folder, 'desk.sqlite');
  store = await open();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

describe('sealed store', () => {
  it('keeps values over a restart, of every length', async () => {
    const values = [0, 1, 507, 508, 509, 70_000].map((length) => random(length));
    for (const [at, value] of values.entries()) await store.set(`value/${at}`, value);
    await store.close();
    store = await open();
    for (const [at, value] of values.entries()) expect(await store.get(`value/${at}`)).toEqual(value);
    expect(await store.get('value/9')).toBe(null);
  });

  it('lists names by their beginning, ascending', async () => {
    for (const name of ['b/2', 'a/1', 'b/1', 'bb']) await store.set(name, bytes('x'));
    await store.delete('b/2');
    await store.close();
    store = await open();
    expect(await store.list('b/')).toEqual(['b/1']);
    expect(await store.list('')).toEqual(['a/1', 'b/1', 'bb']);
  });

  it('shows neither names nor contents in its files, while it is open and after', async () => {
    await store.set('conversation/marker-in-a-name', bytes('marker-in-a-value'));
    const look = (): boolean[] =>
      ['marker-in-a-name', 'marker-in-a-value', 'conversation'].map((m) => onDisk().includes(m));
    expect(look()).toEqual([false, false, false]);
    await store.close();
    expect(look()).toEqual([false, false, false]);
    // The same look finds the same words once they are written as they are.
    const database = new DatabaseSync(join(folder, 'open.sqlite'));
    database.exec("CREATE TABLE t (a); INSERT INTO t VALUES ('conversation/marker-in-a-name marker-in-a-value')");
    database.close();
    expect(look()).toEqual([true, true, true]);
    store = await open();
  });

  it('has nothing left of what was replaced or deleted, not even sealed', async () => {
    const sealedOf = (): Buffer[] => {
      const database = new DatabaseSync(path, { readOnly: true });
      const rows = database.prepare('SELECT value FROM records').all();
      database.close();
      return rows.map(({ value }) => Buffer.from(value as Uint8Array).subarray(40, 72));
    };
    await store.set('a', random(3_000));
    await store.set('b', random(3_000));
    await store.close();
    const before = sealedOf();
    expect(before.map((piece) => onDisk().includes(piece))).toEqual([true, true]);
    store = await open();
    await store.set('a', random(3_000));
    await store.delete('b');
    expect(before.map((piece) => onDisk().includes(piece))).toEqual([false, false]);
  });

  it('does all of a transaction or nothing', async () => {
    await store.set('kept', bytes('old'));
    const tooLong = 'n'.repeat(2 ** 20);
    await expect(
      store.transaction([
        { key: 'kept', bytes: bytes('new') },
        { key: 'added', bytes: bytes('new') },
        { key: `half a pair \ud800 ${tooLong}`, bytes: bytes('new') },
      ]),
    ).rejects.toThrow(RangeError);
    expect(await store.get('kept')).toEqual(bytes('old'));
    expect(await store.get('added')).toBe(null);
  });

  it('is unchanged when the file refuses the last of several writes', async () => {
    await store.close();
    const database = new DatabaseSync(path);
    database.exec(
      "CREATE TRIGGER fail BEFORE INSERT ON records WHEN (SELECT count(*) FROM records) >= 2 BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    database.close();
    store = await open();
    await store.set('kept', bytes('old'));
    const writes = ['kept', 'one', 'two'].map((key) => ({ key, bytes: bytes('new') }));
    await expect(store.transaction(writes)).rejects.toThrow();
    expect(await store.list('')).toEqual(['kept']);
    expect(await store.get('kept')).toEqual(bytes('old'));
  });

  it('carries out transactions in the order of their calls', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, at) => store.set('last', bytes(String(at)))));
    expect(await store.get('last')).toEqual(bytes('19'));
  });

  it('keeps what it was given, whatever becomes of the array', async () => {
    const value = bytes('as it was');
    const written = store.set('a', value);
    value.fill(0);
    await written;
    expect(await store.get('a')).toEqual(bytes('as it was'));
  });

  it('refuses a value that stands under another name, and one that was changed', async () => {
    await store.set('a', bytes('of a'));
    await store.set('b', bytes('of b'));
    await store.close();
    const database = new DatabaseSync(path);
    const rows = database.prepare('SELECT id, value FROM records').all();
    database.prepare('UPDATE records SET value = ? WHERE id = ?').run(rows[0]!.value!, rows[1]!.id!);
    database.close();
    store = await open();
    const read = await Promise.allSettled([store.get('a'), store.get('b')]);
    expect(read.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('does not open under another key', async () => {
    await store.set('a', bytes('x'));
    await store.close();
    await expect(open(random(32))).rejects.toThrow('another key');
    store = await open();
  });

  it('answers nothing once it is closed, and is readable by its owner only', async () => {
    await store.set('a', bytes('x'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await store.close();
    await expect(store.get('a')).rejects.toThrow('closed');
    await expect(store.set('a', bytes('y'))).rejects.toThrow('closed');
    store = await open();
  });

  it('leaves a file alone that is not its own', async () => {
    const other = join(folder, 'other.sqlite');
    const database = new DatabaseSync(other);
    database.exec('CREATE TABLE theirs (a)');
    database.close();
    const before = readFileSync(other);
    await expect(SealedStore.open(other, new Secret(random(32)), random)).rejects.toThrow('not one of this version');
    expect(readFileSync(other)).toEqual(before);
  });
});
