// What `npm start` shows: a source writes on one page, a desk answers on the other by keyboard, the source comes back.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoSchedule } from '@postern/cli/demo/demo-organisation';
import { firstLine, start, stop } from '@postern/cli/testing/run';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { screenshot } from '../browsers/inspect.ts';
import { launchChromium, launchFirefox } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';
import { nextEpoch } from './office.ts';
import { enterWords, openPage, readAnswer, typeWordsBack, waitForStored, writeMessage } from './visit.ts';

const message = '去年三月到八月，县医院新楼的招标只有一家公司能满足条件。我见过标书的初稿，修改的日期早于公告。';
const reply = '我们读了您的信，谢谢。初稿是在哪个部门看到的？请不要写出任何人的名字。';
const patience = { timeout: 90_000 };

const { epochSeconds } = demoSchedule;
const browsers = [
  ['chromium', () => launchChromium()],
  ['firefox-esr', () => launchFirefox('standard')],
] as const;

beforeAll(() => ensureBuilt());

// Each with a demo of its own: the link to the desk's page works once.
describe.each(browsers)('the demo in %s', (binary, launch) => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-e2e-demo-'));
  let demo: ChildProcess | undefined;
  afterAll(async () => {
    if (demo !== undefined) await stop(demo, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it.skipIf(lacks(binary))(
    'carries a message to the desk, and an answer written by keyboard back to who has the twelve words',
    async () => {
      demo = startDemo(folder);
      const told = JSON.parse(await firstLine(demo)) as { readonly source: string; readonly desk: string };
      const [writing, reading] = [await launch(), await launch()];
      let returning: Browser | undefined;
      try {
        const source = await openPage(writing, `${told.source}/zh-Hans/`);
        const words = await writeMessage(source, message, '调查组');
        await typeWordsBack(source, words);
        await waitForStored(source);
        await writing.close();

        const desk = await reading.newPage();
        const problems: string[] = [];
        desk.on('pageerror', (error) => void problems.push(String(error)));
        await desk.goto(told.desk);
        await desk.waitForSelector('.row', patience);
        await answerByKeyboard(desk);
        await waitForProgress(desk, /^Posted/);
        await nextEpoch(epochSeconds, told.source);

        returning = await launch();
        const page = await openPage(returning, `${told.source}/zh-Hans/`);
        await enterWords(page, words.join(''));
        expect(await readAnswer(page)).toBe(reply);
        await screenshot(page, `e2e-demo-answer-${binary}`);
        await waitForProgress(desk, /^Confirmed/);
        await screenshot(desk, `e2e-demo-desk-${binary}`, { fullPage: false });
        expect(problems).toEqual([]);
      } finally {
        await Promise.all([writing, reading, returning].map((browser) => browser?.close()));
      }
    },
  );
});

/** Its data lies below `folder`. */
function startDemo(folder: string): ChildProcess {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  const demo = start('demo', '--json', '--source-port', '8417', '--desk-port', '8418');
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  return demo;
}

async function answerByKeyboard(desk: Page): Promise<void> {
  await desk.keyboard.press('j');
  await desk.waitForFunction(() => document.activeElement?.classList.contains('row') === true, patience);
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('.item .text', patience);
  expect(await desk.$eval('.item .text', (text) => text.textContent)).toBe(message);
  await desk.keyboard.press('r');
  await desk.waitForFunction(() => document.activeElement?.id === 'reply', patience);
  await desk.keyboard.type(reply);
  await desk.waitForSelector('.composer .main[aria-disabled="false"]', patience);
  await desk.keyboard.down('Control');
  await desk.keyboard.press('Enter');
  await desk.keyboard.up('Control');
  await desk.waitForSelector('.item.is-desk', patience);
}

function waitForProgress(desk: Page, wanted: RegExp): Promise<unknown> {
  const isSo = (form: string): boolean =>
    new RegExp(form).test(document.querySelector('.item.is-desk .progress')?.textContent?.trim() ?? '');
  return desk.waitForFunction(isSo, { timeout: 90_000 }, wanted.source);
}
