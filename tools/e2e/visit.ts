// What a person does on the source's page, in any browser.
import { makeDocx } from '@postern/protocol/testing/metadata-files';
import type { Browser, Page } from 'puppeteer-core';

/** The button that goes on. */
export const main = '#app:not([hidden]) button.main:not(:disabled)';
const patience = { timeout: 90_000 };

/** Opens the page in a tab of its own; ready when it says who reads. @param listen called before anything is fetched */
export async function openPage(browser: Browser, url: string, listen?: (page: Page) => void): Promise<Page> {
  const page = await browser.newPage();
  listen?.(page);
  await page.goto(url, patience);
  await page.waitForSelector('#start button.main', patience);
  return page;
}

/** The saved page from its file, with the pack and something entered as the verification words. */
export async function openSavedPage(page: Page, url: string, packPath: string, words: string): Promise<void> {
  await page.goto(url);
  await page.waitForSelector('#pack-file', patience);
  const input = await page.$('input#pack-file');
  await input?.uploadFile(packPath);
  await fill(page, '#pack-words', words);
  await press(page, '#pack button.main');
}

/** From the first page to the twelve words. @param desk part of its name; by default the first @returns the words as they are shown */
export async function writeMessage(page: Page, text: string, desk = ''): Promise<string[]> {
  await press(page, '#start button.main');
  return finishMessage(page, text, desk);
}

/** From the page for writing to the twelve words. @param desk part of its name; by default the first */
export async function finishMessage(page: Page, text: string, desk = ''): Promise<string[]> {
  await page.waitForSelector('#write-text', patience);
  await page.$$eval(
    '.desk',
    (labels, name) =>
      labels
        .find((label) => label.textContent?.includes(name))
        ?.querySelector('input')
        ?.click(),
    desk,
  );
  await fill(page, '#write-text', text);
  await press(page, main);
  await page.waitForSelector('.words li:nth-child(12)', patience);
  return shownWords(page);
}

/** The twelve words as they are shown. */
export function shownWords(page: Page): Promise<string[]> {
  return page.$$eval('.words .word', (items) => items.map((item) => item.textContent ?? ''));
}

/** A letter with authors, comments and deleted text in it, chosen as a person chooses it. */
export async function attachLetter(page: Page): Promise<void> {
  const { bytes } = await makeDocx(new Uint8Array(0));
  await page.$eval(
    '#write-files',
    (element, content) => {
      const input = element as HTMLInputElement;
      const given = new DataTransfer();
      given.items.add(new File([Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0))], 'letter.docx'));
      input.files = given.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    },
    Buffer.from(bytes).toString('base64'),
  );
}

/** Types back the words that are asked for, which sends the message. */
export async function typeWordsBack(page: Page, words: readonly string[]): Promise<void> {
  await press(page, main);
  await page.waitForSelector('.field input', patience);
  const labels = await page.$$eval('.field label span', (spans) => spans.map((span) => span.textContent ?? ''));
  for (const [at, label] of labels.entries()) {
    await page.type(`.field:nth-child(${at + 1}) input`, words[Number(/\d+/.exec(label)?.[0]) - 1] ?? '');
  }
  await press(page, main);
}

/** Waits until the page says that the server has the whole message. */
export async function waitForStored(page: Page): Promise<void> {
  await page.waitForSelector('.parts li.done', patience);
}

/** Comes back with the words. */
export async function enterWords(page: Page, typed: string): Promise<void> {
  await press(page, '#hero button');
  await page.waitForSelector('#app textarea', patience);
  await page.type('#app textarea', typed);
  await press(page, main);
}

/** @returns the first answer as it is shown */
export async function readAnswer(page: Page): Promise<string> {
  await page.waitForSelector('.answer-text', patience);
  return page.$eval('.answer-text', (element) => element.textContent ?? '');
}

/**
 * For `page.evaluate` in Chromium: what a person does in the window that asks where to save, with a place in the folder
 * that the browser keeps for the page's origin. All the rest is the browser's own.
 */
export function choosePlace(): void {
  const choose = async ({ suggestedName }: { readonly suggestedName: string }): Promise<FileSystemFileHandle> =>
    (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
  Object.assign(globalThis, { showSaveFilePicker: choose });
}

/** Scrolled to and pressed by the page itself: puppeteer's own pointer waits for frames that a busy machine is slow to give. */
export async function press(page: Page, selector: string): Promise<void> {
  await page.waitForSelector(selector, patience);
  await page.$eval(selector, (element) => (element as HTMLElement).click());
}

/** A whole text at once, as an input method or a paste gives it. */
export async function fill(page: Page, selector: string, text: string): Promise<void> {
  await page.$eval(
    selector,
    (element, value) => {
      (element as HTMLTextAreaElement).value = value;
      element.dispatchEvent(new Event('input', { bubbles: true }));
    },
    text,
  );
}
