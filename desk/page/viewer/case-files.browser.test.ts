/** Files on the real page, process, engine and server: safe copies are pixels and plain text and nothing else; what files give away is shown and taken out. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { inspectedBytesMax } from '@postern/protocol/metadata/inspect';
import { filmHead, filmMarker } from '@postern/protocol/testing/large-film';
import { makeDocx, makePictures, makeRecordings } from '@postern/protocol/testing/metadata-files';
import { exiftool, mat2 } from '@postern/protocol/testing/metadata-tools';
import { fullPdfs } from '@postern/protocol/testing/pdf-files';
import * as mupdf from 'mupdf';
import type { Browser, ElementHandle, HTTPRequest, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, screenshot } from '../../../tools/browsers/inspect.ts';
import { launchChromium } from '../../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../../tools/build.ts';
import { lacks } from '../../../tools/debian.ts';
import { copyAddress } from '../../src/app/api.ts';
import { DeskWorld } from '../../src/engine/testing/desk-world.ts';
import { TestSource } from '../../src/engine/testing/test-source.ts';
import { type DeskOf, deskOf } from '../../src/testing/desk-of.ts';
import { storeFile } from '../../src/testing/stored-file.ts';
import { lookInEachLanguage } from '../testing/each-language.ts';
import { paintedText, scanOf } from '../testing/painted-text.ts';
import { passMinutes } from '../testing/passing-time.ts';
import { settled } from '../testing/settled-page.ts';
import { hasKeys, lock, openUnlocked, unlock } from '../testing/unlocked-page.ts';

const samples = mkdtempSync(join(tmpdir(), 'postern-copies-'));
const planted = /Marker|2026[:-]03[:-]04|116(?:\.4| deg)|JavaScript|attacker\.example/;
const hidden = 'mark\u200bed\u202e\u{e0041}';
let contents: ReadonlyMap<string, Uint8Array>;
let world: DeskWorld;
let folder: DeskOf['folder'];
let remove: DeskOf['remove'];
let desk: DeskOf['desk'];
let browser: Browser;
let page: Page;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const saved = (name: string): Uint8Array => readFileSync(join(folder.path, 'saved', name));

/** What the tools that people use find in a file, its bytes as text included. */
function foundIn(bytes: Uint8Array, name: string): string {
  const path = join(samples, `looked-at-${name}`);
  writeFileSync(path, bytes);
  const told = exiftool(path, '-x', 'File:all') + mat2(path);
  rmSync(path);
  return told + Buffer.from(bytes).toString('latin1');
}

function pdf(pages: number): Uint8Array {
  const kids = Array.from({ length: pages }, (_, page) => `${10 + page} 0 R`).join(' ');
  const each = Array.from(
    { length: pages },
    (_, page) =>
      `${10 + page} 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >> endobj`,
  ).join('\n');
  const content = 'BT /F 24 Tf 20 100 Td (Tender of spring) Tj ET';
  return utf8ToBytes(`%PDF-1.7
1 0 obj << /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.launchURL\\("https://attacker.example/"\\)) >> >> endobj
2 0 obj << /Type /Pages /Kids [${kids}] /Count ${pages} >> endobj
3 0 obj << /Author (MarkerAuthor) /CreationDate (D:20260304050607Z) >> endobj
4 0 obj << /Length ${content.length} >> stream
${content}
endstream endobj
5 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> endobj
${each}
trailer << /Root 1 0 R /Info 3 0 R >>
%%EOF
`);
}

/** Steps of the case that say that an original was saved. */
const stepsOfSaving = (): Promise<number> =>
  page.$$eval(
    '.work-body .trail li',
    (all) => all.filter((one) => one.textContent?.includes('original file saved')).length,
  );

const until = (isSo: () => Promise<boolean>): Promise<void> => passMinutes(world, isSo);

/** Presses a button of the file with this name, by keyboard, once it is there. */
async function press(name: string, text: string): Promise<void> {
  const button = await page.waitForFunction(
    (file, label) => {
      const own = [...document.querySelectorAll('.files li')].findLast(
        (item) => item.querySelector('.file-name bdi')?.textContent === file,
      );
      const buttons = [...(own?.querySelectorAll('button') ?? [])];
      return buttons.find((one) => one.textContent === label && !one.disabled) ?? null;
    },
    {},
    name,
    text,
  );
  await button.asElement()?.focus();
  await page.keyboard.press('Enter');
}

const hasFile = (name: string): Promise<unknown> =>
  page.waitForFunction(
    (file) => [...document.querySelectorAll('.file-name bdi')].some(({ textContent }) => textContent === file),
    {},
    name,
  );

async function save(name: string, ask: string): Promise<Uint8Array> {
  await press(name, ask);
  await press(name, 'Save it all the same');
  // The name is taken, by an empty file, before the content comes.
  await page.waitForFunction(saysOf, {}, name, join(folder.path, 'saved', name));
  return saved(name);
}

/** In two windows and schemes: pictures of this place, and nothing that axe finds. */
async function look(name: string, selector: string): Promise<void> {
  for (const [width, scheme] of [
    [320, 'light'],
    [1440, 'dark'],
  ] as const) {
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.$eval(selector, (element) => element.scrollIntoView({ block: 'center' }));
    await settled(page);
    expect(await axe(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
    await screenshot(page, `${name}-${width}-${scheme}`, { fullPage: false });
  }
}

/** In the browser: whether something is said below the file of this name. */
const saysOf = (name: string, text: string): boolean =>
  [...document.querySelectorAll('.files li')].some(
    (item) => item.querySelector('.file-name bdi')?.textContent === name && item.textContent?.includes(text) === true,
  );

describe.skipIf(lacks('chromium', 'ffmpeg', 'libimage-exiftool-perl', 'imagemagick', 'mat2'))('files of a case', () => {
  beforeAll(async () => {
    await ensureBuilt();
    const photo = makePictures(samples)[0]!.bytes;
    contents = new Map([
      ['minutes.pdf', pdf(3)],
      ['letter.docx', (await makeDocx(photo)).bytes],
      ['photo.jpg', photo],
      ['list.txt', utf8ToBytes(`港口的名单 ${hidden}`)],
      ['long.pdf', pdf(400)],
      ['endless.pdf', pdf(501)],
      ['broken.pdf', utf8ToBytes('%PDF-1.7 nothing')],
      ['letter.pdf', scanOf(await paintedText('Nobody asked why 14 names were missing'))],
    ]);
    world = await DeskWorld.create(0, { repliesADay: 48 });
    ({ desk, folder, remove } = await deskOf(world, { fileDelaySeconds: [0, 0] }));
    browser = await launchChromium();
    page = await openUnlocked(browser, desk);
    await until(hasKeys(page));
    const files = await Promise.all([...contents].map(([name, bytes]) => storeFile(world, name, bytes)));
    await new TestSource(world).visit(['See these.'], 6, true, files);
    await until(async () => (await page.$('.row')) !== null);
    await page.click('.row');
    for (const name of contents.keys()) await press(name, 'Fetch');
    await page.waitForFunction((all) => document.querySelectorAll('.files .main').length === all, {}, contents.size);
  });
  afterAll(async () => {
    await browser.close();
    await remove();
    rmSync(samples, { recursive: true });
  });

  it('keeps pages as pixels beside the original, with nothing of what was planted, and the original as it was', async () => {
    let originals = 0;
    for (const [name, pages] of [
      ['minutes.pdf', 3],
      ['letter.docx', 1],
      ['photo.jpg', 1],
    ] as const) {
      expect(foundIn(contents.get(name)!, name)).toMatch(planted);
      await press(name, 'Make safe copy…');
      await press(name, 'Make the copy');
      const copy = name.replace(/\..*/, ' (safe copy).pdf');
      await hasFile(copy);
      const bytes = await save(copy, 'Save copy…');
      expect(foundIn(bytes, copy)).not.toMatch(planted);
      const opened = mupdf.PDFDocument.openDocument(bytes, 'application/pdf');
      expect(opened.countPages()).toBe(pages);
      expect(opened.loadPage(0).toStructuredText('').asText()).toBe('');
      const pixels = opened.loadPage(0).toPixmap(mupdf.Matrix.identity, mupdf.ColorSpace.DeviceGray).getPixels();
      expect(pixels.filter((value) => value < 128).length).toBeGreaterThan(50);
      expect(sha256(await save(name, 'Save original…'))).toBe(sha256(contents.get(name)!));
      // CAS-12: of this, and not of the copy.
      originals += 1;
      await until(async () => (await stepsOfSaving()) >= originals);
      expect(await stepsOfSaving()).toBe(originals);
    }
  });

  it('keeps the text if that is asked for, without characters that nobody sees', async () => {
    await press('list.txt', 'Make safe copy…');
    await (await page.waitForSelector('.files .callout input[type=checkbox]'))?.click();
    await lookInEachLanguage(page, 'safe-copy', { selector: '.files .callout' });
    await press('list.txt', 'Make the copy');
    await hasFile('list (safe copy).txt');
    expect(Buffer.from(await save('list (safe copy).txt', 'Save copy…')).toString()).toContain('港口的名单 marked\n');
  });

  it('recognises the text of a scan by keyboard, marks it, keeps it, and finds the case by it', async () => {
    /** Waits until the search for these words has found the case, or has not. */
    const search = async (isFound: boolean): Promise<void> => {
      await page.click('#search', { count: 3 });
      await page.keyboard.type('14 names missing');
      // What was there before stays until the answer comes.
      await page.waitForSelector(isFound ? '.inbox .list[aria-busy=false] .row' : '.inbox .none');
      await page.click('#search', { count: 3 });
      await page.keyboard.press('Backspace');
      await page.waitForSelector('.row');
    };
    await search(false);
    // From the window where the scan is looked at.
    await press('letter.pdf', 'Look at it');
    const ask = await page.waitForFunction(() =>
      [...document.querySelectorAll('dialog.viewer[open] button')].find((one) => one.textContent === 'Recognise text…'),
    );
    await (ask.asElement() as ElementHandle<HTMLElement> | null)?.focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.files .callout option');
    await page.waitForFunction(() => document.querySelector('dialog.viewer') === null);
    expect(await page.$eval('.files .callout select', (select) => select.value)).toBe('en');
    await lookInEachLanguage(page, 'recognise-text', { selector: '.files .callout' });
    await press('letter.pdf', 'Recognise the text');
    await page.waitForFunction(() => document.activeElement?.matches('.files [role=status]'));
    await hasFile('letter (text).txt');
    await page.waitForFunction(saysOf, {}, 'letter.pdf', 'The text is kept below');
    await search(true);
    await lookInEachLanguage(page, 'recognised-text', { selector: '.files [role=status][tabindex]' });
    const text = Buffer.from(await save('letter (text).txt', 'Save copy…')).toString();
    expect(text).toMatch(/^\[Page 1: recognised by machine[^\n]*\]\nNobody asked why 14 names were missing\n/);
  });

  it('reads nothing before it knows the languages, and says when they do not come', async () => {
    const listing = Promise.withResolvers<HTTPRequest>();
    await page.setRequestInterception(true);
    const hold = (request: HTTPRequest): void => {
      if (request.url().endsWith('/text-languages')) listing.resolve(request);
      else void request.continue();
    };
    page.on('request', hold);
    await press('letter.pdf', 'Recognise text…');
    const request = await listing.promise;
    expect(await page.$eval('.files .callout .main', (button) => (button as HTMLButtonElement).disabled)).toBe(true);
    await request.abort();
    await page.waitForSelector('.files .callout [role=alert]');
    expect(await page.$eval('.files .callout .main', (button) => (button as HTMLButtonElement).disabled)).toBe(true);
    page.off('request', hold);
    await page.setRequestInterception(false);
    await press('letter.pdf', 'Not now');
  });

  it('stops when it is told to, and keeps nothing of it', async () => {
    const kept = (): string[] => readdirSync(join(folder.path, 'files')).sort();
    const before = kept();
    await press('long.pdf', 'Make safe copy…');
    await press('long.pdf', 'Make the copy');
    await page.waitForFunction(() => /[1-9]\d* of 400/.test(document.querySelector('.files')?.textContent ?? ''));
    const held = Promise.withResolvers<HTTPRequest>();
    const hold = (request: HTTPRequest): void => {
      if (request.url().endsWith(copyAddress)) held.resolve(request);
      else void request.continue();
    };
    page.on('request', hold);
    await page.setRequestInterception(true);
    const request = await held.promise;
    await lookInEachLanguage(page, 'safe-copy-working', { selector: '.files progress' });
    await press('long.pdf', 'Stop');
    page.off('request', hold);
    await request.continue();
    await page.setRequestInterception(false);
    await page.waitForFunction(() => document.querySelector('.files progress') === null);
    expect(kept()).toEqual(before);
  });

  it('says why there is no copy of a file', async () => {
    for (const [name, reason] of [
      ['endless.pdf', 'more than 500 pages'],
      ['broken.pdf', 'damaged'],
    ] as const) {
      await press(name, 'Make safe copy…');
      await press(name, 'Make the copy');
      await page.waitForFunction(saysOf, {}, name, reason);
    }
    await lookInEachLanguage(page, 'no-copy', { selector: '.files .complaint' });
  });

  it('tells what a file gives away beside its content, and that it found nothing', async () => {
    for (const [name, wanted] of [
      ['photo.jpg', ['A place', 'MarkerSerial7', 'MarkerMake', '2026']],
      ['minutes.pdf', ['MarkerAuthor', 'Scripts or links']],
      ['letter.docx', ['MarkerCreator', 'Comments', 'Earlier versions']],
      ['list.txt', ['Nothing was found']],
    ] as const) {
      await press(name, 'What it gives away');
      for (const text of wanted) await page.waitForFunction(saysOf, {}, name, text);
    }
    await lookInEachLanguage(page, 'traces', { selector: '.files .traces' });
  });

  it('asks what shall become of a file before anything of it is attached, and attaches what was chosen', async () => {
    const kept = (): string[] => readdirSync(join(folder.path, 'files')).sort();
    const before = kept();
    const paths = ['form.jpg', 'other.jpg', 'paper.pdf', 'plain.txt', 'film.mp4', 'large.mp4'].map((name) =>
      join(samples, name),
    );
    writeFileSync(paths[0]!, contents.get('photo.jpg')!);
    writeFileSync(paths[1]!, contents.get('photo.jpg')!);
    writeFileSync(paths[2]!, fullPdfs(contents.get('photo.jpg')!).table);
    writeFileSync(paths[3]!, 'Nothing but this line');
    writeFileSync(paths[4]!, makeRecordings(samples).find(({ name }) => name === 'a.mp4')!.bytes);
    writeFileSync(paths[5]!, filmHead);
    truncateSync(paths[5]!, inspectedBytesMax + 1);
    const chooser = (await page.$('.attached input')) as ElementHandle<HTMLInputElement>;
    await chooser.uploadFile(paths[0]!, paths[1]!, paths[2]!, paths[4]!, paths[5]!);
    for (const text of ['MarkerSerial7', 'Attach a cleaned copy']) {
      await page.waitForFunction(saysOf, {}, 'form.jpg', text);
      await page.waitForFunction(saysOf, {}, 'other.jpg', text);
      await page.waitForFunction(saysOf, {}, 'paper.pdf', text.replace('MarkerSerial7', 'MarkerAuthor'));
      await page.waitForFunction(saysOf, {}, 'film.mp4', text.replace('MarkerSerial7', 'MarkerMake'));
      // Of which most was not read.
      await page.waitForFunction(saysOf, {}, 'large.mp4', text.replace('MarkerSerial7', filmMarker));
    }
    await page.focus('#reply');
    await page.keyboard.type('Here is a form.');
    expect(kept()).toEqual(before);
    expect(await page.$eval('.composer [type=submit]', (button) => button.getAttribute('aria-disabled'))).toBe('true');
    await page.keyboard.down('Control');
    await page.keyboard.press('Enter');
    await page.keyboard.up('Control');
    await page.waitForFunction(() => document.getElementById('complaint')?.textContent?.includes('waits for a choice'));
    expect(await page.$('.item.is-desk')).toBe(null);
    await look('review', '.attached');
    await press('form.jpg', 'Attach a cleaned copy');
    await press('paper.pdf', 'Attach a cleaned copy');
    await press('film.mp4', 'Attach a cleaned copy');
    await press('large.mp4', 'Do not attach');
    await press('other.jpg', 'Do not attach');
    await page.waitForFunction(() => document.activeElement?.matches('.attached .chooser'));
    // Where nothing was found nobody is asked.
    await chooser.uploadFile(paths[3]!);
    await page.waitForFunction(
      () => document.querySelector('.attached')?.textContent?.match(/At the server/g)?.length === 4,
    );
    expect(kept()).toHaveLength(before.length + 4);
    // One more waits for its choice when somebody locks the desk: the reply comes back, and it says that this one does not.
    await chooser.uploadFile(paths[1]!);
    await page.waitForFunction(saysOf, {}, 'other.jpg', 'Attach a cleaned copy');
    await lock(page);
    await unlock(page);
    await page.click('.row');
    await page.waitForFunction(saysOf, {}, 'other.jpg', 'This file is not attached');
    await page.waitForFunction(saysOf, {}, 'form.jpg', 'cleaned copy');
    expect(await page.$eval('#reply', (text) => (text as HTMLTextAreaElement).value)).toBe('Here is a form.');
    expect(await page.$$eval('.inbox .tag', (all) => all.map(({ textContent }) => textContent))).toContain('Draft');
    expect(await page.$eval('.attached', ({ textContent }) => textContent?.match(/At the server/g))).toHaveLength(4);
    expect(kept()).toHaveLength(before.length + 4);
    expect(await page.$eval('.composer [type=submit]', (button) => button.getAttribute('aria-disabled'))).toBe('true');
    await look('attached-after-lock', '.attached');
    await press('other.jpg', 'Remove');
    await page.waitForSelector('.composer [type=submit][aria-disabled="false"]');
    await page.$eval('.composer [type=submit]', (button) => (button as HTMLElement).click());
    await page.waitForSelector('.item.is-desk .files');
    // Attachments that were kept over a lock come back in any order.
    const names = await page.$$eval('.item.is-desk .file-name', (all) => all.map(({ textContent }) => textContent));
    expect(names.sort()).toEqual(['film.mp4', 'form.jpg', 'paper.pdf', 'plain.txt']);
    expect(foundIn(await save('form.jpg', 'Save original…'), 'form.jpg')).not.toMatch(planted);
    expect(foundIn(await save('paper.pdf', 'Save original…'), 'paper.pdf')).not.toMatch(planted);
    expect(foundIn(await save('film.mp4', 'Save original…'), 'film.mp4')).not.toMatch(planted);
  });

  it('ends looking into a file when the desk is locked', async () => {
    await page.setRequestInterception(true);
    // Never answered, so that the frame is still there.
    page.on('request', (request) => (request.url().endsWith('/viewer/frame.html') ? undefined : request.continue()));
    await press('photo.jpg', 'What it gives away');
    await page.waitForSelector('body > iframe');
    await lock(page);
    expect(await page.$('body > iframe')).toBe(null);
  });
});
