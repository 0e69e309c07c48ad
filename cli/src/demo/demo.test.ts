// The demo as `npm start` starts it: it comes up, a message and its answer go through, and it leaves nothing behind.
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../../tools/build.ts';
import { DeskPerson, visit } from '../testing/demo-people.ts';
import { firstLine, freePort, start, stop } from '../testing/run.ts';

interface Told {
  readonly source: string;
  readonly desk: string;
  readonly fingerprint: string;
  readonly words: Readonly<Record<string, string>>;
}

let child: ChildProcess;
let told: Told;
const temporary = mkdtempSync(join(tmpdir(), 'postern-demo-test-'));

beforeAll(async () => {
  await ensureBuilt();
  const before = process.env.TMPDIR;
  process.env.TMPDIR = temporary;
  const port = String(await freePort());
  // The same port for both: the second takes the next.
  child = start('demo', '--json', '--source-port', port, '--desk-port', port);
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  told = JSON.parse(await firstLine(child)) as Told;
}, 300_000);
afterAll(async () => {
  await stop(child, 'SIGKILL');
  rmSync(temporary, { recursive: true, force: true });
});

describe('the demo', () => {
  it('answers at both addresses, in three languages, with words for each', async () => {
    for (const language of ['en', 'zh-Hans', 'ar']) {
      expect((await fetch(`${told.source}/${language}/`)).status).toBe(200);
    }
    expect((await fetch(new URL(told.desk).origin)).status).toBe(200);
    expect(new URL(told.desk).origin).not.toBe(told.source);
    expect(Object.keys(told.words)).toEqual(['english', 'chinese_simplified']);
  });

  it('carries a message to the desk and an answer back', async () => {
    const { source: origin, fingerprint } = told;
    const person = await DeskPerson.open(told.desk);
    const isSent = (state: { outbox: readonly { stored: number; parts: number }[] }): boolean =>
      state.outbox.every(({ stored, parts }) => stored === parts);
    const first = await visit({ origin, fingerprint, phrase: null, text: 'The brakes are not tested.' }, 12, isSent);
    const id = await person.firstConversation();
    await person.call('reply', { id, text: 'Thank you. Which line?', attachments: [] });
    const second = await visit({ origin, fingerprint, phrase: first.phrase }, 30, ({ answers }) => answers.length > 0);
    expect(second.state.answers.map(({ text }) => text)).toEqual(['Thank you. Which line?']);
  }, 240_000);

  it('stops at ctrl-c, with 0, and leaves neither folder nor port behind', async () => {
    expect(readdirSync(temporary)).toHaveLength(1);
    expect(await stop(child, 'SIGINT')).toBe(0);
    await sleep(0);
    expect(existsSync(temporary) && readdirSync(temporary)).toEqual([]);
    await expect(fetch(told.source)).rejects.toThrow();
    await expect(fetch(new URL(told.desk).origin)).rejects.toThrow();
  });
});
