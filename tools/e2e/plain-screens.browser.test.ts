// Every screen of the mode without scripts in every language, as its process writes it, by axe and measured. One browser.

import { screenHtml } from '@postern/plain/screens';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import { type Language, languages } from '@postern/source/languages/languages';
import type { Screen } from '@postern/source/state';
import { notices } from '@postern/source/template';
import { organisationIn, statesOf } from '@postern/source/testing/states';
import { type VisitServer, visitServer } from '@postern/source/testing/visit-server';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { misfits, overflows } from '../browsers/fit.ts';
import { axe, screenshot } from '../browsers/inspect.ts';
import { launchChromium } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';

/** Looked at by axe; the others differ from them in a few texts, which are measured. */
const looked = ['write', 'write-moving', 'call', 'words', 'check', 'sent', 'enter', 'answers', 'notices'];
/** Written by the server. */
const absent: readonly Screen[] = ['home'];
/** As much as their screens can show. */
const given = `http://${'a'.repeat(56)}.onion`;
const marked = { before: given.slice(0, 60), differing: 'a', after: given.slice(61) };
const difference = { given: marked, real: marked };
const brought = {
  given,
  sealed: `POSTERN1:ABCDEFGH:1/12:${'A'.repeat(600)}`,
  verdict: { answer: 'no', what: 'address', difference },
  problem: 'organisation',
} as const;

describe.skipIf(lacks('chromium', 'fonts-noto-core', 'fonts-noto-cjk'))(
  'every screen without scripts in Chromium',
  () => {
    let browser: Browser;
    let server: VisitServer;
    let page: Page;
    beforeAll(async () => {
      await ensureBuilt();
      browser = await launchChromium();
      server = await visitServer(() => Math.floor(Date.now() / 1000), {}, { hasForms: true });
      page = await browser.newPage();
      page.setDefaultTimeout(90_000);
      // Its policy permits no script, and so none that would put another screen into it.
      await page.setBypassCSP(true);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.close();
    });

    it.each(languages)('$tag fits and keeps WCAG 2.2 AA', async (language) => {
      const { tag } = language;
      await page.setViewport({ width: 320, height: 640 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: tag === 'ar' ? 'dark' : 'light' }]);
      await page.goto(`${server.origin}/plain/${tag}/`);
      const pages = await screensIn(language);
      expect([...pages.keys()]).toEqual(expect.arrayContaining([...looked, 'verify', 'carry']));
      for (const [name, html] of pages) {
        await show(page, html);
        const violations = looked.includes(name) ? await axe(page) : [];
        expect([name, await misfits(page), violations]).toEqual([name, [], []]);
        if (process.env.SCREENSHOTS) await screenshot(page, `plain-screens-${tag}-${name}`);
      }
      await page.setViewport({ width: 1440, height: 900 });
      for (const name of looked) {
        await show(page, pages.get(name) ?? '');
        expect([name, await overflows(page)]).toEqual([name, false]);
      }
    });
  },
);

/** In the place of the page that is there, whose styles it has. */
const show = (page: Page, html: string): Promise<void> =>
  page.evaluate((given) => {
    document.body.replaceWith(new DOMParser().parseFromString(given, 'text/html').body);
  }, html);

async function screensIn(language: Language): Promise<ReadonlyMap<string, string>> {
  const { words } = await loadWordList(language.list);
  const longest = [...words].sort((a, b) => b.length - a.length).slice(0, 12);
  const list = { id: language.list, words: longest };
  const states = statesOf(organisationIn(language.tag, list), list);
  const calls = { known: [{ name: 'county-hospital', title: 'The county hospital' }], chosen: 'county-hospital' };
  const shown = { language, icon: '', style: '', number: '1', typed: longest.join(' '), calls, brought };
  const none = { keys: [], values: {} };
  const pages = Object.entries(states)
    .filter(([, { screen }]) => !absent.includes(screen))
    .map(([name, state]) => [name, screenHtml({ ...shown, state, said: none })] as const);
  const said = { keys: notices.map((notice) => `plain.${notice}`), values: { stored: 1, total: 2 } };
  return new Map([...pages, ['notices', screenHtml({ ...shown, state: states.sent ?? states.home!, said })]]);
}
