// The page of a call in Chromium: every language, both widths and schemes, by axe.
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, collectRequests, screenshot } from '../../../tools/browsers/inspect.ts';
import { launchChromium } from '../../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../../tools/build.ts';
import { lacks } from '../../../tools/debian.ts';
import { firstLine, freePort, Place, runHere, start, stop } from '../testing/run.ts';

const place = new Place();
const example = join(import.meta.dirname, '..', '..', '..', 'examples', 'hospital-contracts');
let origin = '';
let server: ChildProcess;

beforeAll(async () => {
  await ensureBuilt();
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const data = place.path('org', 'server');
  const named = ['--name', 'en=The Example', '--name', 'zh-Hans=样例日报', '--name', 'ar=جريدة المثال'];
  const keys = ['--root-passphrase-file', place.passphrase, '--desk-passphrase-file', place.passphrase];
  const where = ['--address', origin, '--listen', `127.0.0.1:${port}`];
  await runHere(['init', place.path('org'), ...named, '--desk-name', 'en=Investigations', ...where, ...keys, '--json']);
  const root = ['--root', place.path('org', 'organisation-root.key'), '--root-passphrase-file', place.passphrase];
  await runHere(['campaign', 'publish', example, '--unreviewed', '--data', data, ...root, '--json']);
  server = start('serve', data, '--json');
  await firstLine(server);
});
afterAll(async () => {
  await stop(server);
  place.remove();
});

const overflows = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

describe.skipIf(lacks('chromium', 'fonts-noto-core', 'fonts-noto-cjk'))('the page of a call in Chromium', () => {
  it.each(['en', 'zh-Hans', 'ar'])('is readable by everybody in %s', async (language) => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const requests = collectRequests(page);
      for (const width of [320, 1440]) {
        for (const scheme of ['light', 'dark']) {
          await page.setViewport({ width, height: 900 });
          await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
          await page.goto(`${origin}/c/hospital-contracts/${language}`);
          const name = `campaign-${language}-${width}-${scheme}`;
          expect({ name, overflows: await overflows(page), violations: await axe(page) }).toEqual({
            name,
            overflows: false,
            violations: [],
          });
          await screenshot(page, name);
        }
      }
      expect(new Set(requests.map(({ url }) => new URL(url).origin))).toEqual(new Set([origin]));
      await page.keyboard.press('Tab');
      await page.locator('a.main').click();
      await page.waitForFunction((path) => location.pathname === path, {}, `/${language}/`);
    } finally {
      await browser.close();
    }
  });
});
