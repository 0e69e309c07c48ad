/** From stored rows nobody can tell a run with real messages from one with cover only (THR-3). */

import type { Disk } from '../disk.ts';
import type { Breach } from './breach.ts';

/** @param real, cover the disk at the same moments of two runs with the same visits */
export function checkDisks(real: readonly Disk[], cover: readonly Disk[]): Breach[] {
  const breaches: Breach[] = [];
  if (real.length !== cover.length || real.length === 0) {
    return [{ id: 'THR-3', what: `${real.length} and ${cover.length} looks at the disk cannot be compared` }];
  }
  for (const [at, one] of real.entries()) {
    const other = cover[at];
    const only = one.shape.filter((line) => !other?.shape.includes(line));
    const missing = other?.shape.filter((line) => !one.shape.includes(line)) ?? [];
    for (const line of only) breaches.push({ id: 'THR-3', what: `look ${at}: with messages only: ${line}` });
    for (const line of missing) breaches.push({ id: 'THR-3', what: `look ${at}: with cover only: ${line}` });
    for (const table of one.unordered) breaches.push({ id: 'ENV-5', what: `look ${at}: ${table} lies out of order` });
  }
  return breaches;
}

/**
 * By permutations: how likely two samples of one law differ so much in their means.
 * @param below draws 0 … count − 1
 */
export function differenceByChance(
  a: readonly number[],
  b: readonly number[],
  below: (count: number) => number,
): number {
  const all = [...a, ...b];
  const difference = Math.abs(mean(a) - mean(b));
  const permutations = 2_000;
  let asLarge = 0;
  for (let i = 0; i < permutations; i++) {
    const rest = [...all];
    const drawn = Array.from({ length: a.length }, () => rest.splice(below(rest.length), 1)[0] ?? 0);
    if (Math.abs(mean(drawn) - mean(rest)) >= difference - 1e-9) asLarge += 1;
  }
  return asLarge / permutations;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
