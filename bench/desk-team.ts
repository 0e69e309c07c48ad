// Three people, each at a device of one desk, two of them in a browser, work ten thousand cases: what each waits for.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeystore } from '@postern/desk/app/keystore';
import { keystoreName, storeName } from '@postern/desk/app/start-desk';
import { createDeviceIdentity } from '@postern/desk/engine/identity';
import { LocalPage } from '@postern/desk/testing/local-page';
import { deskId } from '@postern/protocol/bytes/brand';
import { Secret } from '@postern/protocol/bytes/secret';
import { dayOf } from '@postern/protocol/time';
import type { Browser, Page } from 'puppeteer-core';
import { launchChromium } from '../tools/browsers/launch.ts';
import { ensureBuilt } from '../tools/build.ts';
import { makeOffice, now, type Office, random } from '../tools/e2e/office.ts';
import { fill } from './desk-cases.ts';
import { type Bench, type Measure, median } from './measure.ts';

const people = 3;
const passphrase = 'nine slow ferries';
const rounds = 8;

export const deskTeam: Bench = async () => {
  await ensureBuilt();
  const parent = mkdtempSync(join(tmpdir(), 'postern-team-'));
  const opened: { browsers: Browser[]; desks: ChildProcess[]; office?: Office } = { browsers: [], desks: [] };
  try {
    const identities = await Promise.all(Array.from({ length: people }, () => createDeviceIdentity(random)));
    const id = deskId(random(8));
    const devices = identities.map(({ device }) => device).sort((a, b) => Buffer.compare(a.keyHash, b.keyHash));
    const names = [{ language: 'en', name: 'Desk', description: '' }];
    const office = await makeOffice(1, { desks: [{ id, paused: false, names, devices }] });
    opened.office = office;
    const server = await office.serve({ withoutPages: true });
    const storeKey = random(32);
    const filled = join(parent, 'filled.sqlite');
    const ids = await fill(filled, new Secret(storeKey.slice()), dayOf(now()), random);
    const links: string[] = [];
    for (const [at, { seed }] of identities.entries()) {
      const folder = join(parent, `device-${at}`);
      mkdirSync(folder);
      copyFileSync(filled, join(folder, storeName));
      const enrolment = {
        fingerprint: office.fingerprint,
        deskId: id,
        roster: office.roster.signed,
        server: server.origin,
      };
      const keystore = {
        deviceSeed: new Secret(seed.reveal().slice()),
        storeKey: new Secret(storeKey.slice()),
        enrolment,
      };
      await createKeystore(join(folder, keystoreName), passphrase, keystore, { random });
      const child = fork(join(import.meta.dirname, 'desk-process.ts'), [folder, server.origin], {
        execArgv: ['--no-warnings'],
      });
      opened.desks.push(child);
      links.push((await once(child, 'message'))[0] as string);
    }
    const [third = ''] = links.splice(2);
    const persons = await Promise.all(
      links.map(async (link) => {
        const browser = await launchChromium();
        opened.browsers.push(browser);
        return begin(await browser.newPage(), link);
      }),
    );
    const other = await LocalPage.open(third);
    await other.call('unlock', { passphrase });
    const reading = performance.now();
    await Promise.all(persons.map(({ page }) => allIsRead(page)));
    const readingMs = performance.now() - reading;
    const times = await Promise.all([
      ...persons.map(({ page }, at) => workInBrowser(page, at)),
      workBeside(other, ids).then((): Times => ({ opening: [], searching: [], changing: [] })),
    ]);
    const all = (kind: keyof Times): readonly number[] => times.flatMap((one) => one[kind]);
    const memory = await Promise.all(opened.desks.map(memoryOf));
    const heap = await Promise.all(
      persons.map(async ({ page }) => ((await page.metrics()).JSHeapUsedSize ?? 0) / 2 ** 20),
    );
    return [
      describe(
        'from the passphrase to the list',
        persons.map(({ startMs }) => startMs),
        null,
      ),
      { what: 'and until the search has read all', value: readingMs / 1000, unit: 's' },
      describe('open a case', all('opening'), 100),
      describe('search', all('searching'), 100),
      describe('change a case, until the list shows it', all('changing'), null),
      { what: 'memory of a desk at the most', value: Math.max(...memory), unit: 'MiB' },
      { what: 'memory of its page', value: Math.max(...heap), unit: 'MiB' },
    ];
  } finally {
    await Promise.all(opened.browsers.map((browser) => browser.close()));
    for (const child of opened.desks) child.kill('SIGKILL');
    opened.office?.remove();
    rmSync(parent, { recursive: true, force: true });
  }
};

interface Times {
  readonly opening: number[];
  readonly searching: number[];
  readonly changing: number[];
}

function describe(what: string, times: readonly number[], aim: number | null): Measure {
  const value = median(times);
  const note = `the longest ${Math.max(...times).toFixed(0)} ms of ${times.length}`;
  return { what, value, unit: 'ms', note, ...(aim === null ? {} : { aim: `under ${aim} ms`, isMet: value < aim }) };
}

async function begin(page: Page, link: string): Promise<{ readonly page: Page; readonly startMs: number }> {
  page.setDefaultTimeout(60_000);
  await page.setViewport({ width: 1440, height: 900 });
  await page.goto(link);
  await page.waitForSelector('#passphrase');
  await page.keyboard.type(passphrase);
  const startMs = await timed(page, () => page.keyboard.press('Enter'), `document.querySelector('.row') !== null`);
  return { page, startMs };
}

/** The page says how many are left when something is looked for. */
async function allIsRead(page: Page): Promise<void> {
  await page.keyboard.press('/');
  await page.keyboard.type('0');
  await page.waitForFunction(
    () => document.querySelector('.find .note') === null && document.querySelectorAll('.row').length > 5,
  );
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
}

/** By keyboard, as somebody does who does nothing else all day. */
async function workInBrowser(page: Page, person: number): Promise<Times> {
  const times: Times = { opening: [], searching: [], changing: [] };
  for (let round = 0; round < rounds; round++) {
    const wanted = String(1_000 + person * 4_000 + round * 211);
    await page.keyboard.press('/');
    await page.keyboard.type(wanted.slice(0, -1));
    const isFound = `document.querySelectorAll('.row').length === 1`;
    times.searching.push(await timed(page, () => page.keyboard.press(wanted.slice(-1) as '1'), isFound));
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelectorAll('.row').length > 5);
    // Each has lines of their own.
    for (let steps = 0; steps < 1 + person * 5; steps++) await page.keyboard.press('j');
    await page.waitForFunction(() => document.activeElement?.classList.contains('row') === true);
    const name = await page.$eval('.row:focus .row-name', (element) => element.textContent ?? '');
    const isOpen = `document.querySelector('.case h2')?.textContent === '${name}' && document.querySelector('.item .text') !== null`;
    times.opening.push(await timed(page, () => page.keyboard.press('Enter'), isOpen));
    await page.waitForSelector('.fields select');
    const [state, label] = round % 2 === 0 ? ['waiting', 'Waiting'] : ['open', 'Open'];
    const isChanged = `document.querySelector('.row[aria-current]')?.textContent.includes('${label}')`;
    times.changing.push(await timed(page, () => page.select('.fields select', state as string), isChanged));
    await page.focus('#timeline');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.activeElement?.classList.contains('row') === true);
  }
  return times;
}

/** The third person: one thing a second. */
async function workBeside(page: LocalPage, ids: readonly string[]): Promise<void> {
  for (let round = 0; round < 3 * rounds; round++) {
    const some = ids.slice(4 * round, 4 * round + 4);
    await page.call('change', { ids: some, aspect: 'state', value: round % 2 === 0 ? 'open' : 'waiting' });
    await page.call('note', { id: some[0] ?? '', of: 'note', text: `Note ${round}` });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** Milliseconds from the event that a person's action causes in the page until it shows that it is done. @param isDone an expression */
async function timed(page: Page, act: () => Promise<unknown>, isDone: string): Promise<number> {
  const done = page.evaluate(`new Promise((resolve, reject) => {
    let began = null;
    const begin = (event) => { began ??= event.timeStamp; };
    for (const kind of ['keydown', 'change']) addEventListener(kind, begin, { capture: true, once: true });
    const gaveUp = performance.now() + 20000;
    const look = () => {
      if (began !== null && (${isDone})) return requestAnimationFrame(() => resolve(performance.now() - began));
      if (performance.now() > gaveUp) return reject(new Error('it did not become so'));
      requestAnimationFrame(look);
    };
    look();
    globalThis.isWatching = true;
  })`) as Promise<number>;
  await page.waitForFunction('globalThis.isWatching === true');
  await act();
  const ms = await done;
  await page.evaluate('globalThis.isWatching = false');
  return ms;
}

async function memoryOf(child: ChildProcess): Promise<number> {
  child.send('memory');
  return (await once(child, 'message'))[0] as number;
}
