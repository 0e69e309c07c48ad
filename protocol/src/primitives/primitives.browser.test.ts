// The same vectors as in Node, on the engines that sources use: Chromium, and Firefox ESR set up like Tor Browser.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync, inflateRawSync } from 'node:zlib';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, launchFirefox } from '../../../tools/browsers/launch.ts';
import { bundleForPage } from '../../../tools/browsers/page-build.ts';
import { lacks } from '../../../tools/debian.ts';
import { foreignVectors } from '../../../vectors/foreign/read.ts';
import { bytesToHex, concat, hexToBytes, utf8ToBytes } from '../bytes/encode.ts';
import { type PageInput, type PageOutput, pageTexts } from '../testing/primitives-page.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { deflate } from './deflate.ts';
import { hpkeKeyPair, hpkeSeal } from './hpke.ts';
import { nativeRecipient } from './hpke-native.ts';
import { hybridKey, verifyHybrid } from './hybrid-signature.ts';

const random = seededRandom('browsers');
const [info, aad, plaintext] = [pageTexts.info, pageTexts.aad, pageTexts.plaintext].map(utf8ToBytes) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

let server: Server;
let origin: string;

beforeAll(async () => {
  const script = await bundleForPage(new URL('../testing/primitives-page.ts', import.meta.url).pathname);
  server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.setHeader('content-security-policy', "default-src 'none'; script-src 'self'");
    response.end(
      isScript ? script : '<!doctype html><title>Primitives</title><script type=module src=/page.js></script>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe.skipIf(lacks('chromium'))('Chromium', () => {
  test('computes what Node computes', () => compare(() => launchChromium()));
});

describe.skipIf(lacks('firefox-esr'))('Firefox ESR', () => {
  test.each(['standard', 'safer'] as const)('computes what Node computes, at level %s', (level) =>
    compare(() => launchFirefox(level)),
  );
});

async function compare(launch: () => Promise<Browser>): Promise<void> {
  const seed = random(32);
  const input = await pageInput(seed);
  await using browser = await launch();
  const page = await browser.newPage();
  await page.goto(origin);
  await page.waitForFunction('typeof runPrimitives === "function"');
  const output = (await page.evaluate(`runPrimitives(${JSON.stringify(input)})`)) as PageOutput;
  expect(output.faults).toEqual([]);
  const key = await nativeRecipient.importKey(seed);
  expect(await nativeRecipient.open(key, info, aad, hexToBytes(output.sealed))).toEqual(plaintext);
  const { publicKey, message, signature } = output.signed;
  expect(await verifyHybrid(hexToBytes(publicKey), hexToBytes(message), hexToBytes(signature))).toBe(true);
  expect(new Uint8Array(inflateRawSync(hexToBytes(output.deflated)))).toEqual(new Uint8Array(500));
}

async function pageInput(seed: Uint8Array): Promise<PageInput> {
  type Ed25519 = { rfc8032: PageInput['ed25519Seeds']; wycheproof: PageInput['ed25519'] };
  type MlDsa = {
    wycheproofKeys: string[];
    wycheproofVerify: { publicKey: number; message: string; signature: string; valid: boolean }[];
  };
  const ed25519 = foreignVectors<Ed25519>('ed25519');
  const mlDsa = foreignVectors<MlDsa>('ml-dsa-65');
  const { publicKey } = await hpkeKeyPair(seed);
  const signer = await hybridKey(random(64));
  const deflated = await deflate(plaintext);
  const zlib = bytesToHex(deflateSync(plaintext));
  const bomb = await deflate(new Uint8Array(100_000));
  return {
    hkdf: foreignVectors<{ rfc5869: PageInput['hkdf'] }>('hkdf-sha-256').rfc5869,
    hmac: foreignVectors<{ rfc4231: PageInput['hmac'] }>('hmac-sha-256').rfc4231,
    pbkdf2: foreignVectors<{ wycheproof: PageInput['pbkdf2'] }>('pbkdf2-hmac-sha-256').wycheproof.slice(0, 8),
    aesGcm: foreignVectors<{ nist: PageInput['aesGcm'] }>('aes-256-gcm').nist.slice(0, 30),
    ed25519: ed25519.wycheproof,
    ed25519Seeds: ed25519.rfc8032.slice(0, 4),
    mlDsa: mlDsa.wycheproofVerify.map((one) => ({ ...one, publicKey: mlDsa.wycheproofKeys[one.publicKey] ?? '' })),
    mlKem: foreignVectors<PageInput['mlKem']>('ml-kem-768'),
    hpke: foreignVectors<{ hpkePq: [PageInput['hpke']] }>('hpke').hpkePq[0],
    deflated: [
      { bytes: bytesToHex(deflated), outcome: bytesToHex(plaintext) },
      { bytes: bytesToHex(concat(deflated, Uint8Array.of(0))), outcome: 'bad-value' },
      { bytes: bytesToHex(concat(deflated, deflated)), outcome: 'bad-value' },
      { bytes: bytesToHex(deflated.slice(0, -1)), outcome: 'bad-value' },
      { bytes: bytesToHex(random(40)), outcome: 'bad-value' },
      { bytes: '', outcome: 'bad-value' },
      { bytes: bytesToHex(bomb), outcome: 'too-many' },
    ],
    zlib: [
      { bytes: zlib, isWhole: true },
      ...['0a', '00'].map((more) => ({ bytes: zlib + more, isWhole: false })),
      { bytes: zlib.slice(0, -2), isWhole: false },
      { bytes: `${zlib.slice(0, -2)}${zlib.endsWith('00') ? '01' : '00'}`, isWhole: false },
    ],
    fromNode: {
      seed: bytesToHex(seed),
      sealed: bytesToHex(await hpkeSeal(publicKey, info, aad, plaintext, random)),
      signed: {
        publicKey: bytesToHex(signer.publicKey),
        message: bytesToHex(plaintext),
        signature: bytesToHex(await signer.sign(plaintext, random)),
      },
    },
  };
}
