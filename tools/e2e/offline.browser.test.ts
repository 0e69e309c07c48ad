// The offline page from a file, without a network, in both browsers: written there, carried, read by the desk, answered,
// and the answer read with the twelve words on the page of the server.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { verificationWords } from '@postern/protocol/keys/fingerprint';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import { linesToCarried } from '@postern/protocol/messages/carried';
import { languages } from '@postern/source/languages/languages';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { misfits } from '../browsers/fit.ts';
import { axe, screenshot, statuses } from '../browsers/inspect.ts';
import { launchChromium, launchFirefox } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks, pathOf } from '../debian.ts';
import { freePorts } from '../free-ports.ts';
import { officeWithCall } from './call-office.ts';
import { answer, openDesk, publishDayKeys, type RunningDesk } from './desk.ts';
import { nextEpoch, type Office, type ServerProcess } from './office.ts';
import {
  enterWords,
  fill,
  openPage,
  openSavedPage,
  press,
  readAnswer,
  shownWords,
  typeWordsBack,
  waitForStored,
  writeMessage,
} from './visit.ts';

const patience = { timeout: 90_000 };
const message = '三号仓库的账本被换过。我看到了旧的那一本。';
const carriedMessage = 'The ledger of the third store was replaced. I have seen the old one.';
const networkMessage = 'Written with the saved page';
const reply = '旧的账本现在在哪里？';

let office: Office;
let server: ServerProcess;
let desk: RunningDesk;
let folder: string;
let deadPort: number;
let pagePath: string;
let packPath: string;

beforeAll(async () => {
  await ensureBuilt();
  // The first of the addresses answers nobody.
  const [port = 0, dead = 0] = await freePorts(2);
  deadPort = dead;
  office = await officeWithCall([`http://127.0.0.1:${deadPort}`, `http://127.0.0.1:${port}`]);
  server = await office.serve({ port });
  await publishDayKeys(office, office.desks[1]!, server.origin);
  desk = await openDesk(office, office.desks[0]!, server.origin);
  folder = mkdtempSync(join(tmpdir(), 'postern-offline-'));
  pagePath = join(folder, 'page.html');
  packPath = join(folder, 'pack.bin');
  copyFileSync(join(import.meta.dirname, '..', '..', 'source', 'dist', 'offline.html'), pagePath);
  writeFileSync(packPath, new Uint8Array(await (await fetch(`${server.origin}/pack`)).arrayBuffer()));
});

afterAll(async () => {
  await server?.stop();
  office?.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function wordsOf(list: 'english' | 'chinese_simplified' | 'french'): Promise<string[]> {
  return verificationWords(office.roster.fingerprint, (await loadWordList(list)).words);
}

function textIn(tag: string, key: string): string {
  const file = new URL(`../../source/src/languages/${tag}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>)[key] ?? `no ${key}`;
}

/** What went wrong in pages; nothing may. */
const faults: string[] = [];

/** Opens the file, picks the pack and enters something as the verification words. */
async function openFile(browser: Browser, tag: string, words: string): Promise<Page> {
  const page = await browser.newPage();
  await offer(page, tag, words);
  return page;
}

async function offer(page: Page, tag: string, words: string): Promise<void> {
  page.on('pageerror', (error) => faults.push(String(error)));
  await openSavedPage(page, `${pathToFileURL(pagePath).href}#${tag}`, packPath, words);
}

/** Writes a message to the first desk, or answers its call. @returns twelve words, and the lines that are to be carried */
async function seal(page: Page, text: string, isCall = false): Promise<{ words: string[]; lines: string }> {
  await press(page, '#start:not([hidden]) button.main');
  await page.waitForSelector('#write-text', patience);
  if (isCall) await answerCall(page);
  else await press(page, `.desk input[value="${Buffer.from(office.desks[0]!.id).toString('hex')}"]`);
  await fill(page, '#write-text', text);
  await press(page, '#app button.main:not(:disabled)');
  await page.waitForSelector('.words li:nth-child(12)', patience);
  const words = await shownWords(page);
  await typeWordsBack(page, words);
  await page.waitForSelector('textarea.code', patience);
  return { words, lines: await page.$eval('textarea.code', (field) => (field as HTMLTextAreaElement).value) };
}

/** What the desk gets of `answerCall`. */
const answersGiven = [
  { question: 'role', values: ['inside'] },
  { question: 'papers', values: ['letter'] },
  { question: 'when', values: ['2024-03'] },
];

/** The second question leads to the third, which then is asked. */
async function answerCall(page: Page): Promise<void> {
  expect(await page.$$('.question')).toHaveLength(0);
  await page.select('.choice select', '0');
  // What its page says where there is one, above all how to write safely.
  await press(page, '.call details summary');
  const said = await page.$eval('.call details', (element) => element.textContent);
  const tag = await page.evaluate(() => document.documentElement.lang);
  for (const key of ['campaign.who', 'campaign.safe3', 'campaign.never', 'campaign.after']) {
    expect(said).toContain(textIn(tag, key));
  }
  for (const words of ['Who knows.', 'On paper first.', 'Ask for money', 'Come back in three days.']) {
    expect(said).toContain(words);
  }
  expect(await page.$$eval('.call details strong, .call details li', (all) => all.length)).toBe(4);
  const papers = '.question:nth-of-type(3)';
  expect(await page.$eval(papers, (field) => (field as HTMLElement).hidden)).toBe(true);
  await page.select('.question:nth-of-type(2) select', 'inside');
  await press(page, `${papers} input[value="letter"]`);
  await page.select('.question:nth-of-type(5) select:nth-of-type(1)', '2024');
  await page.select('.question:nth-of-type(5) select:nth-of-type(2)', '03');
}

/** Plays the SOCKS proxy of a browser: writes down which hosts it wants to reach, and lets it reach none (RFC 1928). */
async function proxyThatNotes(): Promise<{ port: number; hosts: () => string[]; stop: () => void }> {
  const hosts: string[] = [];
  const proxy: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]));
      socket.once('data', (request) => {
        const isName = request[3] === 3;
        hosts.push(isName ? request.subarray(5, 5 + (request[4] ?? 0)).toString() : 'an address');
        socket.destroy();
      });
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as { port: number };
  return { port, hosts: () => hosts.filter((host) => !ofTheBrowser.test(host)), stop: () => void proxy.close() };
}

/** What the browsers ask for by themselves, whatever page is open. */
const ofTheBrowser = /\.(mozilla\.(com|net|org)|firefox\.com|mozgcp\.net|google\.com|googleapis\.com|gvt1\.com)$/;

const browsers = [
  ['chromium', 'chromium', (port: number) => launchChromium({ socksPort: port })],
  ['firefox-esr', 'firefox-safer', (port: number) => launchFirefox('safer', { socksPort: port })],
] as const;

describe.each(browsers)('in %s (%s)', (binary, name, launch) => {
  it.skipIf(lacks(binary))(
    '[CAR-1] [PAK-1] [PAK-3] answers a call, writes and seals from a file, with no request and no connection',
    async () => {
      const proxy = await proxyThatNotes();
      const browser = await launch(proxy.port);
      try {
        const page = await openFile(browser, 'zh-Hans', (await wordsOf('chinese_simplified')).join(''));
        expect(await page.evaluate(() => isSecureContext)).toBe(true);
        const text = `${message} (${name})`;
        const { words, lines } = await seal(page, text, true);
        await screenshot(page, `offline-sealed-${name}`);
        expect(words.join('')).toMatch(/^\p{Script=Han}{12}$/u);
        expect(proxy.hosts()).toEqual([]);
        expect(faults).toEqual([]);
        // The page cannot, whatever it tried: its own policy is in the way.
        const tried = () =>
          fetch('http://tried.test/').then(
            () => 'sent',
            () => 'refused',
          );
        expect(await page.evaluate(tried)).toBe('refused');
        expect(proxy.hosts()).toEqual([]);
        // This way of watching sees a page that does ask.
        const other = await browser.newPage();
        await other.goto('http://planted.test/').catch(() => undefined);
        expect(proxy.hosts()).toContain('planted.test');
        await other.close();

        await take(lines, text);
        expect(await answersOf(text)).toEqual(answersGiven);
        await answerTo(text, reply);
        const online = await (name === 'chromium' ? launchChromium() : launchFirefox('safer'));
        try {
          // The server's page in the one, the saved page in the other.
          const back = await (name === 'chromium' ? openPage(online, `${server.origin}/zh-Hans/`) : openSaved(online));
          await enterWords(back, words.join(''));
          expect(await readAnswer(back)).toBe(reply);
        } finally {
          await online.close();
        }
      } finally {
        await browser.close();
        proxy.stop();
      }
    },
  );
});

const withNetwork = [
  ['chromium', () => launchChromium()],
  ['firefox-esr', () => launchFirefox('safer')],
] as const;

describe.each(withNetwork)('with a network, from a file, in %s', (binary, launch) => {
  it.skipIf(lacks(binary))('[PAK-3] offers fetched calls, sends to the first address that answers', async () => {
    const browser = await launch();
    try {
      const text = `${networkMessage} (${binary})`;
      const page = await openFile(browser, 'en/network', (await wordsOf('english')).join(' '));
      await press(page, '#start:not([hidden]) button.main');
      await page.waitForSelector('.choice select option:nth-child(2)', patience);
      await press(page, '#app .actions button.quiet');
      const words = await writeMessage(page, text, 'Desk 1');
      await typeWordsBack(page, words);
      await waitForStored(page);
      await page.close();
      await desk.until('a message', () => hasMessage(text));
      // Firefox calls what a policy or a dead address has stopped an error of the page, some time later.
      const isMeant = (fault: string): boolean => fault.includes(`:${deadPort}/`) || fault.includes('//tried.test/');
      const rest = faults.splice(0).filter((fault) => !isMeant(fault));
      expect(rest).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

describe.skipIf(lacks('chromium', 'zbar-tools', 'fonts-noto-core', 'fonts-noto-cjk'))('a sealed message', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  const thorough = [
    ['zh-Hans', 320, 'dark'],
    ['ar', 320, 'light'],
    ['en', 1440, 'dark'],
  ] as const;
  const others = languages.filter(({ tag }) => thorough.every(([other]) => other !== tag));

  /** To the page that knows whose it is, and before to a word that is not the organisation's. */
  const unlock = async (page: Page, tag: string, see: (name: string) => Promise<void>): Promise<void> => {
    const english = await wordsOf('english');
    await offer(page, tag, english.with(3, 'zebra').join(' '));
    await page.waitForSelector('.verdict .no');
    await see('false');
    await fill(page, '#pack-words', english.join(' '));
    await press(page, '#pack button.main');
    await page.waitForSelector('#start:not([hidden]) button.main');
    await see('home');
  };

  /** From there to the sealed message, with the questions of a call on the way. */
  const writeAndSeal = async (page: Page, see: (name: string) => Promise<void>): Promise<void> => {
    await press(page, '#start button.main');
    await page.waitForSelector('#write-text');
    await answerCall(page);
    await see('call');
    await page.select('.choice select', '');
    await press(page, '#app .actions button:nth-of-type(2)');
    await seal(page, message);
    await see('sealed');
  };

  it.each(thorough)('%s at %i px, %s: every screen fits and keeps WCAG 2.2 AA', async (tag, width, scheme) => {
    const page = await browser.newPage();
    await page.setViewport({ width, height: width < 600 ? 640 : 900 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    const see = (name: string): Promise<void> => look(page, `offline-${name}-${tag}-${width}-${scheme}`);
    const english = await wordsOf('english');
    await unlock(page, tag, see);
    await press(page, '#start button:nth-of-type(3)');
    await fill(page, '#app textarea', 'http://notes.exarnple/');
    await press(page, '#app button.main');
    await page.waitForSelector('.verdict .no');
    await see('no');
    // Words of no list: of which list they should be, nobody is asked here, where all are tried.
    await fill(page, '#app textarea', english.with(3, 'zebrra').join(' '));
    await press(page, '#app button.main');
    await page.waitForSelector('.verdict .unsure');
    expect(await page.$eval('.verdict', (verdict) => verdict.textContent)).toContain(textIn(tag, 'offline.notWords'));
    await see('unsure');
    await fill(page, '#app textarea', (await wordsOf('chinese_simplified')).join(''));
    await press(page, '#app button.main');
    await page.waitForSelector('.verdict .yes');
    await see('yes');
    await press(page, '#app .actions button:nth-of-type(2)');
    await writeAndSeal(page, see);
    expect(await page.$$eval('.qr', (codes) => codes.length)).toBeGreaterThan(5);
    await page.close();
  });

  it.each(others)('$tag at 320 px: what this page alone has fits and keeps WCAG 2.2 AA', async ({ tag }) => {
    const page = await browser.newPage();
    await page.setViewport({ width: 320, height: 640 });
    const see = (name: string): Promise<void> => look(page, `offline-${name}-${tag}-320-light`);
    await unlock(page, tag, see);
    await writeAndSeal(page, see);
    await page.close();
  });

  it('is written and sealed with the keyboard alone, and nothing is left behind on leaving', async () => {
    const page = await browser.newPage();
    await offer(page, 'en', '');
    await page.waitForSelector('.verdict .unsure');
    const reach = async (selector: string): Promise<void> => {
      for (let tabs = 0; tabs < 60; tabs++) {
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`reach ${selector}: sixty tabs were not enough`);
    };
    const use = async (selector: string, key: 'Enter' | 'Space' = 'Enter'): Promise<void> => {
      await reach(selector);
      await page.keyboard.press(key);
    };
    await reach('#pack-words');
    await page.keyboard.type((await wordsOf('english')).join(' '));
    const said = await statuses(page);
    await use('#pack button.main');
    await page.waitForSelector('#start:not([hidden]) button.main');
    // Comparing takes most of a second where nothing compiles the script; what it found is where one goes on from.
    expect(await said()).toContain('Getting ready…');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('ready');
    await use('#start button.main');
    await page.waitForSelector('#write-text');
    await use('.desk input', 'Space');
    await reach('#write-text');
    await page.keyboard.type('By keyboard');
    await use('#app button.main:not(:disabled)');
    await page.waitForSelector('.words li:nth-child(12)');
    const words = await shownWords(page);
    await use('#app button.main:not(:disabled)');
    await page.waitForSelector('.field input');
    const labels = await page.$$eval('.field label span', (spans) => spans.map((span) => span.textContent ?? ''));
    for (const [at, label] of labels.entries()) {
      await reach(`.field:nth-child(${at + 1}) input`);
      await page.keyboard.type(words[Number(/\d+/.exec(label)?.[0]) - 1] ?? '');
    }
    await use('#app button.main:not(:disabled)');
    await page.waitForSelector('textarea.code', patience);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => location.href === 'about:blank');
    await page.goBack({ timeout: 30_000 }).catch(() => undefined);
    expect(await page.evaluate(() => document.body?.textContent ?? '')).not.toContain('POSTERN1');
    await page.close();
  });

  it('is the same as a file, as text and as QR codes that another program reads from the screen', async () => {
    const page = await openFile(browser, 'en', `postern:${Buffer.from(office.fingerprint).toString('base64url')}`);
    const saved = mkdtempSync(join(folder, 'saved-'));
    const client = await page.createCDPSession();
    await client.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: saved });
    const { lines } = await seal(page, carriedMessage.repeat(30));
    await press(page, '#app button.main');
    await expect.poll(() => readdirSync(saved), { timeout: 60_000 }).toContain('note.txt');
    expect(readFileSync(join(saved, 'note.txt'), 'utf8')).toBe(`${lines}\n`);
    const codes = await page.$$('.qr');
    const read: string[] = [];
    for (const [at, code] of codes.entries()) {
      const path = join(folder, `code-${at}.png`) as `${string}.png`;
      await code.screenshot({ path });
      const decoded = execFileSync(pathOf('zbar-tools') ?? '', ['--raw', '-q', '-Sdisable', '-Sqrcode.enable', path]);
      read.push(decoded.toString().trim());
    }
    expect(read).toEqual(lines.split('\n'));
    expect(read.length).toBeGreaterThan(6);
    expect(await linesToCarried(read.toReversed().join('\n'), office.fingerprint)).toMatchObject({ kind: 'carried' });
    await page.close();
  });

  it('[CAR-2] dropped on the server by another visitor comes to the desk, at the moments of covers', async () => {
    const page = await openFile(browser, 'en', (await wordsOf('french')).join(' '));
    const { lines } = await seal(page, carriedMessage);
    await page.close();
    const carrier = await openPage(browser, `${server.origin}/en/`);
    const posts: { readonly size: number }[] = [];
    carrier.on('request', (request) => {
      if (request.method() === 'POST') posts.push({ size: Number(request.headers()['content-length'] ?? 0) });
    });
    await press(carrier, '#start button:nth-of-type(4)');
    await fill(carrier, 'textarea.code', 'POSTERN1:hello');
    await press(carrier, '#app button.main');
    await carrier.waitForFunction(() => document.querySelector('#carry-complaint')?.textContent !== '');
    await fill(carrier, 'textarea.code', lines);
    await look(carrier, 'carry-en-1200');
    await press(carrier, '#app button.main');
    await waitForStored(carrier);
    await desk.until('a carried message', () => hasMessage(carriedMessage));
    await carrier.close();
  });
});

function hasMessage(preview: string): boolean {
  return desk.engine.conversations().some((conversation) => conversation.preview === preview);
}

async function answersOf(preview: string): Promise<unknown> {
  const [found] = desk.engine.conversations().filter((conversation) => conversation.preview === preview);
  return (await desk.engine.conversation(found?.id ?? ''))?.messages[0]?.answers;
}

async function openSaved(browser: Browser): Promise<Page> {
  const page = await openFile(browser, 'zh-Hans/network', (await wordsOf('english')).join(' '));
  await page.waitForSelector('#hero button', patience);
  return page;
}

async function take(lines: string, text: string): Promise<void> {
  const read = await linesToCarried(lines, office.fingerprint);
  if (read.kind !== 'carried') throw new Error('lines are missing');
  expect(await desk.engine.take(read.carried.envelopes)).toMatchObject({ opened: 1 });
  await desk.until('a message taken', () => hasMessage(text));
}

/** Answers every conversation with such a message, and waits for the index that shows it. */
async function answerTo(preview: string, text: string): Promise<void> {
  for (const { id, preview: of, replies } of desk.engine.conversations()) {
    if (of === preview && replies === 0) await answer(desk, id, text);
  }
  await nextEpoch(office.roster.epochSeconds, server.origin);
}

async function look(page: Page, name: string): Promise<void> {
  await screenshot(page, name);
  expect([name, await axe(page), await misfits(page)]).toEqual([name, [], []]);
}
