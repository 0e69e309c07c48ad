// The memory of whole browsers, all their processes, while the page for sources sends and fetches a small and a large file.
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { Browser, ElementHandle, Page } from 'puppeteer-core';
import { launchChromium, launchFirefox } from '../tools/browsers/launch.ts';
import { ensureBuilt } from '../tools/build.ts';
import { answer, openDesk, publishDayKeys, type RunningDesk } from '../tools/e2e/desk.ts';
import { makeOffice, nextEpoch, random } from '../tools/e2e/office.ts';
import {
  choosePlace,
  enterWords,
  finishMessage,
  openPage,
  press,
  readAnswer,
  typeWordsBack,
  waitForStored,
} from '../tools/e2e/visit.ts';
import type { Bench, Measure } from './measure.ts';
import { type TreePeak, watchTree } from './process-tree.ts';

/** MiB. The small one is read whole before it is sent, to look into it; of the large one nobody does. */
const sizes = [50, 500] as const;
const epochSeconds = 10;
const patience = { timeout: 1_200_000 };
const mebibyte = 2 ** 20;

interface Kind {
  readonly name: string;
  readonly launch: (saved: string) => Promise<Browser>;
  /** Whether the page is given a place on the disk to write to. */
  readonly asks: boolean;
}
const downloadPrefs = (saved: string): Record<string, unknown> => ({
  'browser.download.folderList': 2,
  'browser.download.dir': saved,
  'browser.download.useDownloadDir': true,
});
const unseen = { networkEnabled: false } as const;
const kinds: readonly Kind[] = [
  { name: 'Chromium', asks: true, launch: () => launchChromium(unseen) },
  {
    name: 'Firefox',
    asks: false,
    launch: (saved) =>
      launchFirefox('standard', {
        ...unseen,
        prefs: { ...downloadPrefs(saved), 'browser.privatebrowsing.autostart': false },
      }),
  },
  {
    name: 'Firefox as Tor Browser',
    asks: false,
    launch: (saved) => launchFirefox('standard', { ...unseen, prefs: downloadPrefs(saved) }),
  },
];

export const browserMemory: Bench = async () => {
  await ensureBuilt();
  const office = await makeOffice();
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-browsers-'));
  const server = await office.serve();
  try {
    for (const other of office.desks.slice(1)) await publishDayKeys(office, other, server.origin);
    const [first] = office.desks;
    if (first === undefined) throw new RangeError('open a desk: there is none');
    const place: Place = { folder, origin: server.origin, desk: await openDesk(office, first, server.origin) };
    const measures: Measure[] = [];
    const ofServer = watchTree(server.pid);
    for (const kind of kinds) measures.push(...(await measureBrowser(kind, place)));
    const { before, peak } = ofServer();
    const note = `${before.toFixed(0)} before`;
    return [...measures, { what: 'server, at the most', value: peak, unit: 'MiB', note }];
  } finally {
    await server.stop();
    office.remove();
    rmSync(folder, { recursive: true, force: true });
  }
};

interface Place {
  readonly folder: string;
  readonly origin: string;
  readonly desk: RunningDesk;
}

async function measureBrowser(kind: Kind, place: Place): Promise<Measure[]> {
  const saved = join(place.folder, kind.name);
  mkdirSync(saved);
  const browser = await kind.launch(saved);
  try {
    const measures: Measure[] = [];
    for (const size of sizes) {
      const path = join(place.folder, `${size}.bin`);
      writeNoise(path, size);
      const pid = browser.process()?.pid ?? 0;
      const { words, sending } = await send(browser, pid, place.origin, path);
      await sendBack(place, `${size}.bin`);
      const fetching = await fetchBack(browser, pid, place.origin, words, kind.asks ? null : [saved, size]);
      measures.push(grown(`${kind.name}: send ${size} MiB`, size, sending));
      measures.push(grown(`${kind.name}: fetch ${size} MiB`, size, fetching));
    }
    return measures;
  } finally {
    await browser.close();
  }
}

function grown(what: string, size: number, { before, peak }: TreePeak): Measure {
  const value = peak - before;
  const note = `${(value / size).toFixed(2)} times the file; ${before.toFixed(0)} before`;
  return { what, value, unit: 'MiB', note };
}

function writeNoise(path: string, size: number): void {
  const file = openSync(path, 'w');
  for (let written = 0; written < size * mebibyte; written += 65_536) writeSync(file, random(65_536));
  closeSync(file);
}

async function send(
  browser: Browser,
  pid: number,
  origin: string,
  path: string,
): Promise<{ readonly words: readonly string[]; readonly sending: TreePeak }> {
  const page = await openPage(browser, `${origin}/en/`);
  await press(page, '#start button.main');
  await page.waitForSelector('#write-files', patience);
  const peak = watchTree(pid);
  await ((await page.$('#write-files')) as ElementHandle<HTMLInputElement>).uploadFile(path);
  await press(page, '.reviews [data-choice=original]');
  await untilComplete(page, '.files:not(.reviews)');
  const sending = peak();
  const words = await finishMessage(page, 'A film.', 'Desk 1');
  await typeWordsBack(page, words);
  await waitForStored(page);
  await page.close();
  return { words, sending };
}

async function untilComplete(page: Page, list: string): Promise<void> {
  const isComplete = (selector: string): boolean =>
    document.querySelector(selector)?.textContent?.includes('Complete') === true;
  await page.waitForFunction(isComplete, patience, list);
}

/** The desk answers with the very file that it was sent: its chunks are stored. */
async function sendBack({ desk, origin }: Place, name: string): Promise<void> {
  const answered = new Set(desk.engine.conversations().map(({ id }) => id));
  let found: { readonly id: string; readonly file: FileDescriptor } | null = null;
  await desk.until('the file', async () => {
    for (const { id } of desk.engine.conversations().filter((one) => !answered.has(one.id))) {
      const [message] = (await desk.engine.conversation(id))?.messages ?? [];
      const file = message === undefined ? null : await desk.engine.file(id, message.id, 0);
      if (file?.name === name) found = { id, file };
    }
    return found !== null;
  });
  const { id, file } = found as unknown as { readonly id: string; readonly file: FileDescriptor };
  await answer(desk, id, 'Here it is again.', [file]);
  await nextEpoch(epochSeconds, origin);
}

/** @param saves folder and MiB of a file that the browser saves by itself; null where the page is given the place */
async function fetchBack(
  browser: Browser,
  pid: number,
  origin: string,
  words: readonly string[],
  saves: readonly [string, number] | null,
): Promise<TreePeak> {
  const page = await openPage(browser, `${origin}/en/`);
  if (saves === null) await page.evaluate(choosePlace);
  await enterWords(page, words.join(' '));
  await readAnswer(page);
  const peak = watchTree(pid);
  await press(page, '.answer .files button:not([hidden])');
  await untilComplete(page, '.answer .files');
  if (saves !== null) {
    const [folder, size] = saves;
    const path = join(folder, `${size}.bin`);
    const isSaved = (): boolean => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= size * mebibyte;
    for (let round = 0; !isSaved(); round++) {
      if (round === 3_000) throw new Error(`save a file: not ${size} MiB after ten minutes`);
      await wait(200);
    }
  }
  const fetching = peak();
  await page.close();
  return fetching;
}
