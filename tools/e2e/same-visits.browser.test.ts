// [THR-4] What passes on the wire is the same for who only looks, who writes and who comes back for an answer.
import { filesOfPage } from '@postern/desk/engine/cover-visit';
import type { Browser, Page } from 'puppeteer-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { launchFirefox } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';
import { answer, openDesk, publishDayKeys, receive } from './desk.ts';
import { makeOffice, type ServerProcess } from './office.ts';
import { differences, type Recording, startRecordingProxy } from './recording.ts';
import { enterWords, openPage, readAnswer, typeWordsBack, waitForStored, writeMessage } from './visit.ts';

const message = '我想说的都在这里，一共两句。请回信。';
/** The first is late enough for a slow machine without a JIT to have verified all documents. */
const moments = [6, 8, 10];
/** Between the moments 16 and 19. */
const visitSeconds = 17.5;
/** Moments lie two seconds apart and more; a machine with other work lets a request wait for part of one. */
const toleranceMs = 900;

beforeAll(async () => {
  await ensureBuilt();
});

describe.skipIf(lacks('firefox-esr'))('three visits of equal length', () => {
  it.each(['standard', 'safer'] as const)(
    '[THR-4] [REQ-1] [REQ-2] show the same requests, moments and sizes at %s, and a visit that differs is seen',
    async (level) => {
      const office = await makeOffice(2, { moments });
      const server = await office.serve();
      const browser = await launchFirefox(level);
      try {
        await publishDayKeys(office, office.desks[1]!, server.origin);
        const desk = await openDesk(office, office.desks[0]!, server.origin);
        // What a browser does only once must not make the first visit another than the next.
        await (await openPage(browser, `${server.origin}/zh-Hans/`)).close();
        let words: string[] = [];
        const writer = await visit(browser, server, async (page) => {
          words = await writeMessage(page, message);
          await typeWordsBack(page, words);
          await waitForStored(page);
        });
        await answer(desk, (await receive(desk)).id, '收到了。');
        await new Promise((resolve) => setTimeout(resolve, 10_500 - (Date.now() % 10_000)));
        const returner = await visit(browser, server, async (page) => {
          await enterWords(page, words.join(''));
          expect(await readAnswer(page)).toBe('收到了。');
        });
        const visitor = await visit(browser, server, async () => undefined);

        expect(visitor.exchanges.filter(({ path }) => path === '/request')).toHaveLength(5);
        expect(differences(visitor, writer, toleranceMs)).toEqual([]);
        expect(differences(visitor, returner, toleranceMs)).toEqual([]);

        // A desk's cover visit loads what a browser loads (RPL-6). The icon is loaded once for all.
        const files = (paths: readonly string[]): string[] =>
          [...new Set(paths)].filter((path) => path.startsWith('/a/') && !path.includes('/icon.')).sort();
        const html = await (await fetch(`${server.origin}/zh-Hans/`)).text();
        expect(files(filesOfPage(html))).toEqual(files(visitor.exchanges.map(({ path }) => path)));

        if (level === 'safer') return;
        const planted = await visit(browser, server, async (page) => {
          await page.evaluate(async () => {
            await fetch('/request', { method: 'POST', body: 'a' });
            await fetch('/index/0', { headers: { 'x-more': '1' } });
          });
        });
        const seen = differences(visitor, planted, toleranceMs).join('\n');
        expect(seen).toMatch(/POST \/request \(6\): in one only/);
        expect(seen).toMatch(/GET \/index\/0 \(\d\): in one only/);
        expect(seen).toMatch(/POST \/request \(\d\): \d+ and \d+ bytes up/);
        expect(seen).toMatch(/POST \/request \(\d\): at \d+ and \d+ ms/);
      } finally {
        await browser.close();
        await server.stop();
        office.remove();
      }
    },
  );
});

/** One visit of the fixed length through a proxy of its own, so that no connection of another visit is used again. */
async function visit(browser: Browser, server: ServerProcess, work: (page: Page) => Promise<void>): Promise<Recording> {
  const proxy = await startRecordingProxy(server.port);
  try {
    const recording = proxy.record();
    const opened = Date.now();
    const page = await openPage(browser, `${proxy.origin}/zh-Hans/`);
    await work(page);
    const left = visitSeconds * 1000 - (Date.now() - opened);
    if (left < 0) throw new Error(`make a visit: it took ${-left} ms more than its length`);
    await new Promise((resolve) => setTimeout(resolve, left));
    await page.close();
    return recording;
  } finally {
    await proxy.close();
  }
}
