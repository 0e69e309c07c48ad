// What a person does on the pages without scripts, in any browser.
import type { Page } from 'puppeteer-core';

/** Presses what leads to another page. Without scripts in the page nothing in it can wait, so all waiting is done here. */
export async function press(page: Page, selector: string): Promise<void> {
  await present(page, selector);
  await page.$eval(selector, (element) => {
    document.documentElement.classList.add('before');
    (element as HTMLElement).click();
  });
  await arrived(page);
}

export const go = (name: string): string => `button[name=go][value=${name}]`;
/** Without scripts in the page, puppeteer's own pointer and keys wait for callbacks that never come. */
export const fill = (page: Page, selector: string, text: string): Promise<void> =>
  page.$eval(
    selector,
    (field, value) => {
      (field as HTMLInputElement).value = value;
    },
    text,
  );
export const choose = (page: Page, selector: string): Promise<void> =>
  page.$eval(selector, (element) => (element as HTMLElement).click());
const textsOf = (page: Page, selector: string): Promise<string[]> =>
  page.$eval(
    'body',
    (body, wanted) => [...body.querySelectorAll(wanted)].map((item) => item.textContent ?? ''),
    selector,
  );
export const wordsOf = (page: Page): Promise<string[]> => textsOf(page, '.word');

export async function typeBack(page: Page, words: readonly string[]): Promise<void> {
  const labels = await textsOf(page, '.field label span');
  for (const [at, label] of labels.entries()) {
    await fill(page, `input[name=word${at}]`, words[Number(/\d+/.exec(label)?.[0]) - 1] ?? '');
  }
}

/** Waits for what a page shows, which may load itself again for it, and for all of that page. */
export async function present(page: Page, selector: string): Promise<void> {
  await until(selector, () =>
    page.$eval(
      'html',
      (root, wanted) => document.readyState === 'complete' && root.querySelector(wanted) !== null,
      selector,
    ),
  );
}

/** All of the page that takes the place of the one in which something was pressed. */
const arrived = (page: Page): Promise<void> =>
  until('the next page', () =>
    page.$eval('html', (root) => document.readyState === 'complete' && !root.classList.contains('before')),
  );

/** While one page takes the place of another there is none to be asked. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 240; tries++) {
    if (await isSo().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`wait for ${what}: not after a minute`);
}
