// The server behind a real onion service on a private Tor network: reached, killed, restarted, refused, and opened in Firefox.
import { generateKeyPairSync } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openResponse, sealRequest } from '@postern/protocol/http/anonymous-request';
import { decodeKeyConfig } from '@postern/protocol/http/ohttp';
import { verifyDocuments } from '@postern/protocol/messages/current-documents';
import { addDeskClient, removeDeskClient } from '@postern/server/onion/desk-access';
import { onionStatus } from '@postern/server/onion/onion-status';
import { machineTimer } from '@postern/server/options';
import { random } from '@postern/server/testing/organisation';
import { filler } from '@postern/server/testing/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchFirefox } from '../browsers/launch.ts';
import { ensureBuilt } from '../build.ts';
import { lacks } from '../debian.ts';
import { main, press, shownWords, typeWordsBack } from '../e2e/visit.ts';
import { startTorNetwork, type TorNetwork } from './network.ts';
import { type OnionServer, startOnionServer } from './onion-server.ts';
import { countingPort, fetchOverTor, untilReached } from './over-tor.ts';

describe.skipIf(lacks('tor'))('behind an onion service', () => {
  let network: TorNetwork;
  let server: OnionServer;
  let socksPort: number;
  let origin: string;
  beforeAll(async () => {
    await ensureBuilt();
    network = await startTorNetwork({ clients: 2 });
    server = await startOnionServer(network);
    await server.published('public');
    socksPort = network.clients[0]!.socksPort;
    origin = `http://${server.onion().addresses.public}`;
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await network?.stop();
  });

  const deskOrigin = (): string => `http://${server.onion().addresses.desk}`;
  const spent = (started: number): string => `${((Date.now() - started) / 1_000).toFixed(1)} s`;

  it('gives pages and documents, and stores what is sent', async () => {
    const started = Date.now();
    const page = await untilReached(socksPort, `${origin}/`);
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['onion-location']).toBe(undefined);
    const roster = await fetchOverTor(socksPort, `${origin}/roster`);
    expect(Buffer.compare(roster.bytes, server.roster.signed)).toBe(0);
    const [bundleBytes, index] = [
      (await fetchOverTor(socksPort, `${origin}/bundle`)).bytes,
      (await fetchOverTor(socksPort, `${origin}/index/0`)).bytes,
    ];
    const now = Date.now() / 1_000;
    const { bundle } = await verifyDocuments({ bundle: bundleBytes, index }, server.roster, 0, now);
    const content = filler(server.roster.fingerprint, { kind: 'envelope' });
    const sealed = await sealRequest(decodeKeyConfig(bundle.keyConfig), content, random);
    const sent = { type: 'message/ohttp-req', body: sealed.bytes };
    const answer = await fetchOverTor(socksPort, `${origin}/request`, sent);
    expect(answer.status).toBe(200);
    expect((await openResponse(sealed.context, answer.bytes)).outcome).toBe('stored');
    expect((await fetchOverTor(socksPort, `${origin}/nothing`)).status).toBe(404);
    console.log(
      `network ready in ${network.seconds.toFixed(1)} s; page, roster, bundle and request in ${spent(started)}`,
    );
  });

  it('lets only those devices reach the desks that it was told of, as long as they are', async () => {
    const [authorised, stranger] = network.clients;
    const pair = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
    const publicKey = new Uint8Array(Buffer.from(pair.x ?? '', 'base64url'));
    const privateKey = Buffer.from(pair.d ?? '', 'base64url').toString('base64');
    const id = server.onion().addresses.desk.replace('.onion', '');
    const control = await authorised!.control();
    await control.command(`ONION_CLIENT_AUTH_ADD ${id} x25519:${privateKey}`);
    await expect(fetchOverTor(authorised!.socksPort, `${deskOrigin()}/healthy`, { secondsMax: 20 })).rejects.toThrow();
    await server.publishedAfter('desk', () => addDeskClient(server.folder, publicKey));
    expect((await untilReached(authorised!.socksPort, `${deskOrigin()}/healthy`)).status).toBe(204);
    // The stranger can use Tor, and the address for everybody.
    expect((await untilReached(stranger!.socksPort, `${origin}/healthy`)).status).toBe(204);
    await expect(fetchOverTor(stranger!.socksPort, `${deskOrigin()}/healthy`)).rejects.toThrow();
    // Somebody else stays, so the address does.
    await server.publishedAfter('desk', () => addDeskClient(server.folder, random(32)));
    await server.publishedAfter('desk', () => removeDeskClient(server.folder, publicKey));
    const removed = fetchOverTor(authorised!.socksPort, `${deskOrigin()}/healthy`, { circuit: 'new', secondsMax: 30 });
    await expect(removed).rejects.toThrow();
  });

  it('is reached under the same address again after tor was killed', async () => {
    const started = Date.now();
    const [pid, address] = [server.onion().torPid()!, server.onion().addresses.public];
    process.kill(pid, 'SIGKILL');
    while (server.onion().torPid() === pid) await wait(20);
    await server.published('public');
    const published = spent(started);
    expect((await untilReached(socksPort, `http://${address}/healthy`)).status).toBe(204);
    expect(server.onion().torPid()).not.toBe(pid);
    console.log(`after kill -9 of tor: published after ${published}, reached after ${spent(started)}`);
  });

  it('is reached after the server, or all of it, was started anew, with the same keys', async () => {
    const pid = server.onion().torPid();
    await server.restartServer();
    expect((await untilReached(socksPort, `${origin}/healthy`)).status).toBe(204);
    expect(server.onion().torPid()).toBe(pid);
    const { addresses } = server.onion();
    const key = readFileSync(join(server.folder, 'onion.key'));
    const started = Date.now();
    await server.restartAll();
    expect(server.onion().addresses).toEqual(addresses);
    expect(readFileSync(join(server.folder, 'onion.key')).equals(key)).toBe(true);
    expect(statSync(join(server.folder, 'onion.key')).mode & 0o777).toBe(0o600);
    await server.published('public');
    expect((await untilReached(socksPort, `${origin}/healthy`)).status).toBe(204);
    console.log(`after a restart of all: reached after ${spent(started)}`);
  });

  it('tells the operator that the network has the address, and which it has not', async () => {
    const options = { dataFolder: server.folder, timer: machineTimer, random };
    const facts = await onionStatus(options);
    expect(facts.public).toEqual({ key: 'good', address: server.onion().addresses.public, isPublished: true });
    expect(facts.running?.progress).toBe(100);
    expect(facts.program?.version).toBe(server.onion().torVersion());
    expect(facts.program?.hasProofOfWork).toBe(server.onion().hasProofOfWork());
  });

  it('[HTTP-6] tor keeps nothing of those who came', async () => {
    const folder = join(server.folder, 'tor');
    const known = /^(torrc|lock|state|control-cookie|cached-(certs|microdesc-consensus|microdescs(\.new)?)|keys\/.*)$/;
    const isFile = (path: string): boolean =>
      statSync(join(folder, path), { throwIfNoEntry: false })?.isFile() === true;
    const others = (): string[] =>
      globSync('**/*', { cwd: folder }).filter((path) => isFile(path) && !known.test(path));
    // A file that is written anew has another name for a moment.
    await expect.poll(others, { timeout: 30_000 }).toEqual([]);
    // What it remembers of its own guards and circuits; no history of traffic or of the service's use.
    const names = readFileSync(join(folder, 'state'), 'utf8').match(/^[A-Za-z]+/gm) ?? [];
    expect(names).toContain('Guard');
    expect(names.filter((name) => /History|HidServ|Service|Visitor/.test(name))).toEqual([]);
    console.log(`kept by tor: ${[...new Set(names)].join(' ')}`);
  });

  describe.skipIf(lacks('firefox-esr'))('Firefox ESR as Tor Browser', () => {
    it.each(['standard', 'safer'] as const)('opens the page at %s and sends a message', async (level) => {
      await using counted = await countingPort(socksPort);
      const started = Date.now();
      const browser = await launchFirefox(level, { socksPort: counted.port });
      try {
        const page = await browser.newPage();
        const requests: { readonly method: string; readonly url: string }[] = [];
        page.on('request', (request) => requests.push({ method: request.method(), url: request.url() }));
        const opened = Date.now();
        await page.goto(`${origin}/zh-Hans/`, { timeout: 90_000 });
        await press(page, '#start button.main');
        const usable = spent(opened);
        const context = await page.evaluate(() => [isSecureContext, typeof crypto.subtle, location.protocol]);
        expect(context).toEqual([true, 'object', 'http:']);
        await press(page, '.desk input');
        await page.type('#write-text', '去年三月到八月，县医院新楼的招标只有一家公司能满足条件。');
        await press(page, main);
        await page.waitForSelector('.words li:nth-child(12)', { timeout: 90_000 });
        await typeWordsBack(page, await shownWords(page));
        await page.waitForSelector('.parts li.done', { timeout: 120_000 });
        const posts = requests.filter(({ method, url }) => method === 'POST' && url === `${origin}/request`);
        expect(posts.length).toBeGreaterThan(0);
        // Firefox loads a font of its own from a data address, which no network sees.
        const sent = requests.filter(({ url }) => !url.startsWith('data:'));
        expect(sent.filter(({ url }) => !url.startsWith(`${origin}/`))).toEqual([]);
        const { connections, bytesDown, bytesUp } = counted;
        console.log(
          `${level}: usable after ${usable}, stored after ${spent(opened)}, all ${spent(started)}; ` +
            `${sent.length} requests (${posts.length} sealed), ${connections} connections, ` +
            `${bytesDown} bytes down, ${bytesUp} up`,
        );
      } finally {
        await browser.close();
      }
    });
  });
});
