// Calls on the built page in Chromium, on the real local process, engine and server: answers in the words of the call.
import { join } from 'node:path';
import { readCampaignFolder } from '@postern/cli/campaign/campaign-folder';
import { DeskWorld } from '@postern/desk/engine/testing/desk-world';
import { TestSource } from '@postern/desk/engine/testing/test-source';
import { type DeskOf, deskOf } from '@postern/desk/testing/desk-of';
import { passphrase } from '@postern/desk/testing/device-folder';
import { fingerprint } from '@postern/protocol/bytes/brand';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { type Campaign, encodeCampaign } from '@postern/protocol/campaign/campaign';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { sha256 } from '@postern/protocol/primitives/hash';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, screenshot } from '../browsers/inspect.ts';
import { launchChromium } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'hospital-contracts');

let world: DeskWorld;
let remove: DeskOf['remove'];
let desk: DeskOf['desk'];
let browser: Browser;
let page: Page;
let campaign: Campaign;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let minute = 0; minute < 120; minute++) {
    if (await isSo()) return;
    world.clock.time += 60;
    await world.server?.tick();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('wait: it did not become so');
}

/** Stores the example at the server and lists it in the next roster. */
async function publish(): Promise<Campaign> {
  const { desks } = world.roster as VerifiedRoster;
  const named = desks.map((one) => ({ ...one, names: [{ language: 'en', name: 'Investigations', description: '' }] }));
  const made = await readCampaignFolder(example, { fingerprint: fingerprint(world.fingerprint), desks: named });
  const payload = encodeCampaign(made);
  const hash = await sha256(payload);
  const row = { kind: 'campaign', key: bytesToHex(hash), lastDay: world.day + 90, bytes: payload };
  await world.storage?.write([{ kind: 'document', row }]);
  await world.server?.addRoster((await world.signRoster({ campaigns: [{ id: made.id, hash }] })).signed);
  return made;
}

const texts = (selector: string): Promise<string[]> =>
  page.$$eval(selector, (elements) => elements.map((element) => element.textContent ?? ''));

async function search(words: string): Promise<void> {
  await page.click('#search', { count: 3 });
  await page.keyboard.type(words);
}

async function speak(language: string): Promise<void> {
  await page.keyboard.press('?');
  await page.select('#help select, dialog[open] select', language);
  await page.keyboard.press('Escape');
}

describe.skipIf(lacks('chromium'))('calls on the page of the desk', () => {
  beforeAll(async () => {
    await ensureBuilt();
    world = await DeskWorld.create(0);
    ({ desk, remove } = await deskOf(world));
    browser = await launchChromium();
    page = await browser.newPage();
    page.setDefaultTimeout(15_000);
    await page.setViewport({ width: 1440, height: 900 });
    await page.goto(desk.url);
    await page.waitForSelector('#passphrase');
    await page.keyboard.type(passphrase);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.desk');
  });
  afterAll(async () => {
    await browser.close();
    await remove();
  });

  it('show answers in the words of the call, in the language of who reads, and count and find by them', async () => {
    await until(async () => (await texts('.figures')).join().includes('Through'));
    campaign = await publish();
    const answered = {
      campaign: campaign.id,
      answers: [
        { question: 'role', values: ['buyer'] },
        { question: 'since', values: ['2024-03'] },
        { question: 'nothing-asked', values: ['<b>typed</b>'] },
      ],
    };
    await new TestSource(world).visit(['I bought them.'], 6, true, [], answered);
    await new TestSource(world).visit(['I did not.'], 6, true, [], {
      campaign: new Uint8Array(8).fill(9),
      answers: [{ question: 'role', values: ['buyer'] }],
    });
    await until(async () => (await page.$$('.row')).length === 2);
    const english = campaign.texts.find(({ language }) => language === 'en')!;
    const chinese = campaign.texts.find(({ language }) => language === 'zh-Hans')!;
    const role = campaign.questions.findIndex(({ id }) => id === 'role');
    const buyer = campaign.questions[role]?.options.indexOf('buyer') ?? 0;
    for (const [tag, text] of [
      ['en', english],
      ['zh-Hans', chinese],
    ] as const) {
      await speak(tag);
      const [question, option] = [text.prompts[role]?.label ?? '', text.prompts[role]?.options[buyer] ?? ''];
      await search('role=buyer');
      await until(async () => (await texts('.find')).join().includes(option));
      await search(option);
      await page.waitForFunction(() => document.querySelectorAll('.row').length === 1);
      await page.click('.row');
      await page.waitForSelector('.item dl');
      expect((await texts('.item dt'))[0]).toBe(question);
      expect(await texts('.item dd')).toEqual([option, '2024-03', '<b>typed</b>']);
      expect((await texts('.case .bar p'))[0]).toContain(text.title);
      await screenshot(page, `desk-answers-${tag}`);
      await page.keyboard.press('t');
      await page.waitForSelector('dialog[open] table');
      const table = (await texts('dialog[open] table')).join(' ');
      for (const words of [text.title, question, option, '090909']) expect(table).toContain(words);
      expect(await axe(page)).toEqual([]);
      await screenshot(page, `desk-counts-${tag}`, { fullPage: false });
      await page.keyboard.press('Escape');
    }
  });
});
