// `npm run bench [-- names]`: measures, prints a table beside the aims, and keeps the numbers with the machine's description.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, describeMachine, type Measure, table } from './measure.ts';

/** Loaded one by one, so that each starts in a process that has done little else. */
const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  'first-contact': async () => (await import('./first-contact.ts')).firstContact,
  'reply-index': async () => (await import('./reply-index.ts')).replyIndex,
  'source-crypto': async () => (await import('./source-crypto.ts')).sourceCrypto,
  'desk-open': async () => (await import('./desk-open.ts')).deskOpen,
  'desk-cases': async () => (await import('./desk-cases.ts')).deskCases,
  'desk-team': async () => (await import('./desk-team.ts')).deskTeam,
  'desk-join': async () => (await import('./desk-join.ts')).deskJoin,
  'server-process': async () => (await import('./server-process.ts')).serverProcess,
  files: async () => (await import('./files.ts')).files,
  'browser-memory': async () => (await import('./browser-memory.ts')).browserMemory,
  'visit-bytes': async () => (await import('./visit-bytes.ts')).visitBytes,
  storage: async () => (await import('./storage.ts')).storage,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`no such measure: ${unknown.join(' ')}; there are: ${Object.keys(benches).join(' ')}`);
  process.exit(2);
}

const root = join(import.meta.dirname, '..');
const machine = describeMachine(root);
console.log(
  `${machine.cores} cores of ${machine.processor}, ${machine.memoryGiB} GiB, Node ${machine.node}, commit ${machine.commit}${machine.isChanged ? ' with changes' : ''}, load ${machine.load}`,
);
const results: Record<string, readonly Measure[]> = {};
for (const [name, load] of Object.entries(benches)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const start = performance.now();
  try {
    const measures = await (await load())();
    results[name] = measures;
    console.log(`\n${name} (${((performance.now() - start) / 1000).toFixed(0)} s)\n${table(measures)}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`\n${name}: failed\n${error instanceof Error ? error.stack : String(error)}`);
  }
}

const day = new Date().toISOString().slice(0, 10);
const folder = join(import.meta.dirname, 'results');
mkdirSync(folder, { recursive: true });
const file = join(folder, `${day}-${machine.commit}.json`);
// What was measured before at the same commit, and not again now, stays.
const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { results: typeof results }).results : {};
writeFileSync(file, `${JSON.stringify({ day, machine, results: { ...before, ...results } }, null, 2)}\n`);
console.log(`\nkept in ${file}`);
