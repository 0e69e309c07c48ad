// [PLN-1] A whole conversation without scripts: Firefox as Tor Browser at Safest, the real server, the desk's real engine.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, ElementHandle, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, screenshot } from '../browsers/inspect.ts';
import { launchChromium, launchFirefox } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';
import { officeWithCall } from './call-office.ts';
import { countBytes } from './counting-proxy.ts';
import { answer, openDesk, publishDayKeys, type RunningDesk, receive } from './desk.ts';
import { nextEpoch, type Office, type ServerProcess } from './office.ts';
import { choose, fill, go, present, press, typeBack, wordsOf } from './plain-visit.ts';
import { sealApart } from './sealed-apart.ts';

const message = '去年三月到八月，县医院新楼的招标只有一家公司能满足条件。';
const reply = '我们读了您的信，谢谢。初稿是在哪个部门看到的？';
/** Of two visits, down and up, where the stylesheet may be kept (PLN-10). */
const bytesMax = 100_000;
/** Of pages that wait, in the visits that take as long as they must. A busy machine makes it more, each time some 3 kB. */
const reloadsUsual = 3;
const reloadBytes = 3_500;
/** Firefox takes it for an onion address, and this machine for what is there. */
const onion = `${'a'.repeat(56)}.onion`;
const asOnion = {
  'network.dns.localDomains': onion,
  'network.dns.blockDotOnion': false,
  // Else it tries TLS for the icon of each page.
  'dom.security.https_only_mode': false,
  'dom.security.https_first': false,
  'dom.securecontext.allowlist_onions': false,
  'security.mixed_content.upgrade_display_content': false,
};

const address = `http://${'a'.repeat(55)}d.onion`;
let office: Office;
let folder: string;
let server: ServerProcess;
let desk: RunningDesk;
beforeAll(async () => {
  await ensureBuilt();
  office = await officeWithCall([address]);
  folder = mkdtempSync(join(tmpdir(), 'postern-plain-files-'));
  for (const name of ['letter.bin', 'note.txt'])
    writeFileSync(join(folder, name), name.endsWith('txt') ? 'words' : '\0\x01');
  server = await office.serve({ plain: {} });
  await publishDayKeys(office, office.desks[1]!, server.origin);
  desk = await openDesk(office, office.desks[0]!, server.origin);
});
afterAll(async () => {
  await server?.stop();
  office?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const deskHex = (): string => Buffer.from(office.desks[0]!.id).toString('hex');
describe.skipIf(lacks('firefox-esr'))('Firefox ESR at Safest', () => {
  it('[PLN-1] [RPL-3] writes, keeps twelve words, sends, comes back in a fresh browser and reads the answer', async () => {
    const counted = await countBytes(server.port);
    try {
      const words = await inFirefox(async (browser) => {
        const page = await browser.newPage();
        await openPlain(page, counted.origin);
        expect(new URL(page.url()).pathname).toBe('/plain/zh-Hans/');
        await press(page, `#start ${go('write')}`);
        await present(page, '#write-text');
        await choose(page, `input[value="${deskHex()}"]`);
        await fill(page, '#write-text', message);
        await press(page, go('submit'));
        const shown = await wordsOf(page);
        await press(page, go('check'));
        await typeBack(page, shown);
        await press(page, go('checked'));
        await present(page, '.parts li.done');
        await screenshot(page, 'plain-safest-received');
        await press(page, go('leave'));
        expect(await page.$('form')).toBeNull();
        await page.goBack();
        expect(await page.$eval('body', (body) => body.textContent ?? '')).not.toContain('已收到');
        return shown;
      });
      expect(words.join('')).toMatch(/^\p{Script=Han}{12}$/u);
      const { id } = await receive(desk);
      const conversation = await desk.engine.conversation(id);
      expect(conversation?.messages.map(({ text }) => text)).toEqual([message]);
      await answer(desk, id, reply);
      await nextEpoch(office.roster.epochSeconds, server.origin);
      await desk.engine.tick();
      await inFirefox(async (browser) => {
        const page = await browser.newPage();
        await openPlain(page, counted.origin);
        await press(page, `#hero ${go('enter')}`);
        await fill(page, 'textarea[name=typed]', words.join(''));
        await press(page, go('look'));
        await present(page, '.answer-text');
        expect(await page.$eval('.answer-text', (element) => element.textContent)).toBe(reply);
        await screenshot(page, 'plain-safest-answer');
        await desk.until('an answer collected', async () => {
          const read = await desk.engine.conversation(id);
          return read?.replies[0]?.progress === 'collected';
        });
      });
      const { down, up, requests, reloads } = counted.totals();
      console.log(
        `without scripts, a message sent and its answer read: ${down} bytes down, ${up} up, ${requests} requests, ${reloads} reloads`,
      );
      const more = Math.max(0, reloads - reloadsUsual) * reloadBytes;
      expect(down + up - more).toBeLessThan(bytesMax);
    } finally {
      await counted.close();
    }
  }, 180_000);
});

describe.skipIf(lacks('firefox-esr'))('Firefox ESR at Safest, on the page of a call', () => {
  it('[PLN-14] goes on by a form in the place of the link, and finds the questions of that call', async () => {
    await inFirefox(async (browser) => {
      const page = await browser.newPage();
      await page.goto(`${server.origin}/c/county-hospital/en`);
      await screenshot(page, 'plain-safest-call');
      expect(await page.$eval('.actions a', (link) => getComputedStyle(link).display)).toBe('none');
      await press(page, `.actions ${go('first')}`);
      expect(await page.$eval('#home', (home) => home.textContent)).toContain('Before you write');
      await press(page, `#start ${go('write')}`);
      await present(page, 'fieldset.question');
      expect(page.url()).not.toContain('hospital');
      await screenshot(page, 'plain-safest-call-questions');
      await press(page, go('leave'));
    });
  }, 120_000);
});

/** Whether the page looks otherwise when something in it is hidden. Of the whole page: without scripts no single element can be taken. */
async function isDrawn(page: Page, selector: string): Promise<boolean> {
  const show = (visibility: string): Promise<void> =>
    page.$eval(selector, (it, wanted) => (it as HTMLElement).style.setProperty('visibility', wanted), visibility);
  const before = await page.screenshot({ fullPage: true });
  await show('hidden');
  const after = await page.screenshot({ fullPage: true });
  await show('visible');
  return !Buffer.from(before).equals(after);
}

describe.skipIf(lacks('firefox-esr'))('Firefox ESR at Safest, for somebody else', () => {
  it('[PLN-1] [PLN-17] [CAR-2] checks an address by its picture, and delivers the file of a message that was sealed without a network', async () => {
    const text = 'Sealed on a machine in the cellar. The third invoice was paid twice.';
    const path = join(folder, 'sealed.txt');
    writeFileSync(path, await sealApart(office, server.origin, text));
    await inFirefox(async (browser) => {
      const page = await browser.newPage();
      await page.goto(`${server.origin}/plain/en/`);
      await press(page, `#start ${go('verify')}`);
      await fill(page, 'textarea[name=given]', address.replace('aaad', 'abad'));
      await press(page, go('judge'));
      await present(page, '.verdict-head.no .verdict-picture');
      expect(await isDrawn(page, '.verdict-picture')).toBe(true);
      await screenshot(page, 'plain-safest-verify-no');
      await fill(page, 'textarea[name=given]', address);
      await press(page, go('judge'));
      await present(page, '.verdict-head.yes .verdict-picture');
      expect(await isDrawn(page, '.verdict-picture')).toBe(true);
      await press(page, go('home'));
      await press(page, `#start ${go('carry')}`);
      const input = (await page.$('#carry-file')) as ElementHandle<HTMLInputElement>;
      await input.uploadFile(path);
      await press(page, go('deliver'));
      await present(page, '.parts li.done');
      await screenshot(page, 'plain-safest-carried');
      await press(page, go('leave'));
    });
    await desk.until('a carried message', () => desk.engine.conversations().some(({ preview }) => preview === text));
  }, 120_000);
});

describe.skipIf(lacks('chromium', 'fonts-noto-core', 'fonts-noto-cjk'))('Chromium', () => {
  const walks = [
    ['zh-Hans', 320, 'dark'],
    ['ar', 1440, 'dark'],
    ['en', 320, 'light'],
  ] as const;

  it.each(walks)(
    '[PLN-1] %s at %i px, %s: every page without scripts fits and keeps WCAG 2.2 AA',
    async (tag, width, scheme) => {
      const browser = await launchChromium();
      try {
        const page = await browser.newPage();
        await page.setViewport({ width, height: width < 600 ? 640 : 900 });
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
        const look = (name: string): Promise<void> =>
          whileItStands(page, async () => {
            await screenshot(page, `plain-${name}-${tag}-${width}-${scheme}`);
            const [content = 0, window = 0] = await page.evaluate(() => [
              document.documentElement.scrollWidth,
              innerWidth,
            ]);
            expect([name, content <= window]).toEqual([name, true]);
            expect({ name, violations: await axe(page) }).toEqual({ name, violations: [] });
          });
        await page.goto(`${server.origin}/plain/${tag}/`);
        await look('home');
        await press(page, `#start ${go('write')}`);
        await press(page, go('submit'));
        await look('write');
        await page.select('select[name=call]', 'county-hospital');
        await press(page, go('call'));
        await look('call');
        await page.select('select[name=call]', '');
        const input = (await page.$('#write-files')) as ElementHandle<HTMLInputElement>;
        await input.uploadFile(join(folder, 'letter.bin'), join(folder, 'note.txt'));
        await press(page, go('attach'));
        await look('files');
        await press(page, 'button.first');
        await press(page, '.files button');
        await choose(page, `input[value="${deskHex()}"]`);
        await fill(page, '#write-text', message);
        await press(page, go('submit'));
        await look('words');
        await press(page, go('check'));
        await press(page, go('checked'));
        await look('check');
        await press(page, go('words'));
        const words = await wordsOf(page);
        await press(page, go('check'));
        await typeBack(page, words);
        await press(page, go('checked'));
        await look('sent');
        await page.goto(`${server.origin}/plain/${tag}/`);
        await press(page, go('leave'));
        await page.goto(`${server.origin}/plain/${tag}/`);
        await press(page, `#hero ${go('enter')}`);
        await fill(page, 'textarea[name=typed]', `${words.slice(1).join(' ')} x`);
        await press(page, go('look'));
        await look('enter');
        await fill(page, 'textarea[name=typed]', words.join(' '));
        await press(page, go('look'));
        await look('answers');
        await press(page, go('leave'));
        await page.goto(`${server.origin}/plain/${tag}/`);
        await press(page, `#start ${go('verify')}`);
        await fill(page, 'textarea[name=given]', address.replace('aaad', 'abad'));
        await press(page, go('judge'));
        await look('verify');
        await press(page, go('home'));
        await press(page, `#start ${go('carry')}`);
        await fill(page, 'textarea[name=sealed]', 'POSTERN1:hello');
        await press(page, go('deliver'));
        await look('carry');
        await fill(page, 'textarea[name=sealed]', await sealApart(office, server.origin, message));
        await press(page, go('deliver'));
        await look('carried');
        await press(page, go('leave'));
      } finally {
        await browser.close();
      }
    },
  );
});

const looksMax = 20;

/** A page that waits loads itself again after some seconds, which ends a look at it: then all of it is looked at once more. */
async function whileItStands(page: Page, look: () => Promise<void>): Promise<void> {
  const loadedAt = (): Promise<number> => page.evaluate(() => performance.timeOrigin).catch(() => 0);
  for (let looks = 1; ; looks++) {
    const before = await loadedAt();
    const fault = await look().then(
      () => null,
      (error: unknown) => ({ error }),
    );
    if (before !== 0 && before === (await loadedAt())) {
      if (fault !== null) throw fault.error;
      return;
    }
    if (looks === looksMax) throw new Error(`look at a page: it did not stand still in ${looksMax} looks`);
  }
}

/** From the page for everybody, which says where forms are. */
async function openPlain(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin.replace('127.0.0.1', onion)}/zh-Hans/`);
  await press(page, '#start a.button');
}

async function inFirefox<T>(work: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await launchFirefox('safest', { prefs: asOnion });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}
