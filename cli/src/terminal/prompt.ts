/** Asks the person at the terminal, on stderr, so that stdout holds results only. */

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { refused } from './failure.ts';

export async function askLine(question: string): Promise<string> {
  return ask(question, process.stderr);
}

/** Nothing of what is typed appears. */
export async function askSecret(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_bytes, _encoding, done) => done() });
  try {
    return await ask(question, nowhere);
  } finally {
    process.stderr.write('\n');
  }
}

async function ask(question: string, echo: NodeJS.WritableStream): Promise<string> {
  // From here on the terminal itself repeats nothing: before the question, since people type ahead.
  const lines = createInterface({ input: process.stdin, output: echo, terminal: true, historySize: 0 });
  const ended = new AbortController();
  lines.on('close', () => ended.abort());
  lines.on('SIGINT', () => lines.close());
  try {
    if (echo !== process.stderr) process.stderr.write(question);
    return (await lines.question(echo === process.stderr ? question : '', { signal: ended.signal })).trim();
  } catch {
    throw refused('Ended without an answer; nothing was changed.');
  } finally {
    lines.close();
  }
}
