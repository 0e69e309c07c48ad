/** Messages that somebody carried to the desk by hand, given to its page as people have them: QR pictures, files, text. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyPack } from '@postern/protocol/keys/pack';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import { carriedToLines } from '@postern/protocol/messages/carried';
import { OfflineSession } from '@postern/protocol/source/offline-session';
import type { Browser, ElementHandle, HTTPRequest, Page } from 'puppeteer-core';
import encodeQR from 'qr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../tools/build.ts';
import { lacks } from '../../tools/debian.ts';
import { DeskWorld, random } from '../src/engine/testing/desk-world.ts';
import { type DeskOf, deskOf } from '../src/testing/desk-of.ts';
import { passphrase } from '../src/testing/device-folder.ts';
import { hearSession, lookInEachLanguage } from './testing/each-language.ts';
import { passMinutes } from './testing/passing-time.ts';

const text = 'Carried over a border';

let world: DeskWorld;
let of: DeskOf;
let browser: Browser;
let folder: string;

/** Lines of what a person has sealed with the pack of today. */
async function sealed(): Promise<readonly string[]> {
  const bytes = new Uint8Array(await (await fetch(`${world.origin}/pack`)).arrayBuffer());
  const session = new OfflineSession(await verifyPack(bytes, world.fingerprint, world.day), random);
  await session.newPhrase(await loadWordList('english'));
  await session.send({ deskId: session.desks[0]?.id ?? '', text, language: 'en' });
  return session.sealed[0]?.lines ?? [];
}

const until = (isSo: () => Promise<boolean>): Promise<void> => passMinutes(world, isSo, 120);

/** A picture of one line, as it is shown on a screen. */
function picture(line: string, name: string): string {
  const path = join(folder, name);
  writeFileSync(path, encodeQR(line, 'gif', { scale: 3, border: 4, ecc: 'low' }));
  return path;
}

const results = (page: Page): Promise<string[]> =>
  page.$$eval('.carried-results li', (items) => items.map((item) => item.textContent ?? ''));

async function choose(page: Page, paths: readonly string[]): Promise<void> {
  const field = (await page.$('.carried input[type=file]')) as ElementHandle<HTMLInputElement>;
  await field.uploadFile(...paths);
}

/** Gives it and waits for what became of all. */
async function give(page: Page, paths: readonly string[], count: number): Promise<string[]> {
  await choose(page, paths);
  await page.waitForFunction((wanted) => document.querySelectorAll('.carried-results li').length === wanted, {}, count);
  await page.waitForFunction(() => document.querySelector('.carried .main')?.textContent === 'Take in');
  return results(page);
}

/** A page of the desk, unlocked before, where carried messages are taken in. */
async function openCarried(): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(of.desk.newUrl());
  await page.waitForSelector('.desk');
  await page.keyboard.press('i');
  await page.waitForSelector('dialog[open] #carried-text');
  return page;
}

/** Gives these lines as text, and waits for what is said of one message among them. */
async function paste(page: Page, lines: readonly string[], said: string): Promise<void> {
  await page.focus('#carried-text');
  await page.keyboard.sendCharacter(lines.join('\n'));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForFunction(
    (wanted) =>
      document.querySelector<HTMLTextAreaElement>('#carried-text')?.value === '' &&
      document.querySelector('.carried .main')?.textContent === 'Take in' &&
      document.querySelector('.carried-results')?.textContent?.includes(wanted) === true,
    {},
    said,
  );
}

describe.skipIf(lacks('chromium'))('a carried message', () => {
  beforeAll(async () => {
    await ensureBuilt();
    folder = mkdtempSync(join(tmpdir(), 'postern-carried-'));
    world = await DeskWorld.create(0);
    of = await deskOf(world);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await of.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is taken in from QR pictures, files and text by keyboard, and each that is not says why', async () => {
    const page = await browser.newPage();
    hearSession(page);
    const problems: string[] = [];
    page.on('pageerror', (error) => void problems.push(String(error)));
    page.on('console', (message) => void problems.push(message.text()));
    page.setDefaultTimeout(30_000);
    await page.goto(of.desk.newUrl());
    await page.waitForSelector('#passphrase');
    await page.keyboard.type(passphrase);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.desk');
    await until(async () => (await fetch(`${world.origin}/pack`)).ok);
    const lines = await sealed();
    expect(lines.length).toBeGreaterThan(2);
    await page.keyboard.press('i');
    await page.waitForSelector('dialog[open] #carried-text');

    const [last = '', ...pictures] = lines.map((line, at) => picture(line, `code-${at}.gif`)).reverse();
    const note = join(folder, 'note.txt');
    writeFileSync(note, 'Only a note');
    expect(await give(page, [...pictures, note], 2)).toEqual([
      expect.stringContaining(`Parts are missing: ${lines.length}.`),
      'note.txt Nothing of a sealed message was found in it.',
    ]);
    expect(await page.$('.row')).toBe(null);
    await give(page, [last], 1);
    expect((await results(page))[0]).toContain('New. It comes into the inbox');
    await until(async () => (await page.$('.row')) !== null);
    expect(await page.$eval('.row-text', (element) => element.textContent)).toBe(text);

    const envelopes = [random(4_096)];
    const lastDay = world.day + 3;
    const elsewhere = await carriedToLines({ lastDay, envelopes }, random(32));
    const unreadable = await carriedToLines({ lastDay, envelopes }, world.fingerprint);
    const late = await carriedToLines({ lastDay: world.day - 1, envelopes }, world.fingerprint);
    const [first = '', ...rest] = await sealed();
    const damaged = [first.replace(/.$/, (sign) => (sign === 'A' ? 'B' : 'A')), ...rest];
    await page.focus('#carried-text');
    await page.keyboard.sendCharacter([elsewhere, unreadable, late, damaged].map((all) => all.join('\n')).join('\n'));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('.carried-results li').length === 5);
    const said = (await results(page)).map((line) => line.slice(line.indexOf(' ') + 1));
    expect(said).toEqual([
      'Here already.',
      'For another organisation, or damaged.',
      'This desk cannot open it: it is for another desk, or this device lacks the key.',
      'Too late: the keys that open it are erased.',
      'Damaged: a sign in it is wrong.',
    ]);
    expect((await page.$$('.row')).length).toBe(1);
    await lookInEachLanguage(page, 'desk-carried');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog') === null);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('is taken in when its parts came twice before the last one, and when a damaged one is given again', async () => {
    const page = await openCarried();
    const envelopes = Array.from({ length: 4 }, () => random(4_096));
    const long = await carriedToLines({ lastDay: world.day + 3, envelopes }, world.fingerprint);
    const [last = '', ...others] = long.toReversed();
    await paste(page, others, 'Parts are missing');
    await paste(page, others, 'Parts are missing');
    await paste(page, [last], 'This desk cannot open it');
    // Of the same number as a line that is here already.
    await paste(page, [last.slice(0, -1)], 'Damaged');
    await paste(page, long, 'This desk cannot open it');
    // Longer than the desk takes: those beside it are taken all the same.
    await paste(page, [`POSTERN1:AAAAAAAA:1/1:${'A'.repeat(40_000)}`], 'Damaged');
    expect(await results(page)).toHaveLength(2);
  });

  it('is read from a picture that is given before the frame that reads it is there', async () => {
    const page = await openCarried();
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog') === null);
    const frame = Promise.withResolvers<HTTPRequest>();
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      if (request.url().endsWith('/viewer/frame.html')) frame.resolve(request);
      else void request.continue();
    });
    await page.keyboard.press('i');
    await page.waitForSelector('dialog[open] #carried-text');
    const [line = ''] = await sealed();
    await choose(page, [picture(line, 'early.gif')]);
    await page.waitForFunction(() => document.querySelector('.carried .main')?.textContent !== 'Take in');
    await (await frame.promise).continue();
    await page.waitForSelector('.carried-results li');
    expect(await results(page)).toEqual([expect.stringContaining('Parts are missing')]);
  });

  it('is looked for in each file that can be read, and what is none is named', async () => {
    const page = await openCarried();
    await paste(page, ['POSTERN1:hello'], 'Nothing of a sealed message was found');
    const lines = await sealed();
    await page.evaluate((text) => {
      const folder = {
        name: 'folder',
        size: 0,
        arrayBuffer: () => Promise.reject(new DOMException('', 'NotFoundError')),
      };
      const endless = { name: 'endless.jpg', size: 2 ** 40, arrayBuffer: () => new Promise(() => undefined) };
      const drop = new Event('drop', { cancelable: true });
      const files = [folder, endless, new File([text], 'message.txt')];
      document.dispatchEvent(Object.assign(drop, { dataTransfer: { files } }));
    }, lines.join('\n'));
    await page.waitForFunction(() => document.querySelectorAll('.carried-results li').length === 3);
    expect(await results(page)).toEqual([
      expect.stringContaining('New. It comes into the inbox'),
      'folder Nothing of a sealed message was found in it.',
      'endless.jpg Nothing of a sealed message was found in it.',
    ]);
  });
});
