/** Whatever a person can come upon on the page, in every language: by axe, and measured at both widths. One browser. */
import { loadWordList } from '@postern/protocol/keys/word-lists';
import type { BuiltPages } from '@postern/server/ports/files';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { misfits, overflows } from '../../tools/browsers/fit.ts';
import { axe, screenshot } from '../../tools/browsers/inspect.ts';
import { launchChromium } from '../../tools/browsers/launch.ts';
import { bundleForPage } from '../../tools/browsers/page-build.ts';
import { ensureBuilt } from '../../tools/build.ts';
import { lacks } from '../../tools/debian.ts';
import { type Language, languages } from './languages/languages.ts';
import type { Play, Stage } from './testing/stage.ts';
import { type VisitServer, visitServer } from './testing/visit-server.ts';

/** One of each screen with what can stand on it; the others differ from them in a few texts, which are measured. */
const screens = [
  'home',
  'trouble-roster',
  'trouble-waiting',
  'write',
  'write-moving',
  'call',
  'words',
  'check',
  'sent',
  'enter',
  'answers',
  'answers-looking',
  'verify-4-no',
  'carry-missing',
];
/** Their colours are those of all: everything is looked at in them, in both schemes. */
const thorough = ['en', 'ar'];

describe.skipIf(lacks('chromium', 'fonts-noto-core', 'fonts-noto-cjk'))('every screen in Chromium', () => {
  let browser: Browser;
  let server: VisitServer;
  let page: Page;
  let script: string;
  beforeAll(async () => {
    await ensureBuilt();
    script = await bundleForPage(new URL('./testing/stage.ts', import.meta.url).pathname);
    browser = await launchChromium();
    server = await visitServer(() => Math.floor(Date.now() / 1000), {}, { pages: withoutScripts });
    page = await browser.newPage();
    page.setDefaultTimeout(90_000);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const open = async ({ tag, texts, list }: Language): Promise<readonly string[]> => {
    await page.goto(`${server.origin}/${tag}/`);
    await page.evaluate(script);
    const { words } = await loadWordList(list);
    const longest = [...words].sort((a, b) => b.length - a.length).slice(0, 12);
    const play: Play = { language: tag, texts, words: { id: list, words: longest } };
    return page.evaluate((given) => stage.open(given), play);
  };
  const show = (name: string): Promise<void> => page.evaluate((given) => stage.show(given), name);
  const emulate = async (width: number, scheme: 'light' | 'dark'): Promise<void> => {
    await page.setViewport({ width, height: width < 600 ? 640 : 900 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  };

  it('is no wider than the window for a choice of a call that is longer than a line', async () => {
    await emulate(320, 'light');
    for (const language of languages.filter(({ tag }) => thorough.includes(tag))) {
      await open(language);
      await show('call');
      await page.$$eval('.question select', (lists) => {
        for (const list of lists) list.append(new Option('Somebody who was there at that time told me about it'));
      });
      expect(await overflows(page)).toBe(false);
    }
  });

  it.each(languages)('$tag fits, in every state, and keeps WCAG 2.2 AA', async (language) => {
    const { tag } = language;
    await emulate(320, 'light');
    const names = await open(language);
    expect(names).toEqual(expect.arrayContaining(screens));
    for (const name of names) {
      await show(name);
      const isLookedAt = screens.includes(name) || thorough.includes(tag);
      const violations = isLookedAt ? await axe(page) : [];
      expect([name, await misfits(page), violations]).toEqual([name, [], []]);
      // For people who look at all of them; a run of tests has no time for it.
      if (process.env.SCREENSHOTS) await screenshot(page, `states-${tag}-${name}`);
    }
    await emulate(1440, 'dark');
    for (const name of thorough.includes(tag) ? names : screens) {
      await show(name);
      const violations = thorough.includes(tag) ? await axe(page) : [];
      expect([name, await overflows(page), violations]).toEqual([name, false, []]);
    }
  });
});

/** In the page. */
declare const stage: Stage;

/** As they are served, but for what would begin a visit. */
function withoutScripts(built: BuiltPages): BuiltPages {
  const silent = (html: string): string => html.replace(/<script type="module"[^>]*><\/script>/, '');
  return { ...built, pages: built.pages.map((one) => ({ ...one, html: silent(one.html) })) };
}
