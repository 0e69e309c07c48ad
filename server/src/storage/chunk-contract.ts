/** What every store of chunks must do; run on each real one. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChunkStore } from '../ports/chunks.ts';
import { random } from '../testing/organisation.ts';

export interface ChunkPlace {
  open(): Promise<ChunkStore>;
  /** Whether any byte of what is kept on disk is this. */
  holds(piece: Uint8Array): boolean;
}

export interface ChunkEngine {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** One that holds nothing yet. */
  place(): Promise<ChunkPlace>;
}

const chunkOf = (): Uint8Array => random(262_144);

export function chunkContract(engine: ChunkEngine): void {
  let place: ChunkPlace;
  let store: ChunkStore;
  beforeAll(() => engine.start());
  afterAll(() => engine.stop());
  beforeEach(async () => {
    place = await engine.place();
    store = await place.open();
    return () => store.close();
  });

  const reopen = async (): Promise<void> => {
    await store.close();
    store = await place.open();
  };

  describe('the chunk contract', () => {
    it('[FIL-6] a chunk is stored once: the same again changes nothing, another under its name is refused', async () => {
      const [name, chunk, other] = [random(32), chunkOf(), chunkOf()];
      expect(await store.put(name, chunk, 7)).toBe('stored');
      expect(await store.put(name, chunk, 8)).toBe('stored');
      expect(await store.put(name, other, 8)).toBe('changed');
      expect([...store.counts()]).toEqual([[7, 1]]);
      expect(Buffer.compare((await store.get(name))!, chunk)).toBe(0);
      expect(place.holds(other.subarray(0, 32))).toBe(false);
      await reopen();
      expect(Buffer.compare((await store.get(name))!, chunk)).toBe(0);
      expect(await store.put(name, other, 9)).toBe('changed');
    });

    it('[FIL-6] of two chunks put under one name at once one is kept', async () => {
      const name = random(32);
      const chunks = [chunkOf(), chunkOf(), chunkOf()];
      const puts = await Promise.all(chunks.map((chunk) => store.put(name, chunk, 7)));
      expect([...puts].sort()).toEqual(['changed', 'changed', 'stored']);
      expect(Buffer.compare((await store.get(name))!, chunks[puts.indexOf('stored')]!)).toBe(0);
    });

    it('gives back what was put, and null for what was not', async () => {
      const kept = Array.from({ length: 12 }, () => ({ name: random(32), chunk: chunkOf() }));
      for (const { name, chunk } of kept) expect(await store.put(name, chunk, 7)).toBe('stored');
      await reopen();
      for (const { name, chunk } of kept) expect(Buffer.compare((await store.get(name))!, chunk)).toBe(0);
      expect(await store.get(random(32))).toBe(null);
      expect([store.has(kept[0]!.name), store.has(random(32))]).toEqual([true, false]);
    });

    it('[FIL-7] expires whole days, and their bytes are gone', async () => {
      const kept = [5, 6, 7].map((day) => ({ day, name: random(32), chunk: chunkOf() }));
      for (const { name, chunk, day } of kept) await store.put(name, chunk, day);
      await store.expire(6);
      for (const round of ['before', 'after'] as const) {
        for (const { name, day, chunk } of kept) {
          expect([round, day, (await store.get(name)) !== null]).toEqual([round, day, day === 7]);
          expect([round, day, place.holds(chunk.subarray(1000, 1032))]).toEqual([round, day, day === 7]);
        }
        expect([...store.counts()]).toEqual([[7, 1]]);
        await reopen();
      }
      expect(await store.put(kept[0]!.name, kept[0]!.chunk, 8)).toBe('stored');
    });

    it('refuses what is no chunk', async () => {
      for (const [name, chunk] of [
        [random(31), chunkOf()],
        [random(32), random(262_143)],
      ] as const)
        await expect((async () => store.put(name, chunk, 7))()).rejects.toMatchObject({ code: 'invalid' });
    });
  });
}
