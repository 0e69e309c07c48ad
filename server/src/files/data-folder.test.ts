// A new folder is on the disk under its name, which only the system calls show short of a power cut.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks, pathOf } from '../../../tools/debian.ts';

let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'postern-folder-'));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const module = new URL('./data-folder.ts', import.meta.url).href;

/** Folders that a program has made, and those of their parents that it has not brought to the disk afterwards. */
function watch(program: string): { readonly made: string[]; readonly unsynced: string[] } {
  const log = join(place, 'calls');
  const filter = ['-f', '-y', '-qq', '-s', '4096', '-e', 'trace=mkdir,mkdirat,fsync'];
  execFileSync(pathOf('strace') ?? 'none', [
    ...filter,
    '-o',
    log,
    process.execPath,
    '--input-type=module',
    '--eval',
    program,
  ]);
  const [made, unsynced]: [string[], Set<string>] = [[], new Set()];
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const folder = /mkdir(?:at)?\((?:AT_FDCWD[^,]*, )?"([^"]+)".* = 0$/.exec(line)?.[1];
    const synced = /fsync\(\d+<([^>]+)>/.exec(line)?.[1];
    if (folder?.startsWith(place)) {
      made.push(folder);
      unsynced.add(join(folder, '..'));
    }
    if (synced !== undefined) unsynced.delete(synced);
  }
  return { made, unsynced: [...unsynced] };
}

describe.skipIf(lacks('strace'))('a new data folder', () => {
  it('is on the disk, and so is every folder that was made for it', () => {
    const path = join(place, 'new', 'deep', 'server');
    const { made, unsynced } = watch(`
      import { createDataFolder } from ${JSON.stringify(module)};
      const settings = { fingerprint: new Uint8Array(32), host: '127.0.0.1', port: 1 };
      await createDataFolder(${JSON.stringify(path)}, settings, (length) => new Uint8Array(length).fill(7));
    `);
    expect(made).toEqual(expect.arrayContaining([join(place, 'new'), join(place, 'new', 'deep'), path]));
    expect(unsynced).toEqual([]);
  });

  it('would be missed where only the folder itself were written', () => {
    const path = join(place, 'other', 'server');
    const { made, unsynced } = watch(`
      import { mkdirSync, writeFileSync } from 'node:fs';
      mkdirSync(${JSON.stringify(path)}, { recursive: true });
      writeFileSync(${JSON.stringify(join(path, 'file'))}, 'text', { flush: true });
    `);
    expect(made).toContain(path);
    expect(unsynced).toEqual(expect.arrayContaining([place, join(place, 'other')]));
  });
});
