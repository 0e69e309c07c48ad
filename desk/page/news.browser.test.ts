/** What came to a case since its person last looked, marked in the page: of the source and of a colleague, led to by key and by press. */
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { misfits } from '../../tools/browsers/fit.ts';
import { axe, screenshot } from '../../tools/browsers/inspect.ts';
import { launchChromium } from '../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../tools/build.ts';
import { lacks } from '../../tools/debian.ts';
import { DeskWorld } from '../src/engine/testing/desk-world.ts';
import { TestSource } from '../src/engine/testing/test-source.ts';
import { type DeskOf, deskOf } from '../src/testing/desk-of.ts';
import { passMinutes } from './testing/passing-time.ts';
import { settled } from './testing/settled-page.ts';
import { hasKeys, openUnlocked } from './testing/unlocked-page.ts';

let world: DeskWorld;
let remove: DeskOf['remove'];
let desk: DeskOf['desk'];
let browser: Browser;
let page: Page;
let source: TestSource;

const until = (isSo: () => Promise<boolean>): Promise<void> => passMinutes(world, isSo);
const textsOf = (selector: string): Promise<readonly string[]> =>
  page.$$eval(selector, (all) => all.map(({ textContent }) => textContent?.trim() ?? ''));
const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');

async function openFirst(): Promise<void> {
  await page.click('.row');
  await page.waitForSelector('.item .text');
  await page.waitForSelector('.row:not(.is-unread)');
}

async function close(): Promise<void> {
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.querySelector('.item') === null);
}

describe.skipIf(lacks('chromium'))('what is new in a case', () => {
  beforeAll(async () => {
    await ensureBuilt();
    world = await DeskWorld.create(1, { repliesADay: 48 });
    ({ desk, remove } = await deskOf(world));
    browser = await launchChromium();
    page = await openUnlocked(browser, desk);
    await until(hasKeys(page));
    source = new TestSource(world);
    await source.visit(['I work in the procurement office of the northern district.']);
    await until(async () => (await page.$('.row')) !== null);
  });
  afterAll(async () => {
    await browser.close();
    await remove();
  });

  it('is marked from its line on while the case is open, and is not new at the next opening', async () => {
    await openFirst();
    // All of it is new to who has never seen it, and none of it stands out.
    expect([await textsOf('.tag.is-new'), await page.$('button.news')]).toEqual([[], null]);
    await page.type('#note', 'My own note');
    await page.click('.notes button[type=submit]');
    await page.waitForSelector('.note-item');
    expect(await textsOf('.tag.is-new')).toEqual([]);
    await close();

    await source.visit(['The same three firms win again.']);
    const colleague = world.devices[0]?.engine;
    const id = colleague?.conversations()[0]?.id ?? '';
    await colleague?.work((cases, day) => cases.note(id, 'discussion', 'The registry confirms it', day));
    await colleague?.reply(id, 'Thank you. Write when it is safe.');
    // The note comes before the answer in the log.
    await until(async () => {
      const [row = 'To answer'] = await textsOf('.row');
      return !row.includes('To answer') && (await page.$('.row.is-unread')) !== null;
    });
    await openFirst();
    expect(await textsOf('.timeline .new-line')).toEqual(['New since you last looked']);
    // Which of the two the log has first is chance.
    const marked = [...(await textsOf('.timeline .item:has(.tag.is-new) .text'))].sort();
    expect(marked).toEqual(['Thank you. Write when it is safe.', 'The same three firms win again.']);
    expect(await textsOf('.note-item:has(.tag.is-new) .text')).toEqual(['The registry confirms it']);
    expect(await page.$eval('button.news', (button) => button.textContent)).toBe('3 new Go to the first');
    // The line is in sight, and keys and the button lead to it.
    await page.keyboard.press('r');
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    expect(await focused()).toBe('New since you last looked');
    await page.focus('button.news');
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('New since you last looked');
    await screenshot(page, 'desk-news', { fullPage: false });
    expect(await axe(page)).toEqual([]);
    await close();

    await openFirst();
    expect([await textsOf('.tag.is-new'), await textsOf('.new-line')]).toEqual([[], []]);
    await close();
  });

  it('is led to in the case file where only the team was at work, in a narrow window too', async () => {
    const colleague = world.devices[0]?.engine;
    const id = colleague?.conversations()[0]?.id ?? '';
    await colleague?.work((cases, day) => cases.note(id, 'note', 'Compare with the land registry', day));
    await until(async () => (await textsOf('.row-tags'))[0]?.includes('Changed') === true);
    await openFirst();
    await page.setViewport({ width: 320, height: 640 });
    expect(await textsOf('.timeline .new-line')).toEqual([]);
    await page.click('button.news');
    await page.waitForFunction(() => document.activeElement?.matches('.notes .new-line') === true);
    await settled(page);
    expect(await misfits(page)).toEqual([]);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'desk-news-320', { fullPage: false });
  });
});
