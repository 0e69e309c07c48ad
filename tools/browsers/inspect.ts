// What tests ask of an open page: is it accessible, what does it look like, what did it request.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axeCore from 'axe-core';
import type { Page } from 'puppeteer-core';

const screenshotFolder = join(import.meta.dirname, '..', '..', 'screenshots');

export type Violation = { readonly rule: string; readonly help: string; readonly elements: readonly string[] };

export type SeenRequest = {
  readonly method: string;
  readonly url: string;
  readonly kind: string;
  readonly headers: Readonly<Record<string, string>>;
};

type AxeResults = {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
};
type AxeWindow = { readonly axe: { run(context: unknown, options: unknown): Promise<AxeResults> } };

const wcagTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * Breaches of WCAG 2.2 AA that axe-core finds on the page as it stands, one entry per rule; empty when there are none.
 * axe runs inside the page, so this needs a page with scripts on (Standard or Safer).
 */
export async function axe(page: Page): Promise<readonly Violation[]> {
  // Evaluated through the debugger rather than a script element, which the page's own policy would rightly refuse.
  // `void 0` keeps axe's last expression from being sent back as the result. Once in each page: it takes as long as a look.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(`${axeCore.source}\n;void 0;`);
  const results = await page.evaluate(async (tags) => {
    const { axe: engine } = globalThis as unknown as AxeWindow;
    return engine.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
  }, wcagTags);
  return results.violations.map(({ id, help, nodes }) => ({
    rule: id,
    help,
    elements: nodes.map((node) => `${node.html}\n${node.failureSummary ?? ''}`),
  }));
}

/** A PNG of the whole page, or of the window, as `screenshots/<name>.png`; returns the file's path. */
export async function screenshot(
  page: Page,
  name: string,
  options: { readonly fullPage?: boolean } = {},
): Promise<string> {
  mkdirSync(screenshotFolder, { recursive: true });
  const path = join(screenshotFolder, `${name}.png`);
  await page.screenshot({ path: path as `${string}.png`, fullPage: options.fullPage ?? true });
  return path;
}

/** Every request the page makes from now on, in order of sending; the array grows as they are seen. */
export function collectRequests(page: Page): readonly SeenRequest[] {
  const seen: SeenRequest[] = [];
  page.on('request', (request) => {
    seen.push({
      method: request.method(),
      url: request.url(),
      kind: request.resourceType(),
      headers: { ...request.headers() },
    });
  });
  return seen;
}

/** @returns what gives all that the page has told in a status since, however shortly it stood there */
export async function statuses(page: Page): Promise<() => Promise<readonly string[]>> {
  const seen = await page.evaluateHandle(() => {
    const texts: string[] = [];
    const look = (): void => {
      for (const status of document.querySelectorAll('[role=status]')) texts.push(status.textContent ?? '');
    };
    const parts = { childList: true, subtree: true, characterData: true };
    new MutationObserver(look).observe(document.body, parts);
    return texts;
  });
  return () => seen.evaluate((texts) => texts);
}
