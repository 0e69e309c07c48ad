/** Starts the process of one visit without scripts with as little reach as the system allows (http 6, PLN-2). */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const main = fileURLToPath(new URL('../../../plain/src/main.ts', import.meta.url));

/** Its own code, and two files in which it reads what has been taken from it. */
const readable = [
  'package.json',
  'plain/package.json',
  'plain/src/*',
  'source/package.json',
  'source/src/*',
  'protocol/package.json',
  'protocol/src/*',
  'node_modules/*',
].map((path) => root + path);
const ownState = ['/proc/self/limits', '/proc/self/status'];

const tools = '/usr/bin/';
/** One byte: with none at all the kernel would still hand a dump to a handler (core(5)). */
const withoutCore = ['prlimit', '--core=1', '--'];
const withoutPrivileges = ['setpriv', '--no-new-privs', '--pdeathsig', 'KILL', '--'];
const withoutNetwork = ['unshare', '--user', '--net', '--ipc', '--'];

let chosen: readonly string[] | undefined;

/** With a socket to the server as descriptor 3, and nothing else of the server's. @returns null where there can be none now */
export function launchVisit(): ChildProcess | null {
  chosen ??= launchers();
  const node = [process.execPath, ...nodeOptions(), main];
  const [command = '', ...args] = [...chosen, ...node];
  const child = spawn(command, args, {
    // What a fault prints could hold what was typed.
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    cwd: '/',
    env: {
      MALLOC_ARENA_MAX: '1',
      // Memory that is given back to the allocator is overwritten.
      MALLOC_PERTURB_: '165',
    },
  });
  // Without a descriptor to spare Node makes no pipes, and says so later to whoever listens; nobody else would by then.
  child.on('error', () => undefined);
  const pipes: ChildProcess['stdio'] | undefined = child.stdio;
  return pipes?.[3] == null ? null : child;
}

function nodeOptions(): string[] {
  return [
    '--no-warnings',
    '--permission',
    ...[...readable, ...ownState].map((path) => `--allow-fs-read=${path}`),
    '--max-old-space-size=96',
    '--max-semi-space-size=1',
  ];
}

/** Those that the system has and permits, tried once. */
function launchers(): readonly string[] {
  if (process.platform !== 'linux') return [];
  const used: string[] = [];
  for (const [name = '', ...args] of [withoutCore, withoutPrivileges, withoutNetwork]) {
    const path = tools + name;
    if (!existsSync(path)) continue;
    const tried = [...used, path, ...args];
    const [command = '', ...rest] = [...tried, `${tools}true`];
    if (spawnSync(command, rest, { stdio: 'ignore' }).status === 0) used.push(path, ...args);
  }
  return used;
}
