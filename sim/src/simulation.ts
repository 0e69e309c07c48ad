/** A whole run: a story with mishaps, then a time in which everything can settle, then everybody looks once more. */

import { drawMishaps, endMishaps, type Mishaps, planMishaps } from './mishaps.ts';
import { shadowOf } from './network.ts';
import { type NonceWatch, watchNonces } from './nonce-watch.ts';
import type { VisitPlan } from './page.ts';
import { Person } from './person.ts';
import { planTeams, planVisits } from './story.ts';
import { daySeconds, firstDay, World } from './world.ts';

export interface RunOptions {
  readonly seed: string;
  readonly days?: number;
  readonly people?: number;
  readonly desks?: number;
  readonly isReal?: boolean;
  /** Drawn from the seed by default. */
  readonly mishaps?: Mishaps;
  /** Called when the world stands and before anything happens. */
  readonly prepare?: (world: World) => void | Promise<void>;
  readonly settleDays?: number;
  /** Whether somebody who only looks stands beside each visit, to be compared with it: a quarter more work. By default yes. */
  readonly hasShadows?: boolean;
}

export interface Run {
  readonly seed: string;
  readonly world: World;
  readonly mishaps: Mishaps;
  readonly people: readonly Person[];
  readonly nonces: NonceWatch;
  /** The world is to be removed by whoever asked for the run. */
  readonly remove: () => Promise<void>;
}

export async function simulate(options: RunOptions): Promise<Run> {
  const { seed, desks = 2, days = 3, people = 8, isReal = true, settleDays = 6, hasShadows = true } = options;
  const nonces = watchNonces();
  const world = await World.create({ seed, desks });
  const remove = async (): Promise<void> => {
    nonces.stop();
    await world.remove();
  };
  try {
    const mishaps = options.mishaps ?? drawMishaps(world.dice.fork('mishaps'));
    await options.prepare?.(world);
    const plans = planVisits(world.dice.fork('visits'), { days, people, desks, isReal });
    const visit = (plan: VisitPlan): void => {
      world.addVisit(plan);
      if (hasShadows) world.addVisit(shadowPlan(plan));
    };
    for (const plan of plans) visit(plan);
    const end = (firstDay + days) * daySeconds;
    if (isReal) planTeams(world, world.dice.fork('teams'), end + mishaps.sleep);
    planMishaps(world, mishaps, world.dice.fork('mishap times'), days);
    await world.runUntil(end);
    // A sleep puts the story off.
    const slept = world.ledger.holes
      .filter(({ kind }) => kind === 'sleep')
      .reduce((sum, { from, to }) => sum + to - from, 0);
    await world.runUntil(end + slept);
    endMishaps(world);
    const all = [...new Set(plans.map(({ person }) => person))];
    await settle(world, all, settleDays, visit);
    return { seed, world, mishaps, people: all, nonces, remove };
  } catch (error) {
    for (const line of world.trace.last(40)) process.stderr.write(`${line}\n`);
    process.stderr.write(`seed ${seed}\n`);
    await remove();
    throw error;
  }
}

/** Of somebody who only looks at the same time, and to whom the same happens: what differs is what was done. */
function shadowPlan({ id: of, at, stay }: VisitPlan): VisitPlan {
  const id = shadowOf(of);
  return { id, person: new Person(id), at, stay, entersAt: null, writes: [] };
}

/** Calm days until every reply is posted; then everybody comes back, twice, and the desks see what became of it. */
async function settle(
  world: World,
  people: readonly Person[],
  daysMax: number,
  visit: (plan: VisitPlan) => void,
): Promise<void> {
  for (let day = 0; day < daysMax; day++) {
    await world.runUntil(world.now + daySeconds);
    const waiting = world.devices.map(({ engine }) => engine?.status().posts.queued ?? 1);
    if (waiting.every((count) => count === 0)) break;
  }
  for (const late of ['late', 'last']) {
    for (const person of people) {
      if (person.words === null) continue;
      const id = `${person.name}/${late}`;
      visit({ id, person, at: world.now + 1_800, stay: 700, entersAt: 5, writes: [] });
    }
    await world.runUntil(world.now + 4 * 3_600);
  }
}
