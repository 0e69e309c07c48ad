// A source who reaches a mirror only: writes, is interrupted by its end, returns and reads. The mirror is the real command.
import { bytesToHex } from '@postern/protocol/bytes/encode';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, launchFirefox } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';
import { answer, openDesk, publishDayKeys, type RunningDesk } from './desk.ts';
import { killMirror, type Mirror, startMirror as startMirrorOf } from './mirror-process.ts';
import { makeOffice, nextEpoch, type Office, type ServerProcess } from './office.ts';
import { enterWords, openPage, readAnswer, typeWordsBack, waitForStored, writeMessage } from './visit.ts';

const message = '我们这里只能打开这个地址。';
const reply = '收到了。您安全吗？';

let office: Office;
let server: ServerProcess;
let desk: RunningDesk;
const mirrors: Mirror[] = [];

beforeAll(async () => {
  await ensureBuilt();
  office = await makeOffice();
  server = await office.serve();
  await publishDayKeys(office, office.desks[1]!, server.origin);
  desk = await openDesk(office, office.desks[0]!, server.origin);
}, 120_000);
afterAll(async () => {
  for (const { child } of mirrors) child.kill('SIGKILL');
  await server?.stop();
  office?.remove();
});

async function startMirror(port = 0): Promise<Mirror> {
  const mirror = await startMirrorOf(server.origin, bytesToHex(office.fingerprint), port);
  mirrors.push(mirror);
  return mirror;
}

const browsers = [
  ['firefox-esr', 'Firefox at Safer', () => launchFirefox('safer')],
  ['chromium', 'Chromium', () => launchChromium()],
] as const;

describe.each(browsers)('in %s (%s)', (binary, _name, launch) => {
  it.skipIf(lacks(binary))(
    'a message goes through a mirror that is killed in the middle, arrives once, and is answered through it',
    async () => {
      const before = desk.engine.conversations().map(({ id }) => id);
      const added = () => desk.engine.conversations().filter(({ id }) => !before.includes(id));
      const first = await startMirror();
      const words = await inFreshBrowser(launch, async (browser) => {
        const page = await openPage(browser, `${first.origin}/zh-Hans/`);
        const shown = await writeMessage(page, message);
        await killMirror(first);
        await typeWordsBack(page, shown);
        // Told before anything else happens, and without a word of being stored.
        await page.waitForSelector('#notice:not([hidden])', { timeout: 45_000 });
        expect(await page.$('.parts li.done')).toBeNull();
        await startMirror(Number(new URL(first.origin).port));
        await waitForStored(page);
        return shown;
      });
      await desk.until('a message', () => added().length > 0);
      const { id } = added()[0]!;
      expect((await desk.engine.conversation(id))?.messages.map(({ text }) => text)).toEqual([message]);
      await answer(desk, id, reply);
      // At a mirror when it has looked.
      await nextEpoch(office.roster.epochSeconds, first.origin);
      await inFreshBrowser(launch, async (browser) => {
        const page = await openPage(browser, `${first.origin}/zh-Hans/`);
        await enterWords(page, words.join(''));
        expect(await readAnswer(page)).toBe(reply);
      });
      expect(added()).toHaveLength(1);
    },
  );
});

async function inFreshBrowser<T>(launch: () => Promise<Browser>, work: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await launch();
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}
