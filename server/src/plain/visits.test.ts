import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { machineTimer } from '../options.ts';
import { manualTimer } from '../testing/manual-timer.ts';
import { random } from '../testing/organisation.ts';
import { Visits, visitLimits } from './visits.ts';

const mebibyte = 2 ** 20;
const prlimit = '/usr/bin/prlimit';

it('as many visits have a place as fit at 64 MiB into half of the memory but 256 MiB, and a quarter more of people who were writing', () => {
  // 967 MiB are what a machine of one GiB says that it has; at 1,023 a sixth would lack half a MiB.
  const machines = [64, 512, 967, 1_023, 1_024, 2_048, 4_096, 8_192, 8_448, 65_536];
  const places = machines.map((mebibytes) => visitLimits(mebibytes * mebibyte));
  expect(places.map(({ visitsMax, rescuesMax }) => [visitsMax, rescuesMax])).toEqual([
    [1, 1],
    [2, 1],
    [5, 2],
    [5, 2],
    [6, 2],
    [14, 4],
    [30, 8],
    [62, 16],
    [64, 16],
    [64, 16],
  ]);
  const launch = () => spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const call = () => Promise.reject(new Error('no call'));
  const visits = new Visits({ launch, call, timer: machineTimer, random, limits: visitLimits(967 * mebibyte) });
  try {
    const begin = (count: number, before?: string) =>
      Array.from({ length: count }, () => visits.start(before) !== null).filter(Boolean).length;
    expect([begin(10), begin(10, 'of a server that was here before')]).toEqual([5, 2]);
  } finally {
    visits.stop();
  }
});

describe('places for people whose visit has ended', () => {
  let visits: Visits;
  const children: ChildProcess[] = [];
  const timer = manualTimer();
  beforeEach(() => {
    const launch = () => {
      const child = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
      children.push(child);
      return child;
    };
    const call = () => Promise.reject(new Error('no call'));
    const limits = { ...visitLimits(2 ** 32), visitsMax: 2, rescuesMax: 2 };
    visits = new Visits({ launch, call, timer, random, limits });
  });
  afterEach(() => visits.stop());

  /** A visit whose process has died, and two others in the places that there are. */
  const endedKey = async (): Promise<string> => {
    const { key = '' } = visits.start(undefined) ?? {};
    children.at(-1)?.kill('SIGKILL');
    await vi.waitFor(() => expect(visits.count).toBe(0));
    for (let i = 0; i < 2; i++) expect(visits.start(undefined)).not.toBeNull();
    return key;
  };

  it("are theirs, one for each, and not anybody's who names some key", async () => {
    timer.pass(31);
    const key = await endedKey();
    expect([visits.start(undefined), visits.start('a'.repeat(43))]).toEqual([null, null]);
    const found = visits.start(key);
    expect(found).not.toBeNull();
    // The same form, once more.
    expect(visits.goesOnIn(key)).toEqual(found);
    visits.leave(found?.key ?? '');
    expect(visits.goesOnIn(key)).toBeNull();
    const again = visits.start(key);
    expect(again).not.toBeNull();
    // Who leaves with the old key leaves the new visit too.
    visits.leave(key);
    expect([visits.find(again?.key), visits.start(key)]).toEqual([null, null]);
  });

  it('are also for those whom a server that starts anew cannot know, for as long as it would have remembered them', async () => {
    await endedKey();
    expect(visits.start('a'.repeat(43))).not.toBeNull();
    expect(visits.start(undefined)).toBeNull();
    timer.pass(29);
    expect(visits.start('a'.repeat(43))).not.toBeNull();
    timer.pass(2);
    while (visits.start(undefined) !== null);
    expect(visits.start('a'.repeat(43))).toBeNull();
  });
});

it.skipIf(!existsSync(prlimit))(
  'where the system has no descriptor left, no visit begins, and the server goes on',
  () => {
    const script = `
    import { openSync } from 'node:fs';
    import { launchVisit } from ${JSON.stringify(new URL('./launch.ts', import.meta.url).href)};
    process.stdout.write('');
    try {
      for (;;) openSync('/dev/null');
    } catch {
      process.stdout.write(String(launchVisit()));
      setTimeout(() => process.stdout.write(' goes on'), 200);
    }`;
    const node = [process.execPath, '--no-warnings', '--input-type=module', '--eval', script];
    const { stdout } = spawnSync(prlimit, ['--nofile=64:64', '--', ...node], { encoding: 'utf8' });
    expect(stdout).toBe('null goes on');
  },
);
