// What lies on the server's disk is the same whether people write and desks answer, or nobody has anything to say.
import { CoverVisits } from '@postern/desk/engine/cover-visits';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { checkDisks, differenceByChance } from './checks/disk.ts';
import { Dice } from './dice.ts';
import { type Disk, lookAtDisk } from './disk.ts';
import { calm } from './mishaps.ts';
import { NoAnswer } from './network.ts';
import { type Run, simulate } from './simulation.ts';
import { daySeconds, firstDay, type World } from './world.ts';

const days = 2;
const seeds = Array.from({ length: 6 }, (_, at) => `stored-${at + 1}`);

interface Looks {
  readonly disks: Disk[];
  /** Replies that lie there at the end of each day, and all that were ever posted. */
  readonly live: number[];
  readonly run: Run;
}

async function look(seed: string, isReal: boolean, isFaulty = false): Promise<Looks> {
  const disks: Disk[] = [];
  const live: number[] = [];
  const atNight = async (world: World): Promise<void> => {
    const { host } = world;
    disks.push(lookAtDisk(host.databaseFile));
    live.push((await host.storage.replyTags()).length);
  };
  const prepare = (world: World): void => {
    if (isFaulty) failVisits(world);
    for (let day = 1; day <= days; day++) {
      world.agenda.add((firstDay + day) * daySeconds - 300, () => atNight(world));
    }
  };
  const size = { days, people: 3, desks: 1, settleDays: 0, hasShadows: false };
  const run = await simulate({ ...size, seed, isReal, mishaps: calm, prepare });
  return { disks, live, run };
}

let failed = 0;

/** Of every ten requests of a visit one is lost, one loses its answer and one comes twice: the same ones in two runs of a seed. */
function failVisits({ network, devices, dice }: World): void {
  const asked = new Map<string, number>();
  network.interceptor = async (from, request, pass) => {
    if (devices.some(({ name }) => name === from)) return pass(request);
    const number = asked.get(from) ?? 0;
    asked.set(from, number + 1);
    const fate = dice.fork(`fate ${from} ${number}`).one(['lost', 'unanswered', 'doubled', ...Array(7).fill('passes')]);
    if (fate !== 'passes') failed += 1;
    if (fate === 'lost') throw new NoAnswer(fate);
    const answer = await pass(request);
    if (fate === 'unanswered') throw new NoAnswer(fate);
    if (fate === 'doubled') await pass(request);
    return answer;
  };
}

const real: Looks[] = [];
const cover: Looks[] = [];
beforeAll(async () => {
  for (const seed of seeds) {
    real.push(await look(seed, true));
    cover.push(await look(seed, false));
  }
}, 400_000);
afterAll(async () => {
  for (const { run } of [...real, ...cover]) await run.remove();
});

it('the runs with messages have messages and replies, the others none', () => {
  for (const { run } of real) {
    expect(run.world.ledger.sent.length).toBeGreaterThan(1);
    expect(run.world.ledger.written.length).toBeGreaterThan(0);
  }
  for (const { run } of cover) expect(run.world.ledger.sent.length + run.world.ledger.written.length).toBe(0);
});

it('[THR-3] rows of every table are equal in number and length, day by day', () => {
  for (const [at, { disks }] of real.entries()) expect(checkDisks(disks, cover[at]?.disks ?? [])).toEqual([]);
});

it('[THR-3] the same holds where requests of visits are lost, lose their answers and come twice', async () => {
  const looks = [await look('faults-1', true, true), await look('faults-1', false, true)];
  const [withMessages, without] = looks;
  for (const { run } of looks) await run.remove();
  expect(failed).toBeGreaterThan(10);
  expect(withMessages?.run.world.ledger.sent.length).toBeGreaterThan(1);
  expect(checkDisks(withMessages?.disks ?? [], without?.disks ?? [])).toEqual([]);
}, 200_000);

it('the check sees visits that follow covers only', async () => {
  const plan = CoverVisits.prototype.plan;
  const planted = vi.spyOn(CoverVisits.prototype, 'plan').mockImplementation(function (this: CoverVisits, ...of) {
    return of[2] === null ? Promise.resolve([]) : plan.apply(this, of);
  });
  const { disks, run } = await look(seeds[0] as string, true);
  planted.mockRestore();
  await run.remove();
  const breaches = checkDisks(disks, cover[0]?.disks ?? []);
  expect(breaches.map(({ id }) => id)).toContain('THR-3');
  expect(breaches.every(({ what }) => what.includes('envelopes'))).toBe(true);
}, 120_000);

it('[THR-3] how many replies lie there differs no more than by chance', () => {
  const dice = new Dice('permutations');
  const [withMessages, without] = [real, cover].map((looks) => looks.flatMap(({ live }) => live));
  expect(differenceByChance(withMessages ?? [], without ?? [], (count) => dice.below(count))).toBeGreaterThan(0.01);
});

it('the checks see an envelope more, a row out of its table’s lengths, and a number that follows the messages', async () => {
  const { host } = (real[0] as Looks).run.world;
  const before = lookAtDisk(host.databaseFile);
  expect(checkDisks([before], [before])).toEqual([]);
  const bytes = new Uint8Array(4_096);
  await host.storage.write([{ kind: 'envelope', row: { id: new Uint8Array(32), day: firstDay, bytes } }]);
  expect(checkDisks([lookAtDisk(host.databaseFile)], [before]).length).toBeGreaterThan(0);
  expect(checkDisks([{ ...before, unordered: ['envelopes'] }], [before]).map(({ id }) => id)).toEqual(['ENV-5']);
  expect(checkDisks([], [])).toHaveLength(1);
  const dice = new Dice('permutations');
  const below = (count: number): number => dice.below(count);
  expect(differenceByChance([9, 8, 9, 10, 9, 8], [4, 5, 4, 3, 4, 5], below)).toBeLessThan(0.01);
});
