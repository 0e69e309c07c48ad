/** Every page in every language, and in two that nobody speaks: nothing runs over an edge, and axe finds nothing. One browser, no waiting. */

import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { documentHash } from '@postern/protocol/keys/signed';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign, sampleFilm } from '@postern/protocol/testing/campaign-samples';
import type { BuiltPages } from '@postern/server/ports/files';
import type { CampaignSource } from '@postern/server/rules/films';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, screenshot } from '../../tools/browsers/inspect.ts';
import { launchChromium } from '../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../tools/build.ts';
import { lacks } from '../../tools/debian.ts';
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

/** One call with a film, and a text under each language's name; the words of the template are each language's own. */
const calls: CampaignSource = {
  campaigns: async (roster) => {
    const sample = sampleCampaign(roster, Math.floor(now() / 86_400));
    const [text] = sample.texts;
    const texts = all.flatMap(({ tag }) => (text === undefined ? [] : [{ ...text, language: tag }]));
    const film = documentHash(new Uint8Array(32));
    const campaign = { ...sample, film, texts: texts.sort((a, b) => (a.language < b.language ? -1 : 1)) };
    const payload = encodeCampaign(campaign);
    return [{ ...campaign, payload, hash: documentHash(await sha256(payload)) }];
  },
  film: async () => ({ document: new Uint8Array(0), film: sampleFilm(all.map(({ tag }) => tag)) }),
  piece: async () => null,
};

/** What runs over the right or left edge, by its beginning. */
const overflowing = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const isOver = (element: Element): boolean => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 0 && (left < -1 || right > root.clientWidth + 1) && element.childElementCount === 0;
    };
    return [...document.body.querySelectorAll('*')].filter(isOver).map((element) => element.textContent ?? '');
  });

/** Puts every text of the script on the page at once: short ones as buttons, as they can be, the others as paragraphs. */
const showAllTexts = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const template = document.querySelector<HTMLTemplateElement>('#texts');
    const lines = [...(template?.content.children ?? [])].map(({ textContent }) => textContent ?? '');
    const made = lines.map((line) => {
      const element = document.createElement(line.length < 40 ? 'button' : 'p');
      if (element instanceof HTMLButtonElement) element.className = 'main';
      element.textContent = line.replaceAll(/\{\w+\}/g, '8');
      return element;
    });
    const app = document.querySelector<HTMLElement>('#app');
    app?.replaceChildren(...made);
    if (app) app.hidden = false;
    return made.length;
  });

describe.skipIf(lacks('chromium', 'fonts-noto-core', 'fonts-noto-cjk'))('every language in Chromium', () => {
  let browser: Browser;
  let server: VisitServer;
  let page: Page;
  beforeAll(async () => {
    await ensureBuilt();
    browser = await launchChromium();
    server = await visitServer(now, {}, { pages: withPseudo, campaigns: calls, hasForms: true, shownOnion });
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const widen = (width: number): Promise<void> => page.setViewport({ width, height: width < 600 ? 640 : 900 });
  const fits = async (name: string): Promise<void> => {
    expect([name, await overflowing(page)]).toEqual([name, []]);
  };
  const accessible = async (name: string): Promise<void> => {
    await screenshot(page, name);
    await fits(name);
    expect([name, await axe(page)]).toEqual([name, []]);
  };

  it('has a check that sees a word which runs over the edge', async () => {
    await widen(320);
    await page.goto(`${server.origin}/en/`);
    await page.$eval('h1', (heading) => {
      heading.style.whiteSpace = 'nowrap';
    });
    expect((await overflowing(page)).length).toBeGreaterThan(0);
  });

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
    expect(await showAllTexts(page)).toBeGreaterThan(200);
    await fits(`${tag} all texts`);

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
  });
});
