/** For tests: a disk of 2 MiB in memory, where this process may mount one. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether {@link mountSmallDisk} will work. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'postern-disk-'));
  try {
    return mountSmallDisk(folder);
  } finally {
    unmount(folder);
    rmdirSync(folder);
  }
}

/** @param folder an empty one. False when that is not allowed */
export function mountSmallDisk(folder: string): boolean {
  return spawnSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]).status === 0;
}

/** At once, also while a process that has had files there has not closed them yet. */
export function unmount(folder: string): void {
  spawnSync('/bin/umount', ['--lazy', folder]);
}
