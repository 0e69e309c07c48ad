// The source's cryptography in the browsers that sources use: documents, candidates, index, sealing; for five desks.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { bytesToBase64url } from '@postern/protocol/bytes/encode';
import { encodeKeyConfig } from '@postern/protocol/http/ohttp';
import { buildIndex } from '@postern/protocol/messages/index-build';
import { signIndex } from '@postern/protocol/messages/reply-index';
import { sha256 } from '@postern/protocol/primitives/hash';
import { hpkeKeyPair } from '@postern/protocol/primitives/hpke';
import { testBundle, testOrganisation } from '@postern/protocol/testing/organisation';
import { dayOf } from '@postern/protocol/time';
import type { Browser } from 'puppeteer-core';
import { launchChromium, launchFirefox } from '../tools/browsers/launch.ts';
import { bundleForPage } from '../tools/browsers/page-build.ts';
import { lacks } from '../tools/debian.ts';
import { now } from '../tools/e2e/office.ts';
import type { Bench, Measure } from './measure.ts';
import type { CryptoInput, CryptoTimes } from './source-crypto-page.ts';

/** New pages, of which the one counts that other work on the machine has held up least. */
const runsEach = 5;
/** Rounding of the clock is a matter of fingerprinting, not of speed. */
const fineClock = { 'privacy.resistFingerprinting': false, 'privacy.reduceTimerPrecision': false };
const browsers = [
  ['Chromium', 'chromium', () => launchChromium()],
  ['Firefox Standard', 'firefox-esr', () => launchFirefox('standard', { prefs: fineClock })],
  ['Firefox Safer', 'firefox-esr', () => launchFirefox('safer', { prefs: fineClock })],
] as const;

export const sourceCrypto: Bench = async () => {
  const [input, script] = [
    await makeInput(),
    await bundleForPage(fileURLToPath(new URL('./source-crypto-page.ts', import.meta.url))),
  ];
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isScript ? script : '<!doctype html><title>Notes</title><script type=module src=/page.js></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const measures: Measure[] = [];
    for (const [name, binary, launch] of browsers) {
      if (!lacks(binary)) measures.push(...describe(name, await measureIn(launch, origin, input)));
    }
    return measures;
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
};

async function measureIn(launch: () => Promise<Browser>, origin: string, input: CryptoInput): Promise<CryptoTimes> {
  const browser = await launch();
  try {
    const runs: CryptoTimes[] = [];
    for (let run = 0; run < runsEach; run++) {
      const page = await browser.newPage();
      await page.goto(origin);
      await page.waitForFunction('typeof measureCrypto === "function"');
      runs.push((await page.evaluate(`measureCrypto(${JSON.stringify(input)})`)) as CryptoTimes);
      await page.close();
    }
    const [quietest] = runs.toSorted((one, other) => sumOf(one) - sumOf(other));
    if (quietest === undefined) throw new RangeError('measure cryptography: no run');
    return quietest;
  } finally {
    await browser.close();
  }
}

function sumOf({ parts }: CryptoTimes): number {
  return Object.values(parts).reduce((total, ms) => total + ms, 0);
}

function describe(name: string, times: CryptoTimes): Measure[] {
  const sum = sumOf(times);
  const parts = Object.entries(times.parts).map(([part, ms]) => ({ what: `${name}: ${part}`, value: ms, unit: 'ms' }));
  return [
    ...parts,
    { what: `${name}: all`, value: sum, unit: 'ms', aim: 'under 500 ms', isMet: sum < 500 },
    { what: `${name}: longest without drawing`, value: times.longestBlock, unit: 'ms' },
  ];
}

async function makeInput(): Promise<CryptoInput> {
  const unix = now();
  const day = dayOf(unix);
  const organisation = await testOrganisation('crypto', { desks: 5, devices: 2, day: day - 1 });
  const { random, fingerprint, roster } = organisation;
  const { publicKey } = await hpkeKeyPair(random(32));
  const keyConfig = encodeKeyConfig({ keyId: 1, publicKey });
  const bundle = await testBundle(organisation, organisation.verifiedRoster, { day, keyConfig });
  const head = {
    fingerprint,
    bundleHash: await sha256(bundle.bytes),
    epoch: Math.floor(unix / roster.epochSeconds),
    laneDepth: 0,
    lane: 0,
    puzzleBits: 0,
  };
  const index = await buildIndex(head, 12, [], random(32));
  const signedIndex = await signIndex(index, organisation.serverKey, random);
  const [fp, signed, bundled, indexed] = [fingerprint, organisation.signedRoster, bundle.bytes, signedIndex].map(
    bytesToBase64url,
  );
  return { fingerprint: fp ?? '', roster: signed ?? '', bundle: bundled ?? '', index: indexed ?? '', now: unix };
}
