// The sum of a run tells the truth: nothing that went wrong, and nothing that did not run, is left out of it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Counts, countVitest, isGood, summaryLine, type VitestReport } from './test-summary.ts';

const root = join(import.meta.dirname, '..');
let folder: string;

beforeAll(() => {
  // Inside node_modules, so that the planted files find vitest.
  const parent = join(root, 'node_modules', '.cache');
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, 'summary-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Counts a real run of Vitest over one planted test file. */
function run(text: string): Counts {
  const output = join(folder, 'report.json');
  rmSync(output, { force: true });
  writeFileSync(join(folder, 'planted.test.ts'), `import { beforeAll, describe, expect, it } from 'vitest';\n${text}`);
  const args = ['run', '--root', folder, '--dir', folder, '--reporter=json', `--outputFile.json=${output}`];
  const ran = spawnSync(join(root, 'node_modules', '.bin', 'vitest'), args, { encoding: 'utf8' });
  const report = existsSync(output) ? (JSON.parse(readFileSync(output, 'utf8')) as VitestReport) : undefined;
  return countVitest(report, ran.status);
}

describe('counting what Vitest reports', () => {
  it('counts what passed, failed and was skipped in any way', () => {
    const text = `it('a', () => {}); it('b', () => { expect(1).toBe(2); });
      it.skip('c', () => {}); it.todo('d'); it.skipIf(true)('e', () => {}); describe.skip('f', () => { it('g', () => {}); });`;
    expect(run(text)).toEqual({ passed: 1, failed: 1, skipped: 4 });
  });

  it('counts a file that cannot be loaded', () => {
    expect(run("import './nowhere.ts'; it('a', () => {});").failed).toBe(1);
  });

  it('counts a set-up that fails', () => {
    const { passed, failed } = run("beforeAll(() => { throw new Error('x'); }); it('a', () => {});");
    expect(passed).toBe(0);
    expect(failed).toBeGreaterThan(0);
  });

  it('counts an error that no test caught', () => {
    expect(run("it('a', () => { Promise.reject(new Error('loose')); });")).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
    });
  });

  it('counts a run without tests and a worker that dies', () => {
    expect(run('').failed).toBe(1);
    expect(run("it('a', () => { process.kill(process.pid, 'SIGKILL'); });").failed).toBeGreaterThan(0);
  });

  it('counts a crash that leaves no report', () => {
    expect(countVitest(undefined, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(countVitest(undefined, null)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe('the last line', () => {
  it('names skipped tests only when there are some', () => {
    expect(summaryLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
    expect(summaryLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
  });

  it('is good with skipped tests everywhere but on a build machine', () => {
    expect(isGood({ passed: 1, failed: 0, skipped: 1 }, false)).toBe(true);
    expect(isGood({ passed: 1, failed: 0, skipped: 1 }, true)).toBe(false);
    expect(isGood({ passed: 1, failed: 1, skipped: 0 }, false)).toBe(false);
    expect(isGood({ passed: 1, failed: 0, skipped: 0 }, true)).toBe(true);
  });
});
