// `npm run check`: everything that can be said about the code without running it, one line a check.
import { join } from 'node:path';
import { runCommand } from './command.ts';

export type CheckResult = { readonly name: string; readonly passed: boolean };

const root = join(import.meta.dirname, '..');

type Check = { readonly name: string; readonly command: readonly [string, ...string[]] };

const checks: readonly Check[] = [
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings', '--colors=off', '.'] },
  { name: 'types', command: ['tsc', '--pretty', 'false', '-p', '.'] },
  { name: 'architecture', command: ['node', 'tools/architecture.ts'] },
  { name: 'requirements have tests', command: ['node', 'tools/musts.ts'] },
  { name: 'every text in every language', command: ['node', 'tools/languages.ts'] },
  { name: 'lockfile is whole', command: ['node', 'tools/lockfile.ts'] },
  { name: 'nothing unused', command: ['knip', '--no-progress', '--no-config-hints'] },
];

/** Runs every check one after another, prints each as a line, and the output of those that fail. */
export async function runChecks(): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, command } of checks) {
    const started = performance.now();
    const { passed, output } = await runCommand(command, { cwd: root });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${passed ? 'pass' : 'FAIL'}  ${name} (${seconds} s)`);
    if (!passed) console.log(output.trimEnd().replaceAll(/^/gm, '      '));
    results.push({ name, passed });
  }
  return results;
}

if (import.meta.main) {
  const results = await runChecks();
  process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
}
