/** Runs many seeds, each in a process of its own, since a run changes the process it is in (see nonce-watch.ts). */

import { spawn } from 'node:child_process';

/** How a seed's process ended. */
export interface SeedEnd {
  readonly seed: number;
  readonly hasHeld: boolean;
  /** Its last line if it held; everything it wrote if not. */
  readonly text: string;
}

/** @param text `N` for the seeds 1 to N, or `FIRST-LAST` @throws RangeError for anything else */
export function readSeedRange(text: string): number[] {
  const [, first = '1', last = ''] = /^(?:(\d{1,9})-)?(\d{1,9})$/.exec(text) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (last === '' || count < 1) throw new RangeError('read the seeds: wanted N or FIRST-LAST, at least one of them');
  return Array.from({ length: count }, (_, at) => Number(first) + at);
}

/**
 * @param command what runs one seed, which is added as its last argument; it holds if it ends with 0
 * @param jobs processes at a time
 * @param limitSeconds after which a process is killed, and its seed has not held
 * @param told hears of each end as it comes
 * @returns the seeds that have not held, in order
 * @throws RangeError for no whole number of jobs
 */
export async function runSeeds(
  seeds: readonly number[],
  command: readonly [string, ...string[]],
  { jobs, limitSeconds }: { readonly jobs: number; readonly limitSeconds: number },
  told: (end: SeedEnd) => void,
): Promise<number[]> {
  if (!Number.isInteger(jobs) || jobs < 1) throw new RangeError('run seeds: wanted a number of processes');
  const broken: number[] = [];
  const waiting = [...seeds];
  const work = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const end = await runSeed(seed, command, limitSeconds);
      if (!end.hasHeld) broken.push(seed);
      told(end);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return broken.sort((a, b) => a - b);
}

function runSeed(seed: number, [program, ...args]: readonly [string, ...string[]], limitSeconds: number) {
  return new Promise<SeedEnd>((resolve, reject) => {
    const child = spawn(program, [...args, String(seed)], { stdio: ['ignore', 'pipe', 'pipe'] });
    const limit = setTimeout(() => child.kill('SIGKILL'), limitSeconds * 1_000);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
    }
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      if (code === 0) resolve({ seed, hasHeld: true, text: text.trimEnd().split('\n').at(-1) ?? '' });
      else resolve({ seed, hasHeld: false, text: `${text.trimEnd()}\n  ended with ${signal ?? code}` });
    });
  });
}
