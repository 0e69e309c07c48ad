/** What every storage adapter must do, run on a real engine by the test file of each. */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { REPLY_LIFE_DAYS } from '@postern/protocol/constants';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Write, WriteResult } from '../ports/storage.ts';
import { type Engine, Run } from '../testing/storage-run.ts';
import { desk, entry, envelope, parcel, payment, reply, sampleBytes } from '../testing/storage-samples.ts';
import { nothing, upkeepContract } from './upkeep-contract.ts';

export function storageContract(engine: Engine): void {
  const run = new Run();

  beforeAll(() => engine.start());
  afterAll(() => engine.stop());
  beforeEach(async () => {
    run.begin(await engine.place());
    await run.open();
  });
  afterEach(() => run.end());

  const write = (one: Write): Promise<WriteResult | undefined> => run.write(one);

  describe('writes', () => {
    it('stores an envelope once under its id, whatever day a repetition names', async () => {
      expect(await write({ kind: 'envelope', row: envelope(1, 5) })).toBe('done');
      expect(await write({ kind: 'envelope', row: envelope(1, 5) })).toBe('already');
      expect(await write({ kind: 'envelope', row: envelope(1, 6) })).toBe('already');
      expect(await run.storage.envelopes([envelope(2, 5).id, envelope(1, 5).id])).toEqual([envelope(1, 5)]);
      expect(await run.storage.envelopeCounts()).toEqual(new Map([[5, 1]]));
    });

    it('[ENV-5] lists the envelopes of a day in order of id', async () => {
      const numbers = [4, 1, 3, 0, 2];
      for (const n of numbers) await write({ kind: 'envelope', row: envelope(n, 5) });
      await write({ kind: 'envelope', row: envelope(9, 6) });
      const sorted = numbers.map((n) => envelope(n, 5).id).sort(Buffer.compare);
      expect(await run.storage.envelopeIds(5)).toEqual(sorted);
      const asked = [...numbers, ...numbers].map((n) => envelope(n, 5).id);
      expect((await run.storage.envelopes(asked)).map(({ id }) => id)).toEqual(sorted);
      expect(await run.storage.envelopeCounts()).toEqual(
        new Map([
          [5, 5],
          [6, 1],
        ]),
      );
      expect(await run.storage.envelopeIds(7)).toEqual([]);
    });

    it('takes an admission token for one envelope and its repetitions only', async () => {
      const paid = (n: number): Write => ({ kind: 'envelope', row: envelope(n, 5), payment: payment(1, 9) });
      expect(await write(paid(1))).toBe('done');
      expect(await write(paid(1))).toBe('already');
      expect(await write(paid(2))).toBe('refused');
      await run.storage.expire({ ...nothing, passedDays: [5] });
      expect(await write(paid(1))).toBe('already');
      expect(await write(paid(2))).toBe('refused');
      expect(await run.storage.envelopeIds(5)).toEqual([]);
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
      const asked = [2, 1, 1].map((n) => reply(n, 5).tagKey);
      expect(await run.storage.replyBodies(asked)).toEqual([null, reply(1, 5).body, reply(1, 5).body]);
      expect(await write({ kind: 'reply', row: reply(2, 5), payment: payment(2, 6) })).toBe('done');
    });

    it('[RPL-7] knows the same reply by another token, which it does not spend', async () => {
      await write({ kind: 'reply', row: reply(1, 5), payment: payment(1, 6) });
      expect(await write({ kind: 'reply', row: reply(1, 5), payment: payment(2, 6) })).toBe('already');
      expect(await write({ kind: 'reply', row: reply(2, 5), payment: payment(2, 6) })).toBe('done');
      const other = { ...reply(1, 5), ackId: reply(3, 5).ackId };
      expect(await write({ kind: 'reply', row: other, payment: payment(3, 6) })).toBe('refused');
    });

    it('[RPL-7] knows it also after it was read, by whatever token, for as long as a reply lives', async () => {
      await write({ kind: 'reply', row: reply(1, 5), payment: payment(1, 6) });
      await write({ kind: 'acknowledge', ackId: reply(1, 5).ackId });
      await run.storage.expire({ ...nothing, today: 5 + REPLY_LIFE_DAYS });
      expect(await write({ kind: 'reply', row: reply(1, 5), payment: payment(2, 40) })).toBe('already');
      const other = { ...reply(1, 5), body: reply(2, 5).body };
      expect(await write({ kind: 'reply', row: other, payment: payment(3, 40) })).toBe('refused');
      expect(await run.storage.replyTags()).toEqual([]);
      expect(await write({ kind: 'reply', row: reply(2, 5), payment: payment(2, 40) })).toBe('done');
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
      expect(await run.storage.replyTags()).toEqual(tags.sort((a, b) => Buffer.compare(a.tagKey, b.tagKey)));
    });

    it('[REQ-5] deletes an acknowledged reply, and a late repetition of the reply does not bring it back', async () => {
      const post: Write = { kind: 'reply', row: reply(1, 5), payment: payment(1, 6) };
      await write(post);
      expect(await write({ kind: 'acknowledge', ackId: reply(2, 5).ackId })).toBe('already');
      expect(await write({ kind: 'acknowledge', ackId: reply(1, 5).ackId })).toBe('done');
      expect(await write({ kind: 'acknowledge', ackId: reply(1, 5).ackId })).toBe('already');
      expect(await run.storage.replyBodies([reply(1, 5).tagKey])).toEqual([null]);
      expect(await write(post)).toBe('already');
      expect(await run.storage.replyTags()).toEqual([]);
    });

    it('[LOG-5] appends only as the next number, and the same entry again changes nothing', async () => {
      const append = (number: number): Write => ({ kind: 'append', row: entry(desk(1), number, 5) });
      expect(await write(append(1))).toBe('refused');
      expect(await write(append(0))).toBe('done');
      expect(await write(append(0))).toBe('already');
      const other = { ...entry(desk(1), 0, 5), bytes: sampleBytes('fork', 16384) };
      expect(await write({ kind: 'append', row: other })).toBe('refused');
      expect(await run.storage.write([1, 2, 3].map(append))).toEqual(['done', 'done', 'done']);
      expect(await write({ kind: 'append', row: entry(desk(2), 0, 5) })).toBe('done');
      expect(await run.storage.logLength(desk(1))).toBe(4);
      expect(await run.storage.logLength(desk(3))).toBe(0);
      expect(await run.storage.log(desk(1), 1, 2)).toEqual([entry(desk(1), 1, 5), entry(desk(1), 2, 5)]);
      expect(await run.storage.log(desk(1), 4, 2)).toEqual([]);
    });

    it('hands a parcel to its device only, until it is taken', async () => {
      const rows = [1, 2, 3].map((n) => parcel(desk(1), n, 5)).sort((a, b) => Buffer.compare(a.id, b.id));
      const one = parcel(desk(1), 1, 5);
      for (const row of rows) expect(await write({ kind: 'parcel', row })).toBe('done');
      expect(await write({ kind: 'parcel', row: one })).toBe('already');
      expect(await run.storage.parcels(desk(1), 2)).toEqual(rows.slice(0, 2));
      expect(await run.storage.parcels(desk(2), 2)).toEqual([]);
      expect(await write({ kind: 'parcel-taken', to: desk(2), id: one.id })).toBe('already');
      expect(await write({ kind: 'parcel-taken', to: desk(1), id: one.id })).toBe('done');
      expect(await write({ kind: 'parcel-taken', to: desk(1), id: one.id })).toBe('already');
      expect(await run.storage.parcels(desk(1), 9)).toEqual(rows.filter(({ id }) => Buffer.compare(id, one.id) !== 0));
    });

    it('keeps the last document of a kind and key', async () => {
      const row = { kind: 'roster', key: '7', lastDay: 9, bytes: sampleBytes('roster', 9000) };
      const longer = { ...row, lastDay: 10 };
      const other = { ...row, bytes: sampleBytes('another', 50) };
      expect(await write({ kind: 'document', row })).toBe('done');
      expect(await write({ kind: 'document', row })).toBe('already');
      expect(await write({ kind: 'document', row: longer })).toBe('done');
      expect(await run.storage.documents('roster')).toEqual([longer]);
      expect(await write({ kind: 'document', row: other })).toBe('done');
      expect(await run.storage.document('roster', '7')).toEqual(other.bytes);
      expect(await run.storage.document('roster', '8')).toBeNull();
      expect(await run.storage.documents('bundle')).toEqual([]);
    });

    it('remembers which desks passed a day', async () => {
      expect(await write({ kind: 'desk-passed', desk: desk(1), day: 5 })).toBe('done');
      expect(await write({ kind: 'desk-passed', desk: desk(1), day: 5 })).toBe('already');
      expect(await write({ kind: 'desk-passed', desk: desk(2), day: 6 })).toBe('done');
      expect(await run.storage.desksPassed(5)).toEqual([desk(1)]);
      expect(await run.storage.desksPassed(7)).toEqual([]);
    });

    it('counts up to the limit and not beyond, all of a count or nothing', async () => {
      const count = (count: number): Write => ({ kind: 'count', name: 'tokens', day: 5, count, max: 10 });
      expect(await write(count(7))).toBe('done');
      expect(await write(count(4))).toBe('refused');
      expect(await run.storage.count('tokens', 5)).toBe(7);
      expect(await write(count(3))).toBe('done');
      expect(await run.storage.count('tokens', 5)).toBe(10);
      expect(await run.storage.count('tokens', 6)).toBe(0);
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
        await expect(run.storage.write([{ kind: 'envelope', row: envelope(3, 5) }, one])).rejects.toMatchObject({
          name: 'StorageError',
          code: 'invalid',
        });
      }
      expect(await run.storage.envelopeIds(5)).toEqual([]);
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
      expect(await run.storage.write([])).toEqual([]);
    });

    it('mixes all kinds, and keeps them over closing and opening', async () => {
      expect(await run.storage.write([...everyKind(1), ...everyKind(2)])).toEqual(Array(14).fill('done'));
      const again = await run.storage.write([...everyKind(2), ...everyKind(1)]);
      expect(again).toEqual(Array.from({ length: 14 }, (_, at) => (at % 7 === 6 ? 'refused' : 'already')));
      await run.storage.close();
      await run.open();
      expect(await run.storage.envelopeCounts()).toEqual(new Map([[5, 2]]));
      expect(await run.storage.replyBodies([reply(2, 5).tagKey])).toEqual([reply(2, 5).body]);
      expect(await run.storage.log(desk(2), 0, 9)).toEqual([entry(desk(2), 0, 5)]);
      expect(await run.storage.parcels(desk(2), 9)).toEqual([parcel(desk(2), 2, 5)]);
      expect(await run.storage.document('kind', '2')).toEqual(sampleBytes('document 2', 99));
      expect(await run.storage.count('count', 5)).toBe(2);
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
            await a.backup(join(run.folder, 'a'));
            await b.backup(join(run.folder, 'b'));
            expect(readFileSync(join(run.folder, 'a')).equals(readFileSync(join(run.folder, 'b')))).toBe(true);
          } finally {
            await Promise.all([a.close(), b.close()]);
            await Promise.all([together.remove(), single.remove()]);
            rmSync(join(run.folder, 'a'), { force: true });
            rmSync(join(run.folder, 'b'), { force: true });
          }
        }),
        { numRuns: 25, seed: 7 },
      );
      // Fifty databases are made for it.
    }, 240_000);

    it('gives concurrent writers results that agree with one order', async () => {
      const same = Array.from({ length: 12 }, () => run.storage.write(everyKind(1).slice(0, 6)));
      const results = (await Promise.all(same)).map((batch) => batch.join());
      expect(results.sort()).toEqual([
        ...Array(11).fill(Array(6).fill('already').join()),
        Array(6).fill('done').join(),
      ]);
      const counting = Array.from({ length: 12 }, () => write({ kind: 'count', name: 'n', day: 5, count: 1, max: 5 }));
      expect((await Promise.all(counting)).filter((result) => result === 'done')).toHaveLength(5);
    });

    it('does nothing of a batch in the middle of which the engine fails, and works again afterwards', async () => {
      await run.storage.write(everyKind(1));
      await run.storage.backup(join(run.folder, 'before'));
      const heal = await run.place.failParcels();
      await expect(run.storage.write([...everyKind(2), ...everyKind(3)])).rejects.toMatchObject({
        name: 'StorageError',
      });
      expect(await run.storage.envelopeIds(5)).toEqual([envelope(1, 5).id]);
      await run.storage.backup(join(run.folder, 'after'));
      expect(readFileSync(join(run.folder, 'after')).equals(readFileSync(join(run.folder, 'before')))).toBe(true);
      await heal();
      expect(await run.storage.write(everyKind(2))).toEqual(Array(7).fill('done'));
    });

    it('answers everything after close with closed', async () => {
      await run.storage.close();
      await run.storage.close();
      for (const attempt of [
        () => write({ kind: 'envelope', row: envelope(1, 5) }),
        () => run.storage.envelopeIds(5),
        () => run.storage.expire(nothing),
        () => run.storage.backup(join(run.folder, 'x')),
        () => run.storage.check(),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ name: 'StorageError', code: 'closed' });
      }
    });
  });

  upkeepContract(engine, run);
}
