/** The page of a running desk as people of each language see it. */

import { type Calls, callAddress, sessionHeader } from '@postern/desk/app/api';
import { ask, ownHeaders } from '@postern/desk/testing/local-page';
import type { Page } from 'puppeteer-core';
import { expect } from 'vitest';
import { misfits } from '../../../tools/browsers/fit.ts';
import { axe, screenshot } from '../../../tools/browsers/inspect.ts';
import { languages } from '../languages/languages.ts';
import { settled } from './settled-page.ts';

const bothWindows = [
  [320, 'light'],
  [1440, 'dark'],
] as const;

const sessions = new WeakMap<Page, string>();

/** From its first call on: there is one session at a time, the page's own. */
export function hearSession(page: Page): void {
  page.on('request', (request) => {
    const session = request.headers()[sessionHeader];
    if (session !== undefined && session !== '') sessions.set(page, session);
  });
}

/** By what the local process tells its page, so that nothing is pressed: what stands there stays. English again at the end. */
async function inEachLanguage(page: Page, work: (tag: string) => Promise<void>): Promise<void> {
  const speak = async (language: string): Promise<void> => {
    const headers = ownHeaders(page.url(), sessions.get(page));
    const body = JSON.stringify({ language, hasKeys: true } satisfies Calls['preferences']);
    const answer = await ask(page.url(), `${callAddress}preferences`, { headers, body });
    expect(answer.status).toBe(200);
    await page.waitForFunction((tag) => document.documentElement.lang === tag, {}, language);
  };
  for (const { tag } of languages) {
    await speak(tag);
    await work(tag);
  }
  await speak('en');
}

/**
 * In these windows and schemes nothing that axe finds, and no text that does not fit. A wide window at the end.
 * @param name of the pictures @param selector of what is brought into sight
 */
export async function lookInEachLanguage(
  page: Page,
  name: string,
  { selector = 'body' }: { readonly selector?: string } = {},
): Promise<void> {
  const faults: unknown[] = [];
  await inEachLanguage(page, async (tag) => {
    for (const [width, scheme] of bothWindows) {
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.$eval(selector, (element) => element.scrollIntoView({ block: 'center' }));
      await settled(page);
      const seen = `${name}-${tag}-${width}-${scheme}`;
      faults.push(...[...(await axe(page)), ...(await misfits(page))].map((fault) => [seen, fault]));
      await screenshot(page, seen, { fullPage: false });
    }
  });
  await page.setViewport({ width: 1440, height: 900 });
  expect(faults).toEqual([]);
}
