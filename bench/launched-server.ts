// The server as an operator starts it: by the launcher, with the flags that it gives to Node.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { processorMs } from './load.ts';

export interface LaunchedServer {
  readonly origin: string;
  readonly pid: number;
  /** From the start of the launcher to the first answer to `GET /healthy`. */
  readonly startMs: number;
  /** Resolves when its process has done next to nothing for two seconds: the pages are compressed by then. */
  readonly rest: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const launcher = fileURLToPath(new URL('../cli/bin/postern', import.meta.url));

/** @param folder a data folder that holds a roster */
export async function launchServer(folder: string): Promise<LaunchedServer> {
  const started = performance.now();
  const child = spawn(launcher, ['serve', folder, '--listen', '127.0.0.1:0', '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH ?? '' },
  });
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  const lines = createInterface(child.stdout);
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('launch a server: it ended'))),
  ])) as [string];
  const { origin } = JSON.parse(line) as { origin: string };
  await fetch(`${origin}/healthy`);
  const startMs = performance.now() - started;
  const pid = child.pid ?? 0;
  const stop = async (): Promise<void> => {
    process.off('exit', end);
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { origin, pid, startMs, rest: () => untilIdle(pid), stop };
}

async function untilIdle(pid: number): Promise<void> {
  for (let before = processorMs(pid); ; ) {
    await wait(2_000);
    const used = processorMs(pid);
    if (used - before <= 30) return;
    before = used;
  }
}
