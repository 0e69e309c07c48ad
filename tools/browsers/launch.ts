// Starts the real browsers of the machine for tests, and leaves neither process nor profile behind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser, type LaunchOptions } from 'puppeteer-core';
import { binaries } from '../debian.ts';
import { type SecurityLevel, torBrowserPrefs } from './tor-browser-prefs.ts';

const launchAttemptsMax = 3;
const launchTimeoutMs = 90_000;
const protocolTimeoutMs = 280_000;

type CommonOptions = {
  readonly socksPort?: number;
  /** A folder of the caller's, who looks at it afterwards and removes it. By default one that goes with the browser. */
  readonly profile?: string;
  /** False for a browser whose memory is measured: watched, it keeps bodies of requests and answers for who watches. */
  readonly networkEnabled?: boolean;
};
export type ChromiumOptions = CommonOptions & { readonly args?: readonly string[] };
export type FirefoxOptions = CommonOptions & { readonly prefs?: Readonly<Record<string, unknown>> };

/** Headless Chromium with an empty profile. Close it, or hold it with `await using`. */
export async function launchChromium(options: ChromiumOptions = {}): Promise<Browser> {
  const proxy =
    options.socksPort === undefined
      ? []
      : [`--proxy-server=socks5://127.0.0.1:${options.socksPort}`, '--proxy-bypass-list=<-loopback>'];
  return launch('chromium', {
    executablePath: binaries.chromium,
    args: [
      // Chromium refuses to start its sandbox as root, which is what a build machine usually is.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...proxy,
      ...(options.args ?? []),
    ],
    defaultViewport: { width: 1200, height: 900 },
    networkEnabled: options.networkEnabled ?? true,
    ...(options.profile === undefined ? {} : { userDataDir: options.profile }),
  });
}

/**
 * Headless Firefox ESR set up like Tor Browser at one security level, over WebDriver BiDi.
 * It has no fixed viewport: with letterboxing on, setting one hangs until the protocol times out.
 */
export async function launchFirefox(level: SecurityLevel, options: FirefoxOptions = {}): Promise<Browser> {
  return launch('firefox', {
    browser: 'firefox',
    executablePath: binaries['firefox-esr'],
    extraPrefsFirefox: { ...torBrowserPrefs(level, options.socksPort), ...options.prefs },
    args: ['--width=1200', '--height=900'],
    defaultViewport: null,
    networkEnabled: options.networkEnabled ?? true,
    ...(options.profile === undefined ? {} : { userDataDir: options.profile }),
  });
}

async function launch(name: string, options: LaunchOptions): Promise<Browser> {
  let reason: unknown;
  for (let attempt = 1; attempt <= launchAttemptsMax; attempt++) {
    const profile = mkdtempSync(join(tmpdir(), `postern-${name}-`));
    try {
      const browser = await puppeteer.launch({
        headless: true,
        timeout: launchTimeoutMs,
        protocolTimeout: protocolTimeoutMs,
        userDataDir: profile,
        // Where no locale is set, Chromium opens no file whose name has letters beyond ASCII.
        env: { LANG: 'C.UTF-8', ...process.env, MOZ_CRASHREPORTER_DISABLE: '1' },
        ...options,
      });
      cleanUpAfter(browser, profile);
      return browser;
    } catch (error) {
      // Firefox now and then drops the first connection; a fresh profile and process then works.
      reason = error;
      removeProfile(profile);
    }
  }
  throw new Error(`launch ${name}: failed ${launchAttemptsMax} times`, { cause: reason });
}

// puppeteer kills the browser when this process ends; the profile is ours to remove, then or when the browser closes.
function cleanUpAfter(browser: Browser, profile: string): void {
  const remove = (): void => removeProfile(profile);
  process.once('exit', remove);
  browser.process()?.once('exit', () => {
    process.off('exit', remove);
    remove();
  });
}

function removeProfile(profile: string): void {
  // What a browser has started may write for a moment after it has ended.
  rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
