/** Checks of the machine that a server runs on: Node, disk, memory that could reach the disk, the files' rights. */

import { lstat, readdir, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Finding, failed, ok, warning } from './finding.ts';

const nodeMajorMin = 24;
const othersMask = 0o077;
const mebibyte = 1024 * 1024;
/** A day of the server's usual allowance, 100,000 envelopes of 4 KiB, and room to rewrite the database. */
const roomWanted = 2 * 1024 * mebibyte;
const roomMin = 256 * mebibyte;

export function checkNode(version = process.versions.node): Finding {
  const major = Number(version.split('.')[0]);
  if (major >= nodeMajorMin) return ok('node', `Node ${version}.`);
  return failed('node', `Node ${version} is too old: wanted ${nodeMajorMin} or later.`);
}

/** Every file and folder of the data folder must be its owner's alone, and the owner whoever runs this. */
export async function checkRights(data: string): Promise<Finding> {
  const names = await readdir(data, { recursive: true });
  const open: string[] = [];
  let isForeign = false;
  for (const name of ['', ...names]) {
    const found = await lstat(join(data, name)).catch(() => null);
    if (found === null) continue;
    if ((found.mode & othersMask) !== 0 && !found.isSocket()) open.push(name === '' ? 'the folder itself' : name);
    isForeign ||= process.getuid !== undefined && found.uid !== process.getuid();
  }
  if (open.length > 0) {
    return failed('rights', `Others on this machine may read ${open.join(', ')}. Close it: chmod -R go= ${data}`);
  }
  if (isForeign) return failed('rights', 'Files of the data folder belong to another user than the one who runs this.');
  return ok('rights', 'Only the owner can read the data folder.');
}

export async function checkDisk(data: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(data);
  const room = bavail * bsize;
  const text = `${(room / mebibyte / 1024).toFixed(1)} GiB free where the data folder is`;
  if (room < roomMin) return failed('disk', `${text}: envelopes will soon be refused.`);
  if (room < roomWanted) return warning('disk', `${text}: a flood of one day could fill it.`);
  return ok('disk', `${text}.`);
}

/** What is in memory must not come to lie on a disk. */
export async function checkSwap(): Promise<Finding> {
  const swaps = await readFile('/proc/swaps', 'utf8').catch(() => null);
  if (swaps === null) return warning('swap', 'Cannot tell whether memory is swapped to a disk here.');
  const devices = swaps.trim().split('\n').slice(1);
  const onDisk = devices.filter((line) => !line.startsWith('/dev/zram'));
  if (onDisk.length === 0) return ok('swap', 'Memory is not swapped to a disk.');
  return warning(
    'swap',
    'Memory may be swapped to a disk: turn swap off, or use swap that is encrypted anew at each start.',
  );
}

export async function checkCoreDumps(): Promise<Finding> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => null);
  if (limits === null) return warning('core-dumps', 'Cannot tell whether a crash would write memory to the disk here.');
  const soft = /^Max core file size\s+(\S+)/m.exec(limits)?.[1];
  const pattern = await readFile('/proc/sys/kernel/core_pattern', 'utf8').catch(() => '');
  // A handler behind a pipe gets the dump whatever the limit is.
  if (soft === '0' && !pattern.startsWith('|')) return ok('core-dumps', 'A crash writes no memory to the disk.');
  return warning(
    'core-dumps',
    'A crash may write memory to the disk: start the server with "ulimit -c 0" and no handler in kernel.core_pattern.',
  );
}
