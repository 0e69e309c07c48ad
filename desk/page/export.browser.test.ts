/** Two people let a case out of the desk: one asks in the page, the other agrees on their own device, the first one seals. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { makePictures } from '@postern/protocol/testing/metadata-files';
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../tools/build.ts';
import { lacks } from '../../tools/debian.ts';
import { callAddress, sessionHeader } from '../src/app/api.ts';
import { DeskWorld } from '../src/engine/testing/desk-world.ts';
import { TestSource } from '../src/engine/testing/test-source.ts';
import { openArchive } from '../src/export/open-archive.ts';
import { type DeskOf, deskOf } from '../src/testing/desk-of.ts';
import { ask, ownHeaders } from '../src/testing/local-page.ts';
import { storeFile } from '../src/testing/stored-file.ts';
import { lookInEachLanguage } from './testing/each-language.ts';
import { passMinutes } from './testing/passing-time.ts';
import { hasKeys, openUnlocked } from './testing/unlocked-page.ts';

const letter = '我在区里的建设局工作。开标之前就已经定好了价格。';
let world: DeskWorld;
let folder: DeskOf['folder'];
let remove: DeskOf['remove'];
let desk: DeskOf['desk'];
let browser: Browser;
let page: Page;
let session: string | undefined;

const until = (isSo: () => Promise<boolean>): Promise<void> => passMinutes(world, isSo);

const has = (selector: string, text: string) => async (): Promise<boolean> =>
  page.$eval(selector, (element, wanted) => element.textContent?.includes(wanted) === true, text).catch(() => false);

describe.skipIf(lacks('chromium', 'libimage-exiftool-perl', 'imagemagick'))('export in the page of the desk', () => {
  beforeAll(async () => {
    await ensureBuilt();
    world = await DeskWorld.create(1, { repliesADay: 48 });
    ({ desk, folder, remove } = await deskOf(world, { fileDelaySeconds: [0, 0] }));
    browser = await launchChromium();
    page = await openUnlocked(browser, desk);
    page.on('request', (request) => {
      session = request.headers()[sessionHeader] ?? session;
    });
    await until(hasKeys(page));
    const samples = mkdtempSync(join(tmpdir(), 'postern-export-'));
    const photo = makePictures(samples)[0]?.bytes ?? new Uint8Array();
    rmSync(samples, { recursive: true });
    const contents = [
      ['first.jpg', photo],
      ['second.jpg', photo],
      ['list.txt', utf8ToBytes('A list')],
      ['elsewhere.txt', utf8ToBytes('Not fetched')],
    ] as const;
    const files = await Promise.all(contents.map(([name, bytes]) => storeFile(world, name, bytes)));
    await new TestSource(world).visit([letter], 6, true, files);
    await until(async () => (await page.$('.row')) !== null);
  });
  afterAll(async () => {
    await browser.close();
    await remove();
  });

  /** Presses a button beside the file of this name in a list, once it is there. */
  const pressAt = async (list: string, name: string, text: string): Promise<void> => {
    const button = await page.waitForFunction(
      (within, file, label) => {
        const items = [...document.querySelectorAll(`${within} .files li`)];
        const own = items.find((item) => item.querySelector('.file-name bdi')?.textContent === file);
        const buttons = [...(own?.querySelectorAll('button') ?? [])];
        return buttons.find((one) => one.textContent === label && !one.disabled) ?? null;
      },
      {},
      list,
      name,
      text,
    );
    await button.asElement()?.focus();
    await page.keyboard.press('Enter');
  };

  /** What stands beside a file in the list of those that go out. */
  const beside = (name: string): Promise<string> =>
    page.$$eval(
      'form.export .files > li',
      (items, file) => items.find((item) => item.querySelector('bdi')?.textContent === file)?.textContent ?? '',
      name,
    );

  /** Looks into the files that go out, and chooses for each. */
  async function chooseFiles(): Promise<void> {
    await page.focus('form.export summary');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('form.export .files > li').length === 4);
    expect(await beside('list.txt')).toContain('It is not on this device');
    await pressAt('form.export', 'list.txt', 'Fetch');
    // Neither missing nor on its way.
    const isHere = async (name: string): Promise<boolean> => !/on this device|on its way/.test(await beside(name));
    for (const name of ['first.jpg', 'second.jpg', 'list.txt']) await until(() => isHere(name));
    await page.click('form.export .look');
    await page.waitForFunction(() => document.querySelector('form.export .look:not([disabled])') !== null);
    expect(await beside('second.jpg')).toContain('MarkerSerial7');
    expect(await beside('list.txt')).toContain('Nothing was found');
    expect(await beside('elsewhere.txt')).toContain('It is not on this device');
    await page.select('form.export select[aria-label="How list.txt goes out"]', 'copy');
    expect(await beside('list.txt')).toContain('no safe copy');
    await pressAt('.timeline', 'list.txt', 'Make safe copy…');
    await pressAt('.timeline', 'list.txt', 'Make the copy');
    await until(async () => !(await beside('list.txt')).includes('no safe copy'));
    await page.select('form.export select[aria-label="How second.jpg goes out"]', 'original');
  }

  /** What the local process answers to a call to export that says more than the page does. */
  async function callAs(order: Readonly<Record<string, string>>): Promise<number> {
    const headers = ownHeaders(page.url(), session);
    return (await ask(page.url(), `${callAddress}export`, { headers, body: JSON.stringify(order) })).status;
  }

  it('[CAS-10] shows the other person for which keys, in which form and with what else, before they agree', async () => {
    const engine = world.devices[0]?.engine;
    const id = engine?.conversations()[0]?.id ?? '';
    const keys = [generateHybridIdentity, generateX25519Identity].map(async (make) =>
      identityToRecipient(await make()),
    );
    const [long, short] = (await Promise.all(keys)) as [string, string];
    const kept = (await engine?.conversation(id))?.messages[0]?.files[1]?.kept ?? '';
    const terms = { recipients: [long, short], form: 'none', choices: { [kept]: 'original' }, hasWork: true } as const;
    await engine?.work((cases, day) => cases.ask([id], terms, day));
    await page.click('.row');
    await until(async () => (await page.$('.consent .request .terms')) !== null);
    const digits = createHash('sha256').update(long).digest('hex').slice(0, 32).match(/.{4}/g)?.join(' ') ?? '';
    const said = [short, digits, 'Left out', 'Original 1', 'What the team wrote for itself goes along', 'compare them'];
    for (const text of said) await until(has('.consent .request', text));
    await page.click('.consent .terms li summary');
    expect(await has('.consent .terms li', long)()).toBe(true);
    await page.click('.consent .terms > details > summary');
    await until(async () => (await page.$$('.consent .terms .files > li')).length === 4);
    expect(await page.$$eval('.consent .terms .files > li', (all) => all.map((one) => one.textContent))).toEqual([
      expect.stringMatching(/^ first.jpg.*Left out$/),
      expect.stringMatching(/^ second.jpg.*Original$/),
      expect.stringMatching(/^ list.txt.*Left out$/),
      expect.stringMatching(/^ elsewhere.txt.*Left out$/),
    ]);
    await page.setViewport({ width: 320, height: 900 });
    await page.click('.work-button');
    await lookInEachLanguage(page, 'desk-export-agree', { selector: '.consent .request' });
    await page.setViewport({ width: 1440, height: 900 });
    const request = engine?.team().requests[0]?.id ?? '';
    await engine?.work((cases, day) => cases.answer(request, false, day));
    await until(async () => (await page.$('.consent .request')) === null);
  });

  it('[CAS-5] asks, waits for the other person, seals for a post-quantum key, and says so in the case', async () => {
    const engine = world.devices[0]?.engine;
    await page.click('.row');
    await page.waitForSelector('.work-body .consent');
    for (const name of ['first.jpg', 'second.jpg']) await pressAt('.timeline', name, 'Fetch');
    const press = (text: string): Promise<void> =>
      page.$$eval(
        '.consent button',
        (buttons, wanted) => buttons.find((button) => button.textContent === wanted)?.click(),
        text,
      );
    await press('Ask to export');
    const identity = await generateHybridIdentity();
    const recipient = await identityToRecipient(identity);
    await page.waitForSelector('form.export textarea');
    await page.focus('form.export textarea');
    await page.keyboard.sendCharacter('not a key');
    await page.click('form.export [type=submit]');
    await page.waitForSelector('form.export p.complaint');
    await chooseFiles();
    await page.$eval('form.export textarea', (field) => (field as HTMLTextAreaElement).select());
    await page.keyboard.sendCharacter(recipient);
    await page.setViewport({ width: 320, height: 900 });
    await page.click('.work-button');
    await lookInEachLanguage(page, 'desk-export-request', { selector: 'form.export' });
    await page.click('form.export [type=submit]');
    await page.waitForSelector('.consent .request');
    expect(await has('.consent .request', 'A second person must agree')()).toBe(true);
    expect(await page.$('form.export')).toBe(null);

    await until(async () => engine?.team().requests.length === 2);
    const asked = engine?.team().requests.find(({ answer }) => answer === null);
    const request = asked?.id ?? '';
    expect(asked?.terms).toMatchObject({ recipients: [recipient], form: 'cleaned', hasWork: false });
    expect(Object.values(asked?.terms?.choices ?? {}).sort()).toEqual(['copy', 'original']);
    await engine?.work((cases, day) => cases.answer(request, true, day));
    await until(async () => (await page.$('form.export')) !== null);
    // Other keys than those agreed to are not even read.
    const refused = await callAs({ request, language: 'en', recipients: 'age1other' });
    expect([refused, existsSync(join(folder.path, 'exports'))]).toEqual([400, false]);
    await page.click('form.export [type=submit]');
    await page.waitForSelector('form.export [role=status] .path');
    expect(await page.$eval('form.export', (form) => form.textContent)).toContain('Files in it: 3. Left out: 1.');
    await lookInEachLanguage(page, 'desk-export', { selector: 'form.export' });

    const [name = ''] = readdirSync(join(folder.path, 'exports'));
    const path = join(folder.path, 'exports', name);
    expect(await page.$eval('form.export [role=status] .path', (element) => element.textContent)).toBe(path);
    const target = join(folder.path, 'opened');
    const files = await openArchive(path, identity, target);
    const transcript = files.find((file) => file.endsWith('transcript.html')) ?? '';
    expect(readFileSync(join(target, transcript), 'utf8')).toContain(letter);
    const going = (ending: string): Buffer =>
      readFileSync(join(target, files.find((file) => file.endsWith(ending)) ?? ''));
    expect(['first.jpg', 'second.jpg'].map((name) => going(name).includes('MarkerSerial7'))).toEqual([false, true]);
    expect(going('safe-copy.pdf').subarray(0, 5).toString()).toBe('%PDF-');
    expect(files.filter((file) => file.includes('list'))).toEqual([expect.stringContaining('safe-copy')]);
    // The other person's device knows who did what.
    await until(async () => {
      const id = engine?.conversations()[0]?.id ?? '';
      return (await engine?.conversation(id))?.work.notes[0]?.text.includes('Exported') === true;
    });
    const work = (await engine?.conversation(engine.conversations()[0]?.id ?? ''))?.work;
    expect(work?.trail.map(({ what, value }) => `${what} ${value}`)).toEqual([
      'asked export',
      'answered export/no',
      'asked export',
      'answered export/yes',
      'note note',
    ]);
  });
});
