import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { random } from '../testing/organisation.ts';
import { type ChunkPlace, chunkContract } from './chunk-contract.ts';
import { openChunkPools } from './chunk-pools.ts';
import { canMount, mountSmallDisk, unmount } from './small-disk.ts';

const scratch = mkdtempSync(join(tmpdir(), 'postern-chunks-'));
let places = 0;

function placeIn(folder: string): ChunkPlace {
  return {
    open: () => openChunkPools(folder, random),
    holds: (piece) => readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(Buffer.from(piece))),
  };
}

const newFolder = (): string => join(scratch, `${++places}`);

describe('pools of chunks', () => {
  chunkContract({
    start: async () => undefined,
    stop: async () => rmSync(scratch, { recursive: true }),
    place: async () => placeIn(newFolder()),
  });

  it('[THR-1] show neither the order of arrival nor, by their length, how many there are', async () => {
    const orders: number[][] = [];
    for (let round = 0; round < 3; round++) {
      const folder = newFolder();
      const store = await openChunkPools(folder, random);
      const chunks = Array.from({ length: 8 }, () => random(262_144));
      for (const chunk of chunks) await store.put(random(32), chunk, 7);
      const bytes = readFileSync(join(folder, '7.pool'));
      orders.push(chunks.map((chunk) => bytes.indexOf(chunk.subarray(0, 64))));
      expect(readdirSync(folder)).toEqual(['7.pool']);
      expect(statSync(join(folder, '7.pool')).mode & 0o077).toBe(0);
      await store.close();
    }
    // Eight in a row three times by chance: one in 10^13.
    const inOrder = (places: readonly number[]) => places.every((at, n) => n === 0 || at > places[n - 1]!);
    expect(orders.every(inOrder)).toBe(false);
  });

  it('a damaged chunk is not there, and is put again', async () => {
    const folder = newFolder();
    const store = await openChunkPools(folder, random);
    const [name, chunk] = [random(32), random(262_144)];
    await store.put(name, chunk, 7);
    const path = join(folder, '7.pool');
    const bytes = readFileSync(path);
    bytes[bytes.indexOf(chunk.subarray(0, 64)) + 100]! ^= 1;
    writeFileSync(path, bytes);
    expect(await store.get(name)).toBe(null);
    expect(await store.put(name, chunk, 8)).toBe('stored');
    expect(Buffer.compare((await store.get(name))!, chunk)).toBe(0);
    expect([...store.counts()]).toEqual([[7, 1]]);
    await store.close();
  });

  it('[FIL-8] every chunk called stored survives kill -9, and none is half there', async () => {
    const folder = newFolder();
    const script = fileURLToPath(new URL('../testing/chunk-writer.ts', import.meta.url));
    const child = spawn(process.execPath, ['--no-warnings', script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const stored: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      stored.push(line);
      if (stored.length === 25) child.kill('SIGKILL');
    }
    if (child.signalCode === null) await once(child, 'exit');
    expect([child.signalCode, stored.length >= 25]).toEqual(['SIGKILL', true]);
    const store = await openChunkPools(folder, random);
    for (const name of stored) {
      const chunk = await store.get(Buffer.from(name, 'hex'));
      expect([name, chunk?.every((byte) => byte === Number.parseInt(name.slice(0, 2), 16))]).toEqual([name, true]);
    }
    await store.close();
  });

  it.skipIf(!canMount())(
    '[FIL-8] a full disk is one clear answer: nothing is half stored, and there is room again after an expiry',
    async () => {
      const folder = newFolder();
      mkdirSync(folder);
      expect(mountSmallDisk(folder)).toBe(true);
      try {
        let store = await openChunkPools(folder, random);
        const kept = [];
        let last = '';
        for (let n = 0; last !== 'full'; n++) {
          const [name, chunk] = [random(32), random(262_144)];
          last = await store.put(name, chunk, n < 3 ? 6 : 7);
          if (last === 'stored') kept.push({ name, chunk });
          else expect([last, await store.get(name), store.has(name)]).toEqual(['full', null, false]);
        }
        expect(kept.length).toBeGreaterThan(4);
        await store.close();
        store = await openChunkPools(folder, random);
        for (const { name, chunk } of kept) expect(Buffer.compare((await store.get(name))!, chunk)).toBe(0);
        await store.expire(6);
        expect(await store.put(random(32), random(262_144), 8)).toBe('stored');
        await store.close();
      } finally {
        unmount(folder);
      }
    },
  );
});
