/** Looking at a file that a source sent, on the real page, process, engine and server: by keyboard, accessible, without a call. */
import { makePdf } from '@postern/protocol/testing/metadata-files';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, collectRequests, screenshot } from '../../../tools/browsers/inspect.ts';
import { launchChromium } from '../../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../../tools/build.ts';
import { lacks } from '../../../tools/debian.ts';
import { DeskWorld } from '../../src/engine/testing/desk-world.ts';
import { TestSource } from '../../src/engine/testing/test-source.ts';
import { type DeskOf, deskOf } from '../../src/testing/desk-of.ts';
import { storeFile } from '../../src/testing/stored-file.ts';
import { lookInEachLanguage } from '../testing/each-language.ts';
import { passMinutes } from '../testing/passing-time.ts';
import { shownFrame } from '../testing/shown-frame.ts';
import { hasKeys, openUnlocked } from '../testing/unlocked-page.ts';

let world: DeskWorld;
let remove: DeskOf['remove'];
let desk: DeskOf['desk'];
let browser: Browser;
let page: Page;
const problems: string[] = [];

const until = (isSo: () => Promise<boolean>): Promise<void> => passMinutes(world, isSo, 120);

describe.skipIf(lacks('chromium'))('looking at a file', () => {
  beforeAll(async () => {
    await ensureBuilt();
    world = await DeskWorld.create(0, { repliesADay: 48 });
    ({ desk, remove } = await deskOf(world, { fileDelaySeconds: [0, 0] }));
    browser = await launchChromium();
    page = await openUnlocked(browser, desk);
    page.on('pageerror', (error) => void problems.push(String(error)));
    await until(hasKeys(page));
    const files = [
      await storeFile(world, 'minutes.pdf', makePdf().bytes),
      // In GB18030: nobody asked.
      await storeFile(world, 'list.txt', Buffer.from('c3bbd3d0c8cbcecab9fda3acc3bbd3d0c8cbcbb5a1a3', 'hex')),
      await storeFile(world, 'tool.exe', Uint8Array.of(0x4d, 0x5a, 0, 0, 1)),
    ];
    await new TestSource(world).visit(['See the minutes.'], 6, true, files);
    await until(async () => (await page.$('.row')) !== null);
  });
  afterAll(async () => {
    await browser.close();
    await remove();
  });

  const press = async (text: string): Promise<void> => {
    const button = await page.waitForFunction(
      (label) => [...document.querySelectorAll('button')].find(({ textContent }) => textContent === label) ?? null,
      {},
      text,
    );
    await button.asElement()?.focus();
    await page.keyboard.press('Enter');
  };

  it('fetches it, shows it as pixels, and closes by keyboard', async () => {
    const requests = collectRequests(page);
    await page.click('.row');
    await press('Fetch');
    await press('Look at it');
    const frame = await shownFrame(page);
    await frame.waitForSelector('canvas');
    await page.waitForFunction(() => document.querySelector('dialog.viewer [role=status]') === null);
    expect(await frame.evaluate(() => self.origin)).toBe('null');
    await lookInEachLanguage(page, 'viewer');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog') === null);
    const origins = new Set(
      requests
        .map(({ url }) => new URL(url))
        .filter(({ protocol }) => protocol !== 'blob:')
        .map(({ origin }) => origin),
    );
    expect([...origins]).toEqual([new URL(desk.url).origin]);
    expect(problems).toEqual([]);
  });

  it('shows a text that does not say how it is written, and that this was told by what it holds', async () => {
    await press('Fetch');
    await page.waitForFunction(() => document.querySelectorAll('.files .main').length === 2);
    await page.evaluate(() => [...document.querySelectorAll<HTMLElement>('.files .main')].at(-1)?.click());
    const note = await page.waitForSelector('dialog.viewer .note[role=status]');
    expect(await note?.evaluate(({ textContent }) => textContent)).toContain('read as GB18030');
    const frame = await shownFrame(page);
    expect(await frame.$eval('pre', ({ textContent }) => textContent)).toBe('没有人问过，没有人说。');
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'viewer-encoding', { fullPage: false });
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog') === null);
  });

  it('says that a kind of file that it does not know could not be shown', async () => {
    await press('Fetch');
    await page.waitForFunction(() => document.querySelectorAll('.files .main').length === 3);
    await page.evaluate(() => [...document.querySelectorAll<HTMLElement>('.files .main')].at(-1)?.click());
    await page.waitForSelector('dialog.viewer [role=alert]');
    expect(await page.$eval('dialog.viewer [role=alert]', (alert) => alert.textContent)).toContain('not known here');
    await screenshot(page, 'viewer-unknown', { fullPage: false });
  });
});
