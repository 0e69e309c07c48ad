// Cleaning beside the process that the page talks to.
import { setImmediate } from 'node:timers/promises';
import { cleanMetadata } from '@postern/protocol/metadata/inspect';
import { describe, expect, it } from 'vitest';
import { cleanApart } from './file-cleaner.ts';

/** How often somebody else had a turn before it was done. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let [turns, isDone] = [0, false];
  const end = work.finally(() => {
    isDone = true;
  });
  for (; !isDone; turns++) await setImmediate();
  await end;
  return turns;
}

describe('cleaning a large file', () => {
  const file = (): Uint8Array<ArrayBuffer> => new Uint8Array(64 * 1024 * 1024).fill(0x61);

  it('leaves others their turn, which the same work in the process itself does not', async () => {
    expect(await turnsDuring(cleanMetadata(file()))).toBeLessThan(3);
    expect(await turnsDuring(cleanApart(file()))).toBeGreaterThan(10);
  });
});
