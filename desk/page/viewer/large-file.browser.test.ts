/** Looking at files that are too large to be handed over, on the real page and process, in Chromium and Firefox: they play and turn, nothing of them is on the disk, nothing calls. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBytesMax } from '@postern/desk/app/api';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { Browser, Frame, Page } from 'puppeteer-core';
import { afterAll, it as baseIt, beforeAll, describe, expect } from 'vitest';
import { screenshot } from '../../../tools/browsers/inspect.ts';
import { launchChromium, launchFirefox } from '../../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../../tools/build.ts';
import { binaries, lacks } from '../../../tools/debian.ts';
import { DeskWorld, random } from '../../src/engine/testing/desk-world.ts';
import { TestSource } from '../../src/engine/testing/test-source.ts';
import { FileFolder } from '../../src/files/file-folder.ts';
import { contentOf, keepContent } from '../../src/files/kept-content.ts';
import { type DeskOf, deskOf } from '../../src/testing/desk-of.ts';
import { passMinutes } from '../testing/passing-time.ts';
import { hasKeys, openUnlocked } from '../testing/unlocked-page.ts';

/** In every picture of the film. */
const mark = 'harbour-at-dawn';
const seconds = 60;

/** As phones write films: what leads to the pictures stands behind them. Between both lies what makes it large. */
function phoneFilm(folder: string): Uint8Array {
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
    '-g',
    '20',
    '-pix_fmt',
    'yuv420p',
    '-bsf:v',
    written,
    '-c:a',
    'aac',
  ];
  execFileSync(binaries.ffmpeg, ['-v', 'error', '-y', ...inputs, ...coded, path]);
  const film = readFileSync(path);
  const moov = film.lastIndexOf('moov') - 4;
  const free = Buffer.alloc(readBytesMax);
  free.writeUInt32BE(free.length);
  free.write('free', 4, 'latin1');
  return Buffer.concat([film.subarray(0, moov), free, film.subarray(moov)]);
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

const browsers = [
  ['chromium', (profile: string) => launchChromium({ profile })],
  [
    'firefox-esr',
    (profile: string) =>
      launchFirefox('standard', { profile, prefs: { 'privacy.resistFingerprinting.letterboxing': false } }),
  ],
] as const;

describe.each(browsers)('large files at the desk, in %s', (binary, launch) => {
  const it = baseIt.skipIf(lacks(binary, 'ffmpeg'));
  let world: DeskWorld;
  let device: DeskOf;
  let browser: Browser;
  let page: Page;
  let profile: string;
  const until = (isSo: () => Promise<boolean>): Promise<void> => passMinutes(world, isSo, 120);

  beforeAll(async () => {
    await ensureBuilt();
    world = await DeskWorld.create(0, { repliesADay: 48 });
    device = await deskOf(world, { fileDelaySeconds: [0, 0] });
    profile = mkdtempSync(join(tmpdir(), 'postern-large-'));
    browser = await launch(profile);
    page = await openUnlocked(browser, device.desk);
    await until(hasKeys(page));
    // They are here already: how they come is the matter of other tests.
    const folder = await FileFolder.open(join(device.folder.path, 'files'));
    const keep = (name: string, content: Uint8Array): Promise<FileDescriptor> =>
      keepContent(folder, { name, type: '', day: 0 }, contentOf(content), { fingerprint: world.fingerprint, random });
    const files = [await keep('film.mp4', phoneFilm(profile)), await keep('list.txt', longText())];
    rmSync(join(profile, 'film.mp4'));
    await new TestSource(world).visit(['See the film.'], 6, true, files);
    await until(async () => (await page.$('.row')) !== null);
    await page.click('.row');
    await page.waitForFunction(() => document.querySelectorAll('.files .main').length === 2);
  });
  afterAll(async () => {
    await browser.close();
    await device.remove();
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  const look = async (at: number): Promise<Frame> => {
    await page.evaluate((place) => [...document.querySelectorAll<HTMLElement>('.files .main')].at(place)?.click(), at);
    await page.waitForSelector('dialog.viewer iframe');
    const frame = await page.waitForFrame((one) => one.url().endsWith('/viewer/frame.html'));
    await page.waitForFunction(
      () => document.querySelector('dialog.viewer [role=status]')?.textContent !== 'Opening behind glass…',
    );
    return frame;
  };

  it('plays a film, from wherever somebody goes in it, and calls nobody', async () => {
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(request.url()));
    const frame = await look(0);
    await frame.waitForSelector('video');
    const at = (
      to: number | null,
    ): Promise<{ readonly time: number; readonly length: number; readonly isDrawn: boolean }> =>
      frame.evaluate(async (goal) => {
        const video = document.querySelector('video') as HTMLVideoElement;
        if (goal !== null) video.currentTime = goal;
        video.muted = true;
        await video.play();
        const start = goal ?? 0;
        while (video.currentTime < start + 0.5) await new Promise((resolve) => setTimeout(resolve, 50));
        return { time: video.currentTime, length: video.duration, isDrawn: video.videoWidth === 320 };
      }, to);
    const first = await at(null);
    expect(first).toMatchObject({ isDrawn: true });
    expect(Math.round(first.length)).toBe(seconds);
    expect((await at(41.3)).time).toBeLessThan(45);
    expect((await at(7)).time).toBeLessThan(11);
    await screenshot(page, `viewer-film-${binary}`, { fullPage: false });
    expect(holds(profile, mark)).toBe(false);
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog') === null);
    const addresses = new Set(
      asked
        .map((url) => new URL(url))
        .filter(({ protocol }) => protocol !== 'blob:' && protocol !== 'data:')
        .map(({ origin }) => origin),
    );
    expect([...addresses]).toEqual([new URL(device.desk.url).origin]);
  });
});
