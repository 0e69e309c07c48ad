/** The page of a running desk in a browser, unlocked by its person. */

import type { RunningDesk } from '@postern/desk/app/start-desk';
import type { Browser, Page } from 'puppeteer-core';
import { passphrase } from '../../src/testing/device-folder.ts';
import { hearSession } from './each-language.ts';

/** A wide window. */
export async function openUnlocked(browser: Browser, desk: RunningDesk): Promise<Page> {
  const page = await browser.newPage();
  hearSession(page);
  page.setDefaultTimeout(30_000);
  await page.setViewport({ width: 1440, height: 900 });
  await page.goto(desk.newUrl());
  await unlock(page);
  return page;
}

export async function unlock(page: Page): Promise<void> {
  await page.waitForSelector('#passphrase');
  await page.keyboard.type(passphrase);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.desk');
}

/** By its button, in the page. */
export async function lock(page: Page): Promise<void> {
  await page.click('button[aria-label="Lock"]');
  await page.waitForSelector('#passphrase');
}

/** Asks a page whether its desk has keys that sources can write to. What says so comes after the desk itself. */
export function hasKeys(page: Page): () => Promise<boolean> {
  return () => page.$$eval('.figures', (all) => all.some(({ textContent }) => /Through/.test(textContent ?? '')));
}
