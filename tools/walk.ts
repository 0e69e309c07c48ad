// Pictures of every screen in a language at 320 px, from the first word to the answer, with scripts and without, for who reads a translation: `node tools/walk.ts <language> <folder>`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { launchChromium } from './browsers/launch.ts';
import { ensureBuilt } from './build.ts';
import { officeWithCall } from './e2e/call-office.ts';
import { answer, openDesk, publishDayKeys, type RunningDesk } from './e2e/desk.ts';
import { nextEpoch } from './e2e/office.ts';
import { choose, fill as fillForm, go, present, press as pressForm, typeBack, wordsOf } from './e2e/plain-visit.ts';
import { attachLetter, fill, main, press, readAnswer, shownWords, typeWordsBack, waitForStored } from './e2e/visit.ts';

const width = 320;
const texts = { scripts: 'A message with scripts.', plain: 'A message without.' };
const reply = 'Thank you. — 谢谢。 — شكرًا. — Спасибо.';

/** Takes the next picture of a walk. */
type See = (page: Page, name: string) => Promise<void>;
const [language, folder] = process.argv.slice(2);
if (language === undefined || folder === undefined) {
  console.error('usage: node tools/walk.ts <language> <folder>');
  process.exit(2);
}
await walk(language, folder);

async function walk(tag: string, folder: string): Promise<void> {
  await ensureBuilt();
  const office = await officeWithCall();
  const server = await office.serve({ plain: {} });
  const browser = await launchChromium();
  try {
    const [first, second] = office.desks;
    if (first === undefined || second === undefined) throw new Error('walk: the office has not two desks');
    await publishDayKeys(office, second, server.origin);
    const desk = await openDesk(office, first, server.origin);
    const page = await browser.newPage();
    await page.setViewport({ width, height: 640 });
    const see = pictures(folder);
    const deskHex = Buffer.from(first.id).toString('hex');
    const [url, plainUrl] = [`${server.origin}/${tag}/`, `${server.origin}/plain/${tag}/`];
    const words = await write(page, see, url, texts.scripts, deskHex);
    await others(page, see, url);
    const plainWords = await writePlain(page, see, plainUrl, texts.plain, deskHex);
    for (const text of Object.values(texts)) await answerTo(desk, text);
    await nextEpoch(office.roster.epochSeconds, server.origin);
    await comeBack(page, see, url, words);
    await comeBackPlain(page, see, plainUrl, plainWords);
  } finally {
    await browser.close();
    await server.stop();
    office.remove();
  }
}

function pictures(folder: string): See {
  mkdirSync(folder, { recursive: true });
  let taken = 0;
  return async (page, name) => {
    const path = join(folder, `${String(taken++).padStart(2, '0')}-${name}.png`);
    await page.screenshot({ path: path as `${string}.png`, fullPage: true });
  };
}

async function write(page: Page, see: See, url: string, text: string, desk: string): Promise<readonly string[]> {
  await page.goto(url);
  await page.waitForSelector('#start button.main');
  await see(page, 'home');
  await page.click('#languages summary');
  await page.$eval('.limits summary', (summary) => (summary as HTMLElement).click());
  await see(page, 'protection');
  await press(page, '#start button.main');
  await page.waitForSelector('#write-text');
  await press(page, main);
  await see(page, 'empty');
  await press(page, `.desk input[value="${desk}"]`);
  await attachLetter(page);
  await page.waitForSelector('.reviews [data-choice=clean]');
  await fill(page, '#write-text', text);
  await see(page, 'write');
  await press(page, '.reviews [data-choice=none]');
  await press(page, main);
  await page.waitForSelector('.words li:nth-child(12)');
  await see(page, 'words');
  const words = await shownWords(page);
  await press(page, main);
  await page.waitForSelector('.field input');
  await press(page, main);
  await see(page, 'check');
  await press(page, '#app button.quiet');
  await page.waitForSelector('.words li:nth-child(12)');
  await typeWordsBack(page, words);
  await page.waitForSelector('.parts li');
  await see(page, 'sent');
  await waitForStored(page);
  await see(page, 'received');
  return words;
}

/** The screens beside the way: whether it is really them, and delivering a sealed message. */
async function others(page: Page, see: See, url: string): Promise<void> {
  for (const [at, name] of [
    [1, 'verify'],
    [2, 'carry'],
  ] as const) {
    await page.goto(url);
    await page.waitForSelector('#start button.main');
    const buttons = await page.$$('#home button');
    const named = buttons.at(-3 + at);
    await named?.evaluate((button) => button.click());
    await page.waitForSelector('#app:not([hidden]) button.main');
    await page.$eval('#app button.main', (button) => (button as HTMLElement).click());
    await see(page, name);
  }
}

async function writePlain(page: Page, see: See, url: string, text: string, desk: string): Promise<readonly string[]> {
  await page.goto(url);
  await see(page, 'plain-home');
  await pressForm(page, `#start ${go('write')}`);
  await pressForm(page, go('submit'));
  await see(page, 'plain-write');
  await page.select('select[name=call]', 'county-hospital');
  await pressForm(page, go('call'));
  await see(page, 'plain-call');
  await page.select('select[name=call]', '');
  await pressForm(page, go('call'));
  await choose(page, `input[value="${desk}"]`);
  await fillForm(page, '#write-text', text);
  await pressForm(page, go('submit'));
  await present(page, '.words li:nth-child(12)');
  const words = await wordsOf(page);
  await see(page, 'plain-words');
  await pressForm(page, go('check'));
  await pressForm(page, go('checked'));
  await see(page, 'plain-check');
  await typeBack(page, words);
  await pressForm(page, go('checked'));
  await see(page, 'plain-sent');
  await present(page, '.parts li.done');
  await see(page, 'plain-received');
  await page.goto(url);
  await pressForm(page, go('leave'));
  return words;
}

async function answerTo(desk: RunningDesk, text: string): Promise<void> {
  const found = async (): Promise<string | undefined> => {
    for (const { id } of desk.engine.conversations()) {
      const messages = (await desk.engine.conversation(id))?.messages ?? [];
      if (messages.some((message) => message.text === text)) return id;
    }
    return undefined;
  };
  await desk.until(`the message “${text}”`, async () => (await found()) !== undefined);
  await answer(desk, (await found()) ?? '', reply);
}

async function comeBack(page: Page, see: See, url: string, words: readonly string[]): Promise<void> {
  await page.goto(url);
  await press(page, '#hero button');
  await page.waitForSelector('#app textarea');
  await page.type('#app textarea', `${words.slice(0, -1).join(' ')} zz`);
  await press(page, main);
  await see(page, 'enter');
  await fill(page, '#app textarea', words.join(' '));
  await press(page, main);
  await page.waitForSelector('.panel h2');
  await see(page, 'looking');
  await readAnswer(page);
  await see(page, 'answer');
}

async function comeBackPlain(page: Page, see: See, url: string, words: readonly string[]): Promise<void> {
  await page.goto(url);
  await pressForm(page, `#hero ${go('enter')}`);
  await fillForm(page, 'textarea[name=typed]', `${words.slice(1).join(' ')} x`);
  await pressForm(page, go('look'));
  await see(page, 'plain-enter');
  await fillForm(page, 'textarea[name=typed]', words.join(' '));
  await pressForm(page, go('look'));
  await see(page, 'plain-looking');
  await present(page, '.answer-text');
  await see(page, 'plain-answer');
  await pressForm(page, go('leave'));
}
