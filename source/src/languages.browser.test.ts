/** Every page in every language, and in two that nobody speaks: each text fits where it stands, and axe finds nothing. One browser. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { documentHash } from '@postern/protocol/keys/signed';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign, sampleFilm } from '@postern/protocol/testing/campaign-samples';
import type { BuiltPages } from '@postern/server/ports/files';
import type { CampaignSource } from '@postern/server/rules/films';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { misfits, misfitsWith, shownTexts } from '../../tools/browsers/fit.ts';
import { axe, screenshot } from '../../tools/browsers/inspect.ts';
import { launchChromium } from '../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../tools/build.ts';
import { lacks } from '../../tools/debian.ts';
import { attachLetter, enterWords, fill, main, press, shownWords, typeWordsBack } from '../../tools/e2e/visit.ts';
import { readMessageFile } from '../../tools/languages/message-file.ts';
import { type Found, roundsFor, textFound, textsInPlace } from '../../tools/languages/places.ts';
import { accented, mirrored } from '../../tools/languages/pseudo.ts';
import { campaignHtml } from './languages/campaign-html.ts';
import { clearHtml } from './languages/clear-html.ts';
import { type Language, languages } from './languages/languages.ts';
import { pageHtml } from './languages/page-html.ts';
import { plainHtml } from './languages/plain-html.ts';
import { type VisitServer, visitServer } from './testing/visit-server.ts';

const shownOnion = `http://${'mkw7'.repeat(14)}.onion`;
const now = (): number => Math.floor(Date.now() / 1000);
const [english] = languages.filter(({ tag }) => tag === 'en');
const pseudo: readonly Language[] =
  english === undefined
    ? []
    : [
        { ...english, tag: 'en-XA', name: 'Àççéñtš', texts: accented(english.texts) },
        { ...english, tag: 'ar-XB', name: 'اخعشر', direction: 'rtl', texts: mirrored(english.texts) },
      ];
const all = [...languages, ...pseudo];

/** The build's pages and those of the pseudo-languages, with the same scripts and styles. */
function withPseudo(built: BuiltPages): BuiltPages {
  const page = built.pages.find(({ language }) => language === 'en')?.html ?? '';
  const named = (form: RegExp): string => form.exec(page)?.[1] ?? '';
  const assets = {
    script: named(/<script type="module" src="([^"]+)"/),
    style: named(/<link rel="stylesheet" href="([^"]+)"/),
    icon: named(/<link rel="icon" href="([^"]+)"/),
    lists: named(/data-lists="([^"]+)"/),
    metadata: named(/data-metadata="([^"]+)"/),
  };
  const made = (html: (language: Language, parts: typeof assets) => string) =>
    pseudo.map((language) => ({
      language: language.tag,
      name: language.name,
      direction: language.direction,
      list: language.list,
      contentType: 'text/html; charset=utf-8',
      html: html(language, assets),
    }));
  return {
    ...built,
    pages: [...built.pages, ...made(pageHtml)],
    plainPages: [...built.plainPages, ...made(plainHtml)],
    clearPages: [...built.clearPages, ...made(clearHtml)],
    campaigns: [...built.campaigns, ...made(campaignHtml)],
  };
}

/** Calls that take no answers, by their names, with the days on which they begin and end, counted from today. */
const closed = { ended: [-9, -2], 'not-begun': [2, 9], withdrawn: [-2, 9] } as const;

/** A call with a film, and closed ones, in each language; the words of the template are its own. */
const calls: CampaignSource = {
  campaigns: async (roster) => {
    const today = Math.floor(now() / 86_400);
    const sample = sampleCampaign(roster, today);
    const [text] = sample.texts;
    const texts = all.flatMap(({ tag }) => (text === undefined ? [] : [{ ...text, language: tag }]));
    const film = documentHash(new Uint8Array(32));
    const campaign = { ...sample, film, texts: texts.sort((a, b) => (a.language < b.language ? -1 : 1)) };
    const others = Object.entries(closed).map(([name, [from, until]], at) => ({
      ...campaign,
      name,
      id: new Uint8Array(8).fill(at + 1),
      film: null,
      firstDay: today + from,
      lastDay: today + until,
      withdrawn: name === 'withdrawn',
    }));
    const campaigns = [campaign, ...others].map(async (one) => {
      const payload = encodeCampaign(one);
      return { ...one, payload, hash: documentHash(await sha256(payload)) };
    });
    return { campaigns: await Promise.all(campaigns), newer: null };
  },
  hasNewer: async () => false,
  film: async () => ({ document: new Uint8Array(0), film: sampleFilm(all.map(({ tag }) => tag)) }),
  piece: async () => null,
};

const soon = { moments: [2, 4, 6], thenEvery: 2, envelopeEvery: 1 };

const { notes } = readMessageFile(readFileSync(join(import.meta.dirname, 'languages', 'en.json'), 'utf8'));
const englishTexts: Readonly<Record<string, string>> = english?.texts ?? {};
const keys = Object.keys(englishTexts);
const lengths = Object.fromEntries(keys.map((key) => [key, notes.get(key)?.maxLength]));
const examples = Object.fromEntries(keys.map((key) => [key, notes.get(key)?.examples ?? {}]));

/** Puts the texts into the page's own places for their kinds, under their keys: buttons, headings, paragraphs. */
const standAlone = (page: Page, rest: readonly string[]): Promise<void> =>
  page.evaluate(
    (all) => {
      const made = all.map(([key, length]) => {
        const element = document.createElement(length === undefined ? 'p' : length > 48 ? 'h2' : 'button');
        element.textContent = key;
        return element;
      });
      const app = document.querySelector<HTMLElement>('#app');
      app?.replaceChildren(...made);
      if (app) app.hidden = false;
    },
    rest.map((key) => [key, lengths[key]] as const),
  );

describe.skipIf(lacks('chromium', 'fonts-noto-core', 'fonts-noto-cjk'))('every language in Chromium', () => {
  let browser: Browser;
  let server: VisitServer;
  let page: Page;
  beforeAll(async () => {
    await ensureBuilt();
    browser = await launchChromium();
    server = await visitServer(now, soon, { pages: withPseudo, campaigns: calls, hasForms: true, shownOnion });
    page = await browser.newPage();
    page.setDefaultTimeout(90_000);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const widen = (width: number): Promise<void> => page.setViewport({ width, height: width < 600 ? 640 : 900 });
  const fits = async (name: string): Promise<void> => {
    expect([name, await misfits(page)]).toEqual([name, []]);
  };
  const accessible = async (name: string): Promise<void> => {
    await screenshot(page, name);
    await fits(name);
    expect([name, await axe(page)]).toEqual([name, []]);
  };

  it.each<[string, string, string]>([
    ['runs over an edge', 'h1', 'white-space: nowrap'],
    ['runs out of its box', '.hero .lead', 'block-size: 2rem'],
    ['is broken within a word', '.hero .lead', 'inline-size: 2.5rem'],
    ['stands over another text', '.minute', 'margin-block-start: -2rem'],
  ])('has a check that sees a text which %s', async (fault, selector, style) => {
    await widen(320);
    await page.goto(`${server.origin}/en/`);
    await page.waitForSelector('#start button.main');
    await fits('the page as it is');
    await page.$eval(
      selector,
      (element, css) => {
        (element as HTMLElement).style.cssText = css;
      },
      style,
    );
    expect((await misfits(page)).join('\n')).toContain(fault);
  });

  it('has a check that sees one text of one language that is too long for its button or its list', async () => {
    const planted = { language: 'ru', direction: 'ltr', texts: { Leave: 'Немедленнопокинутьстраницу' } };
    await page.goto(`${server.origin}/en/`);
    await page.waitForSelector('#hero button');
    expect(await misfitsWith(page, [{ ...planted, texts: {} }])).toEqual([]);
    expect((await misfitsWith(page, [planted])).join('\n')).toContain('ru: runs over an edge');
    await press(page, '#hero button');
    await page.waitForSelector('#app select');
    const long = { ...planted, texts: { English: 'Очень длинное название одного языка слов' } };
    expect((await misfitsWith(page, [long])).join('\n')).toBe(
      'ru: is cut in a list: Очень длинное название одного языка слов',
    );
  });

  it('has every text of every language in its place, and in none of them one that does not fit', async () => {
    const placed = new Set<string>();
    const measure = async (name: string, found: ReadonlyMap<string, Found>, stands: ReadonlyMap<string, string>) => {
      const texts = (of: Language['texts']) => textsInPlace(found, of, examples, stands);
      const replacements = all.map((one) => ({ language: one.tag, direction: one.direction, texts: texts(one.texts) }));
      expect([name, await misfitsWith(page, replacements)]).toEqual([name, []]);
    };
    const everywhere = async (name: string): Promise<void> => {
      const found = new Map<string, Found>();
      for (const shown of await shownTexts(page)) {
        const text = textFound(shown, englishTexts);
        if (text !== undefined) found.set(shown, text);
      }
      const seen = new Set([...found.values()].map(({ key }) => key));
      for (const stands of roundsFor(seen, lengths, placed)) await measure(name, found, stands);
    };
    await widen(320);
    await walkThrough(page, server, everywhere);
    expect(placed.size).toBeGreaterThan(260);
    const rest = keys.filter((key) => !placed.has(key));
    await standAlone(page, rest);
    const found = new Map(rest.map((key) => [key, { key, values: {} }]));
    await measure('in none of these', found, new Map(rest.map((key) => [key, key])));
  }, 60_000);

  it.each(all)('$tag fits from 320 px on, whatever the screen, and keeps WCAG 2.2 AA', async ({ tag, direction }) => {
    await widen(320);
    await page.goto(`${server.origin}/${tag}/`);
    expect(await page.$eval('html', ({ lang, dir }) => [lang, dir])).toEqual([tag, direction]);
    await page.waitForSelector('#start button.main');
    await page.click('#languages summary');
    await accessible(`language-${tag}-home-320`);
    await page.click('#languages summary');
    await widen(1440);
    await fits(`${tag} home 1440`);
    await widen(320);
    await page.click('#start button.main');
    await page.waitForSelector('#write-text');
    await screenshot(page, `language-${tag}-write-320`);
    await fits(`${tag} write`);

    for (const [name, path] of [
      ['plain', `/plain/${tag}/`],
      ['clear', `/clear/${tag}/`],
      ['call', `/c/county-hospital/${tag}`],
    ] as const) {
      await page.goto(`${server.origin}${path}`);
      await fits(`${tag} ${name} 320`);
      await widen(1440);
      await accessible(`language-${tag}-${name}-1440`);
      await widen(320);
    }
    for (const name of Object.keys(closed)) {
      await page.goto(`${server.origin}/c/${name}/${tag}`);
      expect(await page.$$('.when.closed')).toHaveLength(1);
      await fits(`${tag} ${name}`);
    }
  });
});

/** From the first page to the answer and beside the way, in English, with what can go wrong. */
async function walkThrough(page: Page, server: VisitServer, see: (name: string) => Promise<void>): Promise<void> {
  const home = async (): Promise<void> => {
    await page.goto(`${server.origin}/en/`);
    await page.waitForSelector('#start button.main');
  };
  server.replaced.set('/roster', new Uint8Array(9));
  await page.goto(`${server.origin}/en/`);
  await page.waitForSelector('.notice button');
  await see('a trouble');
  server.replaced.clear();
  await home();
  await see('home');
  await press(page, '#start button.main');
  await page.waitForSelector('#write-text');
  await press(page, main);
  await press(page, '.desk input');
  await attachLetter(page);
  await page.waitForSelector('.reviews [data-choice=clean]');
  await see('write');
  await press(page, '.reviews [data-choice=clean]');
  await page.waitForSelector('.files li progress[hidden]');
  await see('files');
  await press(page, '.files:not(.reviews) button');
  await fill(page, '#write-text', 'A message.');
  await press(page, main);
  await page.waitForSelector('.words li:nth-child(12)');
  await see('words');
  const words = await shownWords(page);
  await press(page, main);
  await page.waitForSelector('.field input');
  await press(page, main);
  await see('check');
  await press(page, '#app button.quiet');
  await page.waitForSelector('.words li:nth-child(12)');
  server.mood = 'busy';
  await typeWordsBack(page, words);
  await page.waitForSelector('.notice:not([hidden])');
  await see('sent');
  server.mood = 'well';
  await page.waitForSelector('.parts li.done');
  await see('received');
  const list = await loadWordList('english');
  for (const number of [1, 3]) await server.answer(words, list, { desk: 0, number, text: 'An answer.' });
  await home();
  await enterWords(page, `${words.slice(1).join(' ')} zz`);
  await page.waitForSelector('#enter-complaint:not(:empty)');
  await see('enter');
  await fill(page, '#app textarea', words.join(' '));
  await press(page, main);
  await page.waitForSelector('.panel h2');
  await see('looking');
  await page.waitForSelector('.answer:nth-child(2)');
  await see('answers');
  for (const at of [-2, -1]) {
    await home();
    const buttons = await page.$$('#start button');
    await buttons.at(at)?.evaluate((button) => button.click());
    await page.waitForSelector(main);
    await page.$eval(main, (button) => (button as HTMLElement).click());
    await page.waitForSelector('.verdict-head, .complaint:not(:empty)');
    await see(at === -2 ? 'verify' : 'carry');
  }
}
