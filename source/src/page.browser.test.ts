/** The built page in real browsers, with real documents and headers: walks, layout, accessibility, traces, failures. */
import { loadWordList } from '@postern/protocol/keys/word-lists';
import type { Browser, Page, SerializedAXNode } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, collectRequests, screenshot, statuses } from '../../tools/browsers/inspect.ts';
import { launchChromium, launchFirefox } from '../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../tools/build.ts';
import { lacks } from '../../tools/debian.ts';
import { attachLetter, main, shownWords } from '../../tools/e2e/visit.ts';
import { type VisitServer, visitServer } from './testing/visit-server.ts';

const soon = { moments: [6, 10, 14], thenEvery: 3, envelopeEvery: 1 };
const now = (): number => Math.floor(Date.now() / 1000);
const patience = { timeout: 60_000 };

const messages = {
  'zh-Hans': '去年三月到八月，县医院新楼的招标只有一家公司能满足条件。我见过标书的初稿，修改的日期早于公告。',
  en: 'Between March and August only one firm could meet the terms for the new county hospital. I saw the draft.',
  ar: 'بين آذار وآب لم تكن شروط مناقصة المستشفى الجديد تنطبق إلا على شركة واحدة. رأيت المسودة.',
} as const;
const replies = {
  'zh-Hans': '我们读了您的信，谢谢。\n\n初稿是在哪个部门看到的？请不要写出任何人的名字。',
  en: 'We have read your message. Thank you.\n\nIn which department did you see the draft? Do not name anyone.',
  ar: 'قرأنا رسالتك، شكرًا لك.\n\nفي أي قسم رأيت المسودة؟ لا تذكر اسم أحد.',
} as const;
/** One of them is a word without end. */
const fileNames = {
  'zh-Hans': '县医院新楼招标文件初稿及修改记录汇总（二零二五年三月至八月）扫描件.pdf',
  en: `scan_${'of_the_first_draft_'.repeat(4)}.pdf`,
  ar: 'مسودة شروط مناقصة المستشفى الجديد قبل التعديل.pdf',
} as const;

/** As large as a file may be. */
const film = {
  name: 'film.mp4',
  type: 'video/mp4',
  bytes: 524_288_000,
  day: 0,
  hash: new Uint8Array(32),
  key: new Uint8Array(32),
};

beforeAll(() => ensureBuilt());

async function newPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(patience.timeout);
  return page;
}

async function open(server: VisitServer, browser: Browser, path: string): Promise<Page> {
  const page = await newPage(browser);
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(`${server.origin}${path}`);
  return page;
}

async function write(page: Page, text: string): Promise<void> {
  await page.locator('#start button.main').click();
  await page.locator('.desk input').click();
  await page.type('#write-text', text);
}

/** Chosen as a person chooses it, without a copy on this machine's disk. */
async function attach(page: Page, name: string): Promise<void> {
  await page.$eval(
    '#write-files',
    (element, file) => {
      const input = element as HTMLInputElement;
      const given = new DataTransfer();
      given.items.add(new File(['three words here'], file));
      input.files = given.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    },
    name,
  );
}

/** All that a screen reader finds: `role: name`, headings with their level. */
async function rolesOf(page: Page): Promise<readonly string[]> {
  const root = await page.accessibility.snapshot({ interestingOnly: false });
  const lines = (node: SerializedAXNode): string[] => {
    const role = node.level === undefined ? node.role : `${node.role} ${node.level}`;
    const name = node.name || (node.role === 'alert' ? textIn(node) : '');
    return [`${role}: ${name}`, ...(node.children ?? []).flatMap(lines)];
  };
  return root === null ? [] : lines(root);
}

function textIn({ role, name, children = [] }: SerializedAXNode): string {
  return role === 'StaticText' ? (name ?? '') : children.map(textIn).join('');
}

async function toWords(page: Page): Promise<string[]> {
  await page.locator(main).click();
  await page.waitForSelector('.words li:nth-child(12)');
  return shownWords(page);
}

async function typeBack(page: Page, words: readonly string[]): Promise<void> {
  await page.waitForSelector('.field input');
  const labels = await page.$$eval('.field label span', (spans) => spans.map((span) => span.textContent ?? ''));
  const fields = await page.$$('.field input');
  for (const [i, field] of fields.entries()) {
    await field.type(words[Number(/\d+/.exec(labels[i] ?? '')?.[0]) - 1] ?? '');
  }
}

async function enter(page: Page, words: string): Promise<void> {
  await page.locator('#hero button').click();
  await page.waitForSelector('#app textarea');
  await page.type('#app textarea', words);
  await page.locator(main).click();
}

const text = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent ?? '');

describe.skipIf(lacks('chromium', 'fonts-noto-core', 'fonts-noto-cjk'))('Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium({ args: ['--host-resolver-rules=MAP notes.test 127.0.0.1'] });
  });
  afterAll(() => browser.close());

  const walks = [
    ['zh-Hans', 320, 'dark'],
    ['ar', 1440, 'dark'],
    ['en', 320, 'light'],
  ] as const;

  it.each(walks)(
    '%s at %i px, %s: every screen fits, keeps WCAG 2.2 AA, and a message and its answer get through',
    async (tag, width, scheme) => {
      await using server = disposable(await visitServer(now, soon));
      const page = await newPage(browser);
      await page.setViewport({ width, height: width < 600 ? 640 : 900 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      const requests = collectRequests(page);
      const see = (name: string): Promise<void> => look(page, `source-${name}-${tag}-${width}-${scheme}`);

      await page.goto(`${server.origin}/${tag}/`);
      await page.waitForSelector('#start button.main');
      await see('home');
      await page.locator('.limits summary').click();
      await see('protection');
      await page.locator('.limits summary').click();
      await write(page, messages[tag]);
      await attachLetter(page);
      await page.waitForSelector('.reviews [data-choice=clean]', patience);
      await see('review');
      await page.locator('.reviews [data-choice=none]').click();
      await attach(page, fileNames[tag]);
      await page.waitForSelector('.files li progress[hidden]', patience);
      await see('write');
      // Wherever it stands: the bar may cover what a pointer would meet.
      await page.$eval('.files:not(.reviews) button', (remove) => remove.click());
      await page.waitForSelector('.files:not(.reviews)[hidden]');
      const words = await toWords(page);
      await see('words');
      await page.locator(main).click();
      await page.waitForSelector('.field input');
      await page.locator(main).click();
      expect(await page.$$eval('.complaint:not([hidden])', (found) => found.length)).toBe(3);
      await see('check');
      await typeBack(page, words);
      await page.locator(main).click();
      await page.waitForSelector('.parts li.waits');
      await see('sent');
      await page.waitForSelector('.parts li.done', patience);
      await see('received');
      await expectNoTrace(page);

      const list = await loadWordList(tag === 'zh-Hans' ? 'chinese_simplified' : 'english');
      await server.answer(words, list, { desk: 0, number: 1, text: replies[tag], files: [film] });
      await server.answer(words, list, { desk: 0, number: 3, text: '…' });
      // As in browsers that let no page write to a place on the disk.
      await page.evaluateOnNewDocument(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'));
      await page.goto(`${server.origin}/${tag}/`);
      const typed = words.join(tag === 'zh-Hans' ? '' : ' ');
      await enter(page, `${typed.slice(0, -1)}q`);
      await page.waitForFunction(() => document.querySelector('#enter-complaint')?.textContent !== '');
      await see('enter');
      await page.$eval('#app textarea', (field) => {
        field.value = '';
      });
      await page.type('#app textarea', typed);
      await page.locator(main).click();
      await page.waitForSelector('.panel h2');
      await see('looking');
      await page.waitForSelector('.answer:nth-child(2)', patience);
      expect(await text(page, '.answer-text')).toBe(replies[tag]);
      expect(await text(page, '.warning')).not.toBe('');
      expect(await text(page, '.answer .files')).toContain('1,310');
      await see('answers');
      await expectNoTrace(page);
      expect(requests.filter(({ url }) => new URL(url).origin !== server.origin)).toEqual([]);
      expect(server.headerNames.has('accept')).toBe(true);
      for (const name of ['cookie', 'referer', 'authorization']) expect(server.headerNames.has(name)).toBe(false);
      await page.close();
    },
  );

  it('can be walked through with the keyboard alone', async () => {
    await using server = disposable(await visitServer(now, soon));
    const page = await open(server, browser, '/en/');
    await page.waitForSelector('#start button.main');
    const press = async (wanted: string): Promise<void> => {
      for (let i = 0; i < 40; i++) {
        if (await page.evaluate((selector) => document.activeElement?.matches(selector), wanted)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`reach ${wanted}: forty tabs were not enough`);
    };
    await press('#start button.main');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#write-text');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    await press('.desk input');
    await page.keyboard.press('Space');
    await press('#write-text');
    await page.keyboard.type('Typed without a mouse.');
    const choosing = page.waitForFileChooser();
    await press('#write-files-button');
    await page.keyboard.press('Enter');
    const chooser = await choosing;
    expect(chooser.isMultiple()).toBe(true);
    // The browser's own button, with words in the browser's language, is nowhere to be seen.
    expect(await page.$$eval('input[type=file]', (inputs) => inputs.map((input) => input.checkVisibility()))).toEqual([
      false,
    ]);
    await chooser.cancel();
    await attachLetter(page);
    await page.waitForSelector('.reviews [data-choice=clean]', patience);
    await press('[data-choice=clean]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.files li progress[hidden]', patience);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('write-files-button');
    await press('#app button.main');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.words li:nth-child(12)');
    const words = await shownWords(page);
    await press('#app button.main');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.field input');
    for (const place of [1, 2, 3]) {
      await press(`.field:nth-child(${place}) input`);
      const label = await page.$eval(`.field:nth-child(${place}) label`, (element) => element.textContent ?? '');
      await page.keyboard.type(words[Number(/\d+/.exec(label)?.[0]) - 1] ?? '');
      if (place < 3) await page.keyboard.press('Tab');
    }
    const said = await statuses(page);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.parts li.done', patience);
    // Sealing takes a while where nothing compiles the script.
    expect(await said()).toContain('Getting ready…');
    await page.close();
  });

  it('tells a screen reader what each field is for, what is wrong, and when something has come', async () => {
    await using server = disposable(await visitServer(now, soon));
    const page = await open(server, browser, '/en/');
    await page.waitForSelector('#start button.main');
    expect(await rolesOf(page)).toContain('heading 1: Write to The Integrity Office without giving your name');
    await page.locator('#start button.main').click();
    await page.waitForSelector('#write-text');
    await page.locator(main).click();
    const writing = await rolesOf(page);
    for (const wanted of [
      'heading 1: Your message',
      'radio: Money and contracts Bribes, rigged tenders, public money that vanished.',
      'textbox: Your message',
      'button: Continue',
      'alert: Choose a desk first.',
    ]) {
      expect(writing).toContain(wanted);
    }
    await page.locator('.desk input').click();
    await page.type('#write-text', 'Once.');
    const words = await toWords(page);
    await page.locator(main).click();
    await page.waitForSelector('.field input');
    await page.locator(main).click();
    const checking = await page.$$eval('.field input', (fields) =>
      fields.map(({ ariaInvalid, labels }) => [ariaInvalid, labels?.[0]?.textContent]),
    );
    expect(checking.map(([invalid]) => invalid)).toEqual(['true', 'true', 'true']);
    expect(await rolesOf(page)).toEqual(expect.arrayContaining(checking.map(([, label]) => `textbox: ${label}`)));
    const list = await loadWordList('english');
    await server.answer(words, list, { desk: 0, number: 1, text: replies.en });
    await page.goto(`${server.origin}/en/`);
    await page.waitForSelector('#hero button');
    const said = await statuses(page);
    await enter(page, words.join(' '));
    await page.waitForSelector('.answer', patience);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Answers');
    const told = await said();
    expect(told).toContain('There is an answer');
    expect(told.some((words) => words.startsWith('Answers: Money and contracts'))).toBe(true);
    // Seconds are not told.
    expect(told.filter((words) => /\d:\d\d/.test(words))).toEqual([]);
    expect((await rolesOf(page)).some((role) => role.startsWith('heading 2: Money and contracts'))).toBe(true);
    await page.close();
  });

  it.each(['button', 'escape'])(
    'leaves by %s: an empty page takes its place, and the way back does not lead here',
    async (how) => {
      await using server = disposable(await visitServer(now, soon));
      const page = await newPage(browser);
      await page.goto(`${server.origin}/zh-Hans/`);
      await page.goto(`${server.origin}/en/`);
      await page.waitForSelector('#start button.main');
      await page.locator('#start button.main').click();
      await page.waitForSelector('#write-text');
      await page.type('#write-text', 'to be forgotten');
      if (how === 'button') {
        await page.locator('#leave').click();
      } else {
        await page.keyboard.press('Escape');
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect(page.url()).toContain('/en/');
        // One that comes late is the first of two.
        for (let press = 0; press < 2; press++) await page.keyboard.press('Escape');
      }
      await page.waitForFunction(() => location.href === 'about:blank');
      await page.goBack();
      expect(new URL(page.url()).pathname).toBe('/zh-Hans/');
      await page.close();
    },
  );

  it('keeps one entry in the history when the language changes, and offers no change once there is text', async () => {
    await using server = disposable(await visitServer(now, soon));
    const page = await open(server, browser, '/');
    expect(await page.$eval('html', (html) => html.lang)).toBe('zh-Hans');
    const before = await page.evaluate(() => history.length);
    await page.locator('#languages summary').click();
    await page.locator('#languages a[hreflang=ar]').click();
    await page.waitForSelector('html[dir=rtl] #start button.main');
    expect(await page.evaluate(() => history.length)).toBe(before);
    await page.locator('#start button.main').click();
    await page.waitForSelector('#write-text');
    expect(await page.$eval('#languages', (nav) => nav.hasAttribute('hidden'))).toBe(true);
    await page.close();
  });

  it('[REQ-2] asks for the same files whoever comes, and for another word list only when one is chosen', async () => {
    await using server = disposable(await visitServer(now, soon));
    const page = await open(server, browser, '/zh-Hans/');
    await write(page, '只看看');
    await toWords(page);
    const lists = (): string[] => server.paths.filter((path) => path.includes('/words-'));
    expect(lists().map((path) => path.replace(/\.\w+\.txt$/, ''))).toEqual(['/a/words-chinese_simplified']);
    await page.select('#app select', 'french');
    await page.waitForSelector('.words[lang=fr] li');
    expect(lists().map((path) => path.replace(/\.\w+\.txt$/, ''))).toContain('/a/words-french');
    expect(lists()).toHaveLength(2);
    await page.close();
  });

  it.each([
    ['closed', /not certain/],
    ['busy', /busy/],
    ['garbled', /could not be read/],
  ] as const)(
    'while the server is %s, says what is known of the message, and delivers it later',
    async (mood, words) => {
      await using server = disposable(await visitServer(now, soon));
      server.mood = mood;
      const page = await open(server, browser, '/en/');
      await write(page, 'Once.');
      const phrase = await toWords(page);
      await page.locator(main).click();
      await typeBack(page, phrase);
      await page.locator(main).click();
      await page.waitForSelector('#notice:not([hidden]) p', patience);
      expect(await text(page, '#notice')).toMatch(words);
      expect(await axe(page)).toEqual([]);
      server.mood = 'well';
      await page.waitForSelector('.parts li.done', patience);
      await page.waitForSelector('#notice[hidden]', patience);
      await page.close();
    },
  );

  it.each([
    ['expired', /expired/],
    ['forged', /cannot be trusted/],
    ['gone', /^Not open yet/],
  ])('with a roster that is %s offers nothing to write with, and says why', async (fault, words) => {
    await using server = disposable(await visitServer(now, soon));
    const today = Math.floor(now() / 86_400);
    if (fault === 'expired') server.replaced.set('/roster', await server.signRosterWith({ lastDay: today - 1 }));
    if (fault === 'forged') server.replaced.set('/roster', new Uint8Array(9_000).fill(1));
    if (fault === 'gone') Object.assign(server, { respond: async () => ({ status: 404, body: new Uint8Array(0) }) });
    const page = await open(server, browser, '/en/');
    await page.waitForSelector('#notice:not([hidden]) h2');
    expect(await text(page, '#notice')).toMatch(words);
    expect(await page.$('#start button')).toBeNull();
    expect(server.posts).toEqual([]);
    expect(await axe(page)).toEqual([]);
    await page.close();
  });

  it('where the browser cannot encrypt, says so and asks for nothing', async () => {
    await using server = disposable(await visitServer(now, soon));
    const page = await newPage(browser);
    await page.goto(`${server.origin.replace('127.0.0.1', 'notes.test')}/en/`);
    await page.waitForSelector('#notice:not([hidden]) h2');
    expect(await text(page, '#notice')).toMatch(/cannot lock/);
    expect(server.paths.filter((path) => !path.startsWith('/a/') && path !== '/en/')).toEqual([]);
    await page.close();
  });

  it('without scripts shows everything that is to be read, and one honest sentence', async () => {
    await using server = disposable(await visitServer(now, soon));
    const page = await newPage(browser);
    await page.setJavaScriptEnabled(false);
    await page.setViewport({ width: 320, height: 640 });
    await page.goto(`${server.origin}/en/`);
    await look(page, 'source-no-script-en-320-light', { scripts: false });
    const session = await page.createCDPSession();
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const read = nodes.map(({ name }) => String(name?.value ?? '')).join('\n');
    expect(read).toContain('Write to');
    expect(read).toContain('The Integrity Office');
    expect(read).toContain('Scripts are off in this browser');
    expect(read).toContain('Not from work.');
    await page.close();
  });
});

describe.skipIf(lacks('firefox-esr'))('Firefox ESR as Tor Browser', () => {
  it.each(['standard', 'safer'] as const)('sends a message at %s', async (level) => {
    await using server = disposable(await visitServer(now, soon));
    const browser = await launchFirefox(level);
    try {
      const page = await open(server, browser, '/zh-Hans/');
      await write(page, messages['zh-Hans']);
      const words = await toWords(page);
      await page.locator(main).click();
      await typeBack(page, words);
      await page.locator(main).click();
      await page.waitForSelector('.parts li.done', patience);
      await expectNoTrace(page);
    } finally {
      await browser.close();
    }
  });

  it('at safest can be read', async () => {
    await using server = disposable(await visitServer(now, soon));
    const browser = await launchFirefox('safest');
    try {
      const page = await newPage(browser);
      await page.goto(`${server.origin}/en/`);
      const read = await page.$eval('main', (element) => element.textContent ?? '');
      expect(read).toContain('Scripts are off in this browser');
      expect(server.posts).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

/** Takes a picture, and checks what every screen must keep. */
async function look(page: Page, name: string, { scripts = true } = {}): Promise<void> {
  await screenshot(page, name);
  const metrics = await page
    .evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    .catch(() => [0, 0]);
  expect([name, (metrics[0] ?? 0) <= (metrics[1] ?? 0)]).toEqual([name, true]);
  if (scripts) expect({ name, violations: await axe(page) }).toEqual({ name, violations: [] });
}

async function expectNoTrace(page: Page): Promise<void> {
  const kept = await page.evaluate(async () => ({
    local: localStorage.length,
    session: sessionStorage.length,
    cookie: document.cookie,
    caches: 'caches' in globalThis ? (await caches.keys().catch(() => [])).length : 0,
    databases: (await indexedDB.databases?.().catch(() => []))?.length ?? 0,
    hash: location.hash,
    state: history.state as unknown,
    title: document.title,
  }));
  const title = kept.title;
  expect(['Notes', '笔记', 'ملاحظات']).toContain(title);
  expect(kept).toEqual({ local: 0, session: 0, cookie: '', caches: 0, databases: 0, hash: '', state: null, title });
}

function disposable(server: VisitServer): VisitServer & AsyncDisposable {
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.close() });
}
