/** For tests: a process that writes as fast as it can and tells what was acknowledged, until it is killed. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EnvelopeRow, ParcelRow } from '../ports/storage.ts';
import { desk, envelope, parcel } from '../testing/storage-samples.ts';
import { GroupCommit } from './group-commit.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

/** Writer `n` of a round writes this envelope and this parcel in one step. */
export function crashEnvelope(round: number, n: number): EnvelopeRow {
  return envelope(round * 1_000_000 + n, round);
}

export function crashParcel(round: number, n: number): ParcelRow {
  return parcel(desk(round), round * 1_000_000 + n, round);
}

/** Starts a writer, kills it in the middle of its work, and gives the numbers that it had acknowledged. */
export async function killWriter(args: readonly string[], round: number): Promise<number[]> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args, `${round}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const enough = Promise.withResolvers<void>();
  child.stdout.on('data', (text) => {
    output += text;
    if (output.split('\n').length > 10 * round) enough.resolve();
  });
  const closed = once(child, 'close');
  await Promise.race([enough.promise, closed]);
  // Another moment of the transaction in each round.
  await wait(round);
  child.kill('SIGKILL');
  await closed;
  if (child.signalCode !== 'SIGKILL') throw new Error('kill the writer: it had ended by itself');
  // A last line without its end was not written whole.
  return output.split('\n').slice(0, -1).map(Number);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [engine, where = '', round = ''] = process.argv.slice(2);
  const storage = engine === 'sqlite' ? await openSqlite(where) : await openPostgres({ url: where });
  const queue = new GroupCommit(storage);
  let next = 0;
  const keepWriting = async (): Promise<void> => {
    for (;;) {
      const n = next++;
      const day = Number(round);
      await queue.write([
        { kind: 'envelope', row: crashEnvelope(day, n) },
        { kind: 'parcel', row: crashParcel(day, n) },
        { kind: 'count', name: 'writes', day, count: 1, max: 1_000_000 },
      ]);
      writeSync(1, `${n}\n`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, keepWriting));
}
