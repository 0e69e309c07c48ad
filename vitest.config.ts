// Two projects, one run: unit tests in parallel, and tests that open real browsers, one file at a time and alone.
import { defineConfig } from 'vitest/config';

const everywhere = [
  '*/src/**/*.test.{ts,tsx}',
  'desk/page/**/*.test.ts',
  'tools/**/*.test.ts',
  'sim/**/*.test.ts',
  'bench/**/*.test.ts',
];
const inBrowsers = '**/*.browser.test.ts';
const never = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    passWithNoTests: true,
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: everywhere,
          exclude: [...never, inBrowsers],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // One for each core of a small machine; the default leaves one core to the runner, which needs little.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'browser',
          environment: 'node',
          include: ['{protocol,server,source,plain,desk,cli,sim,tools,bench}/**/*.browser.test.ts'],
          exclude: never,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Two browsers at once starve each other on two slow cores.
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
