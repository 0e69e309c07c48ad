/** What every command is given: time, randomness, and where to print and ask. */

import type { Random } from '@postern/protocol/primitives/random';
import { type Day, dayOf } from '@postern/protocol/time';
import { askLine, askSecret } from './prompt.ts';

export interface Context {
  /** Unix seconds. */
  readonly now: () => number;
  readonly random: Random;
  /** One line or more to stdout. */
  readonly print: (text: string) => void;
  /** One line or more to stderr. */
  readonly note: (text: string) => void;
  /** Whether a person can be asked: stdin and stderr are terminals. */
  readonly isInteractive: boolean;
  readonly askLine: (question: string) => Promise<string>;
  /** Without showing what is typed. */
  readonly askSecret: (question: string) => Promise<string>;
}

/** `--json`: one JSON object on stdout in place of text. */
export interface JsonOption {
  readonly json?: boolean;
}

export function machineContext(): Context {
  return {
    now: () => Date.now() / 1000,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    askLine,
    askSecret,
  };
}

export function todayOf({ now }: Context): Day {
  return dayOf(now());
}

/** The result of a command: the object with `--json`, else the lines. */
export function report({ print }: Context, { json }: JsonOption, value: object, lines: readonly string[]): void {
  if (json === true) print(JSON.stringify(value));
  else if (lines.length > 0) print(lines.join('\n'));
}

/** A day as people write it, in UTC. */
export function dayText(day: Day): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}
