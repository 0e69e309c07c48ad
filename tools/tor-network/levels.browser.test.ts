// A whole conversation over Tor at every level: first visit, message, return, answer; what each step costs; and what happens when the server or its tor dies in between.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, launchFirefox } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';
import { answer, textsOf } from '../e2e/desk.ts';
import { findInFolder, formsOf } from '../e2e/memory.ts';
import { nextEpoch } from '../e2e/office.ts';
import * as plain from '../e2e/plain-visit.ts';
import { type Exchange, startRecordingProxy } from '../e2e/recording.ts';
import { enterWords, openPage, readAnswer, typeWordsBack, waitForStored, writeMessage } from '../e2e/visit.ts';
import { startTorNetwork, type TorNetwork } from './network.ts';
import { OnionMirror } from './onion-mirror.ts';
import { type OnionOffice, startOnionOffice } from './onion-office.ts';

type Steps = Record<'first visit' | 'message' | 'return' | 'answer', readonly Exchange[]>;

interface Level {
  readonly name: string;
  readonly hasScripts: boolean;
  readonly launch: (socksPort: number) => Promise<Browser>;
}

const levels: readonly Level[] = [
  { name: 'Standard', hasScripts: true, launch: (socksPort) => launchFirefox('standard', { socksPort }) },
  { name: 'Safer', hasScripts: true, launch: (socksPort) => launchFirefox('safer', { socksPort }) },
  { name: 'Safest', hasScripts: false, launch: (socksPort) => launchFirefox('safest', { socksPort }) },
  // Chromium does not know that an onion address is safe without TLS; browsers that are made for Tor on its base do.
  {
    name: 'Chromium',
    hasScripts: true,
    launch: (socksPort) =>
      launchChromium({ socksPort, args: [`--unsafely-treat-insecure-origin-as-secure=${onionOffice.origin}`] }),
  },
];

const messageAt = (name: string): string => `去年三月到八月，招标只有一家公司能满足条件。${name}`;
const replyAt = (name: string): string => `收到了，谢谢。${name}`;

let network: TorNetwork;
let onionOffice: OnionOffice;
let socksPort: number;
const deskHex = (): string => Buffer.from(onionOffice.office.desks[0]!.id).toString('hex');

describe.skipIf(lacks('tor', 'firefox-esr', 'chromium'))('over Tor', () => {
  beforeAll(async () => {
    await ensureBuilt();
    network = await startTorNetwork();
    socksPort = network.clients[0]!.socksPort;
    onionOffice = await startOnionOffice(network);
    await onionOffice.published();
  });
  afterAll(async () => {
    await onionOffice?.[Symbol.asyncDispose]();
    await network?.stop();
  });

  it('[PLN-1] a message and its answer pass at Standard, Safer and Safest and in Chromium', async () => {
    const { desk } = onionOffice;
    const written = await twoAtATime(levels, write);
    await desk.until('all messages', async () => (await received()).length === levels.length);
    expect((await received()).sort()).toEqual(levels.map(({ name }) => messageAt(name)).sort());
    for (const { id } of desk.engine.conversations()) {
      const conversation = await desk.engine.conversation(id);
      const level = levels.find(({ name }) => conversation?.messages[0]?.text === messageAt(name));
      await answer(desk, id, replyAt(level?.name ?? ''));
    }
    await nextEpoch(onionOffice.office.roster.epochSeconds, onionOffice.upstream);
    const read = await twoAtATime(levels, (level) => comeBack(level, written.get(level)!.words));
    for (const level of levels) expect(read.get(level)!.text).toBe(replyAt(level.name));
    console.log(
      table(new Map(levels.map((level) => [level, { ...written.get(level)!.steps, ...read.get(level)!.steps }]))),
    );
  });

  it('[PLN-10] leaves nothing on the disk at Safest, where an ordinary browser keeps address and stylesheet', async () => {
    const [asTorBrowser, ordinary] = await Promise.all([leftBehind({}), leftBehind(keeping)]);
    expect(asTorBrowser).toEqual([]);
    expect(ordinary).toEqual(['address', 'stylesheet']);
  });

  it('[ROS-5] a message that the mirror did not take goes to the next onion address, once, at Standard and Safer', async () => {
    await using mirror = await OnionMirror.make();
    await using mirrored = await startOnionOffice(network, [mirror.origin]);
    await Promise.all([mirrored.published(), mirror.start(network, mirrored.office, mirrored.upstream)]);
    const levelNames = ['standard', 'safer'] as const;
    const browsers = await Promise.all(levelNames.map((level) => launchFirefox(level, { socksPort })));
    try {
      const asked = new Set<string>();
      const written = await Promise.all(
        browsers.map(async (browser, at) => {
          const page = await openPage(browser, `${mirror.origin}/zh-Hans/`);
          page.on('request', (request) => asked.add(new URL(request.url()).origin));
          return { page, words: await writeMessage(page, messageAt(levelNames[at] ?? '')) };
        }),
      );
      await mirror.kill();
      await Promise.all(written.map(({ page, words }) => typeWordsBack(page, words)));
      await Promise.all(written.map(({ page }) => page.waitForSelector('.parts li.done', { timeout: 120_000 })));
      expect([...asked].sort()).toEqual([mirror.origin, mirrored.origin].sort());
      // The policy that names the one onion address lets nothing go to another.
      for (const { page } of written) {
        // A circuit may fail; a policy would not let any of them through.
        await expect.poll(() => reaches(page, mirrored.origin), { timeout: 90_000 }).toBe(true);
        expect(await reaches(page, onionOffice.origin)).toBe(false);
      }
    } finally {
      await Promise.all(browsers.map((browser) => browser.close()));
    }
    const texts = (): Promise<string[]> => textsOf(mirrored.desk);
    await mirrored.desk.until('both', async () => (await texts()).length >= 2);
    expect((await texts()).sort()).toEqual(['safer', 'standard'].map(messageAt));
  });

  it('tells the person when tor, and when the server, is killed in the middle of sending, and loses and doubles nothing', async () => {
    const { desk, origin } = onionOffice;
    const browser = await launchFirefox('safer', { socksPort });
    try {
      const page = await openPage(browser, `${origin}/zh-Hans/`);
      const words = await writeMessage(page, messageAt('tor'));
      killTor();
      // It is started again within a second, which the page may not even notice.
      const holdingDown = setInterval(killTor, 100);
      try {
        await typeWordsBack(page, words);
        await isTold(page);
      } finally {
        clearInterval(holdingDown);
      }
      await onionOffice.published();
      await page.waitForSelector('.parts li.done', { timeout: 120_000 });
      await page.close();

      const next = await openPage(browser, `${origin}/zh-Hans/`);
      const others = await writeMessage(next, messageAt('server'));
      await onionOffice.killServer();
      await typeWordsBack(next, others);
      await isTold(next);
      await onionOffice.startServer();
      await next.waitForSelector('.parts li.done', { timeout: 120_000 });
    } finally {
      await browser.close();
    }
    const wanted = [messageAt('server'), messageAt('tor')];
    await desk.until('both', async () => (await received()).filter((text) => wanted.includes(text)).length >= 2);
    expect((await received()).filter((text) => wanted.includes(text)).sort()).toEqual(wanted.sort());
  });
});

function reaches(page: Page, origin: string): Promise<boolean> {
  return page.evaluate(
    (to) =>
      fetch(`${to}/roster`).then(
        () => true,
        () => false,
      ),
    origin,
  );
}

function killTor(): void {
  const pid = onionOffice.onion.torPid();
  if (pid === null) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

/** The page says that something is wrong, and not that the message is stored. */
async function isTold(page: Page): Promise<void> {
  await page.waitForSelector('#notice:not([hidden])', { timeout: 90_000 });
  expect(await page.$('.parts li.done')).toBeNull();
}

/** Firefox as it comes, without Tor Browser's habit of forgetting. */
const keeping = {
  'browser.privatebrowsing.autostart': false,
  'browser.cache.disk.enable': true,
  'privacy.resistFingerprinting': false,
};

/** What a visit without scripts leaves in the folder of a browser with these preferences. */
async function leftBehind(prefs: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const needles = new Map([
    ['address', formsOf(`${onionOffice.onion.addresses.public}/plain/zh-Hans/`)],
    ['stylesheet', formsOf('/plain/style.')],
  ]);
  const profile = mkdtempSync(join(tmpdir(), 'postern-traces-'));
  try {
    const browser = await launchFirefox('safest', { socksPort, profile, prefs });
    const page = await openPlain(browser);
    await plain.press(page, `#start ${plain.go('write')}`);
    await plain.present(page, '#write-text');
    await plain.press(page, plain.go('leave'));
    await browser.close();
    return [...new Set([...findInFolder(profile, needles).values()].flatMap((names) => [...names]))].sort();
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 20 });
  }
}

function received(): Promise<string[]> {
  return textsOf(onionOffice.desk);
}

/** Most of a visit is waiting for moments; more browsers than two starve each other. */
async function twoAtATime<T>(
  all: readonly Level[],
  work: (level: Level) => Promise<T>,
): Promise<ReadonlyMap<Level, T>> {
  const done = new Map<Level, T>();
  const waiting = [...all];
  const worker = async (): Promise<void> => {
    for (let level = waiting.shift(); level !== undefined; level = waiting.shift()) done.set(level, await work(level));
  };
  await Promise.all([worker(), worker()]);
  return done;
}

interface Walk {
  readonly browser: Browser;
  /** Exchanges since the last call or the start. */
  readonly step: () => readonly Exchange[];
}

/** A fresh browser, all of whose connections are recorded on their way to Tor. */
async function recorded<T>(level: Level, work: (walk: Walk) => Promise<T>): Promise<T> {
  const proxy = await startRecordingProxy(socksPort, 'socks');
  const { exchanges } = proxy.record();
  const browser = await level.launch(proxy.port);
  let taken = 0;
  const step = (): readonly Exchange[] => {
    const from = taken;
    taken = exchanges.length;
    return exchanges.slice(from);
  };
  try {
    return await work({ browser, step });
  } finally {
    await browser.close();
    await proxy.close();
  }
}

type Written = { readonly words: readonly string[]; readonly steps: Pick<Steps, 'first visit' | 'message'> };

function write(level: Level): Promise<Written> {
  const text = messageAt(level.name);
  return recorded(level, async ({ browser, step }) => {
    if (level.hasScripts) {
      const page = await openPage(browser, `${onionOffice.origin}/zh-Hans/`);
      const first = step();
      const words = await writeMessage(page, text);
      await typeWordsBack(page, words);
      await waitForStored(page);
      return { words, steps: { 'first visit': first, message: step() } };
    }
    const page = await openPlain(browser);
    const first = step();
    await plain.press(page, `#start ${plain.go('write')}`);
    await plain.present(page, '#write-text');
    await plain.choose(page, `input[value="${deskHex()}"]`);
    await plain.fill(page, '#write-text', text);
    await plain.press(page, plain.go('submit'));
    const words = await plain.wordsOf(page);
    await plain.press(page, plain.go('check'));
    await plain.typeBack(page, words);
    await plain.press(page, plain.go('checked'));
    await plain.present(page, '.parts li.done');
    return { words, steps: { 'first visit': first, message: step() } };
  });
}

type Read = { readonly text: string; readonly steps: Pick<Steps, 'return' | 'answer'> };

function comeBack(level: Level, words: readonly string[]): Promise<Read> {
  return recorded(level, async ({ browser, step }) => {
    if (level.hasScripts) {
      const page = await openPage(browser, `${onionOffice.origin}/zh-Hans/`);
      const back = step();
      await enterWords(page, words.join(''));
      return { text: await readAnswer(page), steps: { return: back, answer: step() } };
    }
    const page = await openPlain(browser);
    const back = step();
    await plain.press(page, `#hero ${plain.go('enter')}`);
    await plain.fill(page, 'textarea[name=typed]', words.join(''));
    await plain.press(page, plain.go('look'));
    await plain.present(page, '.answer-text');
    const text = await page.$eval('.answer-text', (element) => element.textContent ?? '');
    return { text, steps: { return: back, answer: step() } };
  });
}

/** From the page for everybody, which says where forms are. */
async function openPlain(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${onionOffice.origin}/zh-Hans/`, { timeout: 90_000 });
  await plain.press(page, '#start a.button');
  await plain.present(page, `#start ${plain.go('write')}`);
  return page;
}

function table(all: ReadonlyMap<Level, Steps>): string {
  const lines = [['', 'step', 'requests', 'kB down', 'kB up', 'round trips']];
  for (const [level, steps] of all) {
    const whole = Object.values(steps).flat();
    for (const [name, exchanges] of [...Object.entries(steps), ['all', whole] as const])
      lines.push([name === 'first visit' ? level.name : '', name, ...costs(exchanges)]);
    const kilobytesMax = level.hasScripts ? 250 : 100;
    const kilobytes = kilobytesOf(whole, 'downBytes') + kilobytesOf(whole, 'upBytes');
    const verdict = kilobytes < kilobytesMax ? 'met' : 'not met';
    const sum = `< ${kilobytesMax} with up: ${kilobytes.toFixed(1)}, ${verdict}`;
    lines.push(['', 'aim', '', sum, '', level.hasScripts ? '6' : 'none']);
  }
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')).join('\n');
}

function costs(exchanges: readonly Exchange[]): string[] {
  const [down, up] = [kilobytesOf(exchanges, 'downBytes'), kilobytesOf(exchanges, 'upBytes')];
  return [String(exchanges.length), down.toFixed(1), up.toFixed(1), String(inARow(exchanges))];
}

function kilobytesOf(exchanges: readonly Exchange[], of: 'downBytes' | 'upBytes'): number {
  return exchanges.reduce((sum, exchange) => sum + exchange[of], 0) / 1_000;
}

/** The most exchanges of which each began after the one before had ended; waiting for moments of the schedule included. */
function inARow(exchanges: readonly Exchange[]): number {
  let count = 0;
  let until = -1;
  for (const { startMs, endMs } of [...exchanges].sort((a, b) => a.endMs - b.endMs)) {
    if (startMs < until) continue;
    count += 1;
    until = endMs;
  }
  return count;
}
