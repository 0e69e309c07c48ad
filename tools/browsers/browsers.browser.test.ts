// The harness itself: that the browsers start, obey their level, end without trace, and that its checks can fail.
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../debian.ts';
import { axe, collectRequests, screenshot } from './inspect.ts';
import { launchChromium, launchFirefox } from './launch.ts';
import { securityLevels } from './tor-browser-prefs.ts';

const good = `<!doctype html><html lang="en"><title>Notes</title><main><h1>Notes</h1><p id="out">plain</p>
<img src="/dot.svg" alt="A dot"></main><script src="/page.js"></script></html>`;
const bad = '<!doctype html><html><title>Notes</title><main><h1>Notes</h1><input><img src="/dot.svg"></main></html>';
const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
  '/': ['text/html; charset=utf-8', good],
  '/bad': ['text/html; charset=utf-8', bad],
  '/page.js': [
    'text/javascript',
    "document.getElementById('out').textContent = 'scripted wasm:' + typeof WebAssembly;",
  ],
  '/dot.svg': [
    'image/svg+xml',
    '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><circle cx="2" cy="2" r="2"/></svg>',
  ],
};

let server: Server;
let origin: string;
/** For profiles of these browsers and of no others that run meanwhile. */
let folder: string;
const before = process.env.TMPDIR;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postern-browsers-'));
  process.env.TMPDIR = folder;
  server = createServer((request, response) => {
    const [type, text] = files[request.url ?? ''] ?? ['text/plain', ''];
    // As strict as our own pages: axe must still be able to run.
    response.setHeader(
      'content-security-policy',
      "default-src 'none'; script-src 'self'; img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
    response.setHeader('content-type', type);
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

const profiles = (name: string): string[] => globSync(join(folder, `postern-${name}-*`));

describe.skipIf(lacks('chromium'))('Chromium', () => {
  it('finds what breaks WCAG 2.2 AA, and nothing on a page that keeps it', async () => {
    await using browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(origin);
    expect(await axe(page)).toEqual([]);
    await page.goto(`${origin}/bad`);
    const rules = (await axe(page)).map(({ rule }) => rule);
    expect(rules).toEqual(expect.arrayContaining(['html-has-lang', 'image-alt', 'label']));
  });

  it('sees every request and takes a picture', async () => {
    await using browser = await launchChromium();
    const page = await browser.newPage();
    const seen = collectRequests(page);
    await page.goto(origin, { waitUntil: 'networkidle0' });
    const paths = seen.map(({ method, url }) => `${method} ${new URL(url).pathname}`);
    expect(paths.filter((path) => path !== 'GET /favicon.ico').sort()).toEqual([
      'GET /',
      'GET /dot.svg',
      'GET /page.js',
    ]);
    const path = await screenshot(page, 'harness-chromium');
    expect(readFileSync(path).subarray(1, 4).toString('latin1')).toBe('PNG');
    rmSync(path);
  });

  it('leaves neither process nor profile behind', async () => {
    const browser = await launchChromium();
    const pid = browser.process()?.pid ?? 0;
    expect(profiles('chromium')).toHaveLength(1);
    await browser.close();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(profiles('chromium')).toEqual([]);
  });
});

describe.skipIf(lacks('firefox-esr'))('Firefox ESR as Tor Browser', () => {
  const expected = { standard: 'scripted wasm:object', safer: 'scripted wasm:undefined', safest: 'plain' } as const;

  it.each(securityLevels)('runs at %s what that level runs', async (level) => {
    const browser = await launchFirefox(level);
    expect(profiles('firefox')).toHaveLength(1);
    try {
      const page = await browser.newPage();
      await page.goto(origin);
      // Read from outside the page's own scripts, which do not run at Safest.
      const text = await page.$eval('#out', (element) => element.textContent);
      expect(text).toBe(expected[level]);
    } finally {
      await browser.close();
    }
    expect(profiles('firefox')).toEqual([]);
  });
});
