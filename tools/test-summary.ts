// Adds up what a whole test run came to, from the checks and from Vitest's JSON report.

export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

/** The part of Vitest's JSON report that is read here. */
export type VitestReport = {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
};

/**
 * Counts one run of Vitest. Whatever went wrong without a test to show it counts as one failure: a file that could
 * not be loaded or set up, an error outside every test, a run without tests, a crash that left no report.
 */
export function countVitest(report: VitestReport | undefined, exitCode: number | null): Counts {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const { status, assertionResults } of report.testResults) {
    const results = assertionResults.map((result) => result.status);
    const failures = results.filter((result) => result === 'failed').length;
    const passes = results.filter((result) => result === 'passed').length;
    failed += status === 'failed' && failures === 0 ? 1 : failures;
    passed += passes;
    skipped += results.length - passes - failures;
  }
  const isBadWithoutReason = failed === 0 && (exitCode !== 0 || !report.success || passed + skipped === 0);
  return { passed, failed: isBadWithoutReason ? 1 : failed, skipped };
}

/** The last line of a run. */
export function summaryLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

/** Whether the run is good: a build machine has everything that tests need, so there a skipped test is a failure. */
export function isGood({ failed, skipped }: Counts, isBuildMachine: boolean): boolean {
  return failed === 0 && !(isBuildMachine && skipped > 0);
}
