// A range of seeds: each is told once, and none that broke, died or hung is taken for one that held.
import { expect, it } from 'vitest';
import { readSeedRange, runSeeds, type SeedEnd } from './seeds.ts';

it('reads how many seeds, or from which to which', () => {
  expect(readSeedRange('3')).toEqual([1, 2, 3]);
  expect(readSeedRange('20-22')).toEqual([20, 21, 22]);
  for (const text of ['', '0', '5-4', '-3', '1-', 'a', '1.5', '1-2-3']) expect(() => readSeedRange(text)).toThrow();
});

it('tells each seed once, with all that a broken one wrote', async () => {
  const program = `
    const seed = process.argv[1];
    console.log('first line');
    if (seed === '2') process.exitCode = 1;
    if (seed === '3') process.kill(process.pid, 'SIGTERM');
    if (seed === '4') throw new Error('a fault');
    console.log('seed ' + seed);
  `;
  const ends: SeedEnd[] = [];
  const command = [process.execPath, '--eval', program, '--'] as const;
  const broken = await runSeeds([1, 2, 3, 4, 5], command, { jobs: 3, limitSeconds: 60 }, (end) => ends.push(end));
  expect(broken).toEqual([2, 3, 4]);
  expect(ends.map(({ seed }) => seed).sort()).toEqual([1, 2, 3, 4, 5]);
  const textOf = new Map(ends.map(({ seed, text }) => [seed, text]));
  expect(textOf.get(1)).toBe('seed 1');
  expect(textOf.get(2)).toContain('first line\nseed 2\n  ended with 1');
  expect(textOf.get(3)).toContain('ended with SIGTERM');
  expect(textOf.get(4)).toContain('a fault');
}, 60_000);

it('ends a seed that hangs, and goes on', async () => {
  const ends: SeedEnd[] = [];
  const command = [process.execPath, '--eval', 'setInterval(() => {}, 1000)', '--'] as const;
  expect(await runSeeds([1, 2], command, { jobs: 1, limitSeconds: 1 }, (end) => ends.push(end))).toEqual([1, 2]);
  expect(ends.map(({ text }) => text.trim())).toEqual(['ended with SIGKILL', 'ended with SIGKILL']);
}, 60_000);

it('runs no seed with no process to run it in', async () => {
  const limits = { jobs: Number('x'), limitSeconds: 1 };
  await expect(runSeeds([1], [process.execPath], limits, () => undefined)).rejects.toThrow(RangeError);
});
