/** `node sim/src/run.ts --seed N` replays a run exactly; `--seeds N` runs the seeds 1 to N. */

import { parseArgs } from 'node:util';
import { inspect } from './report.ts';
import { simulate } from './simulation.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    days: { type: 'string' },
    people: { type: 'string' },
    trace: { type: 'boolean' },
  },
});

const lastLines = 60;
const seeds = values.seed
  ? [values.seed]
  : Array.from({ length: Number(values.seeds ?? 5) }, (_, at) => String(at + 1));
let broken = 0;
for (const seed of seeds) if (!(await runSeed(seed))) broken += 1;
process.stdout.write(`${seeds.length - broken} of ${seeds.length} seeds held\n`);
process.exitCode = broken === 0 ? 0 : 1;

async function runSeed(seed: string): Promise<boolean> {
  const days = values.days ? { days: Number(values.days) } : {};
  const people = values.people ? { people: Number(values.people) } : {};
  const run = await simulate({ seed, ...days, ...people });
  try {
    const { breaches, explained, traceHash } = await inspect(run);
    const { trace, ledger } = run.world;
    if (values.trace) process.stdout.write(`${trace.lines.join('\n')}\n`);
    const counts = `${ledger.sent.length} messages, ${ledger.written.length} replies, ${explained.length} explained losses`;
    process.stdout.write(`seed ${seed}: ${breaches.length} breaches, ${counts}, trace ${traceHash.slice(0, 16)}\n`);
    for (const line of explained) process.stdout.write(`  explained: ${line}\n`);
    if (breaches.length === 0) return true;
    process.stdout.write(`  ${JSON.stringify(run.mishaps)}\n`);
    for (const { id, what } of breaches) process.stdout.write(`  [${id}] ${what}\n`);
    for (const line of trace.last(lastLines)) process.stdout.write(`    ${line}\n`);
    process.stdout.write(`  again: node sim/src/run.ts --seed ${seed}\n`);
    return false;
  } finally {
    await run.remove();
  }
}
