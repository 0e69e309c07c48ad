/** What stands in fetched files is found by the search though nobody opens them, on the real page, process, engine and server; and goes with the case. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { writeZip } from '@postern/protocol/metadata/zip-file';
import { packOffice, relationsOf } from '@postern/protocol/testing/office-files';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, screenshot } from '../../../tools/browsers/inspect.ts';
import { launchChromium } from '../../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../../tools/build.ts';
import { lacks } from '../../../tools/debian.ts';
import { DeskWorld } from '../../src/engine/testing/desk-world.ts';
import { TestSource } from '../../src/engine/testing/test-source.ts';
import { type DeskOf, deskOf } from '../../src/testing/desk-of.ts';
import { storeFile } from '../../src/testing/stored-file.ts';
import { passMinutes } from '../testing/passing-time.ts';
import { settled } from '../testing/settled-page.ts';
import { hasKeys, openUnlocked } from '../testing/unlocked-page.ts';

const calls: string[] = [];
let trap: Server;
let world: DeskWorld;
let remove: DeskOf['remove'];
let desk: DeskOf['desk'];
let browser: Browser;
let page: Page;

const trapUrl = (name: string): string => `http://127.0.0.1:${(trap.address() as AddressInfo).port}/${name}`;
const until = (isSo: () => Promise<boolean>): Promise<void> => passMinutes(world, isSo);

/** Says these words, and asks for things of the trap. */
function pdf(words: string, objects = '', content = `BT /F 24 Tf 20 100 Td (${words}) Tj ET`): Uint8Array {
  return utf8ToBytes(`%PDF-1.7
1 0 obj << /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.launchURL\\("${trapUrl('pdf')}"\\)) >> >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> /XObject << /X 20 0 R >> >> >> endobj
4 0 obj << /Length ${content.length} >> stream
${content}
endstream endobj
5 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> endobj
${objects}
trailer << /Root 1 0 R >>
%%EOF
`);
}

/** One page that says one word a thousand million times: each of ten drawings shows the next one ten times. */
function endlessPdf(): Uint8Array {
  const objects = Array.from({ length: 10 }, (_, at) => {
    const content = at < 9 ? '/X Do '.repeat(10) : 'BT /F 1 Tf (x) Tj ET';
    const resources = at < 9 ? `/XObject << /X ${21 + at} 0 R >>` : '/Font << /F 5 0 R >>';
    return `${20 + at} 0 obj << /Type /XObject /Subtype /Form /BBox [0 0 300 200] /Resources << ${resources} >> /Length ${content.length} >> stream\n${content}\nendstream endobj`;
  });
  return pdf('', objects.join('\n'), '/X Do');
}

function docx(): Promise<Uint8Array> {
  const word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
  const run = (text: string): string => `<w:r><w:rPr><w:b/></w:rPr><w:t>${text}</w:t></w:r>`;
  return packOffice(
    { 'word/document.xml': 'wordprocessingml.document.main' },
    {
      '_rels/.rels': relationsOf(['officeDocument', 'word/document.xml']),
      'word/_rels/document.xml.rels': relationsOf(['image', trapUrl('docx')]),
      'word/document.xml': `<w:document ${word}><w:body><w:p>${run('the quay')}<w:proofErr/>${run('side ledger')}</w:p></w:body></w:document>`,
      'word/comments.xml': `<w:comments ${word}><w:comment><w:p>${run('ask Okonkwo')}</w:p></w:comment></w:comments>`,
    },
  );
}

const hostilePage = (): string =>
  `<img src="${trapUrl('image')}"><script>fetch("${trapUrl('script')}")</script>granary`;

async function samples(): Promise<readonly (readonly [name: string, bytes: Uint8Array])[]> {
  return [
    ['endless.pdf', endlessPdf()],
    ['letter.docx', await docx()],
    ['minutes.pdf', pdf('Tender of spring')],
    ['list.txt', utf8ToBytes('港口的名单')],
    ['plan.zip', await writeZip([{ name: 'pier seven/drawing.dwg', bytes: utf8ToBytes('nothing') }])],
    ['page.html', utf8ToBytes(hostilePage())],
    ['tool.exe', Uint8Array.of(0x4d, 0x5a, 0, 0, 1)],
  ];
}

/** What the list shows for these words: its lines, once the answer is there. */
async function search(words: string): Promise<readonly string[]> {
  await page.$eval(
    '#search',
    (field, text) => {
      (field as HTMLInputElement).value = text;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    },
    words,
  );
  await page.waitForSelector('.inbox .list[aria-busy=false]');
  await settled(page);
  return page.$$eval('.inbox .row .row-text', (all) => all.map(({ textContent }) => textContent ?? ''));
}

/** Once the page shows it; a file that hangs takes a while on a busy machine. */
const says = (selector: string, text: string): Promise<unknown> =>
  page.waitForFunction(
    (place, wanted) => [...document.querySelectorAll(place)].some(({ textContent }) => textContent?.includes(wanted)),
    { timeout: 60_000 },
    selector,
    text,
  );

describe.skipIf(lacks('chromium'))('words in files', () => {
  beforeAll(async () => {
    await ensureBuilt();
    trap = createServer((request, response) => {
      calls.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    world = await DeskWorld.create(0, { repliesADay: 48 });
    ({ desk, remove } = await deskOf(world, { fileDelaySeconds: [0, 0] }));
    browser = await launchChromium();
    page = await openUnlocked(browser, desk);
    // A clock in the frames that runs four times as fast, for what hangs.
    await page.evaluateOnNewDocument(() => {
      const wait = setTimeout;
      const quick = (action: () => void, ms = 0) => wait(action, ms / 4);
      if (location.pathname === '/viewer/frame.html') Object.assign(globalThis, { setTimeout: quick });
    });
    await until(hasKeys(page));
    const files = await Promise.all((await samples()).map(([name, bytes]) => storeFile(world, name, bytes)));
    await new TestSource(world).visit(['See these.'], 6, true, files);
    await until(async () => (await page.$('.row')) !== null);
  });
  afterAll(async () => {
    await browser.close();
    await remove();
    trap.close();
  });

  it('are found as soon as the files are here, with the name of the file, and nothing in them runs or calls', async () => {
    expect(await search('ledger')).toEqual([]);
    await search('See');
    await page.click('.row');
    await page.waitForSelector('button[aria-label="Fetch tool.exe"]');
    const fetched = (await samples()).filter(([name]) => name !== 'endless.pdf');
    // By the key, since what arrives moves the buttons below it.
    for (const [name] of fetched) {
      await page.focus(`button[aria-label="Fetch ${name}"]`);
      await page.keyboard.press('Enter');
    }
    await says('.files li', 'does not read files of this kind');
    for (const [words, file] of [
      ['quayside', 'letter.docx'],
      ['okonkwo', 'letter.docx'],
      ['"Tender of spring"', 'minutes.pdf'],
      ['名单', 'list.txt'],
      ['"pier seven"', 'plan.zip'],
      ['granary', 'page.html'],
    ] as const) {
      await until(async () => (await search(words)).some((line) => line.includes(file)));
    }
    expect(await search('quayside missing')).toEqual([]);
    expect(await page.$('dialog.viewer')).toBe(null);
    expect(calls).toEqual([]);
    // The same page where nothing holds it: the trap would have seen a call.
    const open = await browser.newPage();
    await open.setContent(hostilePage());
    await expect.poll(() => calls, { timeout: 20_000 }).toContain('/image');
    await open.close();
  });

  it('are not known of a file that hangs or is of no known kind, which is said beside it and below the search', async () => {
    await page.click('button[aria-label="Fetch endless.pdf"]');
    await says('.files li', 'took too long or broke off');
    await search('quayside');
    await says('.find .note', '2 files on this device are not searched');
    for (const [width, scheme] of [
      [320, 'light'],
      [1440, 'dark'],
    ] as const) {
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await settled(page);
      expect(await axe(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
      await screenshot(page, `file-words-${width}-${scheme}`, { fullPage: false });
    }
    expect(await page.$('body > iframe')).toBe(null);
  });

  it('are still found when the desk was locked, and by nobody when the case has ended', async () => {
    await page.click('button[aria-label="Lock"]');
    await page.waitForSelector('#passphrase');
    await page.close();
    page = await openUnlocked(browser, desk);
    await page.waitForSelector('.row');
    await until(async () => (await search('quayside')).some((line) => line.includes('letter.docx')));
    await search('');
    await page.keyboard.press('Escape');
    await page.click('button[aria-label="Team"]');
    const days = await page.waitForSelector('dialog.team input[inputmode=numeric]');
    await days?.click({ count: 3 });
    await page.keyboard.type('3');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog.team [role=alert] .request');
    await page.click('dialog.team [role=alert] .request button:not(.quiet)');
    await page.keyboard.press('Escape');
    await page.click('#search', { count: 3 });
    await page.keyboard.type('quayside');
    await says('.find .note', '2 files on this device are not searched');
    await passMinutes(world, async () => {
      await world.advance(5 * 86_400);
      return (await page.$('.row')) === null;
    });
    // Nothing of its files is known any more.
    await page.waitForFunction(() => document.querySelector('.find .note') === null);
  });
});
