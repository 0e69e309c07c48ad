import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Storage, StorageError, type Write } from '../ports/storage.ts';
import { desk, envelope } from '../testing/storage-samples.ts';
import { GroupCommit, groupCommitDefaults } from './group-commit.ts';
import { openSqlite } from './sqlite.ts';

let folder: string;
let storage: Storage;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postern-group-'));
  storage = await openSqlite(folder);
});

afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

const envelopeWrite = (n: number): Write => ({ kind: 'envelope', row: envelope(n, 5) });
const idsOf = (...numbers: number[]): Uint8Array[] => numbers.map((n) => envelope(n, 5).id).sort(Buffer.compare);
/** Refused by the storage as a whole: a desk id has 8 bytes. */
const poison: Write = { kind: 'desk-passed', desk: new Uint8Array(7), day: 5 };

/** Counts transactions on their way to the real storage; `hold` keeps the next one waiting. */
function gate(): { write: Storage['write']; transactions: number[]; hold: () => () => void } {
  const transactions: number[] = [];
  let held = Promise.resolve();
  return {
    transactions,
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    write: async (writes) => {
      transactions.push(writes.length);
      await held;
      return storage.write(writes);
    },
  };
}

/** Until the queue has handed its next transaction on. */
async function turns(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe('group commit', () => {
  it('puts what arrives during a transaction into the next one, and gives every caller its own results', async () => {
    const through = gate();
    const queue = new GroupCommit(through);
    const release = through.hold();
    const first = queue.write([envelopeWrite(0)]);
    await turns();
    const others = [1, 2, 3].map((n) => queue.write([envelopeWrite(n), envelopeWrite(0)]));
    await turns();
    expect(through.transactions).toEqual([1]);
    release();
    expect(await first).toEqual(['done']);
    expect(await Promise.all(others)).toEqual(Array(3).fill(['done', 'already']));
    expect(through.transactions).toEqual([1, 6]);
  });

  it('keeps to the size of a batch without dividing a caller', async () => {
    const through = gate();
    const queue = new GroupCommit(through, { ...groupCommitDefaults, batchWritesMax: 4 });
    const lists = [3, 2, 6, 1].map((length, at) => Array.from({ length }, (_, n) => envelopeWrite(at * 10 + n)));
    await Promise.all(lists.map((writes) => queue.write(writes)));
    expect(through.transactions).toEqual([3, 2, 6, 1]);
    expect(await storage.envelopeIds(5)).toHaveLength(12);
  });

  it('lets two wait for more company as long as the clock that it was given says, and one not at all', async () => {
    const through = gate();
    const { promise: rung, resolve: ring } = Promise.withResolvers<void>();
    const queue = new GroupCommit(through, { ...groupCommitDefaults, linger: () => rung });
    await queue.write([envelopeWrite(0)]);
    expect(through.transactions).toEqual([1]);
    const two = [1, 2].map((n) => queue.write([envelopeWrite(n)]));
    await turns();
    const third = queue.write([envelopeWrite(3)]);
    await turns();
    expect(through.transactions).toEqual([1]);
    ring();
    await Promise.all([...two, third]);
    expect(through.transactions).toEqual([1, 3]);
  });

  it('says busy when too much waits, and takes writes again afterwards', async () => {
    const through = gate();
    const queue = new GroupCommit(through, { ...groupCommitDefaults, waitingWritesMax: 3 });
    const release = through.hold();
    const running = queue.write([envelopeWrite(0)]);
    await turns();
    const waiting = queue.write([1, 2, 3].map(envelopeWrite));
    await expect(queue.write([envelopeWrite(4)])).rejects.toMatchObject({ name: 'StorageError', code: 'busy' });
    release();
    await Promise.all([running, waiting]);
    expect(await queue.write([envelopeWrite(5)])).toEqual(['done']);
    const stored = await storage.envelopes([0, 1, 2, 3, 4, 5].map((n) => envelope(n, 5).id));
    expect(stored.map(({ id }) => id)).toEqual(idsOf(0, 1, 2, 3, 5));
  });

  it('lets a poisonous write fail alone, all of its caller and nothing of the others', async () => {
    const queue = new GroupCommit(storage);
    const outcomes = await Promise.allSettled([
      queue.write([envelopeWrite(0)]),
      queue.write([envelopeWrite(1), poison]),
      queue.write([envelopeWrite(2), { kind: 'desk-passed', desk: desk(1), day: 5 }]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'invalid' } });
    const stored = await storage.envelopes([0, 1, 2].map((n) => envelope(n, 5).id));
    expect(stored.map(({ id }) => id)).toEqual(idsOf(0, 2));
    expect(await storage.desksPassed(5)).toEqual([desk(1)]);
  });

  it('does not try again when the database is away, since a count could be added twice', async () => {
    let tries = 0;
    const queue = new GroupCommit({
      write: async () => {
        tries += 1;
        throw new StorageError('unavailable', 'write');
      },
    });
    const outcomes = await Promise.allSettled([queue.write([envelopeWrite(0)]), queue.write([envelopeWrite(1)])]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(tries).toBe(1);
  });

  it('answers everything that waits before it is closed, and nothing after', async () => {
    const queue = new GroupCommit(storage, { ...groupCommitDefaults, batchWritesMax: 2 });
    const writing = [0, 1, 2, 3, 4].map((n) => queue.write([envelopeWrite(n)]));
    await queue.close();
    await expect(queue.write([envelopeWrite(9)])).rejects.toMatchObject({ code: 'closed' });
    expect(await storage.envelopeIds(5)).toHaveLength(5);
    expect(await Promise.all(writing)).toEqual(Array(5).fill(['done']));
  });
});
