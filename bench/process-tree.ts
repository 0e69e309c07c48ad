// Memory of a program with all that it has started, as the system counts it; Linux only.
import { readdirSync, readFileSync } from 'node:fs';
import { ifThere } from '../tools/e2e/memory.ts';

/** MiB that all processes hold together, each shared page counted once. */
export interface TreePeak {
  readonly before: number;
  readonly peak: number;
}

/** Looks at a process and all below it, four times a second, until it is called. */
export function watchTree(pid: number): () => TreePeak {
  const before = treeMemory(pid);
  let peak = before;
  const look = (): void => {
    peak = Math.max(peak, treeMemory(pid));
  };
  const timer = setInterval(look, 250);
  return () => {
    clearInterval(timer);
    look();
    return { before, peak };
  };
}

function treeMemory(pid: number): number {
  return pidsBelow(pid).reduce((sum, one) => sum + proportionalMiB(one), 0);
}

/** With itself. */
function pidsBelow(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = ifGone(() => readFileSync(`/proc/${name}/stat`, 'latin1'));
    // Behind the program's name, which may hold anything: state, parent.
    if (stat !== null) parents.set(Number(name), Number(stat.replace(/^.*\) /s, '').split(' ')[1]));
  }
  const isBelow = (pid: number): boolean => pid === root || (pid > 1 && isBelow(parents.get(pid) ?? 0));
  return [...parents.keys()].filter(isBelow);
}

/** A page that several processes share counts in each by its part. */
function proportionalMiB(pid: number): number {
  const rollup = ifGone(() => readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')) ?? '';
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024;
}

/** One that ends between being listed and being looked at has none of it. */
function ifGone<Found>(read: () => Found): Found | null {
  try {
    return ifThere(read);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return null;
    throw error;
  }
}
