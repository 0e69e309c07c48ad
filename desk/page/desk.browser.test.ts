/** The built page in Chromium, on the real local process, engine and server: by keyboard alone, accessible, without a trace. */
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { misfits, overflows } from '../../tools/browsers/fit.ts';
import { axe, collectRequests, screenshot } from '../../tools/browsers/inspect.ts';
import { launchChromium } from '../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../tools/build.ts';
import { lacks } from '../../tools/debian.ts';
import { callAddress, sessionHeader } from '../src/app/api.ts';
import { DeskWorld } from '../src/engine/testing/desk-world.ts';
import { TestSource } from '../src/engine/testing/test-source.ts';
import { type DeskOf, deskOf } from '../src/testing/desk-of.ts';
import { passphrase } from '../src/testing/device-folder.ts';
import { ask, ownHeaders } from '../src/testing/local-page.ts';
import { chooseLanguage, type TextKey, wordsOf } from './languages/languages.ts';
import { passMinutes } from './testing/passing-time.ts';
import { settled } from './testing/settled-page.ts';
import { hasKeys } from './testing/unlocked-page.ts';

const letters = [
  'I work in the procurement office of the northern district. Since spring the same three firms win every tender.',
  '我在区里的建设局工作。今年三月以来，几份合同在开标之前就已经定好了价格。',
  'أعمل في مكتب السجلات. رأيت كيف غُيّرت تواريخ القضايا بعد وصول أمر من فوق.',
  // Markup stays text, a direction mark stays in its place, and a word without end does not widen the page.
  `<img src=x onerror="document.title='run'"> \u202e${'endless'.repeat(30)}`,
];

let world: DeskWorld;
let remove: DeskOf['remove'];
let desk: DeskOf['desk'];
let browser: Browser;

const until = (isSo: () => Promise<boolean>): Promise<void> => passMinutes(world, isSo, 120);

async function openPage(problems: string[] = []): Promise<Page> {
  const page = await browser.newPage();
  page.on('pageerror', (error) => void problems.push(String(error)));
  // A refused script, style or request shows here, as do breaches of Trusted Types.
  page.on('console', (message) => void problems.push(message.text()));
  page.setDefaultTimeout(30_000);
  await page.goto(desk.newUrl());
  await page.waitForSelector('h1');
  return page;
}

async function unlock(page: Page): Promise<void> {
  await page.waitForSelector('#passphrase');
  await page.keyboard.type(passphrase);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.desk');
}

const textOf = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent ?? '');
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.id || document.activeElement?.className || 'none');

const headed = (text: string): boolean => document.querySelector('h1')?.textContent === text;
const sayIn = (language: string, key: TextKey): string => wordsOf(chooseLanguage(language, [])).say(key);

describe.skipIf(lacks('chromium'))('page of the desk', () => {
  beforeAll(async () => {
    await ensureBuilt();
    world = await DeskWorld.create(0, { repliesADay: 48 });
    ({ desk, remove } = await deskOf(world));
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await remove();
  });

  it('is led by the keyboard alone from the passphrase to a sent reply and back', async () => {
    const problems: string[] = [];
    const page = await openPage(problems);
    const requests = collectRequests(page);

    await page.keyboard.type('not the passphrase');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /./.test(document.getElementById('lock-complaint')?.textContent ?? ''));
    expect(await page.$('.desk')).toBe(null);
    expect(await focused(page)).toBe('passphrase');
    await unlock(page);
    await page.waitForSelector('.none ol li');
    expect(await textOf(page, '.inbox .none')).toContain('Nothing has come yet');
    await screenshot(page, 'desk-empty');

    await until(hasKeys(page));
    for (const letter of letters) await new TestSource(world).visit([letter]);
    await until(async () => (await page.$$('.row')).length === letters.length);
    expect((await page.$$('.row.is-unread')).length).toBe(letters.length);
    await page.waitForFunction((title) => document.title === title, {}, `(${letters.length}) Desk`);

    await page.keyboard.press('/');
    expect(await focused(page)).toBe('search');
    await page.keyboard.type('建设局');
    await page.waitForFunction(() => document.querySelectorAll('.row').length === 1);
    await page.keyboard.press('Escape');
    await page.waitForFunction((count) => document.querySelectorAll('.row').length === count, {}, letters.length);
    await page.keyboard.type('procurement');
    await page.waitForFunction(() => document.querySelectorAll('.row').length === 1);
    await page.keyboard.press('Tab');
    for (let tabs = 0; tabs < 16 && !(await focused(page)).startsWith('row'); tabs++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.item .text');
    expect(await textOf(page, '.item .text')).toBe(letters[0]);
    await page.waitForFunction(() => document.activeElement?.id === 'timeline');
    await page.waitForSelector('.row:not(.is-unread)');

    await page.keyboard.press('r');
    expect(await focused(page)).toBe('reply');
    await page.keyboard.type('Thank you. Write when it is safe.');
    await page.waitForFunction(() => /Takes 1 of 8 parts/.test(document.getElementById('room')?.textContent ?? ''));
    await page.waitForFunction(() => /Draft kept/.test(document.querySelector('.saved')?.textContent ?? ''));
    await page.keyboard.down('Control');
    await page.keyboard.press('Enter');
    await page.keyboard.up('Control');
    await page.waitForSelector('.item.is-desk');
    expect(await textOf(page, '.item.is-desk .text')).toBe('Thank you. Write when it is safe.');
    // The reply may stand there before the local process has said that it is written.
    await page.waitForFunction(() => document.querySelector<HTMLTextAreaElement>('#reply')?.value === '');
    await until(async () => /Posted/.test(await textOf(page, '.item.is-desk .progress')));

    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('timeline');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.activeElement?.classList.contains('row') === true);
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog') === null);

    expect(problems).toEqual([]);
    const origins = new Set(requests.map(({ url }) => new URL(url).origin));
    expect([...origins]).toEqual([new URL(desk.url).origin]);
    await page.close();
  });

  it('shows what a source wrote as text, whatever it is, within its box', async () => {
    const page = await openPage();
    const rows = await page.waitForSelector('.list').then(() => page.$$('.row'));
    expect(rows).toHaveLength(letters.length);
    for (const row of rows) {
      await row.click();
      await page.waitForFunction(
        (name) => document.querySelector('.case h2')?.textContent === name && document.querySelector('.item') !== null,
        {},
        await row.$eval('.row-name', (name) => name.textContent),
      );
      expect(await overflows(page)).toBe(false);
      expect(await page.$('.text img')).toBe(null);
      expect(await page.$eval('.item .text', (text) => text.getAttribute('dir'))).toBe('auto');
    }
    const shown = await page.$$eval('.row-text', (texts) => texts.map((text) => text.textContent ?? ''));
    expect(shown.some((text) => text.startsWith('<img src=x'))).toBe(true);
    // That the last one was seen comes back from the local process.
    await page.waitForFunction(() => document.title === 'Desk');
    await page.close();
  });

  it('works a case by keyboard: state, tag, note, grade, a saved reply, several cases at once', async () => {
    const problems: string[] = [];
    const page = await openPage(problems);
    await page.setViewport({ width: 1440, height: 900 });
    await page.waitForSelector('.row');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.work-body');
    await page.keyboard.press('c');
    expect(await focused(page)).toBe('work');
    await page.focus('.fields select');
    // On the way to what is meant nothing is done yet.
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp'] as const) await page.keyboard.press(key);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.matches('.fields select'))).toBe(true);
    await page.waitForFunction(() => document.querySelector('.row-tags')?.textContent?.includes('Open'));
    await page.focus('.tags input');
    await page.keyboard.type('港口');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.tags button.tag');
    await page.focus('#note');
    await page.keyboard.type('Compare with the land registry');
    await page.keyboard.down('Control');
    await page.keyboard.press('Enter');
    await page.keyboard.up('Control');
    await page.waitForSelector('.note-item');
    expect(await textOf(page, '.note-item .text')).toBe('Compare with the land registry');
    await page.select('.grades form .field:nth-of-type(1) select', '2');
    await page.select('.grades form .field:nth-of-type(2) select', '3');
    await page.focus('.grades form button');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('.grades')?.textContent?.includes('1 of 2'));
    expect(await textOf(page, '.grades')).not.toContain('B3');
    expect(await textOf(page, '.trail summary')).toBe('4 steps in this case');

    // Keys faster than the page can draw: none of them may end up elsewhere.
    await page.emulateCPUThrottling(10);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('registry');
    expect(await page.$eval('#search', (field) => (field as HTMLInputElement).value)).toBe('registry');
    await page.emulateCPUThrottling(null);
    await page.waitForFunction(() => document.querySelectorAll('.row').length === 1);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');

    await page.waitForFunction(() => document.activeElement?.classList.contains('row') === true);
    await page.keyboard.press('t');
    await page.waitForSelector('dialog.team[open]');
    await page.waitForSelector('dialog.team tbody tr');
    await page.type('dialog.team .stack .field:nth-of-type(1) input', 'Thanks');
    await page.type('dialog.team .stack textarea', 'Thank you for writing.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('dialog.team')?.textContent?.includes('Remove'));
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog') === null);
    await page.waitForFunction(() => document.activeElement?.classList.contains('row') === true);
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.waitForSelector('.bulk');
    expect(await textOf(page, '.bulk strong')).toBe('2 cases selected');
    expect((await page.$$('.bulk .sample li')).length).toBe(2);
    await page.select('.bulk-fields select', 'closed');
    await page.select('.bulk-fields select', 'waiting');
    await page.click('.bulk-fields form.choice button');
    await page.waitForFunction(
      () =>
        [...document.querySelectorAll('.row-tags')].filter((tags) => tags.textContent?.includes('Waiting')).length ===
        2,
    );
    await page.select('.bulk-fields select', 'open');
    await page.click('.bulk-fields form.choice button');
    await page.waitForFunction(() => !document.querySelector('.list')?.textContent?.includes('Waiting'));
    expect(problems).toEqual([]);
    await page.close();
  });

  it('shows what the source of a merged case writes, in the list and in the case, and leads to where it is answered', async () => {
    const problems: string[] = [];
    const page = await openPage(problems);
    await page.setViewport({ width: 1440, height: 900 });
    await page.waitForSelector('.row');
    const before = (await page.$$('.row')).length;
    const [one, two] = [new TestSource(world), new TestSource(world)];
    await one.visit(['Quay ledger, the first half']);
    await two.visit(['Quay ledger, the second half']);
    await until(async () => (await page.$$('.row')).length === before + 2);
    const nameOf = (text: string): Promise<string> =>
      page.$$eval(
        '.row',
        (rows, wanted) =>
          rows.find((row) => row.textContent?.includes(wanted))?.querySelector('.row-name')?.textContent ?? '',
        text,
      );
    const [main, part] = [await nameOf('first half'), await nameOf('second half')];
    const press = (name: string): Promise<void> =>
      page.$$eval(
        '.row',
        (rows, wanted) =>
          rows
            .find((row) => row.textContent?.includes(wanted))
            ?.closest('button')
            ?.click(),
        name,
      );
    await press('second half');
    await page.waitForFunction(() => document.querySelector('.item .text')?.textContent?.includes('second half'));
    await page.type('.links input', main);
    await page.click('.links form button:not([type=submit])');
    await page.waitForFunction(() => document.querySelector('.links li') !== null);
    await page.type('#reply', 'We have both halves.');
    await page.keyboard.down('Control');
    await page.keyboard.press('Enter');
    await page.keyboard.up('Control');
    await page.waitForSelector('.item.is-desk');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    const isListed = (name: string): Promise<boolean> =>
      page.$$eval('.row-name', (names, wanted) => names.some((each) => each.textContent === wanted), name);
    await until(async () => (await isListed(main)) && !(await isListed(part)));
    // The search finds it all the same.
    await page.type('#search', 'Quay ledger');
    await page.waitForFunction(
      (name) => document.querySelector('.list')?.textContent?.includes(`Part of ${name}`),
      {},
      main,
    );
    await page.keyboard.press('Escape');
    await two.visit(['A third half has turned up']);
    await until(() => isListed(part));
    expect(await textOf(page, '.list')).toContain('Part to look at');
    await press('first half');
    await page.waitForFunction(() =>
      [...document.querySelectorAll('.of-part')].some((of) => of.textContent?.includes('third half')),
    );
    expect((await page.$$('.of-part')).length).toBe(3);
    await screenshot(page, 'desk-merged');
    expect(await axe(page)).toEqual([]);
    await page.click('.timeline aside button');
    await page.waitForFunction((name) => document.querySelector('.case h2')?.textContent === name, {}, part);
    // It has been looked at, but still waits for an answer.
    await page.waitForSelector('#reply');
    await page.type('#reply', 'All three have come.');
    await page.keyboard.down('Control');
    await page.keyboard.press('Enter');
    await page.keyboard.up('Control');
    await page.waitForFunction(
      () => document.querySelector('.list')?.textContent?.includes('Part to look at') === false,
    );
    expect(problems).toEqual([]);
    await page.close();
  });

  it('narrows the list by the menu and the tags without a word typed, and keeps place and open case as cases come and go', async () => {
    const problems: string[] = [];
    const page = await openPage(problems);
    const requests = collectRequests(page);
    await page.setViewport({ width: 1440, height: 900 });
    await page.waitForSelector('.row');
    const count = (await page.$$('.row')).length;
    const isShowing = (rows: number): Promise<unknown> =>
      page.waitForFunction((wanted) => document.querySelectorAll('.row').length === wanted, {}, rows);
    const query = (): Promise<string> => page.$eval('#search', (field) => (field as HTMLInputElement).value);
    const check = async (label: string): Promise<void> => {
      await page.$$eval(
        'dialog.narrow label',
        (labels, wanted) =>
          labels
            .find((each) => each.textContent?.startsWith(wanted))
            ?.querySelector('input')
            ?.focus(),
        label,
      );
      await page.keyboard.press('Space');
    };
    await page.keyboard.press('f');
    await page.waitForSelector('dialog.narrow[open]');
    await check('港口');
    await isShowing(1);
    expect(await textOf(page, 'dialog.narrow [role=status]')).toBe('1 conversation shown');
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'desk-narrow', { fullPage: false });
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog') === null);
    expect(await query()).toBe('tag=港口');
    expect(await textOf(page, '.chips')).toContain('Tags: 港口');
    await page.focus('.chip');
    await page.keyboard.press('Enter');
    await isShowing(count);
    expect(await focused(page)).toBe('narrow');
    await page.click('.row-tags .is-own');
    await isShowing(1);
    expect(await query()).toBe('tag=港口');
    expect(await page.$('.case .item')).toBe(null);
    await page.click('.chip');
    await isShowing(count);

    // Whoever looks at what waits for an owner has the next one when somebody takes this one, and the open case stays.
    await page.type('#search', 'owner=none state=new');
    await page.waitForFunction(() => document.querySelectorAll('.chip').length === 2);
    await page.waitForFunction(() => document.querySelector('.row') !== null);
    const left = (await page.$$('.row')).length;
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.classList.contains('row') === true);
    const nameAt = (place: string): Promise<string> =>
      page.$eval(`.list li[aria-posinset="${place}"] .row-name`, (name) => name.textContent ?? '');
    const [first, second] = [await nameAt('1'), await nameAt('2')];
    await page.keyboard.press('x');
    await page.keyboard.press('Enter');
    await page.waitForFunction((name) => document.querySelector('.case h2')?.textContent === name, {}, first);
    await page.focus('.list li[aria-posinset="1"] .row');
    // As with another person's change, the page is told of it by the process alone.
    const session = requests.findLast(({ headers }) => sessionHeader in headers)?.headers[sessionHeader];
    const described = await page.$eval('.row[aria-current]', (row) => row.getAttribute('aria-describedby') ?? '');
    const change = { ids: [described.replace('tags-', '')], aspect: 'state', value: 'waiting' };
    const headers = ownHeaders(desk.url, session);
    const answer = await ask(desk.url, `${callAddress}change`, { headers, body: JSON.stringify(change) });
    expect(answer.body).toBe('{"problem":null}');
    await isShowing(left - 1);
    await page.waitForFunction(
      (name) => document.querySelector('.row:focus .row-name')?.textContent === name,
      {},
      second,
    );
    expect(await textOf(page, '.case h2')).toBe(first);
    expect(await textOf(page, '.bulk')).toContain('1 ticked case is not in the list now');
    expect(await page.$('.bulk-fields')).toBe(null);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'desk-narrowed', { fullPage: false });
    await new TestSource(world).visit(['A letter about the lighthouse']);
    await until(async () => (await page.$$('.row')).length === left);
    expect(await textOf(page, '.case h2')).toBe(first);
    expect(await textOf(page, '.row:focus .row-name')).toBe(second);
    // One that comes while words are looked for shows as soon as it is read.
    await page.click('#search', { count: 3 });
    await page.keyboard.type('foghorn');
    await isShowing(0);
    await new TestSource(world).visit(['Somebody has stolen the foghorn']);
    await until(async () => (await page.$$('.row')).length === 1);
    expect(await focused(page)).toBe('search');
    expect(problems).toEqual([]);
    await page.close();
  });

  it('asks before it saves a term that ends cases, with their number, and says which end soon', async () => {
    const problems: string[] = [];
    const page = await openPage(problems);
    await page.setViewport({ width: 1440, height: 900 });
    await page.waitForSelector('.row');
    const count = (await page.$$('.row')).length;
    await page.keyboard.press('t');
    const days = await page.waitForSelector('dialog.team input[inputmode=numeric]');
    await days?.click({ count: 3 });
    await page.keyboard.type('3');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog.team [role=alert] .request');
    expect(await textOf(page, 'dialog.team [role=alert] .request')).toMatch(/With this number \d+ cases end in a week/);
    await screenshot(page, 'desk-term');
    await page.click('dialog.team [role=alert] .request button.quiet');
    await page.waitForFunction(() => document.querySelector('dialog.team [role=alert] .request') === null);
    expect(await page.$eval('dialog.team input[inputmode=numeric]', (field) => (field as HTMLInputElement).value)).toBe(
      '0',
    );
    await days?.click({ count: 3 });
    await page.keyboard.type('3');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog.team [role=alert] .request');
    await page.click('dialog.team [role=alert] .request button:not(.quiet)');
    await page.waitForFunction(() =>
      document.querySelector('dialog.team .trail li:last-child')?.textContent?.includes('kept: 3'),
    );
    await page.click('dialog.team .trail summary');
    expect(await page.$$eval('dialog.team .trail li', (steps) => steps.map((step) => step.textContent))).toContainEqual(
      expect.stringContaining('saved reply: Thanks'),
    );
    // A saved reply is changed where it is, and stays one.
    const isSaved = (title: string, text: string) => async (): Promise<boolean> =>
      page.$$eval(
        '.saved-reply',
        (all, name, words) =>
          all.filter(
            (one) => one.querySelector('b')?.textContent === name && one.querySelector('.note')?.textContent === words,
          ).length === 1,
        title,
        text,
      );
    const saved = (await page.$$('.saved-reply')).length;
    await page.focus('button[aria-label="Edit Thanks"]');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.matches('dialog.team input') && document.activeElement);
    await page.keyboard.press('End');
    await page.keyboard.type(' anew');
    await page.keyboard.press('Enter');
    await until(isSaved('Thanks anew', 'Thank you for writing.'));
    expect((await page.$$('.saved-reply')).length).toBe(saved);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'desk-team-trail');
    await page.keyboard.press('Escape');
    await page.waitForFunction(
      (all) =>
        [...document.querySelectorAll('.row-tags')].filter((tags) => tags.textContent?.includes('Erased after'))
          .length === all,
      {},
      count,
    );
    await page.keyboard.press('5');
    // A part of another case that ends is due too.
    await page.waitForFunction((all) => document.querySelectorAll('.row').length >= all, {}, count);
    await screenshot(page, 'desk-ends');
    await page.keyboard.press('1');
    expect(problems).toEqual([]);
    await page.close();
  });

  it('writes nothing into the browser, and lives from one link only', async () => {
    const page = await openPage();
    await page.waitForSelector('.row');
    const traces = await page.evaluate(async () => ({
      cookie: document.cookie,
      local: localStorage.length,
      session: sessionStorage.length,
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      address: location.href,
    }));
    const { origin } = new URL(desk.url);
    const nothing = { cookie: '', local: 0, session: 0, databases: 0, caches: 0, workers: 0 };
    expect(traces).toEqual({ ...nothing, address: `${origin}/` });
    await page.reload();
    await page.waitForSelector('.card');
    expect(await textOf(page, '.card h1')).toBe('This page needs a fresh link');
    await page.close();
  });

  it('gives another page of this machine nothing', async () => {
    const page = await browser.newPage();
    // A page of another origin with a policy of its own making.
    await page.goto('data:text/html,<!doctype html><title>Other</title>');
    const { origin } = new URL(desk.url);
    const outcome = await page.evaluate(async (address) => {
      const attempts = [
        () => fetch(`${address}/api/lock`, { method: 'POST', body: '{}' }),
        () => fetch(`${address}/api/lock`, { method: 'POST', body: '{}', mode: 'no-cors' }),
        () => fetch(`${address}/`),
        () =>
          new Promise((resolve, reject) => {
            const script = document.createElement('script');
            script.src = `${address}/`;
            script.onload = resolve;
            script.onerror = () => reject(new Error('refused'));
            document.head.append(script);
          }),
      ];
      return Promise.all(
        attempts.map(async (attempt) => {
          try {
            const answer = (await attempt()) as Response | Event;
            return answer instanceof Response && answer.type === 'opaque' ? 'opaque' : 'read';
          } catch {
            return 'refused';
          }
        }),
      );
    }, origin);
    expect(outcome).not.toContain('read');
    await page.close();
    const own = await openPage();
    // Still unlocked: none of them did anything.
    await own.waitForSelector('.desk');
    await own.close();
  });

  it.each([
    ['en', 320, 'light'],
    ['en', 1440, 'dark'],
    ['zh-Hans', 320, 'dark'],
    ['zh-Hans', 1440, 'light'],
    ['ru', 320, 'light'],
    ['ru', 1440, 'dark'],
    ['es', 320, 'dark'],
    ['es', 1440, 'light'],
  ] as const)('keeps WCAG 2.2 AA in %s at %i px, %s', async (language, width, scheme) => {
    const page = await openPage();
    await page.setViewport({ width, height: width === 320 ? 640 : 900 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    const look = async (name: string): Promise<void> => {
      await settled(page);
      expect(await axe(page), name).toEqual([]);
      expect(await overflows(page), name).toBe(false);
      expect(await misfits(page), name).toEqual([]);
      await screenshot(page, `desk-${name}-${language}-${width}-${scheme}`, { fullPage: false });
    };
    await page.waitForSelector('.row');
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await page.select('dialog select', language);
    await page.waitForFunction((tag) => document.documentElement.lang === tag, {}, language);
    await look('help');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog') === null);
    await look('inbox');
    await page.keyboard.press('f');
    await page.waitForSelector('dialog.narrow[open]');
    await look('narrow');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog') === null);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.item');
    await page.keyboard.press('r');
    await page.keyboard.type('Thank you. '.repeat(3));
    await look('conversation');
    await page.keyboard.press('Escape');
    await page.keyboard.press('c');
    await page.waitForFunction(() => document.activeElement?.id === 'work');
    await look('case-file');
    await page.keyboard.press('t');
    await page.waitForSelector('dialog.team[open] tbody tr');
    await look('team');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog') === null);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('x');
    await page.waitForSelector('.bulk');
    if (width !== 320) await look('bulk');
    await page.keyboard.press('x');
    await page.keyboard.press('s');
    await page.waitForSelector('.desk[data-pane=status]');
    await look('status');
    await page.keyboard.press('Escape');
    await page.evaluate(() => document.querySelector<HTMLElement>('.inbox .icon-button:last-child')?.click());
    await page.waitForSelector('#passphrase');
    expect(await page.evaluate(() => document.body.textContent)).not.toContain('Thank you');
    await look('locked');
    await page.keyboard.type('not the passphrase');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#lock-complaint:not(:empty)');
    await look('wrong-passphrase');
    await unlock(page);
    await page.waitForSelector('.row');
    // A newer link takes the session away, which this page cannot learn yet.
    await page.setOfflineMode(true);
    const next = await openPage();
    await page.bringToFront();
    await page.waitForFunction(headed, {}, sayIn(language, 'link.goneHeading'));
    await look('gone');
    await page.setOfflineMode(false);
    await page.waitForFunction(headed, {}, sayIn(language, 'link.refusedHeading'));
    await look('refused');
    await next.close();
    await page.close();
  });
});
