// Searches for bytes the way somebody does who has taken a machine: in files of any size, and in a process's memory.
import { closeSync, globSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What is looked for, by name; each in all forms that are given. */
export type Needles = ReadonlyMap<string, readonly Uint8Array[]>;

const chunkBytes = 16 * 1024 * 1024;
const regionBytes = 256 * 1024;
const zeros = Buffer.alloc(2 * regionBytes);

/** A text as programs hold it: UTF-8, and UTF-16 in both orders. */
export function formsOf(text: string): Uint8Array[] {
  const little = Buffer.from(text, 'utf16le');
  return [Buffer.from(text, 'utf8'), little, Buffer.from(little).swap16()];
}

/** Bytes as they are, and as hexadecimal and base64 in every form of text. */
export function formsOfBytes(bytes: Uint8Array): Uint8Array[] {
  const plain = Buffer.from(bytes);
  const texts = [plain.toString('hex'), plain.toString('hex').toUpperCase()];
  // The end of base64 depends on what comes after.
  const base64 = plain.toString('base64url').slice(0, -2);
  return [plain, ...[...texts, base64].flatMap(formsOf)];
}

/** Names of the needles that a file holds anywhere. */
export function findInFile(path: string, needles: Needles): Set<string> {
  const found = new Set<string>();
  const longest = longestOf(needles);
  const buffer = Buffer.alloc(chunkBytes + longest);
  const file = openSync(path, 'r');
  try {
    let kept = 0;
    for (let count = readSync(file, buffer, kept, chunkBytes, null); count > 0; ) {
      const held = buffer.subarray(0, kept + count);
      searchBytes(held, needles, found);
      // What lies across two chunks is found in the second.
      kept = Math.min(longest, held.length);
      held.copy(buffer, 0, held.length - kept);
      count = readSync(file, buffer, kept, chunkBytes, null);
    }
  } finally {
    closeSync(file);
  }
  return found;
}

/** Programs come and go with files while they run. @returns null for one that has gone */
export function ifThere<Found>(read: () => Found): Found | null {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The same for every file below a folder; by path. */
export function findInFolder(folder: string, needles: Needles): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, ReadonlySet<string>>();
  for (const path of globSync('**/*', { cwd: folder })) {
    // Browsers leave links to nothing.
    if (statSync(join(folder, path), { throwIfNoEntry: false })?.isFile() !== true) continue;
    const names = ifThere(() => findInFile(join(folder, path), needles));
    if (names !== null && names.size > 0) found.set(path, names);
  }
  return found;
}

/**
 * What a running process holds in memory of its own, as a debugger would read it; the process goes on. Left out is what
 * is mapped from files and cannot be written: the program itself.
 * @throws Error if the system does not let a parent look at its child
 */
export function findInMemory(pid: number, needles: Needles): Set<string> {
  const found = new Set<string>();
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const { start, end } of regionsOf(pid)) searchRegion(memory, start, end, needles, found);
  } finally {
    closeSync(memory);
  }
  return found;
}

function regionsOf(pid: number): { readonly start: number; readonly end: number }[] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').trim().split('\n');
  return lines.flatMap((line) => {
    const [range = '', permissions = '', , , , path = ''] = line.split(/ +/);
    const isProgram = path.startsWith('/') && !permissions.includes('w');
    // What the kernel shows to every process, and cannot be read this way.
    if (!permissions.startsWith('r') || isProgram || path.startsWith('[v')) return [];
    const [start = 0, end = 0] = range.split('-').map((part) => Number.parseInt(part, 16));
    return [{ start, end }];
  });
}

function searchRegion(memory: number, start: number, end: number, needles: Needles, found: Set<string>): void {
  const longest = longestOf(needles);
  for (let at = start; at < end; at += regionBytes) {
    const held = Buffer.alloc(Math.min(regionBytes + longest, end - at));
    try {
      readSync(memory, held, 0, held.length, at);
    } catch {
      // It was given back since the list was read.
      return;
    }
    // Most of what a process has reserved was never written to.
    if (!held.equals(zeros.subarray(0, held.length))) searchBytes(held, needles, found);
  }
}

function searchBytes(held: Buffer, needles: Needles, found: Set<string>): void {
  for (const [name, forms] of needles) {
    if (!found.has(name) && forms.some((form) => held.includes(Buffer.from(form)))) found.add(name);
  }
}

function longestOf(needles: Needles): number {
  return Math.max(...[...needles.values()].flat().map(({ length }) => length));
}
