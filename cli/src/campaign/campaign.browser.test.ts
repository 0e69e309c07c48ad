// The page of a call in Chromium: every language, both widths and schemes, by axe; its film, there and in Firefox.
import type { ChildProcess } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { overflows } from '../../../tools/browsers/fit.ts';
import { axe, collectRequests, screenshot } from '../../../tools/browsers/inspect.ts';
import { launchChromium, launchFirefox } from '../../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../../tools/build.ts';
import { lacks } from '../../../tools/debian.ts';
import { firstLine, freePort, Place, runHere, start, stop } from '../testing/run.ts';

/** Calls that take no answers, by their names. */
const closed = [
  // Not long ago: old ones are deleted.
  ['ended', { from: '2020-01-01', until: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10) }],
  ['not-begun', { from: '2090-01-01', until: '2090-02-01' }],
  ['withdrawn', { from: '2020-01-01', until: '2090-02-01', color: '#7a1f3d' }],
] as const;
/** The aim for the page of a call, with the pictures in it. */
const pageBytesMax = 50_000;
/** For `vi.waitFor`. */
const patient = { timeout: 30_000 };
const place = new Place();
const example = join(import.meta.dirname, '..', '..', '..', 'examples', 'hospital-contracts');
let origin = '';
let server: ChildProcess;
let desk: ChildProcess;

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
  const publish = async (folder: string): Promise<void> => {
    const done = await runHere(['campaign', 'publish', folder, '--unreviewed', '--data', data, ...root, '--json']);
    expect(done.code).toBe(0);
  };
  await publish(example);
  for (const [name, days] of closed) {
    const folder = place.path(name);
    cpSync(example, folder, { recursive: true });
    if (name === 'ended') rmSync(join(folder, 'film'), { recursive: true });
    const file = join(folder, 'campaign.json');
    const structure = JSON.parse(readFileSync(file, 'utf8')) as object;
    const id = bytesToHex(crypto.getRandomValues(new Uint8Array(8)));
    writeFileSync(file, JSON.stringify({ ...structure, ...days, name, id }));
    await publish(folder);
  }
  await runHere(['campaign', 'withdraw', 'withdrawn', '--data', data, ...root, '--json']);
  server = start('serve', data, '--json');
  await firstLine(server);
  // Its day keys are what the page for writing waits for.
  desk = start('desk', place.path('org', 'desk'), '--passphrase-file', place.passphrase, '--json');
  await firstLine(desk);
});
afterAll(async () => {
  await stop(desk);
  await stop(server);
  place.remove();
});

/** What was asked for of a film, by name. */
function filmFiles(urls: readonly string[]): string[] {
  const paths = urls.map((url) => /^\/c\/[^/]+\/[0-9a-f]{64}\/(.+)$/.exec(new URL(url).pathname)?.[1]);
  return paths.filter((name) => name !== undefined);
}

/** A page that is loaded may still be about to ask for what belongs to a film. */
async function untilAsked(urls: () => readonly string[], names: readonly string[]): Promise<void> {
  await vi.waitFor(() => expect(filmFiles(urls())).toEqual(expect.arrayContaining([...names])), patient);
}

/** But for the icons of the browser's own controls, which it has with it. */
function originsOf(urls: readonly string[]): ReadonlySet<string> {
  return new Set(urls.filter((url) => !url.startsWith('data:')).map((url) => new URL(url).origin));
}

/** After the space bar on the browser's own controls: how far it has come once it is on its way. */
async function playedSeconds(page: Page): Promise<number> {
  await page.focus('video');
  await page.keyboard.press(' ');
  for (const end = performance.now() + 20_000; performance.now() < end; ) {
    const at = await page.$eval('video', ({ currentTime }) => currentTime);
    if (at > 1) return at;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return 0;
}

describe.skipIf(lacks('firefox-esr'))('the page of a call in Firefox at Safest', () => {
  it('has the words of its film as text, and plays it when it is asked to [CAM-13]', async () => {
    const browser = await launchFirefox('safest');
    try {
      const page = await browser.newPage();
      const urls: string[] = [];
      page.on('request', (request) => void urls.push(request.url()));
      await page.goto(`${origin}/c/hospital-contracts/ar`);
      await page.focus('.film summary');
      await page.keyboard.press('Enter');
      await vi.waitFor(async () => expect(await page.$eval('.film details', ({ open }) => open)).toBe(true), patient);
      expect(await page.$eval('.film details', ({ textContent }) => textContent)).toContain('يُبنى مستشفى');
      await screenshot(page, 'call-film-firefox', { fullPage: false });
      await untilAsked(() => urls, ['poster.jpg', 'ar.vtt']);
      // Firefox may ask for the picture twice, since nothing is kept.
      expect(new Set(filmFiles(urls))).toEqual(new Set(['poster.jpg', 'ar.vtt']));
      expect(await playedSeconds(page)).toBeGreaterThan(1);
      expect(filmFiles(urls)).toContain('video.mp4');
    } finally {
      await browser.close();
    }
  });
});

/** All that a browser asks for before somebody plays the film: the page, style and icon, the picture and captions of a film. */
async function weighed(browser: Browser, url: string): Promise<{ readonly files: string[]; readonly bytes: number }> {
  const page = await browser.newPage();
  try {
    const requests = collectRequests(page);
    await page.goto(url, { waitUntil: 'networkidle0' });
    // Not the signs on the player's buttons, which the browser has.
    const urls = [...new Set(requests.map((request) => request.url))].filter((each) => each.startsWith('http'));
    const sizes = await Promise.all(urls.map(async (each) => (await (await fetch(each)).arrayBuffer()).byteLength));
    return {
      files: urls.map((each, at) => `${each.split('/').at(-1)} ${sizes[at]}`),
      bytes: sizes.reduce((sum, size) => sum + size, 0),
    };
  } finally {
    await page.close();
  }
}

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
      expect(originsOf(requests.map(({ url }) => url))).toEqual(new Set([origin]));
      const { files, bytes } = await weighed(browser, `${origin}/c/hospital-contracts/${language}`);
      console.log(`a call in ${language}, unpacked: ${files.length} requests, ${bytes} bytes: ${files.join(', ')}`);
      expect(bytes).toBeLessThan(pageBytesMax);
      await page.keyboard.press('Tab');
      await page.locator('a.main').click();
      await page.waitForFunction((path) => location.pathname === path, {}, `/${language}/`);
    } finally {
      await browser.close();
    }
  });

  it('plays its film with captions when it is asked to, and fetches nothing but the picture and captions before [CAM-13] [HTTP-10]', async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.setJavaScriptEnabled(false);
      const requests = collectRequests(page);
      const urls = (): string[] => requests.map(({ url }) => url);
      const answer = await page.goto(`${origin}/c/hospital-contracts/en`, { waitUntil: 'networkidle0' });
      expect(answer?.headers()['content-security-policy']).toContain("img-src 'self'; media-src 'self'; connect-src");
      await untilAsked(urls, ['poster.jpg', 'en.vtt']);
      expect(new Set(filmFiles(urls()))).toEqual(new Set(['poster.jpg', 'en.vtt']));
      const text = (await answer?.text()) ?? '';
      expect(text).toContain('one row of windows after another goes dark');
      expect(text).toContain('the amount can show that you are watching');
      const poster = urls().find((url) => url.endsWith('poster.jpg')) ?? '';
      expect(Buffer.byteLength(text) + (await (await fetch(poster)).arrayBuffer()).byteLength).toBeLessThan(50_000);
      expect(await playedSeconds(page)).toBeGreaterThan(1);
      expect(new Set(filmFiles(urls()))).toEqual(new Set(['poster.jpg', 'video.mp4', 'en.vtt']));
      expect(originsOf(urls())).toEqual(new Set([origin]));
      const cues = (): Promise<string[]> =>
        page.$eval('video', ({ textTracks: [track] }) => [...(track?.cues ?? [])].map((cue) => (cue as VTTCue).text));
      await vi.waitFor(async () => expect(await cues()).toContain('A new county hospital.'), patient);
      await screenshot(page, 'call-film-playing');
      const other = await page.goto(`${origin}/c/ended/en`);
      expect(other?.headers()['content-security-policy']).not.toContain('media-src');
      expect(await page.$('video')).toBe(null);
    } finally {
      await browser.close();
    }
  });

  it.each(['light', 'dark'])(
    'is set in the organisation’s own colour, which stays readable when it is %s [CAM-9]',
    async (scheme) => {
      const browser = await launchChromium();
      try {
        const page = await browser.newPage();
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
        const colorOn = async (name: string): Promise<string> => {
          await page.goto(`${origin}/c/${name}/en`);
          return page.$eval('a.main', (link) => getComputedStyle(link).backgroundColor);
        };
        const usual = await colorOn('hospital-contracts');
        const own = await colorOn('withdrawn');
        expect(own).not.toBe(usual);
        if (scheme === 'light') expect(own).toBe('rgb(122, 31, 61)');
        expect(await axe(page)).toEqual([]);
        await screenshot(page, `call-color-${scheme}`);
      } finally {
        await browser.close();
      }
    },
  );

  it('says on the page and where one writes that a call has ended, has not begun or was withdrawn, and asks nothing [CAM-4]', async () => {
    while (!(await fetch(`${origin}/bundle`)).ok) await new Promise((resolve) => setTimeout(resolve, 500));
    const browser = await launchChromium();
    try {
      const said = { ended: /has ended/, 'not-begun': /not begun yet/, withdrawn: /was withdrawn|has withdrawn/ };
      for (const [name] of closed) {
        const page = await browser.newPage();
        await page.goto(`${origin}/c/${name}/en`);
        const shown = await page.$eval('.when', ({ className, textContent }) => ({ className, textContent }));
        expect(shown.className).toBe('when closed');
        expect(shown.textContent).toMatch(said[name]);
        expect(await axe(page)).toEqual([]);
        await screenshot(page, `call-${name}-page`);
        await page.locator('a.main').click();
        await page.locator('#start button.main').click();
        await page.waitForSelector('.call .closed');
        expect(await page.$eval('.call .closed', ({ textContent }) => textContent)).toMatch(said[name]);
        expect(await page.$$('.question')).toEqual([]);
        expect(await page.$('#write-text')).not.toBe(null);
        expect(await axe(page)).toEqual([]);
        await screenshot(page, `call-${name}-writing`);
        await page.close();
      }
    } finally {
      await browser.close();
    }
  });
});
