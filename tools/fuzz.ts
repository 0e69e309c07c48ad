// `npm run fuzz [seconds] [seed]`: feeds every reader damaged bytes and reports each error that is not
// the reader's own and each call that takes longer than its input explains (ENC-1). The same seed feeds the same bytes.
import type { Random } from '@postern/protocol/primitives/random';
import { seededRandom } from '@postern/protocol/testing/seeded-random';
import { fileTargets } from './fuzz/file-targets.ts';
import { formTargets } from './fuzz/form-targets.ts';
import { growthFaults } from './fuzz/growth.ts';
import { httpTargets } from './fuzz/http-targets.ts';
import { messageTargets } from './fuzz/message-targets.ts';
import { type Fault, type FuzzTarget, fuzzTarget } from './fuzz/run.ts';
import { sealedTargets } from './fuzz/sealed-targets.ts';
import { storeTargets } from './fuzz/store-targets.ts';

/** Inputs in one turn: few enough that every reader has its turn in a short run. */
const roundsATurn = 40;
const inputShown = 400;

/** Turns for all readers until the time is over, at least one each. @returns every fault and how many inputs were fed */
export async function fuzz(
  seconds: number,
  seed: string,
  clock: () => number,
): Promise<{ readonly faults: readonly Fault[]; readonly inputs: number }> {
  const random = seededRandom(seed);
  const targets = await allTargets(random);
  const faults = new Map<string, readonly Fault[]>();
  const until = clock() + 1000 * seconds;
  let inputs = 0;
  do {
    for (const target of targets) {
      if (faults.has(target.name)) continue;
      const found = await fuzzTarget(target, random, roundsATurn, clock);
      inputs += roundsATurn;
      if (found.length > 0) faults.set(target.name, found);
    }
  } while (clock() < until);
  return { faults: [...faults.values()].flat(), inputs };
}

/** Each input that takes a reader longer than its size explains, whatever else the machine does. */
export async function fuzzGrowth(seed: string, clock: () => number): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  for (const target of await allTargets(seededRandom(seed))) faults.push(...(await growthFaults(target, clock)));
  return faults;
}

/** Every reader, with bytes that it takes. */
async function allTargets(random: Random): Promise<readonly FuzzTarget[]> {
  const own = [...(await httpTargets(random)), ...(await messageTargets(random)), ...(await storeTargets(random))];
  return [...own, ...(await sealedTargets(random)), ...formTargets(random), ...(await fileTargets())];
}

if (import.meta.main) {
  const [seconds = '60', seed = new Date().toISOString()] = process.argv.slice(2);
  const { faults, inputs } = await fuzz(Number(seconds), seed, () => performance.now());
  for (const { target, what, input } of faults) {
    console.log(`${target}: ${what}\n  ${Buffer.from(input).toString('hex').slice(0, inputShown)}`);
  }
  console.log(`${inputs} inputs, ${faults.length} faults, seed ${seed}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
