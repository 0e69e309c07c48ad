/** What every storage adapter must do, run on a real engine by the test file of each. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExpiryLimits, Storage, Write, WriteResult } from '../ports/storage.ts';
import { crashEnvelope, crashParcel, killWriter } from './crash-writer.ts';
import { desk, entry, envelope, parcel, payment, reply, sampleBytes } from './storage-samples.ts';

/** One data folder or database of an engine. */
export interface Place {
  open(): Promise<Storage>;
  /** Makes the engine itself fail whenever a parcel is inserted; the result ends that. */
  failParcels(): Promise<() => Promise<void>>;
  /** For each piece, whether any file of the closed database holds it. */
  holds(pieces: readonly Uint8Array[]): Promise<boolean[]>;
  /** Changes some stored bytes of this envelope behind the engine's back. */
  damage(id: Uint8Array): Promise<void>;
  /** Arguments for `crash-writer.ts`. */
  readonly crashArguments: readonly string[];
  remove(): Promise<void>;
}

export interface Engine {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** A place that holds nothing yet. */
  place(): Promise<Place>;
  /** The same on a disk of about 2 MiB, or undefined where this process may not make one. */
  readonly smallPlace: (() => Promise<Place>) | undefined;
}

/** Limits that delete nothing of day 1 and later. */
const nothing: ExpiryLimits = {
  today: 1,
  envelopesThrough: 0,
  passedDays: [],
  repliesThrough: 0,
  logThrough: 0,
  parcelsThrough: 0,
};

export function storageContract(engine: Engine): void {
  let place: Place;
  let storage: Storage;
  let folder: string;

  beforeAll(() => engine.start());
  afterAll(() => engine.stop());
  beforeEach(async () => {
    place = await engine.place();
    storage = await place.open();
    folder = mkdtempSync(join(tmpdir(), 'postern-contract-'));
  });
  afterEach(async () => {
    await storage.close();
    await place.remove();
    rmSync(folder, { recursive: true });
  });

  const found = (bytes: Uint8Array): Promise<boolean[]> => place.holds(markers(bytes));
  const write = async (one: Write): Promise<WriteResult | undefined> => (await storage.write([one]))[0];

  describe('writes', () => {
    it('stores an envelope once under its id, whatever day a repetition names', async () => {
      expect(await write({ kind: 'envelope', row: envelope(1, 5) })).toBe('done');
      expect(await write({ kind: 'envelope', row: envelope(1, 5) })).toBe('already');
      expect(await write({ kind: 'envelope', row: envelope(1, 6) })).toBe('already');
      expect(await storage.envelopes([envelope(2, 5).id, envelope(1, 5).id])).toEqual([envelope(1, 5)]);
      expect(await storage.envelopeCounts()).toEqual(new Map([[5, 1]]));
    });

    it('[ENV-5] lists the envelopes of a day in order of id', async () => {
      const numbers = [4, 1, 3, 0, 2];
      for (const n of numbers) await write({ kind: 'envelope', row: envelope(n, 5) });
      await write({ kind: 'envelope', row: envelope(9, 6) });
      const sorted = numbers.map((n) => envelope(n, 5).id).sort(Buffer.compare);
      expect(await storage.envelopeIds(5)).toEqual(sorted);
      const asked = [...numbers, ...numbers].map((n) => envelope(n, 5).id);
      expect((await storage.envelopes(asked)).map(({ id }) => id)).toEqual(sorted);
      expect(await storage.envelopeCounts()).toEqual(
        new Map([
          [5, 5],
          [6, 1],
        ]),
      );
      expect(await storage.envelopeIds(7)).toEqual([]);
    });

    it('takes an admission token for one envelope and its repetitions only', async () => {
      const paid = (n: number): Write => ({ kind: 'envelope', row: envelope(n, 5), payment: payment(1, 9) });
      expect(await write(paid(1))).toBe('done');
      expect(await write(paid(1))).toBe('already');
      expect(await write(paid(2))).toBe('refused');
      await storage.expire({ ...nothing, passedDays: [5] });
      expect(await write(paid(1))).toBe('already');
      expect(await write(paid(2))).toBe('refused');
      expect(await storage.envelopeIds(5)).toEqual([]);
    });

    it('leaves the token unspent when the envelope is there already', async () => {
      await write({ kind: 'envelope', row: envelope(1, 5) });
      expect(await write({ kind: 'envelope', row: envelope(1, 5), payment: payment(1, 9) })).toBe('already');
      expect(await write({ kind: 'envelope', row: envelope(2, 5), payment: payment(1, 9) })).toBe('done');
    });

    it('[RPL-7] refuses a second body for a tag key, and a token spent on another reply', async () => {
      const first: Write = { kind: 'reply', row: reply(1, 5), payment: payment(1, 6) };
      expect(await write(first)).toBe('done');
      expect(await write(first)).toBe('already');
      const otherBody = { ...reply(1, 5), body: reply(2, 5).body };
      expect(await write({ kind: 'reply', row: otherBody, payment: payment(2, 6) })).toBe('refused');
      expect(await write({ kind: 'reply', row: otherBody, payment: payment(1, 6) })).toBe('refused');
      expect(await write({ kind: 'reply', row: reply(2, 5), payment: payment(1, 6) })).toBe('refused');
      const sameAck = { ...reply(2, 5), ackId: reply(1, 5).ackId };
      expect(await write({ kind: 'reply', row: sameAck, payment: payment(2, 6) })).toBe('refused');
      expect(await storage.replyBody(reply(1, 5).tagKey)).toEqual(reply(1, 5).body);
      expect(await storage.replyBody(reply(2, 5).tagKey)).toBeNull();
      expect(await write({ kind: 'reply', row: reply(2, 5), payment: payment(2, 6) })).toBe('done');
    });

    it('[TOK-1] spends no token on a reply that it refuses', async () => {
      await write({ kind: 'reply', row: reply(1, 5), payment: payment(1, 6) });
      const taken = { ...reply(2, 5), tagKey: reply(1, 5).tagKey };
      expect(await write({ kind: 'reply', row: taken, payment: payment(2, 6) })).toBe('refused');
      expect(await write({ kind: 'reply', row: reply(3, 5), payment: payment(2, 6) })).toBe('done');
    });

    it('lists live replies without their bodies, in order of tag key', async () => {
      const numbers = [3, 1, 2];
      for (const n of numbers) await write({ kind: 'reply', row: reply(n, 5), payment: payment(n, 6) });
      const tags = numbers.map((n) => {
        const { body: _, ...tag } = reply(n, 5);
        return tag;
      });
      expect(await storage.replyTags()).toEqual(tags.sort((a, b) => Buffer.compare(a.tagKey, b.tagKey)));
    });

    it('[REQ-5] deletes an acknowledged reply, and a late repetition of the reply does not bring it back', async () => {
      const post: Write = { kind: 'reply', row: reply(1, 5), payment: payment(1, 6) };
      await write(post);
      expect(await write({ kind: 'acknowledge', ackId: reply(2, 5).ackId })).toBe('already');
      expect(await write({ kind: 'acknowledge', ackId: reply(1, 5).ackId })).toBe('done');
      expect(await write({ kind: 'acknowledge', ackId: reply(1, 5).ackId })).toBe('already');
      expect(await storage.replyBody(reply(1, 5).tagKey)).toBeNull();
      expect(await write(post)).toBe('already');
      expect(await storage.replyTags()).toEqual([]);
    });

    it('[LOG-5] appends only as the next number, and the same entry again changes nothing', async () => {
      const append = (number: number): Write => ({ kind: 'append', row: entry(desk(1), number, 5) });
      expect(await write(append(1))).toBe('refused');
      expect(await write(append(0))).toBe('done');
      expect(await write(append(0))).toBe('already');
      const other = { ...entry(desk(1), 0, 5), bytes: sampleBytes('fork', 16384) };
      expect(await write({ kind: 'append', row: other })).toBe('refused');
      expect(await storage.write([1, 2, 3].map(append))).toEqual(['done', 'done', 'done']);
      expect(await write({ kind: 'append', row: entry(desk(2), 0, 5) })).toBe('done');
      expect(await storage.logLength(desk(1))).toBe(4);
      expect(await storage.logLength(desk(3))).toBe(0);
      expect(await storage.log(desk(1), 1, 2)).toEqual([entry(desk(1), 1, 5), entry(desk(1), 2, 5)]);
      expect(await storage.log(desk(1), 4, 2)).toEqual([]);
    });

    it('hands a parcel to its device only, until it is taken', async () => {
      const rows = [1, 2, 3].map((n) => parcel(desk(1), n, 5)).sort((a, b) => Buffer.compare(a.id, b.id));
      const one = parcel(desk(1), 1, 5);
      for (const row of rows) expect(await write({ kind: 'parcel', row })).toBe('done');
      expect(await write({ kind: 'parcel', row: one })).toBe('already');
      expect(await storage.parcels(desk(1), 2)).toEqual(rows.slice(0, 2));
      expect(await storage.parcels(desk(2), 2)).toEqual([]);
      expect(await write({ kind: 'parcel-taken', to: desk(2), id: one.id })).toBe('already');
      expect(await write({ kind: 'parcel-taken', to: desk(1), id: one.id })).toBe('done');
      expect(await write({ kind: 'parcel-taken', to: desk(1), id: one.id })).toBe('already');
      expect(await storage.parcels(desk(1), 9)).toEqual(rows.filter(({ id }) => Buffer.compare(id, one.id) !== 0));
    });

    it('keeps the last document of a kind and key', async () => {
      const row = { kind: 'roster', key: '7', lastDay: 9, bytes: sampleBytes('roster', 9000) };
      const longer = { ...row, lastDay: 10 };
      const other = { ...row, bytes: sampleBytes('another', 50) };
      expect(await write({ kind: 'document', row })).toBe('done');
      expect(await write({ kind: 'document', row })).toBe('already');
      expect(await write({ kind: 'document', row: longer })).toBe('done');
      expect(await storage.documents('roster')).toEqual([longer]);
      expect(await write({ kind: 'document', row: other })).toBe('done');
      expect(await storage.document('roster', '7')).toEqual(other.bytes);
      expect(await storage.document('roster', '8')).toBeNull();
      expect(await storage.documents('bundle')).toEqual([]);
    });

    it('remembers which desks passed a day', async () => {
      expect(await write({ kind: 'desk-passed', desk: desk(1), day: 5 })).toBe('done');
      expect(await write({ kind: 'desk-passed', desk: desk(1), day: 5 })).toBe('already');
      expect(await write({ kind: 'desk-passed', desk: desk(2), day: 6 })).toBe('done');
      expect(await storage.desksPassed(5)).toEqual([desk(1)]);
      expect(await storage.desksPassed(7)).toEqual([]);
    });

    it('counts up to the limit and not beyond, all of a count or nothing', async () => {
      const count = (count: number): Write => ({ kind: 'count', name: 'tokens', day: 5, count, max: 10 });
      expect(await write(count(7))).toBe('done');
      expect(await write(count(4))).toBe('refused');
      expect(await storage.count('tokens', 5)).toBe(7);
      expect(await write(count(3))).toBe('done');
      expect(await storage.count('tokens', 5)).toBe(10);
      expect(await storage.count('tokens', 6)).toBe(0);
    });

    it('refuses with one error what does not keep to the port, and does nothing of that batch', async () => {
      const bad: Write[] = [
        { kind: 'acknowledge', ackId: new Uint8Array(31) },
        { kind: 'desk-passed', desk: desk(1), day: -1 },
        { kind: 'reply', row: { ...reply(1, 5), lanePrefix: 16 }, payment: payment(1, 5) },
        { kind: 'document', row: { kind: 'ro\nster', key: '7', lastDay: 5, bytes: new Uint8Array(1) } },
        { kind: 'envelope', row: { ...envelope(1, 5), bytes: new Uint8Array(0) } },
      ];
      for (const one of bad) {
        await expect(storage.write([{ kind: 'envelope', row: envelope(3, 5) }, one])).rejects.toMatchObject({
          name: 'StorageError',
          code: 'invalid',
        });
      }
      expect(await storage.envelopeIds(5)).toEqual([]);
    });
  });

  describe('batches', () => {
    const everyKind = (n: number): Write[] => [
      { kind: 'envelope', row: envelope(n, 5), payment: payment(2 * n, 9) },
      { kind: 'reply', row: reply(n, 5), payment: payment(2 * n + 1, 9) },
      { kind: 'append', row: entry(desk(n), 0, 5) },
      { kind: 'parcel', row: parcel(desk(n), n, 5) },
      { kind: 'document', row: { kind: 'kind', key: `${n}`, lastDay: 9, bytes: sampleBytes(`document ${n}`, 99) } },
      { kind: 'desk-passed', desk: desk(n), day: 5 },
      { kind: 'count', name: 'count', day: 5, count: 1, max: 2 },
    ];

    it('does nothing for an empty batch', async () => {
      expect(await storage.write([])).toEqual([]);
    });

    it('mixes all kinds, and keeps them over closing and opening', async () => {
      expect(await storage.write([...everyKind(1), ...everyKind(2)])).toEqual(Array(14).fill('done'));
      const again = await storage.write([...everyKind(2), ...everyKind(1)]);
      expect(again).toEqual(Array.from({ length: 14 }, (_, at) => (at % 7 === 6 ? 'refused' : 'already')));
      await storage.close();
      storage = await place.open();
      expect(await storage.envelopeCounts()).toEqual(new Map([[5, 2]]));
      expect(await storage.replyBody(reply(2, 5).tagKey)).toEqual(reply(2, 5).body);
      expect(await storage.log(desk(2), 0, 9)).toEqual([entry(desk(2), 0, 5)]);
      expect(await storage.parcels(desk(2), 9)).toEqual([parcel(desk(2), 2, 5)]);
      expect(await storage.document('kind', '2')).toEqual(sampleBytes('document 2', 99));
      expect(await storage.count('count', 5)).toBe(2);
    });

    it('gives each write of a batch the result that it would have had after those before it', async () => {
      const choice = fc.nat({ max: 2 });
      const anyWrite: fc.Arbitrary<Write> = fc.oneof(
        choice.map((n): Write => ({ kind: 'envelope', row: envelope(n, 5) })),
        fc
          .tuple(choice, choice)
          .map(([n, t]): Write => ({ kind: 'envelope', row: envelope(n, 5), payment: payment(t, 9) })),
        fc.tuple(choice, choice, choice).map(
          ([n, a, t]): Write => ({
            kind: 'reply',
            row: { ...reply(n, 5), ackId: reply(a, 5).ackId },
            payment: payment(t, 9),
          }),
        ),
        choice.map((n): Write => ({ kind: 'acknowledge', ackId: reply(n, 5).ackId })),
        fc.tuple(choice, choice).map(([d, n]): Write => ({ kind: 'append', row: entry(desk(d), n, 5) })),
        choice.map((n): Write => ({ kind: 'parcel', row: parcel(desk(0), n, 5) })),
        choice.map((n): Write => ({ kind: 'parcel-taken', to: desk(0), id: parcel(desk(0), n, 5).id })),
        fc.tuple(choice, choice).map(
          ([n, day]): Write => ({
            kind: 'document',
            row: { kind: 'k', key: `${n}`, lastDay: day, bytes: Uint8Array.of(n) },
          }),
        ),
        choice.map((n): Write => ({ kind: 'count', name: 'c', day: 5, count: n, max: 4 })),
        choice.map((n): Write => ({ kind: 'desk-passed', desk: desk(n), day: 5 })),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(anyWrite, { maxLength: 12 }), { maxLength: 4 }), async (batches) => {
          const [together, single] = [await engine.place(), await engine.place()];
          const [a, b] = [await together.open(), await single.open()];
          try {
            for (const batch of batches) {
              const results: WriteResult[] = [];
              for (const one of batch) results.push(...(await b.write([one])));
              expect(await a.write(batch)).toEqual(results);
            }
            await a.backup(join(folder, 'a'));
            await b.backup(join(folder, 'b'));
            expect(readFileSync(join(folder, 'a')).equals(readFileSync(join(folder, 'b')))).toBe(true);
          } finally {
            await Promise.all([a.close(), b.close()]);
            await Promise.all([together.remove(), single.remove()]);
            rmSync(join(folder, 'a'), { force: true });
            rmSync(join(folder, 'b'), { force: true });
          }
        }),
        { numRuns: 25, seed: 7 },
      );
    });

    it('gives concurrent writers results that agree with one order', async () => {
      const same = Array.from({ length: 12 }, () => storage.write(everyKind(1).slice(0, 6)));
      const results = (await Promise.all(same)).map((batch) => batch.join());
      expect(results.sort()).toEqual([
        ...Array(11).fill(Array(6).fill('already').join()),
        Array(6).fill('done').join(),
      ]);
      const counting = Array.from({ length: 12 }, () => write({ kind: 'count', name: 'n', day: 5, count: 1, max: 5 }));
      expect((await Promise.all(counting)).filter((result) => result === 'done')).toHaveLength(5);
    });

    it('does nothing of a batch in the middle of which the engine fails, and works again afterwards', async () => {
      await storage.write(everyKind(1));
      await storage.backup(join(folder, 'before'));
      const heal = await place.failParcels();
      await expect(storage.write([...everyKind(2), ...everyKind(3)])).rejects.toMatchObject({ name: 'StorageError' });
      expect(await storage.envelopeIds(5)).toEqual([envelope(1, 5).id]);
      await storage.backup(join(folder, 'after'));
      expect(readFileSync(join(folder, 'after')).equals(readFileSync(join(folder, 'before')))).toBe(true);
      await heal();
      expect(await storage.write(everyKind(2))).toEqual(Array(7).fill('done'));
    });

    it('answers everything after close with closed', async () => {
      await storage.close();
      await storage.close();
      for (const attempt of [
        () => write({ kind: 'envelope', row: envelope(1, 5) }),
        () => storage.envelopeIds(5),
        () => storage.expire(nothing),
        () => storage.backup(join(folder, 'x')),
        () => storage.check(),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ name: 'StorageError', code: 'closed' });
      }
    });
  });

  describe('expiry', () => {
    it('deletes each kind by its own limit and nothing else', async () => {
      for (const day of [3, 4, 5]) {
        await storage.write([
          { kind: 'envelope', row: envelope(day, day) },
          { kind: 'desk-passed', desk: desk(1), day },
          { kind: 'reply', row: reply(day, day), payment: payment(day, day) },
          { kind: 'append', row: entry(desk(1), day - 3, day) },
          { kind: 'parcel', row: parcel(desk(1), day, day) },
          { kind: 'document', row: { kind: 'k', key: `${day}`, lastDay: day, bytes: sampleBytes('d', 9) } },
          { kind: 'count', name: 'c', day, count: 1, max: 1 },
        ]);
      }
      await storage.expire({
        today: 5,
        envelopesThrough: 3,
        passedDays: [5],
        repliesThrough: 4,
        logThrough: 3,
        parcelsThrough: 4,
      });
      expect(await storage.envelopeCounts()).toEqual(new Map([[4, 1]]));
      expect(await storage.desksPassed(3)).toEqual([]);
      expect(await storage.desksPassed(5)).toEqual([desk(1)]);
      expect((await storage.replyTags()).map(({ day }) => day)).toEqual([5]);
      expect((await storage.log(desk(1), 0, 9)).map(({ number }) => number)).toEqual([1, 2]);
      expect(await storage.logLength(desk(1))).toBe(3);
      expect((await storage.parcels(desk(1), 9)).map(({ day }) => day)).toEqual([5]);
      expect((await storage.documents('k')).map(({ key }) => key)).toEqual(['5']);
      expect(await storage.count('c', 4)).toBe(0);
      expect(await storage.count('c', 5)).toBe(1);
      // The token of day 4 is forgotten, that of day 5 is not.
      expect(await write({ kind: 'reply', row: reply(8, 5), payment: payment(4, 4) })).toBe('done');
      expect(await write({ kind: 'reply', row: reply(9, 5), payment: payment(5, 5) })).toBe('refused');
      expect(await storage.check()).toEqual([]);
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
      await storage.close();
      // The search sees what is there: nothing but a deletion may make it come back empty.
      for (const bytes of [...kept, ...deleted.slice(0, 3)]) expect(await found(bytes)).not.toContain(false);
      storage = await place.open();
      await storage.expire({ ...nothing, envelopesThrough: 3, repliesThrough: 3 });
      await storage.close();
      for (const bytes of [...kept, envelope(2, 5).bytes]) expect(await found(bytes)).not.toContain(false);
      for (const bytes of [reply(1, 3).body, envelope(1, 3).bytes, reply(2, 5).body]) {
        expect(await found(bytes)).not.toContain(true);
      }
      for (let n = 100; n < 140; n += 2) expect(await found(envelope(n, 3).bytes)).not.toContain(true);
      storage = await place.open();
      await storage.expire({ ...nothing, passedDays: [5] });
      await storage.close();
      expect(await found(envelope(2, 5).bytes)).not.toContain(true);
      storage = await place.open();
    });

    it('lets writing and reading go on around it', async () => {
      for (let n = 0; n < 30; n++) await write({ kind: 'envelope', row: envelope(n, 4 + (n % 2)) });
      const expiring = storage.expire({ ...nothing, envelopesThrough: 4 });
      const writing = [30, 31, 32].map((n) => write({ kind: 'envelope', row: envelope(n, 5) }));
      const reading = storage.envelopeIds(5);
      expect(await Promise.all(writing)).toEqual(['done', 'done', 'done']);
      expect((await reading).length).toBeGreaterThanOrEqual(15);
      await expiring;
      expect(await storage.envelopeCounts()).toEqual(new Map([[5, 18]]));
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
        for (const batch of rows) await storage.write(batch);
        await reversed.write([...rows].reverse().flat());
        const answers = async (from: Storage): Promise<unknown> => [
          await from.envelopeIds(5),
          await from.envelopes(rows.map((_, n) => envelope(n, 5).id)),
          await from.replyTags(),
        ];
        expect(await answers(reversed)).toEqual(await answers(storage));
        await storage.backup(join(folder, 'a'));
        await reversed.backup(join(folder, 'b'));
        expect(readFileSync(join(folder, 'b')).equals(readFileSync(join(folder, 'a')))).toBe(true);
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
      await storage.write(some(0, 20));
      const writing = (async () => {
        for (let n = 20; n < 40; n++) await storage.write(some(n, n + 1));
      })();
      await storage.backup(join(folder, 'backup'));
      await writing;
      const other = await engine.place();
      const restored = await other.open();
      try {
        await restored.restore(join(folder, 'backup'));
        const length = await restored.logLength(desk(2));
        expect(length).toBeGreaterThanOrEqual(20);
        expect(await restored.envelopeIds(5)).toEqual(
          Array.from({ length }, (_, n) => envelope(n, 5).id).sort(Buffer.compare),
        );
        expect(await restored.replyTags()).toHaveLength(length);
        expect(await restored.parcels(desk(1), 99)).toHaveLength(length);
        expect(await restored.write(some(length - 1, length))).toEqual(Array(4).fill('already'));
        expect(await restored.check()).toEqual([]);
        await expect(restored.restore(join(folder, 'backup'))).rejects.toMatchObject({ code: 'not-empty' });
        await expect(storage.backup(join(folder, 'backup'))).rejects.toMatchObject({ code: 'unavailable' });
      } finally {
        await restored.close();
        await other.remove();
      }
    });

    it('is refused when a byte of it is changed, missing or added, and then nothing is taken in', async () => {
      await storage.write(some(0, 2));
      await storage.backup(join(folder, 'whole'));
      const whole = readFileSync(join(folder, 'whole'));
      const other = await engine.place();
      const restored = await other.open();
      const attempt = async (bytes: Uint8Array): Promise<void> => {
        writeFileSync(join(folder, 'damaged'), bytes);
        await restored.restore(join(folder, 'damaged'));
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
      expect(await storage.check()).toEqual([]);
      await storage.close();
      await place.damage(envelope(2, 5).id);
      storage = await place.open();
      expect((await storage.check()).join()).toMatch(/1 envelopes whose bytes do not match/);
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
      await storage.close();
      for (let round = 1; round <= 8; round++) {
        const acknowledged = await killWriter(place.crashArguments, round);
        storage = await place.open();
        const stored = hexes(await storage.envelopeIds(round));
        const parcels = hexes((await storage.parcels(desk(round), 1_000_000)).map(({ id }) => id));
        const numbers = Array.from({ length: stored.length + acknowledged.length }, (_, n) => n);
        const present = numbers.filter((n) => stored.includes(hexes([crashEnvelope(round, n).id])[0]!));
        expect(present).toEqual(expect.arrayContaining(acknowledged));
        expect(parcels).toEqual(hexes(present.map((n) => crashParcel(round, n).id)).sort());
        expect(await storage.count('writes', round)).toBe(present.length);
        expect(await storage.check()).toEqual([]);
        await storage.close();
      }
      storage = await place.open();
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
