/** A new device comes to a desk with many cases: its page says how far they are. */
import { SNAPSHOT_PARCEL_BYTES } from '@postern/protocol/constants';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { screenshot } from '../../tools/browsers/inspect.ts';
import { launchChromium } from '../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../tools/build.ts';
import { lacks } from '../../tools/debian.ts';
import { bigState } from '../src/engine/testing/big-state.ts';
import { DeskWorld, type TestDevice } from '../src/engine/testing/desk-world.ts';
import { type DeskOf, deskOf } from '../src/testing/desk-of.ts';
import { lookInEachLanguage } from './testing/each-language.ts';
import { passMinutes } from './testing/passing-time.ts';
import { openUnlocked } from './testing/unlocked-page.ts';

const cases = 12;
let world: DeskWorld;
let joined: DeskOf;
let browser: Browser;
let page: Page;

const listed = (): Promise<string> => page.$eval('.inbox', (pane) => pane.textContent ?? '');
const until = (isSo: () => Promise<boolean>): Promise<void> => passMinutes(world, isSo);

describe.skipIf(lacks('chromium'))('the page of a device that joins', () => {
  beforeAll(async () => {
    await ensureBuilt();
    world = await DeskWorld.create(1);
    await world.rounds(2);
    await world.give(world.devices[0] as TestDevice, bigState(cases, world.day));
    joined = await deskOf(world);
    browser = await launchChromium();
    page = await openUnlocked(browser, joined.desk);
  });
  afterAll(async () => {
    await browser.close();
    await joined.remove();
  });

  it('says that cases are on their way and how far they are, never that there are none, until they are there', async () => {
    const { faults } = world.devices[0] as TestDevice;
    let sent = 0;
    faults.desk = (request, pass) => {
      const isPiece = request.kind === 'send-parcel' && request.parcel.length === SNAPSHOT_PARCEL_BYTES;
      if (isPiece && ++sent > 5) throw new Error('the request is lost');
      return pass();
    };
    await until(async () => (await listed()).includes('Nothing has come yet. It mostly begins'));
    await screenshot(page, 'desk-joining-first-1440');
    // Of the first piece alone it says nothing aloud.
    await until(async () => /of 16 pieces.*So far \d+ percent/.test(await listed()));
    const bar = await page.$eval('.inbox progress', ({ value, max }) => [value, max]);
    expect(bar[0]).toBeGreaterThan(0);
    expect(bar[0]).toBeLessThan(bar[1] ?? 0);
    expect(await page.$eval('.inbox .none [role=status]', (said) => said.textContent)).toMatch(/So far \d+ percent/);
    await lookInEachLanguage(page, 'desk-joining');
    expect(await page.$('.row')).toBe(null);
    faults.desk = null;
    await until(async () => (await page.$$('.row')).length > 0);
    expect(await page.$('.inbox progress')).toBe(null);
  });
});
