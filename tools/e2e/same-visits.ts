// Visits of a writer, a reader and a visitor, with every packet recorded where the system permits: `same-visits.ts
// <level> <folder>`. Meant for a network namespace of its own, in which nobody else sends anything.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'puppeteer-core';
import { launchFirefox } from '../browsers/launch.ts';
import type { SecurityLevel } from '../browsers/tor-browser-prefs.ts';
import { answer, openDesk, publishDayKeys, type RunningDesk, receive } from './desk.ts';
import { makeOffice, nextEpoch, type Office, type ServerProcess } from './office.ts';
import * as plain from './plain-visit.ts';
import { type Exchange, type Recording, type RecordingProxy, startRecordingProxy } from './recording.ts';
import { enterWords, openPage, readAnswer, typeWordsBack, waitForStored, writeMessage } from './visit.ts';

/** A visit as its proxy saw it, and the port under which it is found in the recording of packets. */
interface RecordedVisit extends Recording {
  readonly port: number;
}

/** `planted` differs on purpose; not at every level. */
export interface SameVisits {
  readonly visitor: RecordedVisit;
  readonly writer: RecordedVisit;
  readonly reader: RecordedVisit;
  readonly planted?: RecordedVisit;
  /** Of the page that all begin with. */
  readonly html: string;
  /** Of pcapng; null if packets could not be recorded. */
  readonly packets: string | null;
}

const message = '我想说的都在这里，一共两句。请回信。';
const reply = '收到了。';
/** The first is late enough for a slow machine without a JIT to have verified all documents. */
const moments = [6, 8, 10];
/** From the first moment to between those at 16 and 19. */
const staySeconds = 11.5;
/** What is sent at a moment has more bytes than this. */
const momentBytesMin = 6_000;
/** A browser asks for an icon some time after its page. */
const quietMs = 1_000;
const quietMsMax = 60_000;

type Visit = (work: (page: Page) => Promise<void>) => Promise<RecordedVisit>;
interface Answering {
  readonly office: Office;
  readonly server: ServerProcess;
  readonly desk: RunningDesk;
  readonly deskHex: string;
}

async function scriptedVisits(
  visit: Visit,
  { office, server, desk }: Answering,
  withPlanted: boolean,
): Promise<Omit<SameVisits, 'packets' | 'html'>> {
  let words: string[] = [];
  const writer = await visit(async (page) => {
    words = await writeMessage(page, message);
    await typeWordsBack(page, words);
    await waitForStored(page);
  });
  await answer(desk, (await receive(desk)).id, reply);
  await nextEpoch(office.roster.epochSeconds, server.origin);
  const reader = await visit(async (page) => {
    await enterWords(page, words.join(''));
    const text = await readAnswer(page);
    if (text !== reply) throw new Error('read an answer: it is another text');
  });
  const visitor = await visit(async () => undefined);
  if (!withPlanted) return { visitor, writer, reader };
  const planted = await visit((page) =>
    page.evaluate(async () => {
      await fetch('/request', { method: 'POST', body: 'a' });
      await fetch('/index/0', { headers: { 'x-more': '1' } });
    }),
  );
  return { visitor, writer, reader, planted };
}

async function plainVisits(
  visit: Visit,
  { office, server, desk, deskHex }: Answering,
): Promise<Omit<SameVisits, 'packets' | 'html'>> {
  const toForms = (page: Page): Promise<void> => plain.press(page, '#start a.button');
  let words: string[] = [];
  const writer = await visit(async (page) => {
    await toForms(page);
    await plain.press(page, `#start ${plain.go('write')}`);
    await plain.present(page, '#write-text');
    await plain.choose(page, `input[value="${deskHex}"]`);
    await plain.fill(page, '#write-text', message);
    await plain.press(page, plain.go('submit'));
    words = await plain.wordsOf(page);
    await plain.press(page, plain.go('check'));
    await plain.typeBack(page, words);
    await plain.press(page, plain.go('checked'));
    await plain.present(page, '.parts li.done');
    await plain.press(page, plain.go('leave'));
  });
  await answer(desk, (await receive(desk)).id, reply);
  await nextEpoch(office.roster.epochSeconds, server.origin);
  const reader = await visit(async (page) => {
    await toForms(page);
    await plain.press(page, `#hero ${plain.go('enter')}`);
    await plain.fill(page, 'textarea[name=typed]', words.join(''));
    await plain.press(page, plain.go('look'));
    await plain.present(page, '.answer-text');
    await plain.press(page, plain.go('leave'));
  });
  return { visitor: await visit(toForms), writer, reader };
}

/**
 * One visit through a proxy of its own, so that no connection of another visit is used again.
 * @param seconds from the page's first moment to the end; 0 where a page has none
 */
async function makeVisit(
  server: ServerProcess,
  open: (url: string) => Promise<Page>,
  seconds: number,
  work: (page: Page) => Promise<void>,
): Promise<RecordedVisit> {
  const proxy = await startRecordingProxy(server.port);
  try {
    const recording = proxy.record();
    const begun = seconds > 0 ? firstMoment(recording) : null;
    const page = await open(`${proxy.origin}/zh-Hans/`);
    await work(page);
    if (begun === null) {
      await quiet(proxy);
    } else {
      const end = (await begun) + seconds * 1000;
      const left = end - Date.now();
      if (left < 0) throw new Error(`make a visit: it took ${-left} ms more than its length`);
      await wait(left);
    }
    await page.close();
    return { ...recording, port: proxy.port };
  } finally {
    await proxy.close();
  }
}

/** When the page first sends what it sends at its moments, which count from when it was loaded. */
async function firstMoment({ exchanges }: Recording): Promise<number> {
  const isOfMoment = ({ path, upBytes }: Exchange): boolean => path === '/request' && upBytes > momentBytesMin;
  while (!exchanges.some(isOfMoment)) await wait(10);
  return Date.now();
}

/** Until nothing has been under way for a while. */
async function quiet({ isQuiet }: RecordingProxy): Promise<void> {
  const started = Date.now();
  for (let since = started; Date.now() - since < quietMs; await wait(10)) {
    if (!isQuiet()) since = Date.now();
    if (since - started > quietMsMax) throw new Error('make a visit: it does not come to rest');
  }
}

/** @param origin to which a request is sent that marks the end @returns what ends the recording */
async function recordPackets(path: string, origin: string): Promise<() => Promise<void>> {
  const child = spawn('dumpcap', ['-q', '-i', 'lo', '-f', 'tcp', '-w', path], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  while (!said.includes('File:')) {
    if (child.exitCode !== null) throw new Error(`record packets: dumpcap has ended:\n${said}`);
    await wait(50);
  }
  return async () => {
    // Packets stay a moment in the kernel's buffer, in their order.
    const last = `/last-${process.pid}`;
    await fetch(origin + last);
    for (let tries = 0; !readFileSync(path).includes(last); tries++) {
      if (tries > 300) throw new Error('record packets: the last of them does not come');
      await wait(100);
    }
    child.kill('SIGINT');
    if (child.exitCode === null) await once(child, 'exit');
  };
}

async function run(level: SecurityLevel, folder: string, withPackets: boolean): Promise<void> {
  const hasScripts = level !== 'safest';
  const office = await makeOffice(2, hasScripts ? { moments } : {});
  const server = await office.serve({ plain: {} });
  const [first, second] = office.desks;
  if (first === undefined || second === undefined) throw new Error('make an office: two desks were wanted');
  const packets = withPackets ? join(folder, 'lo.pcapng') : null;
  const stopRecording = packets === null ? async () => undefined : await recordPackets(packets, server.origin);
  const browser = await launchFirefox(level);
  try {
    await publishDayKeys(office, second, server.origin);
    const desk = await openDesk(office, first, server.origin);
    const open = async (url: string): Promise<Page> => {
      if (hasScripts) return openPage(browser, url);
      const page = await browser.newPage();
      await page.goto(url);
      return page;
    };
    // What a browser does only once must not make the first visit another than the next.
    await (await open(`${server.origin}/zh-Hans/`)).close();
    const visit: Visit = (work) => makeVisit(server, open, hasScripts ? staySeconds : 0, work);
    const answering = { office, server, desk, deskHex: Buffer.from(first.id).toString('hex') };
    const visits = hasScripts
      ? await scriptedVisits(visit, answering, level === 'standard')
      : await plainVisits(visit, answering);
    await stopRecording();
    const html = await (await fetch(`${server.origin}/zh-Hans/`)).text();
    writeFileSync(join(folder, 'visits.json'), JSON.stringify({ ...visits, html, packets } satisfies SameVisits));
  } finally {
    await browser.close();
    await server.stop();
    office.remove();
  }
}

if (import.meta.main) {
  const [level = '', folder = '', withPackets] = process.argv.slice(2);
  if (!existsSync(folder)) throw new Error('record visits: the folder for them is missing');
  await run(level as SecurityLevel, folder, withPackets === 'packets');
  // Engines and stores of desks keep nothing open that matters.
  process.exit(0);
}
