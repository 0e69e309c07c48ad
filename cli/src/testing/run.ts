/** Runs the command line as people and scripts do: a process of its own, without a terminal. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../../tools/free-ports.ts';
import { commandTree } from '../completion/command-tree.ts';
import { buildProgram, runProgram } from '../program.ts';
import type { Context } from '../terminal/context.ts';

const launcher = fileURLToPath(new URL('../../bin/postern', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** The one object of `--json`. */
  readonly json: Record<string, unknown>;
}

const unasked = (): never => {
  throw new Error('ask: there is nobody');
};
const silent: Context = {
  now: () => Date.now() / 1000,
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  print: () => undefined,
  note: () => undefined,
  isInteractive: false,
  askLine: unasked,
  askSecret: unasked,
};

/**
 * The same in this process, many times as fast.
 * @param answers what a person types, one after the other; null for no terminal
 */
export async function runHere(words: readonly string[], answers: readonly string[] | null = null): Promise<Outcome> {
  const [out, err]: [string[], string[]] = [[], []];
  const left = [...(answers ?? [])];
  const ask = async (question: string): Promise<string> => {
    err.push(question);
    const answer = left.shift();
    if (answer === undefined) throw new Error(`a question too many: ${question}`);
    return answer;
  };
  const code = await runProgram(words, {
    ...silent,
    print: (text) => void out.push(`${text}\n`),
    note: (text) => void err.push(`${text}\n`),
    isInteractive: answers !== null,
    askLine: ask,
    askSecret: ask,
  });
  return outcomeOf(code, out.join(''), err.join(''));
}

/** Every command that does something, by its words; a command that has only others below it does nothing itself. */
export async function everyCommand(): Promise<readonly (readonly string[])[]> {
  const tree = commandTree(await buildProgram(silent));
  const acts = tree.filter(
    ({ path, commands, options }) =>
      path !== '' && (commands.length === 0 || options.some(({ word }) => word !== '--help')),
  );
  return acts.map(({ path }) => path.split(' '));
}

export function start(...words: readonly string[]): ChildProcess {
  return spawn(launcher, words, { stdio: ['ignore', 'pipe', 'pipe'] });
}

export async function run(...words: readonly string[]): Promise<Outcome> {
  const child = start(...words);
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  const [code] = (await once(child, 'close')) as [number | null];
  return outcomeOf(code, out(), err());
}

function outcomeOf(code: number | null, out: string, err: string): Outcome {
  return {
    code,
    out,
    err,
    get json() {
      return JSON.parse(out) as Record<string, unknown>;
    },
  };
}

/** The first line of stdout of a command that goes on running. */
export async function firstLine(child: ChildProcess): Promise<string> {
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  while (!out().includes('\n')) {
    const ended = await Promise.race([once(child, 'exit'), once(child.stdout ?? child, 'data').then(() => null)]);
    if (ended !== null && !out().includes('\n')) throw new Error(`the command has ended: ${err()}`);
  }
  return out().split('\n')[0] ?? '';
}

/** The exit code. */
export async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit') as Promise<[number | null]>;
  child.kill(signal);
  return (await ended)[0];
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  return () => text;
}

/** A folder that is removed at the end, with a passphrase in a file. */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'postern-cli-'));
  readonly passphrase = this.write('passphrase', 'correct horse battery staple\n');

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content, { mode: 0o600 });
    return this.path(name);
  }

  /** An organisation whose server listens at a port, its root key without a passphrase. */
  init(port: number, ...more: readonly string[]): Promise<Outcome> {
    const address = `http://127.0.0.1:${port}`;
    const names = ['--name', 'en=The Example', '--name', 'zh-Hans=示例', '--desk-name', 'en=Investigations'];
    const keys = ['--no-passphrase', '--desk-passphrase-file', this.passphrase];
    return run(
      'init',
      this.path('org'),
      ...names,
      '--address',
      address,
      '--listen',
      `127.0.0.1:${port}`,
      ...keys,
      '--json',
      ...more,
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A port at which nobody listens, and which nobody is given before it is used. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
