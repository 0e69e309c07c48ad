/** `--seed N` replays a run exactly; `--seeds N` or `--seeds FIRST-LAST` runs many in `--jobs` processes, a line for each. */

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inspect } from './report.ts';
import { readSeedRange, runSeeds } from './seeds.ts';
import { simulate } from './simulation.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '5' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    days: { type: 'string' },
    people: { type: 'string' },
    trace: { type: 'boolean' },
  },
});

const lastLines = 60;
/** A run of three days takes half a minute on an idle machine. */
const limitSeconds = 30 * 60;

if (values.seed === undefined) await runAll();
else if (!(await runOne(values.seed))) process.exitCode = 1;

async function runAll(): Promise<void> {
  const seeds = readSeedRange(values.seeds);
  const sizes = (['days', 'people'] as const).flatMap((name) =>
    values[name] === undefined ? [] : [`--${name}`, values[name]],
  );
  const script = fileURLToPath(import.meta.url);
  const command = [process.execPath, ...process.execArgv, script, ...sizes, '--seed'] as const;
  const limits = { jobs: Number(values.jobs), limitSeconds };
  const broken = await runSeeds(seeds, command, limits, ({ text }) => process.stdout.write(`${text}\n`));
  process.stdout.write(`${seeds.length - broken.length} of ${seeds.length} seeds held\n`);
  if (broken.length === 0) return;
  process.stdout.write(`NOT HELD: seeds ${broken.join(', ')}\n`);
  process.exitCode = 1;
}

async function runOne(seed: string): Promise<boolean> {
  const days = values.days ? { days: Number(values.days) } : {};
  const people = values.people ? { people: Number(values.people) } : {};
  const run = await simulate({ seed, ...days, ...people });
  try {
    const { breaches, explained, compared, traceHash } = await inspect(run);
    const { trace, ledger } = run.world;
    if (values.trace) process.stdout.write(`${trace.lines.join('\n')}\n`);
    for (const line of explained) process.stdout.write(`  explained: ${line}\n`);
    if (breaches.length > 0) {
      process.stdout.write(`  ${JSON.stringify(run.mishaps)}\n`);
      for (const line of trace.last(lastLines)) process.stdout.write(`    ${line}\n`);
      for (const { id, what } of breaches) process.stdout.write(`  [${id}] ${what}\n`);
      process.stdout.write(`  again: npm run sim -- --seed ${seed}\n`);
    }
    const counts = `${ledger.sent.length} messages, ${ledger.written.length} replies, ${explained.length} explained losses, ${compared} requests compared`;
    process.stdout.write(`seed ${seed}: ${breaches.length} breaches, ${counts}, trace ${traceHash.slice(0, 16)}\n`);
    return breaches.length === 0;
  } finally {
    await run.remove();
  }
}
