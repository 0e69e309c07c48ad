import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { machineTimer } from '../options.ts';
import { random } from '../testing/organisation.ts';
import { Visits, visitLimits } from './visits.ts';

const mebibyte = 2 ** 20;

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
    const begin = (count: number, isRescue: boolean) =>
      Array.from({ length: count }, () => visits.start(isRescue) !== null).filter(Boolean).length;
    expect([begin(10, false), begin(10, true)]).toEqual([5, 2]);
  } finally {
    visits.stop();
  }
});
