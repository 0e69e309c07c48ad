// What a measurement says, and the machine it was made on.
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';

export interface Measure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What it should be (product measures), in words. */
  readonly aim?: string;
  /** Whether it is; missing where there is no aim. */
  readonly isMet?: boolean;
  readonly note?: string;
}

/** Takes at most half a minute. */
export type Bench = () => Promise<readonly Measure[]>;

export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly node: string;
  readonly commit: string;
  readonly isChanged: boolean;
  /** What ran or waited for a core in the minute before, on average: beyond none, rates are too low. */
  readonly load: number;
}

export function describeMachine(root: string): Machine {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model ?? '',
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    node: process.version,
    commit: git('rev-parse', '--short', 'HEAD'),
    isChanged: git('status', '--porcelain', '--untracked-files=no') !== '',
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

/** One line for each measure, in columns. */
export function table(measures: readonly Measure[]): string {
  const rows = measures.map(({ what, value, unit, aim = '', isMet, note = '' }) => [
    what,
    `${shortNumber(value)} ${unit}`,
    aim,
    isMet === undefined ? '' : isMet ? 'met' : 'NOT MET',
    note,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function shortNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}
