/** Looking at files that are too large to be handed over, on the real page and process, in Chromium and Firefox: they play and turn, nothing of them is on the disk, nothing calls. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBytesMax } from '@postern/desk/app/api';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { writeZip } from '@postern/protocol/metadata/zip-file';
import type { Browser, Frame, Page } from 'puppeteer-core';
import { afterAll, it as baseIt, beforeAll, describe, expect } from 'vitest';
import { axe, screenshot } from '../../../tools/browsers/inspect.ts';
import { launchChromium, launchFirefox } from '../../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../../tools/build.ts';
import { binaries, lacks } from '../../../tools/debian.ts';
import { DeskWorld, random } from '../../src/engine/testing/desk-world.ts';
import { TestSource } from '../../src/engine/testing/test-source.ts';
import { FileFolder } from '../../src/files/file-folder.ts';
import { contentOf, keepContent } from '../../src/files/kept-content.ts';
import { type DeskOf, deskOf } from '../../src/testing/desk-of.ts';
import { passphrase } from '../../src/testing/device-folder.ts';
import { LocalPage } from '../../src/testing/local-page.ts';
import { passMinutes } from '../testing/passing-time.ts';
import { wavFile } from '../testing/phone-files.ts';
import { shownFrame } from '../testing/shown-frame.ts';

/** In every picture of the film. */
const mark = 'harbour-at-dawn';
const seconds = 60;
const title = 'Film of the harbour';

/** As phones write films: what leads to the pictures stands behind them. Between both lies what makes it large. */
function phoneFilm(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'postern-film-'));
  const path = join(folder, 'film.mp4');
  const inputs = [
    '-f',
    'lavfi',
    '-i',
    `testsrc=size=320x240:rate=10:duration=${seconds}`,
    '-f',
    'lavfi',
    '-i',
    `sine=duration=${seconds}`,
  ];
  const written = `h264_metadata=sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+${mark}`;
  const coded = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    // Pictures hang together for longer than what is held.
    '-g',
    '150',
    '-pix_fmt',
    'yuv420p',
    '-bsf:v',
    written,
    '-metadata',
    `title=${title}`,
    '-c:a',
    'aac',
  ];
  execFileSync(binaries.ffmpeg, ['-v', 'error', '-y', ...inputs, ...coded, path]);
  const film = readFileSync(path);
  rmSync(folder, { recursive: true });
  const moov = film.lastIndexOf('moov') - 4;
  const more = Buffer.alloc(readBytesMax);
  more.writeUInt32BE(more.length);
  more.write('mdat', 4, 'latin1');
  return Buffer.concat([film.subarray(0, moov), more, film.subarray(moov)]);
}

/** Numbered lines in Cyrillic letters of two bytes each. */
function longText(): Uint8Array {
  const line = (number: number): string => `${String(number).padStart(8, '0')} список\n`;
  const some = Buffer.from(Array.from({ length: 50_000 }, (_, number) => line(number)).join(''));
  const times = Math.ceil((readBytesMax + 1) / some.length);
  return Buffer.concat(Array.from({ length: times }, () => some));
}

/** Whether a file below the folder holds these letters. */
function holds(folder: string, letters: string): boolean {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).some((entry) => {
    if (!entry.isFile()) return false;
    try {
      return readFileSync(join(entry.parentPath, entry.name)).includes(letters);
    } catch {
      return false;
    }
  });
}

/** Outside private windows, and keeping on the disk what they may. */
const ordinary = {
  'privacy.resistFingerprinting.letterboxing': false,
  'browser.privatebrowsing.autostart': false,
  'browser.cache.disk.enable': true,
};
const browsers = [
  ['chromium', (profile: string) => launchChromium({ profile })],
  ['firefox-esr', (profile: string) => launchFirefox('standard', { profile, prefs: ordinary })],
] as const;

let world: DeskWorld;
let device: DeskOf;
/** Anybody's, who lets pages be kept. */
let open: Server;

/** On a device whose files are here already: how they come is the matter of other tests. */
async function receive(files: Readonly<Record<string, () => Promise<Uint8Array> | Uint8Array>>): Promise<void> {
  const person = await LocalPage.open(device.desk.url);
  await person.call('unlock', { passphrase });
  await passMinutes(world, async () => (person.newest('status')?.status.dayKeysThrough ?? null) !== null, 120);
  const folder = await FileFolder.open(join(device.folder.path, 'files'));
  const sealing = { fingerprint: world.fingerprint, random };
  const kept: FileDescriptor[] = [];
  for (const [name, content] of Object.entries(files)) {
    kept.push(await keepContent(folder, { name, type: '', day: 0 }, contentOf(await content()), sealing));
  }
  await new TestSource(world).visit(['See the film.'], 6, true, kept);
  await passMinutes(world, async () => (person.newest('inbox')?.rows.length ?? 0) > 0, 120);
  person.close();
}

describe.skipIf(lacks('ffmpeg'))('large files at the desk', () => {
  beforeAll(async () => {
    await ensureBuilt();
    open = createServer((_request, response) => {
      response.setHeader('Cache-Control', 'max-age=1000').end(mark.repeat(10_000));
    });
    await new Promise<void>((resolve) => open.listen(0, '127.0.0.1', resolve));
    world = await DeskWorld.create(0, { repliesADay: 48 });
    device = await deskOf(world, { fileDelaySeconds: [0, 0] });
    const empty = (): Uint8Array => new Uint8Array(readBytesMax);
    await receive({
      'film.mp4': phoneFilm,
      'list.txt': longText,
      'all.zip': () => writeZip([{ name: 'ledger-2026.csv', bytes: new Uint8Array(9), packed: empty() }]),
      'talk.wav': () => wavFile(readBytesMax),
      'minutes.pdf': () => Buffer.concat([Buffer.from('%PDF-1.7\n'), empty()]),
    });
  }, 120_000);
  afterAll(async () => {
    await device.remove();
    open.close();
  });

  describe.each(browsers)('in %s', (binary, launch) => {
    const it = baseIt.skipIf(lacks(binary));
    let browser: Browser;
    let page: Page;
    let profile: string;
    const asked: string[] = [];

    beforeAll(async () => {
      profile = mkdtempSync(join(tmpdir(), 'postern-large-'));
      browser = await launch(profile);
      page = await browser.newPage();
      await page.setViewport({ width: 1440, height: 900 });
      page.on('request', (request) => void asked.push(request.url()));
      await page.goto(device.desk.newUrl());
      await (await page.waitForSelector('.row'))?.click();
      await page.waitForFunction(() => document.querySelectorAll('.files .main').length === 5);
    }, 60_000);
    afterAll(async () => {
      await browser.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    });

    /** Resolves when it is shown, or said not to be. */
    const look = async (at: number): Promise<void> => {
      await page.evaluate(
        (place) => [...document.querySelectorAll<HTMLElement>('.files .main')].at(place)?.click(),
        at,
      );
      await page.waitForSelector('dialog.viewer');
      await page.waitForFunction(
        () => !/Opening/.test(document.querySelector('dialog.viewer [role=status]')?.textContent ?? ''),
      );
    };
    const inside = (): Promise<Frame> => shownFrame(page);
    const close = async (): Promise<void> => {
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.querySelector('dialog') === null);
    };

    it('plays a film from wherever somebody goes in it, keeps nothing of it on the disk, and calls nobody', async () => {
      await look(0);
      const playFrom = async (moment: number): Promise<Readonly<Record<'time' | 'length' | 'width', number>>> =>
        (await inside()).evaluate(async (goal) => {
          const video = document.querySelector('video') as HTMLVideoElement;
          video.muted = true;
          video.currentTime = goal;
          await video.play();
          while (video.currentTime < goal + 0.5) await new Promise((resolve) => setTimeout(resolve, 50));
          video.pause();
          return { time: video.currentTime, length: video.duration, width: video.videoWidth };
        }, moment);
      for (const moment of [0, 41.3, 7]) {
        const { time, length, width } = await playFrom(moment);
        expect([Math.round(length), width]).toEqual([seconds, 320]);
        expect(time - moment).toBeLessThan(10);
      }
      await screenshot(page, `viewer-film-${binary}`, { fullPage: false });
      expect(await axe(page)).toEqual([]);
      // All that was held at first is dropped on the way.
      const end = await (await inside()).evaluate(async () => {
        const video = document.querySelector('video') as HTMLVideoElement;
        video.playbackRate = 12;
        await video.play();
        while (!video.ended) await new Promise((resolve) => setTimeout(resolve, 50));
        return video.currentTime;
      });
      expect(Math.round(end)).toBe(seconds);
      await close();
      expect(holds(profile, mark)).toBe(false);
      const origins = asked.map((url) => new URL(url)).filter(({ protocol }) => /^(http|ws|ftp)/.test(protocol));
      expect([...new Set(origins.map(({ origin }) => origin))]).toEqual([new URL(device.desk.url).origin]);
    }, 60_000);

    it.each([
      ['film.mp4', title],
      ['minutes.pdf', 'too large'],
    ])(
      'tells what %s gives away, or that it cannot be looked into',
      async (name, wanted) => {
        const [item] = await page.$$(`::-p-xpath(//li[.//bdi[text()='${name}']])`);
        await item!.evaluate((one) => {
          const buttons = [...one.querySelectorAll('button')];
          buttons.find(({ textContent }) => textContent === 'What it gives away')?.click();
        });
        await page.waitForFunction((one, text) => one?.textContent?.includes(text), { timeout: 20_000 }, item, wanted);
        if (wanted === title) await screenshot(page, `traces-film-${binary}`, { fullPage: false });
      },
      30_000,
    );

    it('would be seen to keep what it may', async () => {
      const other = await browser.newPage();
      await other.goto(`http://127.0.0.1:${(open.address() as AddressInfo).port}`);
      await expect.poll(() => holds(profile, mark), { timeout: 20_000 }).toBe(true);
      await other.close();
    }, 30_000);

    it('plays a sound that is not packed in parts, and goes on to the next by itself', async () => {
      await look(3);
      await page.waitForFunction(() => /Page 1 of 4/.test(document.querySelector('dialog.viewer')?.textContent ?? ''));
      await (await inside()).$eval('audio', async (sound) => {
        sound.muted = true;
        sound.currentTime = sound.duration - 0.3;
        await sound.play();
      });
      await page.waitForFunction(() => /Page 2 of 4/.test(document.querySelector('dialog.viewer')?.textContent ?? ''));
      await (await inside()).waitForFunction(() => document.querySelector('audio')?.paused === false);
      expect(holds(profile, 'WAVEfmt')).toBe(false);
      await close();
    }, 60_000);

    it('turns the pages of a text, lists an archive, and says of a document why it is not shown', async () => {
      await look(1);
      const text = async (): Promise<string> => (await inside()).$eval('pre', ({ textContent }) => textContent ?? '');
      expect(await text()).toMatch(/^00000000 список\n/);
      await page.evaluate(() =>
        [...document.querySelectorAll('button')].find((one) => one.textContent === 'Next page')?.click(),
      );
      await page.waitForFunction(() =>
        /Page 2 of 1\d\d/.test(document.querySelector('dialog.viewer')?.textContent ?? ''),
      );
      expect(await text()).toMatch(/^\d{8} список\n/);
      await screenshot(page, `viewer-long-text-${binary}`, { fullPage: false });
      await close();
      await look(2);
      expect(await (await inside()).$eval('li', ({ textContent }) => textContent)).toBe('ledger-2026.csv 9 B');
      await close();
      await look(4);
      expect(await page.$eval('dialog.viewer [role=alert]', ({ textContent }) => textContent)).toContain(
        'this one is larger',
      );
      await close();
    }, 60_000);
  });
});
