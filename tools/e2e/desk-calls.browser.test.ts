// Calls on the built page in Chromium, on the real local process, engine and server: answers in the words of the call.
import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCampaignFolder } from '@postern/cli/campaign/campaign-folder';
import { callWorkshop } from '@postern/cli/campaign/workshop';
import { decodeDraft } from '@postern/cli/organisation/roster-file';
import { DeskWorld } from '@postern/desk/engine/testing/desk-world';
import { TestSource } from '@postern/desk/engine/testing/test-source';
import { type DeskOf, deskOf } from '@postern/desk/testing/desk-of';
import { passphrase } from '@postern/desk/testing/device-folder';
import { fingerprint } from '@postern/protocol/bytes/brand';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { type Campaign, encodeCampaign } from '@postern/protocol/campaign/campaign';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { sha256 } from '@postern/protocol/primitives/hash';
import { campaignRow } from '@postern/server/rules/campaigns';
import type { Browser, ElementHandle, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, screenshot } from '../browsers/inspect.ts';
import { launchChromium } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'hospital-contracts');

let world: DeskWorld;
let remove: DeskOf['remove'];
let folder: DeskOf['folder'];
let desk: DeskOf['desk'];
let browser: Browser;
let page: Page;
let campaign: Campaign;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let minute = 0; minute < 400; minute++) {
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
  const { campaign: made } = await readCampaignFolder(example, {
    fingerprint: fingerprint(world.fingerprint),
    desks: named,
  });
  const payload = encodeCampaign(made);
  const hash = await sha256(payload);
  await world.storage?.write([{ kind: 'document', row: campaignRow(made, payload) }]);
  await world.server?.addRoster((await world.signRoster({ campaigns: [{ id: made.id, hash }] })).signed);
  return made;
}

const texts = (selector: string): Promise<string[]> =>
  page.$$eval(selector, (elements) => elements.map((element) => element.textContent ?? ''));

async function search(words: string): Promise<void> {
  await page.click('#search', { count: 3 });
  await page.keyboard.type(words);
}

async function press(label: string): Promise<void> {
  await page.click(`button[aria-label="${label}"]`);
}

async function pressText(words: string): Promise<void> {
  const find = (wanted: string): HTMLButtonElement | null =>
    [...document.querySelectorAll<HTMLButtonElement>('dialog.calls button')].find(
      ({ textContent, disabled }) => textContent === wanted && !disabled,
    ) ?? null;
  const button = await page.waitForFunction(find, {}, words);
  await (button as ElementHandle<HTMLButtonElement>).click();
}

/** Into the field whose label begins so, after what is there, or in its place. */
async function type(label: string, words: string, after = ''): Promise<void> {
  const handle = await page.evaluateHandle((wanted) => {
    const found = [...document.querySelectorAll('label.field')].find((one) =>
      one.querySelector('span')?.textContent?.includes(wanted),
    );
    return found?.querySelector<HTMLInputElement>('input, textarea') ?? null;
  }, label);
  const field = handle.asElement();
  if (field === null) throw new Error(`type: there is no field ${label}`);
  await field.evaluate((element, keep) => {
    const input = element as HTMLInputElement;
    if (keep === '') input.select();
    else input.setSelectionRange(input.value.length, input.value.length);
  }, after);
  await (field as ElementHandle<HTMLInputElement>).focus();
  await page.keyboard.type(words);
}

async function speak(language: string): Promise<void> {
  await page.waitForFunction(() => document.querySelector('dialog[open]') === null);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('?');
  await page.waitForSelector('dialog[open] .language select');
  await page.select('dialog[open] .language select', language);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.querySelector('dialog[open]') === null);
}

/** Adds two questions with options and takes them out again, the first one first. */
async function askAndUnask(): Promise<void> {
  const question = (at: number): string => `.question:nth-child(${at + 1} of .question)`;
  const asked = await page.$$eval('.question', ({ length }) => length);
  for (const [place, options] of ['north south', 'yes, no '].entries()) {
    await pressText('Add a question');
    await page.waitForSelector(`${question(asked + place)} select`);
    await page.select(`${question(asked + place)} select`, 'choice');
    await page.type(`${question(asked + place)} .field:nth-of-type(3) input`, options);
  }
  const remove = `${question(asked)} > button`;
  const optionsShown = (): Promise<string> =>
    page.$eval(`${question(asked)} .field:nth-of-type(3) input`, (field) => (field as HTMLInputElement).value);
  expect(await optionsShown()).toBe('north south');
  await page.click(remove);
  await page.waitForFunction((wanted) => document.querySelectorAll('.question').length === wanted, {}, asked + 1);
  expect(await optionsShown()).toBe('yes no');
  await page.click(remove);
  await page.waitForFunction((wanted) => document.querySelectorAll('.question').length === wanted, {}, asked);
}

describe.skipIf(lacks('chromium'))('calls on the page of the desk', () => {
  beforeAll(async () => {
    await ensureBuilt();
    world = await DeskWorld.create(0);
    world.addresses.push('https://review.example');
    ({ desk, folder, remove } = await deskOf(world, { workshop: callWorkshop }));
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
      await page.waitForSelector('dialog[open] td button');
      const table = (await texts('dialog[open] table')).join(' ');
      for (const words of [text.title, question, option, '090909']) expect(table).toContain(words);
      expect(await axe(page)).toEqual([]);
      await screenshot(page, `desk-counts-${tag}`, { fullPage: false });
      await page.keyboard.press('Escape');
    }
  });

  it('are written with a preview beside them, signed elsewhere, published, and made into a kit', async () => {
    await speak('en');
    await press('Calls');
    await pressText('Write a new call');
    await page.waitForSelector('.call-words');
    await type('Title', 'Who moved the boundary stones?');
    await type('What it is about', 'In spring **stones** moved.<script>parent.document.title="run"</script>');
    const frame = async () => {
      const element = await page.waitForSelector('.call-preview iframe');
      return (await element!.contentFrame())!;
    };
    await (await frame()).waitForFunction(
      () => document.querySelector('h1')?.textContent === 'Who moved the boundary stones?',
    );
    await (await frame()).waitForFunction(() => document.querySelector('strong')?.textContent === 'stones');
    expect(
      await (await frame()).evaluate(() => [document.scripts.length, document.querySelectorAll('.app script').length]),
    ).toEqual([0, 0]);
    expect(
      await (await frame()).evaluate(() =>
        fetch('/api/calls').then(
          () => 'answered',
          () => 'refused',
        ),
      ),
    ).toBe('refused');
    await screenshot(page, 'calls-page', { fullPage: false });
    await pressText('Poster');
    await (await frame()).waitForFunction(() => (document.querySelector('img')?.naturalWidth ?? 0) > 500);
    await screenshot(page, 'calls-poster', { fullPage: false });
    await page.type('.add-language input', 'zh-Hans');
    await pressText('+ Simplified Chinese');
    await page.waitForSelector('.pair .source');
    expect((await texts('.pair .source'))[0]).toBe('Who moved the boundary stones?');
    await type('Title', '是谁挪动了界石？');
    await pressText('Page');
    await (await frame()).waitForFunction(() => document.documentElement.lang === 'zh-Hans');
    await screenshot(page, 'calls-zh', { fullPage: false });
    for (const width of [320, 1440]) {
      await page.setViewport({ width, height: 900 });
      expect(await axe(page)).toEqual([]);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth),
      ).toBe(false);
    }
    await pressText('What it asks');
    await type('Its place in addresses', '-stones', 'new-call');
    await screenshot(page, 'calls-asked', { fullPage: false });
    expect(await axe(page)).toEqual([]);
    await askAndUnask();
    await pressText('Sign and publish');
    await page.waitForFunction(() => document.querySelectorAll('.checks .is-open').length === 2);
    expect(
      await page.$$eval('.ways :is(button, input)', (all) => all.every((one) => (one as HTMLButtonElement).disabled)),
    ).toBe(true);
    for (const language of ['English', 'Simplified Chinese']) {
      await pressText(language);
      await type('who has read and approved', 'R. Reader');
    }
    await pressText('Sign and publish');
    await page.waitForFunction(
      () =>
        document.querySelectorAll('.checks .is-open').length === 0 &&
        document.querySelectorAll('.checks .is-done').length === 2,
    );
    for (const box of await page.$$('.call-checklist .check input')) await box.click();
    await page.waitForSelector('.ways button:not([disabled])');
    await pressText('Write the folder');
    await page.waitForFunction(() => document.querySelector('.call-checklist code') !== null);
    await screenshot(page, 'calls-sign', { fullPage: false });
    expect(await axe(page)).toEqual([]);

    // A film that lies in the folder belongs to the call: on its page, in what is signed, and in what is published.
    const [made = ''] = globSync('calls/*', { cwd: folder.path }).map((path) => join(folder.path, path));
    const films = ['en.md', 'en.vtt', 'poster.jpg', 'video.mp4', 'zh-Hans.md', 'zh-Hans.vtt'];
    const listed = (): Uint8Array =>
      decodeDraft(new Uint8Array(readFileSync(join(made, 'roster.draft')))).campaigns.at(-1)?.hash ?? new Uint8Array(0);
    const before = listed();
    for (const name of films) cpSync(join(example, 'film', name), join(made, 'film', name));
    rmSync(join(made, 'roster.draft'));
    await pressText('Write the folder');
    await until(async () => existsSync(join(made, 'roster.draft')));
    expect(equal(listed(), before)).toBe(false);
    expect(globSync('*', { cwd: join(made, 'film') }).sort()).toEqual(films);

    const signed = join(folder.path, 'signed.roster');
    const draft = decodeDraft(new Uint8Array(readFileSync(join(made, 'roster.draft'))));
    // What is not signed by the root key goes nowhere.
    writeFileSync(signed, (world.roster as VerifiedRoster).signed.slice(0, 400));
    const [field] = await page.$$('.ways input[type=file]');
    await field!.uploadFile(signed);
    await page.waitForFunction(
      () => document.querySelector('.call-checklist .complaint')?.textContent?.includes('not signed') === true,
    );
    writeFileSync(signed, (await world.signRoster(draft)).signed);
    await (await page.$('.ways input[type=file]'))!.uploadFile(signed);
    await page.waitForFunction(
      () => document.querySelector('.call-checklist [role=status]')?.textContent?.includes('Published') === true,
    );
    await until(async () =>
      Buffer.from(await (await fetch(`${world.origin}/campaigns`)).arrayBuffer()).includes('new-call-stones'),
    );
    const film = readFileSync(join(made, 'film', 'video.mp4'));
    const piece = `${world.origin}/film/${bytesToHex(await sha256(new Uint8Array(film)))}`;
    await until(async () => (await fetch(piece)).status === 200);
    expect(Buffer.from(await (await fetch(piece)).arrayBuffer()).equals(film)).toBe(true);

    await pressText('Make the kit');
    await page.waitForFunction(
      () => document.querySelector('.call-checklist code')?.textContent?.endsWith('-kit') === true,
      { timeout: 120_000 },
    );
    const kit = globSync('**/*.*', { cwd: `${made}-kit` });
    for (const language of ['en', 'zh-Hans']) expect(kit).toContain(join(language, 'poster-a4.pdf'));
    // Drafts lie sealed.
    const stored = globSync('desk.sqlite*', { cwd: folder.path }).map((name) => readFileSync(join(folder.path, name)));
    expect(stored.some((bytes) => bytes.includes('boundary stones'))).toBe(false);
  });
});
