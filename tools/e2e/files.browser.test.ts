// Files in both directions with real parts: three at once over a line that is cut, fetched and saved at the desk, one sent back.
import { type ChildProcess, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoSchedule } from '@postern/cli/demo/demo-organisation';
import { firstLine, start, stop } from '@postern/cli/testing/run';
import { makePictures } from '@postern/protocol/testing/metadata-files';
import { everythingIn, fullPdfs } from '@postern/protocol/testing/pdf-files';
import type { Browser, ElementHandle, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, screenshot } from '../browsers/inspect.ts';
import { launchChromium, launchFirefox } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';
import { type CutLine, lineTo } from './cut-line.ts';
import { nextEpoch } from './office.ts';
import {
  choosePlace,
  enterWords,
  fill,
  main,
  openPage,
  press,
  readAnswer,
  shownWords,
  typeWordsBack,
  waitForStored,
} from './visit.ts';

const patience = { timeout: 90_000 };
const { epochSeconds, thenEvery } = demoSchedule;
const folder = mkdtempSync(join(tmpdir(), 'postern-e2e-files-'));
const saved = join(folder, 'downloads');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const noise = (bytes: number): Uint8Array => {
  const content = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(content.subarray(at, at + 65_536));
  return content;
};

let photo: Uint8Array;
let demo: ChildProcess;
let told: { readonly source: string; readonly desk: string };
let line: CutLine;
let office: Browser;
/** The link opens it once. */
let desk: Page;

beforeAll(async () => {
  await ensureBuilt();
  mkdirSync(saved);
  if (lacks('libimage-exiftool-perl', 'imagemagick')) return;
  photo = makePictures(folder)[0]!.bytes;
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  demo = start('demo', '--json', '--source-port', '8427', '--desk-port', '8428');
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  told = JSON.parse(await firstLine(demo)) as typeof told;
  line = await lineTo(8427);
  office = await launchChromium();
  desk = await office.newPage();
  await desk.goto(told.desk);
});
afterAll(async () => {
  await office?.close();
  await line?.stop();
  await stop(demo, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const downloadPrefs = {
  'browser.download.folderList': 2,
  'browser.download.dir': saved,
  'browser.download.useDownloadDir': true,
};
const browsers = [
  ['chromium', 'chromium', () => launchChromium()],
  ['firefox-esr', 'firefox-safer', () => launchFirefox('safer', { prefs: downloadPrefs })],
] as const;

describe.skipIf(lacks('chromium', 'libimage-exiftool-perl', 'imagemagick')).each(browsers)(
  'files with %s (%s)',
  (binary, name, launch) => {
    it.skipIf(lacks(binary))('go to the desk over a line that is cut, and one comes back', async () => {
      const files = [
        { name: `${name} 合同.pdf`, content: noise(3_300_000) },
        { name: `${name} list.bin`, content: noise(1_200_000) },
        { name: `${name} note.txt`, content: new TextEncoder().encode(`marker of ${name}`) },
        { name: `${name} photo.jpg`, content: photo },
        { name: `${name} other photo.jpg`, content: photo },
        { name: `${name} minutes.pdf`, content: fullPdfs(photo).packed },
        { name: `${name} other minutes.pdf`, content: fullPdfs(photo).packed },
      ];
      for (const { name: file, content } of files) writeFileSync(join(folder, file), content);
      const cleaned = [`${name} photo.jpg`, `${name} minutes.pdf`];
      const writing = await launch();
      let returning: Browser | undefined;
      try {
        const words = await send(
          writing,
          name,
          files.map((file) => join(folder, file.name)),
          cleaned,
        );
        await openCase(desk, name);
        const hashes = await fetchAndSave(desk, files.length);
        const savedBytes = (file: string): Uint8Array =>
          readFileSync(join(folder, globSync(`**/saved/${file}`, { cwd: folder })[0] ?? ''));
        expect([...hashes].sort()).toEqual(files.map((file) => sha256(savedBytes(file.name))).sort());
        for (const file of files.filter((other) => !cleaned.includes(other.name))) {
          expect([file.name, sha256(savedBytes(file.name))]).toEqual([file.name, sha256(file.content)]);
        }
        // Latin letters stand as such in EXIF and XMP; the other two show that the values were there to be found.
        for (const [kind, planted] of [
          ['photo.jpg', /Marker|2026:03:04|GPS/],
          ['minutes.pdf', /Marker|2026:?03:?04|GPS/],
        ] as const) {
          const found = (file: string): string => {
            const input = savedBytes(file);
            return everythingIn(input) + execFileSync('exiftool', ['-G1', '-a', '-'], { input }).toString();
          };
          expect(found(`${name} other ${kind}`)).toMatch(planted);
          expect(found(`${name} ${kind}`)).not.toMatch(planted);
        }
        await screenshot(desk, `files-desk-${name}`, { fullPage: false });

        const back = { name: `answer to ${name}.bin`, content: noise(800_000) };
        writeFileSync(join(folder, back.name), back.content);
        await replyWith(desk, join(folder, back.name), name);
        await nextEpoch(epochSeconds, told.source);
        returning = await launch();
        if (name !== 'chromium') await closeWhileItComes(returning, desk, words);
        const page = await fetchAnswer(returning, words, name);
        const copy = (): unknown =>
          name === 'chromium' ? hashInPage(page, back.name) : hashAt(join(saved, back.name));
        await expect.poll(copy, { timeout: 60_000, interval: 500 }).toBe(sha256(back.content));
      } finally {
        await Promise.all([writing, returning].map((browser) => browser?.close()));
      }
    });
  },
);

function hashAt(path: string): string | null {
  try {
    return sha256(readFileSync(path));
  } catch {
    return null;
  }
}

/** Of a file in the folder that the browser keeps for the page's origin. */
function hashInPage(page: Page, name: string): Promise<string> {
  return page.evaluate(async (wanted) => {
    const file = await (await (await navigator.storage.getDirectory()).getFileHandle(wanted)).getFile();
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
    return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }, name);
}

/** @returns the twelve words */
async function send(
  browser: Browser,
  name: string,
  paths: readonly string[],
  cleaned: readonly string[],
): Promise<string[]> {
  const page = await openPage(browser, `${line.origin}/en/`);
  await press(page, '#start button.main');
  await page.waitForSelector('#write-text', patience);
  await page.$$eval('.desk', (labels) =>
    labels
      .find((label) => label.textContent?.includes('Investigations'))
      ?.querySelector('input')
      ?.click(),
  );
  await fill(page, '#write-text', `The papers, from ${name}.`);
  const chooser = (await page.$('#write-files')) as ElementHandle<HTMLInputElement>;
  await chooser.uploadFile(...paths);
  await Promise.all([line.cutAfter(1_000_000), chooseForEach(page, name, cleaned)]);
  await page.waitForFunction(
    () => document.querySelector('.files:not(.reviews)')?.textContent?.includes('Connection lost'),
    patience,
  );
  await press(page, main);
  await page.waitForFunction(() => document.querySelector('.complaint')?.textContent !== '', patience);
  await screenshot(page, `files-lost-${name}`);
  line.mend();
  const allComplete = (count: number): boolean =>
    [...document.querySelectorAll('.files li .fine')].filter((part) => part.textContent?.endsWith('Complete'))
      .length === count;
  await page.waitForFunction(allComplete, patience, paths.length);
  expect(await page.$eval('#write-files', (input) => (input as HTMLInputElement).value)).toBe('');
  if (name === 'chromium') expect(await axe(page)).toEqual([]);
  await screenshot(page, `files-sent-${name}`);
  await press(page, main);
  await page.waitForSelector('.words li:nth-child(12)', patience);
  const words = await shownWords(page);
  await typeWordsBack(page, words);
  await waitForStored(page);
  return words;
}

/** Noise cannot be cleaned; of two photos and two documents one goes cleaned. */
async function chooseForEach(page: Page, name: string, cleaned: readonly string[]): Promise<void> {
  await page.waitForFunction(() => document.querySelectorAll('.reviews [data-choice=original]').length === 6, patience);
  const shown = await page.$$eval('.reviews > li', (items) => items.map((item) => item.textContent ?? ''));
  const [photographed, written] = cleaned.map((wanted) => shown.find((text) => text.includes(wanted)));
  for (const part of ['A place, such as where it was made', '39.9042', 'MarkerModel', 'MarkerOwner', 'small copy'])
    expect(photographed).toContain(part);
  for (const part of ['MarkerAuthor', '39.9042', 'Scripts or links', 'Words that are only covered'])
    expect(written).toContain(part);
  expect(await axe(page)).toEqual([]);
  await screenshot(page, `files-review-${name}`);
  await page.$$eval(
    '.reviews > li',
    (items, wanted) => {
      for (const item of items) {
        const choice = wanted.includes(item.querySelector('bdi')?.textContent ?? '') ? 'clean' : 'original';
        item.querySelector<HTMLElement>(`[data-choice=${choice}]`)?.click();
      }
    },
    cleaned,
  );
}

async function openCase(page: Page, name: string): Promise<void> {
  const found = (text: string): boolean =>
    [...document.querySelectorAll('.row')].some((row) => row.textContent?.includes(text) === true);
  await page.waitForFunction(found, patience, `from ${name}.`);
  await page.$$eval(
    '.row',
    (rows, text) => (rows.find((row) => row.textContent?.includes(text)) as HTMLElement).click(),
    `from ${name}.`,
  );
  await page.waitForFunction(
    (text) => document.querySelector('.item .text')?.textContent?.includes(text),
    patience,
    `from ${name}.`,
  );
  await page.waitForSelector('.item .files li', patience);
}

/** @returns the SHA-256 that the desk tells of each saved original */
async function fetchAndSave(page: Page, count: number): Promise<string[]> {
  const pressAll = (text: string): void => {
    for (const button of document.querySelectorAll<HTMLElement>('.item button'))
      if (button.textContent === text) button.click();
  };
  const counted = (text: string, wanted: number): boolean =>
    [...document.querySelectorAll('.item .files li')].filter((item) => item.textContent?.includes(text)).length ===
    wanted;
  await page.evaluate(pressAll, 'Fetch');
  await page.waitForFunction(counted, patience, 'On this device, sealed', count);
  expect(globSync('**/saved/*', { cwd: folder }).filter((path) => path.includes('answer'))).toEqual([]);
  await page.evaluate(pressAll, 'Save original…');
  await page.waitForFunction(counted, patience, 'in the clear', count);
  expect(await axe(page)).toEqual([]);
  await page.evaluate(pressAll, 'Save it all the same');
  await page.waitForFunction(counted, patience, 'SHA-256', count);
  return page.$$eval('.item .files .note .hash', (parts) =>
    parts.map((part) => part.textContent ?? '').filter((text) => /^[0-9a-f]{64}$/.test(text)),
  );
}

async function replyWith(page: Page, path: string, name: string): Promise<void> {
  const chooser = (await page.$('.attached input')) as ElementHandle<HTMLInputElement>;
  await chooser.uploadFile(path);
  // Nobody can look into noise: a person says that it shall go.
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll<HTMLElement>('.attached button')].some((button) => {
        const isIt = button.textContent === 'Attach it unchanged';
        if (isIt) button.click();
        return isIt;
      }),
    patience,
  );
  await page.waitForFunction(
    () => document.querySelector('.attached')?.textContent?.includes('At the server'),
    patience,
  );
  await page.focus('#reply');
  await page.keyboard.type('Here is ours.');
  await screenshot(page, `files-attached-${name}`, { fullPage: false });
  await page.waitForSelector('.composer .main[aria-disabled="false"]', patience);
  await page.$eval('.composer .main', (button) => (button as HTMLElement).click());
  const posted = (): boolean =>
    /^Posted/.test(document.querySelector('.item.is-desk .progress')?.textContent?.trim() ?? '');
  await page.waitForFunction(posted, patience);
}

/** The desk has its confirmation, the line is cut, and the page closes: the answer and its file must still be there (RPL-9). */
async function closeWhileItComes(browser: Browser, office: Page, words: readonly string[]): Promise<void> {
  const page = await openPage(browser, `${line.origin}/en/`);
  await enterWords(page, words.join(' '));
  expect(await readAnswer(page)).toBe('Here is ours.');
  const isConfirmed = (): boolean =>
    /^Confirmed/.test(document.querySelector('.item.is-desk .progress')?.textContent?.trim() ?? '');
  await office.waitForFunction(isConfirmed, patience);
  // At the moment after a receipt a reply without files is deleted.
  await new Promise((resolve) => setTimeout(resolve, 1000 * (thenEvery + 1)));
  const cut = line.cutAfter(1);
  await press(page, '.answer .files button:not([hidden])');
  await cut;
  const isLost = (): boolean =>
    document.querySelector('.answer .files')?.textContent?.includes('Connection lost') === true;
  await page.waitForFunction(isLost, patience);
  expect(await page.$eval('.answer', ({ textContent }) => textContent)).toContain('your words find it again');
  await page.close();
  line.mend();
}

/** In Chromium what a person does in the window that asks where to save is done for them; the rest is the browser's own. */
async function fetchAnswer(browser: Browser, words: readonly string[], name: string): Promise<Page> {
  const page = await openPage(browser, `${line.origin}/en/`);
  if (name === 'chromium') {
    await page.evaluate(choosePlace);
  }
  await enterWords(page, words.join(' '));
  expect(await readAnswer(page)).toBe('Here is ours.');
  await press(page, '.answer .files button:not([hidden])');
  await page.waitForFunction(
    () => document.querySelector('.answer .files')?.textContent?.includes('Complete'),
    patience,
  );
  await screenshot(page, `files-answer-${name}`);
  return page;
}
