// What a visit leaves in the folder of a browser that keeps a history, and in one that does not.
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, launchFirefox } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';
import { publishDayKeys } from './desk.ts';
import { findInFile, formsOf, ifThere, type Needles } from './memory.ts';
import { readMozLz4 } from './mozlz4.ts';
import { makeOffice, type Office, type ServerProcess } from './office.ts';
import { openPage, typeWordsBack, waitForStored, writeMessage } from './visit.ts';

const message = 'In drawer 417 lies the first contract, signed before the tender was announced.';
const planted = 'Planted text that a careless page would leave 417';

let office: Office;
let server: ServerProcess;
const folders: string[] = [];
beforeAll(async () => {
  await ensureBuilt();
  office = await makeOffice();
  server = await office.serve();
  for (const desk of office.desks) await publishDayKeys(office, desk, server.origin);
});
afterAll(async () => {
  await server.stop();
  office.remove();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

/** Firefox as it comes, without Tor Browser's habit of forgetting. */
const keeping = {
  'browser.privatebrowsing.autostart': false,
  'browser.cache.disk.enable': true,
  'browser.formfill.enable': true,
  'browser.sessionstore.interval': 500,
  'privacy.resistFingerprinting': false,
};

const kinds = [
  ['Chromium', 'chromium', true, (profile: string) => launchChromium({ profile })],
  ['Firefox', 'firefox-esr', true, (profile: string) => launchFirefox('standard', { profile, prefs: keeping })],
  ['Firefox as Tor Browser', 'firefox-esr', false, (profile: string) => launchFirefox('standard', { profile })],
] as const;

describe.each(kinds)('%s', (_name, binary, keepsHistory, launch) => {
  it.skipIf(lacks(binary))(
    keepsHistory ? 'keeps that the page was visited, and nothing of what was written' : 'keeps nothing at all',
    async () => {
      const words = await withProfile(launch, async (browser, profile) => {
        const page = await openPage(browser, `${server.origin}/en/`);
        const shown = await writeMessage(page, message);
        await typeWordsBack(page, shown);
        await waitForStored(page);
        // While the page is open, so that what is kept for a crash is there too.
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        expect(find(profile, secrets(shown))).toEqual([]);
        await page.close();
        return { shown, profile };
      });
      expect(find(words.profile, secrets(words.shown))).toEqual([]);
      const address = new Map([['address', formsOf(`127.0.0.1:${server.port}/en/`)]]);
      expect(find(words.profile, address).length > 0).toBe(keepsHistory);
    },
  );
});

it.skipIf(lacks('firefox-esr'))('the search finds what a page leaves that does not take care', async () => {
  const careless = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><title>Careless</title><textarea id=text></textarea><script>
      localStorage.setItem('words', 'Planted words 417');</script>`);
  });
  await new Promise<void>((resolve) => careless.listen(0, '127.0.0.1', resolve));
  const needles: Needles = new Map([
    ['form', formsOf(planted)],
    ['storage', formsOf('Planted words 417')],
  ]);
  const found = await withProfile(kinds[1][3], async (browser, profile) => {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(careless.address() as AddressInfo).port}/`);
    await page.type('#text', planted);
    const names = new Set<string>();
    for (let tries = 0; tries < 20 && names.size < 2; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      for (const name of find(profile, needles)) names.add(name.split(' in ')[0] ?? '');
    }
    return names;
  });
  careless.closeAllConnections();
  careless.close();
  expect([...found].sort()).toEqual(['form', 'storage']);
});

function secrets(words: readonly string[]): Needles {
  return new Map([
    ['message', formsOf(message)],
    ['part of the message', formsOf('signed before the tender')],
    ['words', [...formsOf(words.join(' ')), ...formsOf(words.join(''))]],
    ['four words', [...formsOf(words.slice(0, 4).join(' ')), ...formsOf(words.slice(8).join(' '))]],
  ]);
}

/** What is found in a profile and in which file, also in files that Firefox compresses. */
function find(profile: string, needles: Needles): string[] {
  const found: string[] = [];
  for (const path of globSync('**/*', { cwd: profile })) {
    const full = join(profile, path);
    if (statSync(full, { throwIfNoEntry: false })?.isFile() !== true) continue;
    const names = ifThere(() => findInFile(full, needles));
    const expanded = ifThere(() => (/lz4$/.test(path) ? readMozLz4(readFileSync(full)) : null));
    for (const [name, forms] of needles) {
      const isCompressed = expanded !== null && forms.some((form) => expanded.includes(Buffer.from(form)));
      if (names?.has(name) === true || isCompressed) found.push(`${name} in ${path}`);
    }
  }
  return found;
}

async function withProfile<T>(
  launch: (profile: string) => Promise<Browser>,
  work: (browser: Browser, profile: string) => Promise<T>,
): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), 'postern-traces-'));
  folders.push(profile);
  const browser = await launch(profile);
  try {
    return await work(browser, profile);
  } finally {
    await browser.close();
  }
}
