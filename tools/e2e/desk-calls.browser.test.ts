// Calls on the built page, on the real local process, engine and server: answers in the words of the call, and how calls are written.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readCampaignFolder } from '@postern/cli/campaign/campaign-folder';
import { callWorkshop } from '@postern/cli/campaign/workshop';
import { decodeDraft } from '@postern/cli/organisation/roster-file';
import { DeskWorld } from '@postern/desk/engine/testing/desk-world';
import { TestSource } from '@postern/desk/engine/testing/test-source';
import { hearSession, lookInEachLanguage } from '@postern/desk/page/testing/each-language';
import { type DeskOf, deskOf } from '@postern/desk/testing/desk-of';
import { passphrase } from '@postern/desk/testing/device-folder';
import { fingerprint } from '@postern/protocol/bytes/brand';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { type Campaign, encodeCampaign } from '@postern/protocol/campaign/campaign';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { sha256 } from '@postern/protocol/primitives/hash';
import { exiftool } from '@postern/protocol/testing/metadata-tools';
import { campaignRow } from '@postern/server/rules/campaigns';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, it as baseIt, beforeAll, describe, expect } from 'vitest';
import { axe, screenshot } from '../browsers/inspect.ts';
import { launchChromium, launchFirefox } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';
import { askAndUnask, chooseFilm, filmFiles, reopenUnread, settle, writeWords } from './call-walk.ts';
import { CallsPage } from './calls-page.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'hospital-contracts');

let world: DeskWorld;
let remove: DeskOf['remove'];
let folder: DeskOf['folder'];
let desk: DeskOf['desk'];
let page: Page;
let calls: CallsPage;

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

async function search(words: string): Promise<void> {
  await page.click('#search', { count: 3 });
  await page.keyboard.type(words);
}

const texts = (selector: string): Promise<string[]> => calls.texts(selector);

async function speak(language: string): Promise<void> {
  await page.waitForFunction(() => document.querySelector('dialog[open]') === null);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('?');
  await page.waitForSelector('dialog[open] .language select');
  await page.select('dialog[open] .language select', language);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.querySelector('dialog[open]') === null);
}

/** Brings the signed roster, first one that is not the root key's; what is published is the call with its film. */
async function publishSigned(calls: CallsPage, name: string): Promise<string> {
  const [made = ''] = globSync('calls/*/campaign.json', { cwd: folder.path })
    .filter((path) => readFileSync(join(folder.path, path), 'utf8').includes(`"${name}"`))
    .map((path) => dirname(join(folder.path, path)));
  const films = ['en.md', 'en.vtt', 'poster.jpg', 'video.mp4', 'zh-Hans.md', 'zh-Hans.vtt'];
  expect(globSync('*', { cwd: join(made, 'film') }).sort()).toEqual(films);
  const video = join(made, 'film', 'video.mp4');
  expect(exiftool(video, '-x', 'File:all')).not.toMatch(/39\.9|2026:03:04/);
  const signed = join(folder.path, `${name}.roster`);
  // What is not signed by the root key goes nowhere.
  writeFileSync(signed, (world.roster as VerifiedRoster).signed.slice(0, 400));
  await calls.choose('Choose the signed roster', signed);
  await calls.shows('.call-checklist .complaint', 'not signed');
  const draft = decodeDraft(new Uint8Array(readFileSync(join(made, 'roster.draft'))));
  writeFileSync(signed, (await world.signRoster(draft)).signed);
  await calls.choose('Choose the signed roster', signed);
  await calls.shows('.call-checklist [role=status]', 'Published');
  await until(async () => Buffer.from(await (await fetch(`${world.origin}/campaigns`)).arrayBuffer()).includes(name));
  const film = readFileSync(video);
  const piece = `${world.origin}/film/${bytesToHex(await sha256(new Uint8Array(film)))}`;
  await until(async () => (await fetch(piece)).status === 200);
  expect(Buffer.from(await (await fetch(piece)).arrayBuffer()).equals(film)).toBe(true);
  return made;
}

const browsers = [
  ['chromium', () => launchChromium()],
  ['firefox-esr', () => launchFirefox('standard')],
] as const;

beforeAll(async () => {
  await ensureBuilt();
  world = await DeskWorld.create(0);
  world.addresses.push('https://review.example');
  ({ desk, folder, remove } = await deskOf(world, { workshop: callWorkshop }));
});
afterAll(() => remove());

describe.each(browsers)('calls on the page of the desk in %s', (binary, launch) => {
  const it = baseIt.skipIf(lacks(binary, 'ffmpeg', 'libimage-exiftool-perl'));
  // One browser will do for it.
  const inChromium = binary === 'chromium' ? it : () => undefined;
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch();
    page = await browser.newPage();
    hearSession(page);
    calls = new CallsPage(page);
    page.setDefaultTimeout(60_000);
    // Firefox, set up as Tor Browser, keeps a size of its own.
    if (binary === 'chromium') await page.setViewport({ width: 1440, height: 900 });
    await page.goto(desk.newUrl());
    await page.waitForSelector('#passphrase, .desk');
    if ((await page.$('#passphrase')) !== null) {
      await page.keyboard.type(passphrase);
      await page.keyboard.press('Enter');
    }
    await page.waitForSelector('.desk');
  });
  afterAll(() => browser.close());

  inChromium(
    'show answers in the words of the call, in the language of who reads, and count and find by them',
    async () => {
      await until(async () => (await texts('.figures')).join().includes('Through'));
      const campaign = await publish();
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
        // Without an id known or typed: the menu has the questions too.
        await page.waitForFunction(() => document.querySelector('dialog') === null);
        await page.keyboard.press('f');
        await page.waitForFunction(
          (wanted) => [...document.querySelectorAll('dialog legend')].some((one) => one.textContent?.includes(wanted)),
          {},
          question,
        );
        await page.$$eval(
          'dialog fieldset',
          (sets, [asked, wanted]) => {
            const set = sets.find((one) => one.querySelector('legend')?.textContent?.includes(asked));
            [...(set?.querySelectorAll('label') ?? [])].find((one) => one.textContent?.startsWith(wanted))?.click();
          },
          [question, option] as const,
        );
        expect(await page.$eval('#search', (field) => (field as HTMLInputElement).value)).toContain('role=buyer');
        await screenshot(page, `desk-narrow-answers-${tag}`, { fullPage: false });
        await page.keyboard.press('Escape');
        await page.waitForFunction(() => document.querySelector('dialog') === null);
      }
    },
  );

  it('are written with a preview and a film beside them, signed elsewhere, and published', async () => {
    const name = `new-call-${binary}`;
    await speak('en');
    await writeWords(calls, binary);
    await lookAt(calls, 'words', binary);
    await calls.pressText('What it asks');
    await calls.type('Its place in addresses', `-${binary}`, { after: 'new-call' });
    await lookAt(calls, 'asked', binary);
    await askAndUnask(calls);
    await chooseFilm(calls, filmFiles(join(folder.path, `own-${binary}`)), binary);
    await lookAt(calls, 'film', binary);
    const [film = ''] = globSync('calls/*/film', { cwd: folder.path })
      .map((path) => join(folder.path, path))
      .filter((path) => !existsSync(join(path, '..', 'campaign.json')));
    await reopenUnread(calls, name, film);
    await settle(calls);
    await lookAt(calls, 'sign', binary);
    const made = await publishSigned(calls, name);
    // Drafts lie sealed.
    const stored = globSync('desk.sqlite*', { cwd: folder.path }).map((file) => readFileSync(join(folder.path, file)));
    expect(stored.some((bytes) => bytes.includes('boundary stones'))).toBe(false);
    if (binary !== 'chromium') return;
    await calls.pressText('Make the kit');
    await page.waitForFunction(
      () => document.querySelector('.call-checklist code')?.textContent?.endsWith('-kit') === true,
      { timeout: 120_000 },
    );
    const kit = globSync('**/*.*', { cwd: `${made}-kit` });
    for (const language of ['en', 'zh-Hans']) expect(kit).toContain(join(language, 'poster-a4.pdf'));
  });
});

/** A part is readable by everybody, in the languages of the desk; of a Firefox that is set up as Tor Browser the size stays. */
async function lookAt({ page: shown }: CallsPage, part: string, browser: string): Promise<void> {
  if (browser === 'chromium') await lookInEachLanguage(shown, `calls-${part}`);
  else expect(await axe(shown)).toEqual([]);
}
