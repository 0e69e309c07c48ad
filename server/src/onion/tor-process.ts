/** A tor of our own: written a configuration, started, asked to end; it ends by itself when this process does. */

import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Timer } from '../ports/clock.ts';
import { controlSocketOf, cookieFileOf, type TorrcOptions, torrc } from './torrc.ts';

export interface TorOptions extends TorrcOptions {
  /** Found by PATH unless it is a path. */
  readonly program: string;
  readonly timer: Timer;
}

export interface TorProcess {
  readonly pid: number;
  /** Resolves with the reason, in plain words, when tor has ended for whatever cause. */
  readonly ended: Promise<string>;
  /** Asks it to end, makes it after five seconds, and resolves when it has. */
  readonly stop: () => Promise<void>;
}

const graceSeconds = 5;
const reasonCharsMax = 300;

/** @throws RangeError for a folder with an unusable path; Error if it cannot be written */
export async function startTor({ program, timer, ...configuration }: TorOptions): Promise<TorProcess> {
  const { folder } = configuration;
  const text = torrc(configuration);
  const path = join(folder, 'torrc');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  await writeFile(path, text, { mode: 0o600 });
  // Those of an earlier run would be taken for this one's.
  for (const old of [controlSocketOf(folder), cookieFileOf(folder)]) await rm(old, { force: true });
  const none = join(folder, 'no-defaults');
  const child = spawn(program, ['-f', path, '--defaults-torrc', none, '--hush'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, HOME: folder },
  });
  const ended = reasonOfEnd(child);
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  void ended.then(() => process.off('exit', killAtExit));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const limit = timer.after(graceSeconds, () => void child.kill('SIGKILL'));
    await ended;
    limit.cancel();
  };
  return { pid: child.pid ?? 0, ended, stop };
}

/** What tor said last stays in memory until it ends; with SafeLogging it names no address, and here it is never logged. */
function reasonOfEnd(child: ChildProcess): Promise<string> {
  let complaint = '';
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, level, said = ''] = /\[(warn|err)\] (.*)$/.exec(line.slice(0, 4_096)) ?? [];
      // An error only says that there was a warning before it.
      if (level === 'warn' && !said.startsWith('You are running Tor as root'))
        complaint = said.slice(0, reasonCharsMax);
    });
  }
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? 'tor is not installed' : `tor cannot be started (${error.code ?? 'unknown'})`),
    );
    child.once('close', (code, signal) => {
      const isComplained = signal === null && complaint !== '';
      resolve(`tor ended (${signal ?? `exit code ${code}`})${isComplained ? `: ${complaint}` : ''}`);
    });
  });
}
