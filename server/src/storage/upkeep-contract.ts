/** The part of the storage contract that is about what stays, what goes and what breaks: expiry, order, backup, faults. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExpiryLimits, Storage, Write, WriteResult } from '../ports/storage.ts';
import type { Engine, Run } from '../testing/storage-run.ts';
import { desk, entry, envelope, parcel, payment, reply, sampleBytes } from '../testing/storage-samples.ts';
import { crashEnvelope, crashParcel, killWriter } from './crash-writer.ts';

/** Limits that delete nothing of day 1 and later. */
export const nothing: ExpiryLimits = {
  today: 1,
  envelopesThrough: 0,
  passedDays: [],
  repliesThrough: 0,
  logThrough: 0,
  parcelsThrough: 0,
};

export function upkeepContract(engine: Engine, run: Run): void {
  const found = (bytes: Uint8Array): Promise<boolean[]> => run.place.holds(markers(bytes));
  const write = (one: Write): Promise<WriteResult | undefined> => run.write(one);

  describe('expiry', () => {
    it('deletes each kind by its own limit and nothing else', async () => {
      for (const day of [3, 4, 5]) {
        await run.storage.write([
          { kind: 'envelope', row: envelope(day, day) },
          { kind: 'desk-passed', desk: desk(1), day },
          { kind: 'reply', row: reply(day, day), payment: payment(day, day) },
          { kind: 'append', row: entry(desk(1), day - 3, day) },
          { kind: 'parcel', row: parcel(desk(1), day, day) },
          { kind: 'document', row: { kind: 'k', key: `${day}`, lastDay: day, bytes: sampleBytes('d', 9) } },
          { kind: 'count', name: 'c', day, count: 1, max: 1 },
        ]);
      }
      await run.storage.expire({
        today: 5,
        envelopesThrough: 3,
        passedDays: [5],
        repliesThrough: 4,
        logThrough: 3,
        parcelsThrough: 4,
      });
      expect(await run.storage.envelopeCounts()).toEqual(new Map([[4, 1]]));
      expect(await run.storage.desksPassed(3)).toEqual([]);
      expect(await run.storage.desksPassed(5)).toEqual([desk(1)]);
      expect((await run.storage.replyTags()).map(({ day }) => day)).toEqual([5]);
      expect((await run.storage.log(desk(1), 0, 9)).map(({ number }) => number)).toEqual([1, 2]);
      expect(await run.storage.logLength(desk(1))).toBe(3);
      expect((await run.storage.parcels(desk(1), 9)).map(({ day }) => day)).toEqual([5]);
      expect((await run.storage.documents('k')).map(({ key }) => key)).toEqual(['5']);
      expect(await run.storage.count('c', 4)).toBe(0);
      expect(await run.storage.count('c', 5)).toBe(1);
      // The token of day 4 is forgotten, that of day 5 is not.
      expect(await write({ kind: 'reply', row: reply(8, 5), payment: payment(4, 4) })).toBe('done');
      expect(await write({ kind: 'reply', row: reply(9, 5), payment: payment(5, 5) })).toBe('refused');
      expect(await run.storage.check()).toEqual([]);
    });

    it('[LOG-8] leaves the newest entry of each log, however old it is, and none before it', async () => {
      for (const n of [0, 1, 2]) await write({ kind: 'append', row: entry(desk(1), n, 3) });
      await write({ kind: 'append', row: entry(desk(2), 0, 3) });
      await run.storage.expire({ ...nothing, today: 90, logThrough: 80 });
      expect(await run.storage.log(desk(1), 0, 9)).toEqual([entry(desk(1), 2, 3)]);
      expect(await run.storage.log(desk(2), 0, 9)).toEqual([entry(desk(2), 0, 3)]);
      expect(await run.storage.check()).toEqual([]);
      await write({ kind: 'append', row: entry(desk(1), 3, 90) });
      await run.storage.expire({ ...nothing, today: 90, logThrough: 80 });
      expect((await run.storage.log(desk(1), 0, 9)).map(({ number }) => number)).toEqual([3]);
    });

    it('leaves no byte of what was deleted in any file, and all of what was not', async () => {
      const deleted = [reply(1, 3).body, envelope(1, 3).bytes, envelope(2, 5).bytes, reply(2, 5).body];
      const kept = [envelope(3, 5).bytes, reply(3, 5).body];
      for (let n = 100; n < 140; n++) await write({ kind: 'envelope', row: envelope(n, n % 2 === 0 ? 3 : 5) });
      for (const n of [1, 2, 3]) {
        await write({ kind: 'envelope', row: envelope(n, n === 1 ? 3 : 5) });
        await write({ kind: 'reply', row: reply(n, n === 1 ? 3 : 5), payment: payment(n, 5) });
      }
      await write({ kind: 'acknowledge', ackId: reply(2, 5).ackId });
      await run.storage.close();
      // The search sees what is there: nothing but a deletion may make it come back empty.
      for (const bytes of [...kept, ...deleted.slice(0, 3)]) expect(await found(bytes)).not.toContain(false);
      await run.open();
      await run.storage.expire({ ...nothing, envelopesThrough: 3, repliesThrough: 3 });
      await run.storage.close();
      for (const bytes of [...kept, envelope(2, 5).bytes]) expect(await found(bytes)).not.toContain(false);
      for (const bytes of [reply(1, 3).body, envelope(1, 3).bytes, reply(2, 5).body]) {
        expect(await found(bytes)).not.toContain(true);
      }
      for (let n = 100; n < 140; n += 2) expect(await found(envelope(n, 3).bytes)).not.toContain(true);
      await run.open();
      await run.storage.expire({ ...nothing, passedDays: [5] });
      await run.storage.close();
      expect(await found(envelope(2, 5).bytes)).not.toContain(true);
      await run.open();
    });

    it('lets writing and reading go on around it', async () => {
      for (let n = 0; n < 30; n++) await write({ kind: 'envelope', row: envelope(n, 4 + (n % 2)) });
      const expiring = run.storage.expire({ ...nothing, envelopesThrough: 4 });
      const writing = [30, 31, 32].map((n) => write({ kind: 'envelope', row: envelope(n, 5) }));
      const reading = run.storage.envelopeIds(5);
      expect(await Promise.all(writing)).toEqual(['done', 'done', 'done']);
      expect((await reading).length).toBeGreaterThanOrEqual(15);
      await expiring;
      expect(await run.storage.envelopeCounts()).toEqual(new Map([[5, 18]]));
    });
  });

  describe('order of arrival', () => {
    it('does not show in any answer', async () => {
      const rows = Array.from({ length: 20 }, (_, n): Write[] => [
        { kind: 'envelope', row: envelope(n, 5) },
        { kind: 'reply', row: reply(n, 5), payment: payment(n, 9) },
      ]);
      const other = await engine.place();
      const reversed = await other.open();
      try {
        for (const batch of rows) await run.storage.write(batch);
        await reversed.write([...rows].reverse().flat());
        const answers = async (from: Storage): Promise<unknown> => [
          await from.envelopeIds(5),
          await from.envelopes(rows.map((_, n) => envelope(n, 5).id)),
          await from.replyTags(),
        ];
        expect(await answers(reversed)).toEqual(await answers(run.storage));
        await run.storage.backup(join(run.folder, 'a'));
        await reversed.backup(join(run.folder, 'b'));
        expect(readFileSync(join(run.folder, 'b')).equals(readFileSync(join(run.folder, 'a')))).toBe(true);
      } finally {
        await reversed.close();
        await other.remove();
      }
    });
  });

  describe('backup', () => {
    const some = (from: number, to: number): Write[] =>
      Array.from({ length: to - from }, (_, at): Write[] => [
        { kind: 'envelope', row: envelope(from + at, 5) },
        { kind: 'reply', row: reply(from + at, 5), payment: payment(from + at, 9) },
        { kind: 'parcel', row: parcel(desk(1), from + at, 5) },
        { kind: 'append', row: entry(desk(2), from + at, 5) },
      ]).flat();

    it('is one state of the data while writing goes on, and can be taken in whole', async () => {
      await run.storage.write(some(0, 20));
      const writing = (async () => {
        for (let n = 20; n < 40; n++) await run.storage.write(some(n, n + 1));
      })();
      await run.storage.backup(join(run.folder, 'backup'));
      await writing;
      const other = await engine.place();
      const restored = await other.open();
      try {
        await restored.restore(join(run.folder, 'backup'));
        const length = await restored.logLength(desk(2));
        expect(length).toBeGreaterThanOrEqual(20);
        expect(await restored.envelopeIds(5)).toEqual(
          Array.from({ length }, (_, n) => envelope(n, 5).id).sort(Buffer.compare),
        );
        expect(await restored.replyTags()).toHaveLength(length);
        expect(await restored.parcels(desk(1), 99)).toHaveLength(length);
        expect(await restored.write(some(length - 1, length))).toEqual(Array(4).fill('already'));
        expect(await restored.check()).toEqual([]);
        await expect(restored.restore(join(run.folder, 'backup'))).rejects.toMatchObject({ code: 'not-empty' });
        await expect(run.storage.backup(join(run.folder, 'backup'))).rejects.toMatchObject({ code: 'unavailable' });
      } finally {
        await restored.close();
        await other.remove();
      }
    });

    it('is refused when a byte of it is changed, missing or added, and then nothing is taken in', async () => {
      await run.storage.write(some(0, 2));
      await run.storage.backup(join(run.folder, 'whole'));
      const whole = readFileSync(join(run.folder, 'whole'));
      const other = await engine.place();
      const restored = await other.open();
      const attempt = async (bytes: Uint8Array): Promise<void> => {
        writeFileSync(join(run.folder, 'damaged'), bytes);
        await restored.restore(join(run.folder, 'damaged'));
      };
      try {
        const flipped = Buffer.from(whole);
        flipped.writeUInt8(flipped.readUInt8(5000) ^ 1, 5000);
        await expect(attempt(flipped)).rejects.toMatchObject({ code: 'corrupt' });
        await expect(attempt(whole.subarray(0, -1))).rejects.toMatchObject({ code: 'corrupt' });
        await expect(attempt(Buffer.concat([whole, Uint8Array.of(0)]))).rejects.toMatchObject({ code: 'corrupt' });
        await expect(attempt(Buffer.from('postern backup 2\n'))).rejects.toMatchObject({ code: 'wrong-version' });
        await expect(attempt(sampleBytes('something else', 999))).rejects.toMatchObject({ code: 'wrong-version' });
        expect(await restored.envelopeCounts()).toEqual(new Map());
        await attempt(whole);
        expect(await restored.envelopeCounts()).toEqual(new Map([[5, 2]]));
      } finally {
        await restored.close();
        await other.remove();
      }
    });
  });

  describe('faults', () => {
    it('finds bytes that were changed behind its back', async () => {
      for (let n = 0; n < 5; n++) await write({ kind: 'envelope', row: envelope(n, 5) });
      expect(await run.storage.check()).toEqual([]);
      await run.storage.close();
      await run.place.damage(envelope(2, 5).id);
      await run.open();
      expect((await run.storage.check()).join()).toMatch(/1 envelopes whose bytes do not match/);
    });

    it.skipIf(engine.smallPlace === undefined)('on a full disk does nothing of a batch, and reads on', async () => {
      const small = await engine.smallPlace!();
      const full = await small.open();
      try {
        let stored = 0;
        const fill = async (): Promise<void> => {
          for (; stored < 4000; stored += 8) {
            await full.write(
              Array.from({ length: 8 }, (_, at) => ({ kind: 'envelope', row: envelope(stored + at, 5) })),
            );
          }
        };
        await expect(fill()).rejects.toMatchObject({ name: 'StorageError', code: 'full' });
        expect(stored).toBeGreaterThan(0);
        const expected = Array.from({ length: stored }, (_, n) => envelope(n, 5).id).sort(Buffer.compare);
        expect(await full.envelopeIds(5)).toEqual(expected);
        expect(await full.envelopes([envelope(0, 5).id])).toEqual([envelope(0, 5)]);
        expect(await full.check()).toEqual([]);
      } finally {
        await full.close();
        await small.remove();
      }
    });

    it('[HTTP-7] has every write that was acknowledged before the writer was killed, and no half of any', async () => {
      await run.storage.close();
      for (let round = 1; round <= 8; round++) {
        const acknowledged = await killWriter(run.place.crashArguments, round);
        await run.open();
        const stored = hexes(await run.storage.envelopeIds(round));
        const parcels = hexes((await run.storage.parcels(desk(round), 1_000_000)).map(({ id }) => id));
        const numbers = Array.from({ length: stored.length + acknowledged.length }, (_, n) => n);
        const present = numbers.filter((n) => stored.includes(hexes([crashEnvelope(round, n).id])[0]!));
        expect(present).toEqual(expect.arrayContaining(acknowledged));
        expect(parcels).toEqual(hexes(present.map((n) => crashParcel(round, n).id)).sort());
        expect(await run.storage.count('writes', round)).toBe(present.length);
        expect(await run.storage.check()).toEqual([]);
        await run.storage.close();
      }
      await run.open();
    });
  });
}

/** Pieces of 32 bytes that occur in no other row, at places where no engine here divides a row. */
function markers(bytes: Uint8Array): Uint8Array[] {
  return [64, 1500, 3000].filter((at) => at + 32 <= bytes.length).map((at) => bytes.subarray(at, at + 32));
}

function hexes(ids: readonly Uint8Array[]): string[] {
  return ids.map((id) => Buffer.from(id).toString('hex'));
}
