import { expect, it } from 'vitest';
import { Keeping } from './keeping.ts';

it('tries again what could not be kept before anything is done with it, and says so', async () => {
  let isFull = true;
  const kept: string[] = [];
  const told: boolean[] = [];
  let newest = 'one';
  const keep = async (): Promise<void> => {
    const typed = newest;
    await Promise.resolve();
    if (isFull) throw new Error('the disk is full');
    kept.push(typed);
  };
  const keeping = new Keeping({ keep, tell: (isKept) => told.push(isKept), delayMs: 0 });
  await keeping.now();
  expect(told).toEqual([]);
  const first = await new Promise<Promise<void>>((resolve) =>
    keeping.later((trying) => resolve(trying.catch(() => {}))),
  );
  await first;
  expect(told).toEqual([false]);
  await expect(keeping.now()).rejects.toThrow('the disk is full');
  isFull = false;
  await keeping.now();
  expect([kept, told]).toEqual([['one'], [false, false, true]]);
  await keeping.now();
  expect(kept).toEqual(['one']);
  newest = 'two';
  keeping.later(() => {});
  await keeping.now();
  expect(kept).toEqual(['one', 'two']);
});
