// Runs a program of the project to its end and keeps what it prints.
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

export type Outcome = { readonly passed: boolean; readonly output: string };
export type CommandOptions = { readonly cwd: string; readonly env?: Readonly<Record<string, string>> };

const bin = join(import.meta.dirname, '..', 'node_modules', '.bin');

/** Runs a command with the project's programs, and the Node that is running now, first on the PATH. */
export function runCommand([file, ...args]: readonly [string, ...string[]], options: CommandOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    const path = `${bin}${delimiter}${process.env.PATH ?? ''}`;
    const env = { ...process.env, ...options.env, PATH: path };
    const child = spawn(file === 'node' ? process.execPath : file, args, {
      cwd: options.cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const take = (chunk: string): void => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', (error) => resolve({ passed: false, output: error.message }));
    child.on('close', (code) => resolve({ passed: code === 0, output }));
  });
}
