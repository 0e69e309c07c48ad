// One person at a desk's page, by keyboard, as somebody works who does nothing else all day.
import { caseName } from '@postern/desk/app/case-name';
import type { Page } from 'puppeteer-core';

export const passphrase = 'nine slow ferries';

/** In milliseconds. */
export interface PersonTimes {
  readonly opening: readonly number[];
  readonly searching: readonly number[];
  readonly changing: readonly number[];
}

/** Nothing takes so long unless it does not come. */
const patienceMs = 60_000;

/** Unlocks the desk. @returns also how long that takes until the list is there */
export async function begin(page: Page, link: string): Promise<{ readonly page: Page; readonly startMs: number }> {
  page.setDefaultTimeout(patienceMs);
  await page.evaluateOnNewDocument(`{
    globalThis.standstills = [];
    const note = (list) => standstills.push(...list.getEntries().map(({ duration }) => duration));
    new PerformanceObserver(note).observe({ type: 'longtask', buffered: true });
  }`);
  await page.setViewport({ width: 1440, height: 900 });
  await page.goto(link);
  await page.waitForSelector('#passphrase');
  await page.keyboard.type(passphrase);
  const isListed = `document.querySelector('.row') !== null`;
  return { page, startMs: await timed(page, () => page.keyboard.press('Enter'), isListed) };
}

/** Milliseconds until the search has read all: the page says how many are left when something is looked for. */
export async function isReadThrough(page: Page): Promise<number> {
  const start = performance.now();
  await page.keyboard.press('/');
  await page.keyboard.type('0');
  await page.waitForFunction(
    `document.querySelector('.find .note') === null && document.querySelectorAll('.row').length > 5`,
  );
  const ms = performance.now() - start;
  await leaveSearch(page);
  return ms;
}

/** Finds each case by its number, opens it, changes its state, writes a note, and goes back to the list. @returns also the notes */
export async function workInBrowser(
  page: Page,
  cases: readonly { readonly id: string; readonly number: number }[],
): Promise<PersonTimes & { readonly notes: readonly string[] }> {
  const [opening, searching, changing, notes]: [number[], number[], number[], string[]] = [[], [], [], []];
  for (const [round, { id, number }] of cases.entries()) {
    const name = caseName(id);
    searching.push(await find(page, String(number), name));
    await goToRow(page, name);
    const isOpen = `document.querySelector('.case h2')?.textContent === '${name}' && document.querySelector('.item .text') !== null`;
    opening.push(await timed(page, () => page.keyboard.press('Enter'), isOpen));
    const [state, label] = round % 2 === 0 ? ['waiting', 'Waiting'] : ['open', 'Open'];
    await page.waitForSelector('.fields select');
    const isChanged = `document.querySelector('.line:has([aria-current])')?.textContent.includes('${label}')`;
    const change = async (): Promise<void> => {
      await page.select('.fields select', state as string);
      await page.click('.fields form.choice button');
    };
    changing.push(await timed(page, change, isChanged));
    const note = `Read at the registry ${number}`;
    notes.push(note);
    await page.focus('#note');
    await page.keyboard.type(note);
    await page.keyboard.down('Control');
    await page.keyboard.press('Enter');
    await page.keyboard.up('Control');
    await page.waitForFunction(`document.querySelector('#note')?.value === ''`);
    await page.focus('#timeline');
    await page.keyboard.press('Escape');
    await hasRowFocus(page);
    await leaveSearch(page);
  }
  return { opening, searching, changing, notes };
}

/** Milliseconds from the last key until what is found shows. */
async function find(page: Page, query: string, name: string): Promise<number> {
  await page.keyboard.press('/');
  await page.keyboard.type(query.slice(0, -1));
  const isFound = `document.querySelector('#list')?.ariaBusy !== 'true' && document.querySelector('#search').value === '${query}'
    && [...document.querySelectorAll('.row-name')].some((element) => element.textContent === '${name}')`;
  return timed(page, () => page.keyboard.press(query.slice(-1) as '1'), isFound);
}

/** From the search to what it has found, and on to the wanted line: names have digits too. */
async function goToRow(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Enter');
  await hasRowFocus(page);
  for (let steps = 0; steps < 20; steps++) {
    if ((await page.$eval('.row:focus .row-name', (element) => element.textContent)) === name) return;
    await page.keyboard.press('j');
    await page.evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`);
  }
  throw new Error(`go to the line of a case: ${name} is not among the first twenty that were found`);
}

async function hasRowFocus(page: Page): Promise<void> {
  await page.waitForFunction(`document.activeElement?.classList.contains('row')`);
}

async function leaveSearch(page: Page): Promise<void> {
  await page.focus('#search');
  await page.keyboard.press('Escape');
  await page.waitForFunction(`document.querySelector('#search')?.value === ''`);
  await page.focus('#list');
}

/** The longest time for which the page answered nobody, since this was asked before: milliseconds, 0 for less than 50. */
export async function standstillOf(page: Page): Promise<number> {
  return (await page.evaluate(`Math.max(0, ...standstills.splice(0))`)) as number;
}

export async function heapOf(page: Page): Promise<number> {
  return ((await page.metrics()).JSHeapUsedSize ?? 0) / 2 ** 20;
}

/** Milliseconds from the event that a person's action causes in the page until it shows that it is done. @param isDone an expression */
async function timed(page: Page, act: () => Promise<unknown>, isDone: string): Promise<number> {
  await page.evaluate(`{
    let began = null;
    const begin = (event) => { began ??= event.timeStamp; };
    for (const kind of ['keydown', 'change']) addEventListener(kind, begin, { capture: true, once: true });
    globalThis.took = null;
    const look = () => {
      if (began !== null && (${isDone})) requestAnimationFrame(() => { globalThis.took = performance.now() - began; });
      else requestAnimationFrame(look);
    };
    look();
  }`);
  await act();
  const took = await page.waitForFunction('globalThis.took');
  return (await took.jsonValue()) as number;
}
