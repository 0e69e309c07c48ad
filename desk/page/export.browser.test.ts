/** Two people let a case out of the desk: one asks in the page, the other agrees on their own device, the first one seals. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateHybridIdentity, identityToRecipient } from 'age-encryption';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, screenshot } from '../../tools/browsers/inspect.ts';
import { launchChromium } from '../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../tools/build.ts';
import { lacks } from '../../tools/debian.ts';
import { DeskWorld } from '../src/engine/testing/desk-world.ts';
import { TestSource } from '../src/engine/testing/test-source.ts';
import { openArchive } from '../src/export/open-archive.ts';
import { type DeskOf, deskOf } from '../src/testing/desk-of.ts';
import { passMinutes } from './testing/passing-time.ts';
import { openUnlocked } from './testing/unlocked-page.ts';

const letter = '我在区里的建设局工作。开标之前就已经定好了价格。';
let world: DeskWorld;
let folder: DeskOf['folder'];
let remove: DeskOf['remove'];
let desk: DeskOf['desk'];
let browser: Browser;
let page: Page;

const until = (isSo: () => Promise<boolean>): Promise<void> => passMinutes(world, isSo);

const has = (selector: string, text: string) => async (): Promise<boolean> =>
  page.$eval(selector, (element, wanted) => element.textContent?.includes(wanted) === true, text).catch(() => false);

describe.skipIf(lacks('chromium'))('export in the page of the desk', () => {
  beforeAll(async () => {
    await ensureBuilt();
    world = await DeskWorld.create(1, { repliesADay: 48 });
    ({ desk, folder, remove } = await deskOf(world));
    browser = await launchChromium();
    page = await openUnlocked(browser, desk);
    await until(has('.figures', 'Through'));
    await new TestSource(world).visit([letter]);
    await until(async () => (await page.$('.row')) !== null);
  });
  afterAll(async () => {
    await browser.close();
    await remove();
  });

  it('[CAS-5] asks, waits for the other person, seals for a post-quantum key, and says so in the case', async () => {
    const engine = world.devices[0]?.engine;
    await page.click('.row');
    await page.waitForSelector('.work-body .consent');
    const press = (text: string): Promise<void> =>
      page.$$eval(
        '.consent button',
        (buttons, wanted) => buttons.find((button) => button.textContent === wanted)?.click(),
        text,
      );
    await press('Ask to export');
    await page.waitForSelector('.consent .request');
    expect(await has('.consent .request', 'A second person must agree')()).toBe(true);
    expect(await page.$('form.export')).toBe(null);

    await until(async () => engine?.team().requests.length === 1);
    const request = engine?.team().requests[0]?.id ?? '';
    await engine?.work((cases, day) => cases.answer(request, true, day));
    await until(async () => (await page.$('form.export')) !== null);
    const identity = await generateHybridIdentity();
    await page.focus('form.export textarea');
    await page.keyboard.sendCharacter('not a key');
    await page.click('form.export button');
    await page.waitForSelector('form.export .complaint');
    await page.$eval('form.export textarea', (field) => (field as HTMLTextAreaElement).select());
    await page.keyboard.sendCharacter(await identityToRecipient(identity));
    await page.click('form.export button');
    await page.waitForSelector('form.export .path');
    for (const scheme of ['light', 'dark']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.$eval('form.export', (form) => form.scrollIntoView());
      // Colours change over some frames; while they do, their contrast is of no scheme.
      await page.evaluate(async () => {
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        await Promise.all(document.getAnimations().map(({ finished }) => finished));
      });
      expect(await axe(page), scheme).toEqual([]);
      await screenshot(page, `desk-export-1440-${scheme}`, { fullPage: false });
    }
    await page.setViewport({ width: 320, height: 900 });
    await page.click('.work-button');
    await page.$eval('form.export', (form) => form.scrollIntoView());
    expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
    await screenshot(page, 'desk-export-320', { fullPage: false });
    await page.setViewport({ width: 1440, height: 900 });

    const [name = ''] = readdirSync(join(folder.path, 'exports'));
    const path = join(folder.path, 'exports', name);
    expect(await page.$eval('form.export .path', (element) => element.textContent)).toBe(path);
    const target = join(folder.path, 'opened');
    const files = await openArchive(path, identity, target);
    const transcript = files.find((file) => file.endsWith('transcript.html')) ?? '';
    expect(readFileSync(join(target, transcript), 'utf8')).toContain(letter);
    // The other person's device knows who did what.
    await until(async () => {
      const id = engine?.conversations()[0]?.id ?? '';
      return (await engine?.conversation(id))?.work.notes[0]?.text.includes('Exported') === true;
    });
    const work = (await engine?.conversation(engine.conversations()[0]?.id ?? ''))?.work;
    expect(work?.trail.map(({ what, value }) => `${what} ${value}`)).toEqual([
      'asked export',
      'answered export/yes',
      'note note',
    ]);
  });
});
