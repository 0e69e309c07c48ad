/** A mirror as whoever runs one starts it: by the command. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../cli/bin/postern', import.meta.url));

export interface Mirror {
  readonly origin: string;
  readonly child: ChildProcess;
}

/** @param fingerprint in hex @param port 0 for any that is free */
export async function startMirror(upstream: string, fingerprint: string, port = 0): Promise<Mirror> {
  const words = ['mirror', '--upstream', upstream, '--fingerprint', fingerprint];
  const child = spawn(launcher, [...words, '--listen', `127.0.0.1:${port}`, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, origin: String(JSON.parse(line).origin) };
}

export async function killMirror({ child }: Mirror): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}
