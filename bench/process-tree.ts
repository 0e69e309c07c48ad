// Memory of a program with all that it has started, as the system counts it; Linux only.
import { readdirSync, readFileSync } from 'node:fs';
import { ifThere } from '../tools/e2e/memory.ts';

/** MiB: what all processes hold together, each shared page counted once; and the one that holds the most. */
interface TreeMemory {
  readonly all: number;
  readonly largest: number;
}

export interface TreePeak {
  readonly before: TreeMemory;
  /** The highest of each, which may have been at different moments. */
  readonly peak: TreeMemory;
}

/** Looks at a process and all below it, four times a second, until it is called. */
export function watchTree(pid: number): () => TreePeak {
  const before = treeMemory(pid);
  let peak = before;
  const look = (): void => {
    const now = treeMemory(pid);
    peak = { all: Math.max(peak.all, now.all), largest: Math.max(peak.largest, now.largest) };
  };
  const timer = setInterval(look, 250);
  return () => {
    clearInterval(timer);
    look();
    return { before, peak };
  };
}

function treeMemory(pid: number): TreeMemory {
  const each = pidsBelow(pid).map(proportionalMiB);
  return { all: each.reduce((sum, one) => sum + one, 0), largest: Math.max(0, ...each) };
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
