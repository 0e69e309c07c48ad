/** Asks the person at the terminal, on stderr, so that stdout holds results only. */

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { refused } from './failure.ts';

export async function askLine(question: string): Promise<string> {
  return ask(question, process.stderr);
}

/** Nothing of what is typed appears. */
export async function askSecret(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_bytes, _encoding, done) => done() });
  try {
    return await ask('', nowhere);
  } finally {
    process.stderr.write('\n');
  }
}

async function ask(question: string, output: NodeJS.WritableStream): Promise<string> {
  const lines = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  const ended = new AbortController();
  lines.on('close', () => ended.abort());
  lines.on('SIGINT', () => lines.close());
  try {
    return (await lines.question(question, { signal: ended.signal })).trim();
  } catch {
    throw refused('Ended without an answer; nothing was changed.');
  } finally {
    lines.close();
  }
}
