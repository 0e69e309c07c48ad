// A whole conversation in Firefox at Safer with real parts: page, server in its own process, and the desk's engine. At Standard: the demo.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere } from '@postern/cli/testing/run';
import { type Answered, faultsOf, readManifest } from '@postern/cli/testing/webcat-rules';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { screenshot } from '../browsers/inspect.ts';
import { launchFirefox } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';
import { answer, openDesk, publishDayKeys, type RunningDesk, receive } from './desk.ts';
import { makeOffice, nextEpoch, type Office, type ServerProcess } from './office.ts';
import { enterWords, openPage, readAnswer, typeWordsBack, waitForStored, writeMessage } from './visit.ts';

const message = '去年三月到八月，县医院新楼的招标只有一家公司能满足条件。我见过标书的初稿，修改的日期早于公告。';
const reply = '我们读了您的信，谢谢。\n\n初稿是在哪个部门看到的？请不要写出任何人的名字。';

let office: Office;
let server: ServerProcess;
beforeAll(async () => {
  await ensureBuilt();
});
afterAll(async () => {
  await server?.stop();
  office?.remove();
});

describe('in Firefox ESR at Safer', () => {
  it.skipIf(lacks('firefox-esr'))(
    'a message in Chinese is read, answered, found again with twelve words, and known to be read',
    async () => {
      const answers: Answered[] = [];
      const listen = (page: Page): void => keepAnswers(page, answers);
      office = await makeOffice();
      server = await office.serve();
      const { origin } = server;
      try {
        await publishDayKeys(office, office.desks[1]!, origin);
        const desk = await openDesk(office, office.desks[0]!, origin);
        const words = await inFreshBrowser(async (browser) => {
          const page = await openPage(browser, `${origin}/zh-Hans/`, listen);
          const shown = await writeMessage(page, message);
          await typeWordsBack(page, shown);
          await waitForStored(page);
          await screenshot(page, 'e2e-stored-firefox-safer');
          return shown;
        });
        expect(words).toHaveLength(12);
        expect(words.join('')).toMatch(/^\p{Script=Han}{12}$/u);

        const { id, language } = await receive(desk);
        expect(language).toBe('zh-Hans');
        const conversation = await desk.engine.conversation(id);
        expect(conversation?.messages.map(({ text }) => text)).toEqual([message]);
        await answer(desk, id, reply);
        await nextEpoch(office.roster.epochSeconds, origin);

        await inFreshBrowser(async (browser) => {
          const page = await openPage(browser, `${origin}/zh-Hans/`, listen);
          await enterWords(page, words.join(''));
          expect(await readAnswer(page)).toBe(reply);
          await screenshot(page, 'e2e-answer-firefox-safer');
          await desk.until('an answer confirmed', () => isConfirmed(desk, id), 60);
        });
        await agreesWithWebcat(office, origin, answers);
      } finally {
        await server.stop();
        office.remove();
      }
    },
  );
});

async function inFreshBrowser<T>(work: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await launchFirefox('safer');
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/** By a receipt that the source has signed. */
async function isConfirmed({ engine }: RunningDesk, id: string): Promise<boolean> {
  const conversation = await engine.conversation(id);
  return conversation?.replies[0]?.isConfirmed === true;
}

function keepAnswers(page: Page, into: Answered[]): void {
  page.on('response', (response) => {
    const { pathname: path, protocol } = new URL(response.url());
    if (protocol !== 'http:') return;
    into.push({ path, status: response.status(), headers: Object.entries(response.headers()), body: null });
  });
}

/** Every answer, by the rules of WEBCAT's extension; and the bytes of what was shown, run or styled with. */
async function agreesWithWebcat({ roster }: Office, origin: string, answers: readonly Answered[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-webcat-'));
  try {
    const [file, site] = [join(folder, 'roster'), join(folder, 'site')];
    writeFileSync(file, roster.signed);
    expect((await runHere(['webcat', file, site, '--no-plain', '--json'])).err).toBe('');
    const manifest = readManifest(site);
    const paths = answers.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['/zh-Hans/', '/roster', '/bundle', '/index/0', '/request']));
    const bodyOf = async (path: string) => new Uint8Array(await (await fetch(origin + path)).arrayBuffer());
    for (const answer of answers) {
      const isCode = /\/$|\.(js|css)$/.test(answer.path);
      const body = isCode ? await bodyOf(answer.path) : null;
      expect(faultsOf(manifest, { ...answer, body })).toEqual([]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
