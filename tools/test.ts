// `npm test`: gets what the tests need, checks, builds, tests, and ends with one line that says what it came to.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.ts';
import { runChecks } from './check.ts';
import { canInstall, install, missingPackages } from './debian.ts';
import { type Counts, countVitest, isGood, summaryLine, type VitestReport } from './test-summary.ts';

const root = join(import.meta.dirname, '..');
const isBuildMachine = !['', '0', 'false', undefined].includes(process.env.CI);

function getPackages(): string | undefined {
  const missing = missingPackages();
  if (missing.length > 0 && canInstall()) {
    console.log(`installing Debian packages: ${missing.join(' ')}`);
    install(missing);
  }
  const still = missingPackages();
  if (still.length === 0) return undefined;
  return `missing, and the tests that need them are skipped; install them with: apt-get install ${still.join(' ')}`;
}

async function runBuild(): Promise<boolean> {
  try {
    await build();
    console.log('pass  pages build');
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.log(`FAIL  pages build\n${reason.replaceAll(/^/gm, '      ')}`);
    return false;
  }
}

async function runVitest(): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-test-'));
  try {
    const output = join(folder, 'report.json');
    const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${output}`];
    const exitCode = await new Promise<number | null>((resolve) => {
      const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
      const child = spawn(process.execPath, [vitest, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
      child.on('error', () => resolve(null));
      child.on('close', resolve);
    });
    return countVitest(readReport(output), exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path: string): VitestReport | undefined {
  try {
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as VitestReport) : undefined;
  } catch {
    // Cut short by a crash: as good as none.
    return undefined;
  }
}

const missing = getPackages();
if (missing !== undefined) console.log(missing);
const steps = [...(await runChecks()).map(({ passed }) => passed), await runBuild()];
const tests = await runVitest();
const failedSteps = steps.filter((passed) => !passed).length;
const counts = {
  passed: tests.passed + steps.length - failedSteps,
  failed: tests.failed + failedSteps,
  skipped: tests.skipped,
};
if (missing !== undefined) console.log(missing);
console.log(summaryLine(counts));
process.exitCode = isGood(counts, isBuildMachine) ? 0 : 1;
