// [ROS-5] The address that a source came by is blocked for good while a message is on its way: the page goes on to the next signed one.

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { verificationWords } from '@postern/protocol/keys/fingerprint';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import type { HTTPRequest } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, launchFirefox } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';
import { freePorts } from '../free-ports.ts';
import { openDesk, publishDayKeys, type RunningDesk } from './desk.ts';
import { killMirror, type Mirror, startMirror } from './mirror-process.ts';
import { makeOffice, type Office, type ServerProcess } from './office.ts';
import { sealApart } from './sealed-apart.ts';
import { fill, main, openPage, openSavedPage, press, typeWordsBack, waitForStored, writeMessage } from './visit.ts';

const message = 'The first address went dark while I was writing.';
const early = 'The first address gave its page and nothing else.';
const carried = 'Sealed without a network, brought where only the second address was left.';
const savedPage = new URL('../../source/dist/offline.html', import.meta.url).href;

let office: Office;
let server: ServerProcess;
let desk: RunningDesk;
let ports: readonly number[];
const mirrors: Mirror[] = [];

beforeAll(async () => {
  await ensureBuilt();
  ports = await freePorts(2);
  office = await makeOffice(
    2,
    {},
    ports.map((port) => `http://127.0.0.1:${port}`),
  );
  server = await office.serve();
  await publishDayKeys(office, office.desks[1]!, server.origin);
  desk = await openDesk(office, office.desks[0]!, server.origin);
}, 120_000);
afterAll(async () => {
  for (const { child } of mirrors) child.kill('SIGKILL');
  await server?.stop();
  office?.remove();
});

async function mirrorAt(place: 0 | 1): Promise<Mirror> {
  const mirror = await startMirror(server.origin, bytesToHex(office.fingerprint), ports[place]);
  mirrors.push(mirror);
  return mirror;
}

/** At the first address: passes on nothing but the page and what it is made of, as a filter does that knows the rest. */
async function pageAlone(target: string): Promise<Server> {
  const filter = createServer((asked, answer) => {
    const path = asked.url ?? '/';
    if (!/^\/en\/$|\.(js|css|svg)$/.test(path)) return void asked.socket.destroy();
    void fetch(`${target}${path}`).then(async (from) => {
      const kept = [...from.headers].filter(([name]) => /^content-(type|security-policy)$/.test(name));
      answer.writeHead(from.status, Object.fromEntries(kept)).end(Buffer.from(await from.arrayBuffer()));
    });
  });
  filter.listen(ports[0], '127.0.0.1');
  await once(filter, 'listening');
  return filter;
}

it.skipIf(lacks('chromium'))(
  '[ROS-5] a page that gets nothing more from its own address goes on to the others',
  async () => {
    const second = await mirrorAt(1);
    const filter = await pageAlone(second.origin);
    const browser = await launchChromium();
    try {
      const page = await openPage(browser, `http://127.0.0.1:${ports[0]}/en/`);
      await typeWordsBack(page, await writeMessage(page, early));
      await waitForStored(page);
    } finally {
      await browser.close();
      filter.close();
      await killMirror(second);
    }
    await desk.until('a message', () => desk.engine.conversations().some(({ preview }) => preview === early));
  },
);

it.skipIf(lacks('chromium'))(
  '[CAR-2] the saved page brings a sealed message to a mirror when the first address is gone',
  async () => {
    const second = await mirrorAt(1);
    const folder = mkdtempSync(join(tmpdir(), 'postern-failover-'));
    const packPath = join(folder, 'pack.bin');
    writeFileSync(packPath, new Uint8Array(await (await fetch(`${second.origin}/pack`)).arrayBuffer()));
    const lines = await sealApart(office, second.origin, carried);
    const words = verificationWords(office.roster.fingerprint, (await loadWordList('english')).words);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const asked = new Set<string>();
      page.on('requestfinished', (request: HTTPRequest) => asked.add(new URL(request.url()).origin));
      await openSavedPage(page, `${savedPage}#en/network`, packPath, words.join(' '));
      await page.waitForSelector('#start:not([hidden]) button.main');
      await page.$$eval('#start button', (buttons) => {
        buttons.find(({ textContent }) => textContent === 'Deliver a sealed message')?.click();
      });
      await fill(page, 'textarea.code', lines);
      await press(page, main);
      await waitForStored(page);
      expect([...asked].filter((origin) => origin.startsWith('http'))).toEqual([second.origin]);
    } finally {
      await browser.close();
      await killMirror(second);
      rmSync(folder, { recursive: true });
    }
    await desk.until('a message', () => desk.engine.conversations().some(({ preview }) => preview === carried));
  },
);

const browsers = [
  ['firefox-esr', 'Firefox at Safer', () => launchFirefox('safer')],
  ['chromium', 'Chromium', () => launchChromium()],
] as const;

describe.each(browsers)('in %s (%s)', (binary, _name, launch) => {
  it.skipIf(lacks(binary))(
    '[ROS-5] a message that one mirror did not take goes to the next, once, and nothing goes to an address that is not signed',
    async () => {
      const before = desk.engine.conversations().map(({ id }) => id);
      const added = () => desk.engine.conversations().filter(({ id }) => !before.includes(id));
      const [first, second] = [await mirrorAt(0), await mirrorAt(1)];
      const browser = await launch();
      try {
        const page = await openPage(browser, `${first.origin}/en/`);
        const asked = new Set<string>();
        page.on('request', (request: HTTPRequest) => asked.add(new URL(request.url()).origin));
        const shown = await writeMessage(page, message);
        await killMirror(first);
        await typeWordsBack(page, shown);
        await waitForStored(page);
        // The page's policy, and not only its program, keeps to the list: the server itself is not in it.
        const reaches = (origin: string): Promise<boolean> =>
          page.evaluate(
            (to) =>
              fetch(`${to}/roster`).then(
                () => true,
                () => false,
              ),
            origin,
          );
        expect([...asked].sort()).toEqual([first.origin, second.origin].sort());
        expect(await reaches(second.origin)).toBe(true);
        expect(await reaches(server.origin)).toBe(false);
      } finally {
        await browser.close();
      }
      await desk.until('a message', () => added().length > 0);
      const { id } = added()[0]!;
      expect((await desk.engine.conversation(id))?.messages.map(({ text }) => text)).toEqual([message]);
      expect(added()).toHaveLength(1);
      await killMirror(second);
    },
  );
});
