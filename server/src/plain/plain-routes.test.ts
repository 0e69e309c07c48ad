import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeToVisit, encodeFromVisit, FrameCutter, type FromVisit, framed } from '@postern/plain/frames';
import { testOrganisation } from '@postern/protocol/testing/organisation';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { defaultLimits } from '../http/limits.ts';
import { type Handler, type Incoming, type Listener, listen } from '../http/listener.ts';
import { Pages } from '../http/pages.ts';
import { Counters } from '../rules/counters.ts';
import { manualTimer } from '../testing/manual-timer.ts';
import { random } from '../testing/organisation.ts';
import { patient } from '../testing/patient.ts';
import { answersIn, exchange, hold, portOf } from '../testing/raw.ts';
import { makeWorld, type World } from '../testing/world.ts';
import { withPlain } from './plain-routes.ts';
import { Visits, visitLimits } from './visits.ts';

const contentType = 'text/html; charset=utf-8';
const html = '<!doctype html><form method="post"></form>{{#busy}}too many{{/busy}}{{#large}}too long{{/large}}';
const form = 'application/x-www-form-urlencoded';

describe('forms, when there are too many', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'postern-plain-'));
  let world: World;
  beforeAll(async () => {
    mkdirSync(join(scratch, 'plain/en'), { recursive: true });
    writeFileSync(join(scratch, 'plain/en/index.html'), html);
    const plainPages = [{ language: 'en', list: 'english', path: 'plain/en/index.html', contentType }];
    const manifest = { pages: [], plainPages, clearPages: [], campaigns: [], assets: [] };
    writeFileSync(join(scratch, 'manifest.json'), JSON.stringify(manifest));
    const plain = { visitsMax: 0, rescuesMax: 0, formsMax: 2 };
    world = await makeWorld({ pages: scratch, plain });
  });
  afterAll(async () => {
    await world.remove();
    rmSync(scratch, { recursive: true, force: true });
  });
  const head = (type: string, length: number): string =>
    `POST /plain/en/ HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;

  it('[PLN-15] one that is long is not read beside as many as are read at a time', async () => {
    const post = async (): Promise<number> => {
      const body = 'x'.repeat(700_000);
      return (
        await fetch(`${world.server.origin}/plain/en/`, { method: 'POST', headers: { 'content-type': form }, body })
      ).status;
    };
    expect(await post()).toBe(413);
    const port = portOf(world.server.origin);
    const slow = await Promise.all([hold(port), hold(port)]);
    for (const socket of slow) {
      // Both come in one piece: when the first is answered, the second has its place.
      socket.write(`GET /plain/en/ HTTP/1.1\r\nHost: x\r\n\r\n${head(form, 900)}a=`);
      await once(socket, 'data');
    }
    expect(await post()).toBe(503);
    for (const socket of slow) socket.destroy();
    await vi.waitFor(async () => expect(await post()).toBe(413), patient);
  });

  it('[PLN-11] [HTTP-5] one with files that has no room is read for no longer than another request, and answered', async () => {
    const part = '--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n';
    const pieces = [head('multipart/form-data; boundary=x', 1_000_000), part, ...Array<string>(20).fill('a')];
    await world.restart({ limits: { requestSecondsMax: 1 } });
    const [answer] = answersIn(await exchange(portOf(world.server.origin), pieces, { pauseMs: 100 }));
    expect([answer?.status, answer?.body.includes('too many')]).toEqual([503, true]);
  });
});

/** The two ends of a connection. */
async function ends(): Promise<readonly [Socket, Socket]> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const far = once(listener, 'connection');
  const near = await hold((listener.address() as AddressInfo).port);
  const [socket] = (await far) as [Socket];
  listener.close();
  return [near, socket];
}

/** A process that offers a file of so many pieces to every form. */
function offering(pieces: number, [near, far]: readonly [Socket, Socket]): ChildProcess {
  const child = Object.assign(new EventEmitter(), { stdio: [null, null, null, near], kill: () => child.emit('exit') });
  const say = (frame: FromVisit): void => void far.write(framed(encodeFromVisit(frame)));
  const cutter = new FrameCutter(1_000_000);
  let sent = 0;
  far.on('data', (bytes: Buffer) =>
    cutter.add(bytes, (inner) => {
      const frame = decodeToVisit(inner);
      if (frame.kind === 'form')
        say({ kind: 'done', id: frame.id, left: false, offered: { name: 'a', bytes: pieces, isPacked: false } });
      if (frame.kind === 'piece') say({ kind: 'took', id: frame.id });
      if (frame.kind === 'close') say({ kind: 'done', id: frame.id, left: false, offered: null });
      if (frame.kind === 'pull' && frame.isWanted)
        say({ kind: 'part', id: frame.id, state: sent++ < pieces ? 'more' : 'end', body: Uint8Array.of(1) });
    }),
  );
  return child as unknown as ChildProcess;
}

/** The addresses of these visits alone. */
async function handlerOf(visits: Visits): Promise<Handler> {
  const { verifiedRoster } = await testOrganisation('plain routes');
  const page = { language: 'en', list: 'english', contentType, html };
  const pages = new Pages(
    { pages: [], plainPages: [page], clearPages: [], campaigns: [], assets: [] },
    undefined,
    true,
  );
  await pages.fill(verifiedRoster);
  const parser = { clear: () => Promise.resolve(), close: () => undefined };
  const parts = { visits, pages, fingerprint: verifiedRoster.fingerprint, parser };
  return withPlain(parts, () => Promise.reject(new Error('another address')));
}

it('[PLN-3] a visit is not idle while a file of an answer is on its way out of it', async () => {
  const timer = manualTimer();
  const call = () => Promise.reject(new Error('no call'));
  const both = await ends();
  const visits = new Visits({ launch: () => offering(4, both), call, timer, random, limits: visitLimits(2 ** 32) });
  const handle = await handlerOf(visits);
  const body = new TextEncoder().encode('go=fetch:a/0&end=1');
  const answer = await handle({
    method: 'POST',
    target: '/plain/en/',
    headers: { 'content-type': form },
    body: () => Promise.resolve(body),
  } as unknown as Incoming);
  let got = 0;
  for await (const piece of answer.stream?.pieces ?? []) {
    got += piece.length;
    timer.pass(20);
    expect([got, visits.count]).toEqual([got, 1]);
  }
  expect(got).toBe(4);
  timer.pass(31);
  expect(visits.count).toBe(0);
  answer.sent?.();
});

it('[PLN-5] tells how far a message had come as soon as the connection to its process breaks, which may end later', async () => {
  const [near, far] = await ends();
  const child = Object.assign(new EventEmitter(), { stdio: [null, null, null, near], kill: () => true });
  const call = () => Promise.reject(new Error('no call'));
  const launch = () => child as unknown as ChildProcess;
  const visits = new Visits({ launch, call, timer: manualTimer(), random, limits: visitLimits(2 ** 32) });
  const key = visits.start(undefined)?.key ?? '';
  far.write(framed(encodeFromVisit({ kind: 'progress', parts: 3, stored: 1 })));
  await vi.waitFor(() => expect(visits.find(key)?.progress).toEqual({ parts: 3, stored: 1 }), patient);
  near.destroy(new Error('broken'));
  await vi.waitFor(() => expect(visits.find(key)).toBeNull(), patient);
  expect(visits.past(key)).toEqual({ reason: 'crashed', parts: 3, stored: 1 });
  expect(visits.count).toBe(0);
});

describe('whoever only begins', () => {
  let listener: Listener;
  let visits: Visits;
  let launched = 0;
  const timer = manualTimer();
  const sockets: Socket[] = [];
  beforeAll(async () => {
    const call = () => Promise.reject(new Error('no call'));
    const connections = await Promise.all(Array.from({ length: 8 }, ends));
    const launch = () => {
      launched += 1;
      const both = connections.pop();
      return both === undefined ? null : offering(0, both);
    };
    visits = new Visits({ launch, call, timer, random, limits: visitLimits(2 ** 32) });
    const handle = await handlerOf(visits);
    const limits = { ...defaultLimits, requestSecondsMax: 1, graceSeconds: 0.1 };
    listener = await listen({ host: '127.0.0.1', port: 0 }, limits, new Counters(), handle, () => undefined);
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    visits.stop();
    await listener.stop();
  });
  const head = (type: string, length: number, more = ''): string =>
    `POST /plain/en/ HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n${more}\r\n`;
  const files = 'multipart/form-data; boundary=x';
  const part = '--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n';

  it('[PLN-11] a form with files of which nothing comes takes no place and starts no process', async () => {
    for (let i = 0; i < 30; i++) {
      const socket = await hold(listener.port);
      sockets.push(socket.on('error', () => undefined));
      socket.write(head(files, 1_000_000));
    }
    await vi.waitFor(
      async () =>
        expect(
          await exchange(listener.port, ['GET /plain/en/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n']),
        ).not.toHaveLength(0),
      patient,
    );
    expect([launched, visits.count]).toEqual([0, 0]);
    const places = Array.from({ length: 4 }, () => visits.takeFilePlace());
    expect(places).not.toContain(null);
    for (const free of places) free?.();
  });

  it('[PLN-11] one that breaks off leaves no visit of which nobody has heard', async () => {
    const socket = await hold(listener.port);
    sockets.push(socket.on('error', () => undefined));
    socket.write(head(files, 1_000_000) + part);
    await vi.waitFor(() => expect(visits.count).toBe(1), patient);
    socket.destroy();
    await vi.waitFor(() => expect(visits.count).toBe(0), patient);
    // One that comes whole leaves one.
    const whole = `${part}a\r\n--x--\r\n`;
    const [answer] = answersIn(
      await exchange(listener.port, [head(files, whole.length, 'Connection: close\r\n') + whole]),
    );
    expect([answer?.status, answer?.headers.has('set-cookie'), visits.count]).toEqual([303, true, 1]);
  });

  it('[PLN-11] one that breaks off does not take along the visit in which the same form, sent again, goes on', async () => {
    const ended = visits.start(undefined)?.key ?? '';
    timer.pass(31);
    const headOfEnded = (length: number): string =>
      head(files, length, `Cookie: visit=${ended}\r\nConnection: close\r\n`);
    const moving = (): number => {
      const places = Array.from({ length: 4 }, () => visits.takeFilePlace());
      for (const free of places) free?.();
      return places.filter((free) => free === null).length;
    };
    const [first, second] = [await hold(listener.port), await hold(listener.port)];
    sockets.push(
      first.on('error', () => undefined),
      second.on('error', () => undefined),
    );
    first.write(headOfEnded(1_000_000) + part);
    await vi.waitFor(() => expect(moving()).toBe(1), patient);
    second.write(headOfEnded(part.length + 1) + part);
    await vi.waitFor(() => expect(moving()).toBe(2), patient);
    first.destroy();
    await vi.waitFor(() => expect(moving()).toBe(1), patient);
    second.write('a');
    const [bytes] = (await once(second, 'data')) as [Buffer];
    const [answer] = answersIn(bytes);
    expect([answer?.status, answer?.headers.has('set-cookie'), visits.count]).toEqual([303, true, 1]);
    // Where all of them break off, it ends.
    visits.leave(visits.goesOnIn(ended)?.key ?? '');
    const again = await Promise.all([hold(listener.port), hold(listener.port)]);
    for (const [at, socket] of again.entries()) {
      sockets.push(socket.on('error', () => undefined));
      socket.write(headOfEnded(1_000_000) + part);
      await vi.waitFor(() => expect(moving()).toBe(at + 1), patient);
    }
    expect(visits.count).toBe(1);
    for (const socket of again) socket.destroy();
    await vi.waitFor(() => expect(visits.count).toBe(0), patient);
  });

  it("[PLN-16] the page of another site can neither begin a visit nor leave one in the place of the visitor's own", async () => {
    const before = launched;
    const told = async (site: string, body: string) => {
      const pieces = [head(form, body.length, `${site}Connection: close\r\n`) + body];
      const [answer] = answersIn(await exchange(listener.port, pieces));
      return [answer?.status, answer?.headers.has('set-cookie'), answer?.headers.has('clear-site-data')];
    };
    for (const body of ['go=leave&end=1', 'go=write&end=1', `go=submit&text=${'x'.repeat(600)}&end=1`])
      expect(await told('Sec-Fetch-Site: cross-site\r\n', body)).toEqual([303, false, false]);
    expect(launched).toBe(before);
    // From its own page, and from browsers that do not say.
    for (const site of ['Sec-Fetch-Site: same-origin\r\n', '']) {
      expect(await told(site, 'go=leave&end=1')).toEqual([200, true, true]);
      await told(site, 'go=write&end=1');
    }
    expect(launched).toBe(before + 2);
  });
});
