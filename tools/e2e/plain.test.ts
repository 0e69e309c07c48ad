// The mode without scripts over HTTP with the real server and the real processes: forms that go wrong, visits that end.
import { existsSync, readFileSync } from 'node:fs';
import { get, type IncomingHttpHeaders } from 'node:http';
import { checkPlain } from '@postern/cli/doctor/plain-check';
import type { Fingerprint } from '@postern/protocol/bytes/brand';
import { fingerprintToQr, verificationWords } from '@postern/protocol/keys/fingerprint';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import { carriedToLines } from '@postern/protocol/messages/carried';
import type { Day } from '@postern/protocol/time';
import { hold, portOf } from '@postern/server/testing/raw';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ensureBuilt } from '../build.ts';
import { officeWithCall } from './call-office.ts';
import { openDesk, publishDayKeys, type RunningDesk, receive, textsOf } from './desk.ts';
import { type Office, random, type ServerProcess, visitPids } from './office.ts';
import { PlainPerson } from './plain-person.ts';
import { sealApart } from './sealed-apart.ts';

const message = '第一份合同 & "signed" <before>\nthe tender.';
const type = 'application/x-www-form-urlencoded';

const address = `http://${'a'.repeat(55)}d.onion`;
let office: Office;
let server: ServerProcess;
let desk: RunningDesk;
/** Longer than a message takes on a busy machine: looking at what becomes of it keeps no visit alive. */
const idleSeconds = 20;
const limits = { rescuesMax: 1, idleSeconds };

beforeAll(async () => {
  await ensureBuilt();
  office = await officeWithCall([address]);
  server = await office.serve({ plain: limits });
  await publishDayKeys(office, office.desks[1]!, server.origin);
  desk = await openDesk(office, office.desks[0]!, server.origin);
}, 120_000);
afterAll(async () => {
  await server.stop();
  office.remove();
});

const people: PlainPerson[] = [];
afterEach(async () => {
  for (const person of people.splice(0)) await person.press('leave');
});
function person(language = 'en'): PlainPerson {
  const one = new PlainPerson(server.origin, language);
  people.push(one);
  return one;
}

const deskHex = (): string => Buffer.from(office.desks[0]!.id).toString('hex');
async function toCheck(one: PlainPerson, text: string): Promise<string[]> {
  const words = await one.write(text, deskHex());
  await one.press('check');
  return words;
}
const longForm = `text=${'x'.repeat(600)}&go=submit&end=1`;
/** The head of that form, and half of it. */
function beginForm(socket: Awaited<ReturnType<typeof hold>>, cookie = ''): void {
  const own = cookie === '' ? '' : `Cookie: ${cookie}\r\n`;
  const head = `POST /plain/en/ HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${longForm.length}\r\n`;
  socket.write(`${head}${own}\r\n${longForm.slice(0, 300)}`);
}
const received = (): Promise<string[]> => textsOf(desk);
const patience = { timeout: 30_000 };
/** Processes of visits end, and forms that are held arrive, a moment after they were told to. */
const becomes = (isSo: () => unknown): Promise<unknown> => vi.waitFor(isSo, patience);
/** As the system does when it has no memory left. */
async function endProcess(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await becomes(() => expect(visitPids(server)).not.toContain(pid));
}
/** What a form of this cookie is told that is too long: one that is found so has been read. */
async function statusOfLong(cookie: string): Promise<number> {
  const headers = { cookie, 'content-type': type };
  const body = 'x'.repeat(700_000);
  return (await fetch(`${server.origin}/plain/en/`, { method: 'POST', redirect: 'manual', headers, body })).status;
}
const longBecomes = (cookie: string, status: number): Promise<unknown> =>
  becomes(async () => expect(await statusOfLong(cookie)).toBe(status));

/** `fetch` does not let anybody name another host. */
function headersOf(
  path: string,
  headers: { readonly host: string; readonly cookie: string },
): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    get(`${server.origin}${path}`, { headers }, (response) => {
      response.resume().on('end', () => resolve(response.headers));
    }).on('error', reject);
  });
}

describe.skipIf(process.platform !== 'linux')('without scripts', () => {
  it('[PLN-4] [ENV-8] a message whose every form arrives twice reaches the desk once, whole', async () => {
    const one = person();
    await one.look();
    await one.press('write');
    const submit = new URLSearchParams({ ...one.hidden(), go: 'submit', text: message, desk: deskHex(), end: '1' });
    await Promise.all([one.send(submit.toString()), one.send(submit.toString())]);
    await one.look();
    const { words } = one;
    expect(words).toHaveLength(12);
    await one.press('check');
    const checked = new URLSearchParams({ ...one.hidden(), ...one.asked(words), go: 'checked', end: '1' }).toString();
    await Promise.all([one.send(checked), one.send(checked)]);
    await one.send(checked);
    expect(one.text).toContain('Part 1 of 1');
    expect(one.text).not.toContain('Message 2');
    // Late: the form of the first step, long after.
    await one.send(submit.toString());
    expect(one.text).toContain('Part 1 of 1');
    await one.until('received', () => one.html.includes('tag done'));
    expect(Number(one.headers.get('content-length')) % 4096).toBe(2304);
    await receive(desk, 1);
    for (let round = 0; round < 6; round++) await desk.engine.tick();
    expect(await received()).toEqual([message]);
  }, 90_000);

  it('[PLN-4] a form that was used already, with another text, sends nothing and loses nothing', async () => {
    const one = person();
    await one.look();
    await one.press('write');
    const old = one.hidden();
    await one.press('submit', { text: 'first', desk: deskHex() });
    await one.send(
      new URLSearchParams({ ...old, go: 'submit', text: 'second, typed after going back', end: '1' }).toString(),
    );
    expect(one.notice).toMatch(/had been used already.*Nothing of it has been sent/s);
    expect(one.typed).toBe('second, typed after going back');
  });

  it('[PLN-4] forms that are cut off, wrongly encoded, of another kind or too long do nothing, and say so', async () => {
    const one = person();
    await one.look();
    await one.press('write');
    const { form = '' } = one.hidden();
    await one.send(`form=${form}&go=submit&desk=${deskHex()}&text=half+of+a+se`);
    expect(one.notice).toContain('incomplete');
    expect(one.typed).toBe('half of a se');
    await one.send(`form=${form}&go=submit&text=%CE%D2&end=1`, `${type}; charset=gb18030`);
    expect(one.notice).toContain('another encoding');
    expect(one.typed).toBe('我');
    await one.send(`form=${form}&go=submit&text=a%FFb&end=1`);
    expect(one.notice).toContain('another encoding');
    expect(one.typed).toBe('a\uFFFDb');
    await one.send('{"go":"submit"}', 'application/json');
    expect(one.notice).toContain('could not be read');
    expect(one.words).toEqual([]);
    await one.send(`text=${'x'.repeat(700_000)}`);
    expect([one.status, one.notice.includes('too long')]).toEqual([413, true]);
    // The visit goes on.
    await one.look();
    await one.press('submit', { text: 'at last', desk: deskHex() });
    expect(one.words).toHaveLength(12);
  });

  it('[PLN-3] [PLN-8] sets one cookie, below /plain/ only, which goes on leaving, and answers with a policy of its own', async () => {
    const one = person();
    await one.look();
    expect(one.headers.get('set-cookie')).toBeNull();
    const response = await fetch(one.url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': type },
      body: 'go=write&end=1',
    });
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^visit=[\w-]{43}; Path=\/plain\/; HttpOnly; SameSite=Strict$/);
    const secure = await fetch(one.url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': type, 'x-forwarded-proto': 'https' },
      body: 'go=write&end=1',
    });
    expect(secure.headers.get('set-cookie')).toMatch(/; Secure$/);
    one.cookie = secure.headers.get('set-cookie')?.split(';')[0] ?? '';
    await one.press('leave');
    await becomes(() => expect(visitPids(server)).toHaveLength(1));
    one.cookie = cookie.split(';')[0] ?? '';
    await one.look();
    expect(one.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect(one.headers.get('cache-control')).toBe('no-store');
    // Where no script runs these say nothing, and are a tenth of what two visits take.
    for (const name of ['permissions-policy', 'access-control-allow-origin', 'cross-origin-resource-policy'])
      expect([name, one.headers.get(name)]).toEqual([name, null]);
    const before = visitPids(server).length;
    await one.press('leave');
    expect(one.headers.get('set-cookie')).toMatch(/^visit=; Max-Age=0; Path=\/plain\//);
    await becomes(() => expect(visitPids(server).length).toBeLessThan(before));
    for (const path of ['/en/', '/roster', '/bundle', '/a/none']) {
      const other = await fetch(server.origin + path, { headers: { cookie } });
      expect([path, other.headers.get('set-cookie')]).toEqual([path, null]);
    }
  });

  it('[PLN-5] a process that is killed while a message waits: the person is told how far it came, and can write again', async () => {
    const one = person();
    const words = await toCheck(one, 'lost on the way');
    const [pid = 0] = visitPids(server).slice(-1);
    await one.press('checked', one.asked(words));
    expect(one.text).toContain('waiting for its moment');
    await endProcess(pid);
    await one.look();
    expect(one.notice).toMatch(/Your visit has ended.*process.*had not been confirmed.*twelve words/s);
    await one.press('enter');
    await one.press('look', { typed: words.join(' '), list: 'english' });
    expect(one.text).toContain('No answer yet');
    await one.press('write');
    await one.press('submit', { text: 'written again', desk: deskHex() });
    await one.until('received', () => one.html.includes('tag done'));
    await desk.until('the second', async () => (await received()).includes('written again'));
    expect((await received()).filter((text) => text === 'written again')).toHaveLength(1);
  }, 90_000);

  it('[PLN-5] a server that is killed while a message waits takes its processes along; the person is told and gets the text back', async () => {
    const one = person();
    const words = await toCheck(one, 'the server goes too');
    const [pid = 0] = visitPids(server).slice(-1);
    const checked = new URLSearchParams({ ...one.hidden(), ...one.asked(words), go: 'checked', end: '1' }).toString();
    await one.send(checked);
    expect(one.text).toContain('waiting for its moment');
    const { cookie } = one;
    process.kill(server.pid, 'SIGKILL');
    await server.ended;
    await becomes(() => expect(existsSync(`/proc/${pid}`)).toBe(false));
    await expect(one.look()).rejects.toThrow();
    server = await office.serve({ port: server.port, plain: limits });
    await one.look();
    expect(one.notice).toMatch(/Your visit has ended/);
    expect(one.html).not.toContain('tag done');
    one.cookie = cookie;
    await one.send(checked);
    expect(one.notice).toMatch(/Your visit has ended.*Your text stands in the field below/s);
    expect(one.typed).toBe('the server goes too');
  }, 60_000);

  it('[PLN-3] [PLN-5] is forgotten when nothing is pressed for the idle time, keeps no process, and gives a typed text back', async () => {
    const one = person();
    await one.look();
    await one.press('write');
    const late = new URLSearchParams({
      ...one.hidden(),
      go: 'submit',
      text: 'typed slowly',
      desk: deskHex(),
      end: '1',
    });
    const [pid = 0] = visitPids(server).slice(-1);
    const { cookie } = one;
    const started = Date.now();
    // Looking is no pressing: a page left open does not keep a visit alive.
    while (one.notice === '' && Date.now() < started + 3 * idleSeconds * 1000) {
      await new Promise((resolve) => setTimeout(resolve, 700));
      await one.look();
    }
    expect(one.notice).toMatch(/Your visit has ended.*forgotten it.*Nothing that you wrote/s);
    await becomes(() => expect(visitPids(server)).not.toContain(pid));
    one.cookie = cookie;
    await one.send(late.toString());
    expect(one.notice).toMatch(/Your visit has ended.*Your text stands in the field below/s);
    expect(one.typed).toBe('typed slowly');
    await one.press('submit', { text: one.typed, desk: deskHex() });
    expect(one.words).toHaveLength(12);
  }, 120_000);

  it('[PLN-15] [HTTP-5] a flood of long forms that come slowly takes no room from who is in a visit, or begins one', async () => {
    const one = person();
    await one.look();
    await one.press('write');
    const cookies = ['', `visit=${'a'.repeat(43)}`];
    const sockets: Awaited<ReturnType<typeof hold>>[] = [];
    const flood = async (count: number): Promise<void> => {
      const more = await Promise.all(Array.from({ length: count }, () => hold(portOf(server.origin))));
      for (const [at, socket] of more.entries()) beginForm(socket, cookies[at % 2]);
      sockets.push(...more);
    };
    try {
      await flood(40);
      // From when the server has seen them; a stranger who was before the last of them leaves a place to one more.
      await vi.waitFor(
        async () => {
          await flood(2);
          const stranger = person();
          await stranger.send(longForm);
          expect([stranger.status, stranger.notice.includes('Nothing of yours was sent')]).toEqual([503, true]);
        },
        { ...patience, interval: 1_000 },
      );
      const newcomer = person();
      await newcomer.look();
      expect(await newcomer.press('write')).toContain('<textarea');
      expect(await one.write('x'.repeat(2000), deskHex())).toHaveLength(12);
      // Its own forms, when the button is pressed again and again: what comes of the first is shown.
      sockets.push(...(await Promise.all([hold(portOf(server.origin)), hold(portOf(server.origin))])));
      for (const socket of sockets.slice(-2)) beginForm(socket, one.cookie);
      await longBecomes(one.cookie, 303);
      await one.send(longForm);
      expect([one.status, one.notice, one.words.length]).toEqual([200, '', 12]);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });

  it('[PLN-15] [HTTP-5] slow long forms of one visit take no room from another, nor do those of ended visits', async () => {
    const [ended, other, one] = [person(), person(), person()];
    const before = visitPids(server);
    for (const some of [ended, other, one]) {
      await some.look();
      await some.press('write');
    }
    const [pid = 0] = visitPids(server).filter((some) => !before.includes(some));
    const sockets = await Promise.all(Array.from({ length: 18 }, () => hold(portOf(server.origin))));
    const holdWith = (cookie: string, some: typeof sockets): void => {
      for (const socket of some) beginForm(socket, cookie);
    };
    try {
      await endProcess(pid);
      holdWith(ended.cookie, sockets.slice(2));
      await longBecomes(ended.cookie, 503);
      expect([await statusOfLong(''), await statusOfLong(one.cookie)]).toEqual([413, 413]);
      holdWith(one.cookie, sockets.slice(0, 2));
      await longBecomes(one.cookie, 303);
      expect(await statusOfLong(other.cookie)).toBe(413);
      await one.press('submit', { text: 'x'.repeat(600), desk: deskHex() });
      expect([one.status, one.words]).toEqual([200, []]);
      await other.press('submit', { text: 'x'.repeat(600), desk: deskHex() });
      expect(other.words).toHaveLength(12);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    await longBecomes(one.cookie, 413);
    await one.press('submit', { text: 'x'.repeat(600), desk: deskHex() });
    expect(one.words).toHaveLength(12);
  });

  it('takes no more visits than it has room for, but rescues a text, also one that is sent twice', async () => {
    await server.stop();
    server = await office.serve({ port: server.port, plain: { visitsMax: 3, rescuesMax: 1, idleSeconds } });
    const one = person();
    await one.look();
    await one.press('write');
    const typed = new URLSearchParams({ ...one.hidden(), go: 'submit', text: 'not lost', end: '1' }).toString();
    const { cookie } = one;
    const [pid = 0] = visitPids(server);
    await endProcess(pid);
    await Promise.all(
      [person(), person(), person()].map(async (other) => {
        await other.look();
        await other.press('write');
      }),
    );
    const late = person();
    await late.look();
    await late.press('write');
    expect([late.status, late.notice.includes('too many visits')]).toEqual([503, true]);
    await one.send(typed);
    expect([one.notice.includes('Your visit has ended'), one.typed]).toEqual([true, 'not lost']);
    // The second press of the same button, in a browser that never saw what came of the first.
    one.cookie = cookie;
    await one.send(typed);
    expect([one.status, one.typed]).toEqual([200, 'not lost']);
    expect(visitPids(server)).toHaveLength(4);
  });

  it('tells a browser that refuses the cookie', async () => {
    const one = person();
    await one.look('?started');
    expect(one.notice).toContain('refused the one cookie');
  });

  it('[PLN-2] runs each visit in a process that has neither network nor disk, and leaves no dump', async () => {
    const one = person();
    await one.look();
    await one.press('write');
    const [pid = 0] = visitPids(server).slice(-1);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(limits).toMatch(/^Max core file size\s+1\s/m);
    const routes = readFileSync(`/proc/${pid}/net/route`, 'utf8').trim().split('\n').slice(1);
    expect(routes).toEqual([]);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('--permission\0--allow-fs-read=');
    expect(await checkPlain()).toMatchObject({ state: 'ok' });
  });

  it('[PLN-10] lets a browser keep the stylesheet where it came over Tor, and nothing else', async () => {
    const one = person();
    await one.look();
    await one.press('write');
    const [style = ''] = /(?<=href=")\/plain\/style\.[\w-]+\.css/.exec(one.html) ?? [];
    const onion = `${'a'.repeat(56)}.onion`;
    const cacheOf = async (host: string, path: string): Promise<unknown> =>
      (await headersOf(path, { host, cookie: one.cookie }))['cache-control'];
    expect(await cacheOf(onion, style)).toBe('private, max-age=3600, immutable');
    for (const host of ['127.0.0.1', 'postern.example', `${onion}.example`])
      expect([host, await cacheOf(host, style)]).toEqual([host, 'no-store']);
    const page = await (await fetch(`${server.origin}/en/`)).text();
    expect(page).not.toContain(style);
    const [same = ''] = /\/a\/style\.[\w-]+\.css/.exec(page) ?? [];
    for (const path of ['/plain/en/', '/en/', same])
      expect([path, await cacheOf(onion, path)]).toEqual([path, 'no-store']);
    const text = async (path: string): Promise<string> => (await fetch(server.origin + path)).text();
    expect(await text(style)).toBe(await text(same));
  });

  it('[PLN-14] questions of a call are asked in steps, none has to be answered, and the desk gets what was', async () => {
    const one = person();
    await one.look();
    await one.press('write');
    expect(one.text).toContain('The county hospital');
    expect(one.text).not.toContain('role?');
    await one.press('call', { call: 'county-hospital' });
    expect([one.text.includes('role?'), one.text.includes('papers?')]).toEqual([true, false]);
    const answers = {
      'q-what': 'The bill & <all>',
      'q-role': 'inside',
      'q-sure': 'no such step',
      'q-when:year': '2024',
    };
    const shown = { ...answers, call: 'county-hospital', desk: deskHex(), text: 'by a call' };
    await one.press('submit', shown);
    expect([one.words.length, one.notice.includes('lead to more questions'), one.text.includes('papers?')]).toEqual([
      0,
      true,
      true,
    ]);
    expect(one.typed).toBe('by a call');
    await one.press('submit', { ...shown, 'q-papers:1': 'letter', 'q-where': 'south' });
    const { words } = one;
    expect(words).toHaveLength(12);
    await one.press('check');
    // The answers go along, so that they are not lost with the process.
    const old = one.hidden();
    expect(old).toMatchObject({ call: 'county-hospital', 'q-papers:1': 'letter', 'q-when:year': '2024' });
    await one.press('checked', one.asked(words));
    await one.until('received', () => one.html.includes('tag done'));
    let found: readonly { question: string; values: readonly string[] }[] = [];
    await desk.until('the answers', async () => {
      const all = await Promise.all(desk.engine.conversations().map(({ id }) => desk.engine.conversation(id)));
      found = all.flatMap((each) => each?.messages ?? []).find(({ text }) => text === 'by a call')?.answers ?? [];
      return found.length > 0;
    });
    expect(found).toEqual([
      { question: 'what', values: ['The bill & <all>'] },
      { question: 'role', values: ['inside'] },
      { question: 'papers', values: ['letter'] },
      { question: 'when', values: ['2024'] },
      { question: 'where', values: ['south'] },
    ]);
    for (const pid of visitPids(server)) process.kill(pid, 'SIGKILL');
    await becomes(() => expect(visitPids(server)).toEqual([]));
    await one.send(new URLSearchParams({ ...old, go: 'checked', end: '1' }).toString());
    expect(one.notice).toContain('Your visit has ended');
    expect([one.typed, one.html.includes('value="letter" checked')]).toEqual(['by a call', true]);
  }, 60_000);

  it('[PLN-14] [CAM-7] who comes from the page of a call finds it chosen, and no address has named it', async () => {
    const page = await (await fetch(`${server.origin}/c/county-hospital/en`)).text();
    const [, action = '', fields = ''] = /<form[^>]* action="([^"]*)"[^>]*>(.*?)<\/form>/.exec(page) ?? [];
    const [call, go, end] = [...fields.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(
      ([, name, value]) => `${name}=${value}`,
    );
    const one = person();
    await one.send([call, go, end].join('&'));
    expect([new URL(action, one.url).href, one.status, one.cookie, one.notice]).toEqual([one.url, 200, '', '']);
    expect(one.hidden()).toEqual({ call: 'county-hospital' });
    await one.press('write');
    expect(one.text).toContain('role?');
    await one.press('submit', { text: 'from the call', desk: deskHex(), call: 'county-hospital' });
    expect(one.words).toHaveLength(12);
    await one.send('call=no-such-call&go=first&end=1');
    await one.press('write');
    expect(one.text).toContain('has not made');
    // What is no name of a call is not shown.
    const two = person();
    await two.send('call=%22%3E&go=first&end=1');
    expect('call' in two.hidden()).toBe(false);
  });

  it('[PLN-17] [PLN-4] [CAR-2] a message that somebody else sealed without a network comes to the desk, once, though its form comes twice', async () => {
    // In parts that wait for as many moments: what is tried meanwhile comes before the last.
    const text = `Sealed far from any network. ${Buffer.from(random(6000)).toString('hex')}`;
    const lines = await sealApart(office, server.origin, text);
    const one = person();
    await one.look();
    await one.press('carry');
    const twice = one.withFiles([new File([lines], 'note.txt', { type: 'text/plain' })], { sealed: '' }, 'deliver');
    await Promise.all([one.sendFiles(twice), one.sendFiles(twice)]);
    await one.look();
    expect([one.notice, one.text.includes('waiting for its moment'), one.text.includes('Message 2')]).toEqual([
      '',
      true,
      false,
    ]);
    expect(one.text).toContain('Delivering the same message twice does no harm');
    // A phrase made now would drop it.
    expect(one.html).not.toContain('value="write"');
    await one.sendFiles(twice);
    expect([one.notice, one.text.includes('Message 2')]).toEqual(['', false]);
    await one.press('again');
    expect(one.notice).toBe('');
    // Typed before, in another window, and sent only now: it is not lost, nor is what waits.
    await one.send(new URLSearchParams({ form: 'old', go: 'submit', text: 'typed meanwhile', end: '1' }).toString());
    expect(one.notice).toMatch(/had been used already.*Your text stands in the field below/s);
    expect(one.html).toMatch(/<textarea[^>]*readonly[^>]*>\ntyped meanwhile</);
    await one.until('received', () => one.html.includes('tag done'));
    // The same again, pasted in another visit, does no harm.
    const other = person('zh-Hans');
    await other.look();
    await other.press('carry');
    await other.press('deliver', { sealed: lines.split('\n').toReversed().join(' ') });
    await other.until('received', () => other.html.includes('tag done'));
    await desk.until('a carried message', async () => (await received()).includes(text));
    for (let round = 0; round < 4; round++) await desk.engine.tick();
    expect((await received()).filter((each) => each === text)).toHaveLength(1);
  }, 90_000);

  it('[PLN-17] [PLN-4] what is no sealed message, is one of others, or lacks something is not sent, and the page says which', async () => {
    const lines = (await sealApart(office, server.origin, 'never sent')).split('\n');
    const others = await carriedToLines({ lastDay: 99_999 as Day, envelopes: [random(4096)] }, random(32));
    const late = await carriedToLines({ lastDay: 1 as Day, envelopes: [random(4096)] }, office.fingerprint);
    const one = person();
    await one.look();
    await one.press('carry');
    const said = async (sealed: string): Promise<string> => {
      await one.press('deliver', { sealed });
      expect([sealed.length, one.typedIn('sealed'), one.html.includes('aria-invalid="true"')]).toEqual([
        sealed.length,
        sealed,
        true,
      ]);
      return /id="carry-complaint"[^>]*>([^<]*)</.exec(one.html)?.[1] ?? '';
    };
    expect(await said('')).toContain('no lines of a sealed message');
    expect(await said('<script>alert(1)</script> "POSTERN1:hello"')).toContain('no lines of a sealed message');
    expect(await said(lines.slice(1).join('\n'))).toContain('Some lines are missing');
    expect(await said(lines.join('\n').replace(/.$/, 'A').replace(/.{9}$/, 'AAAAAAAAA'))).toContain('damaged');
    expect(await said(others.join('\n'))).toContain('for another organisation');
    expect(await said(late.join('\n'))).toContain('too late');
    // A picture in the place of the file; a file without end; a form that breaks off; one of an ended visit.
    await one.attach([new File([Buffer.from(random(60_000))], 'photo.jpg')], { sealed: '' }, 'deliver');
    expect(one.text).toContain('no lines of a sealed message');
    await one.attach([new File([`${lines[0]}\n`.repeat(2_000)], 'note.txt')], { sealed: 'typed' }, 'deliver');
    expect([one.notice.includes('far too long'), one.typedIn('sealed')]).toEqual([true, 'typed']);
    await one.send(`form=${one.hidden().form}&for=carry&sealed=POSTERN1%3Ahalf`);
    expect([one.notice.includes('incomplete'), one.typedIn('sealed')]).toEqual([true, 'POSTERN1:half']);
    const old = one.withFiles([new File([lines.slice(1).join('\n')], 'note.txt')], { sealed: lines[0]! }, 'deliver');
    const [pid = 0] = visitPids(server).slice(-1);
    await endProcess(pid);
    await one.sendFiles(old);
    expect(one.notice).toMatch(/Your visit has ended.*Your text stands in the field below/s);
    expect(one.typedIn('sealed')).toBe(lines.join('\n'));
  }, 60_000);

  it('[PLN-17] tells whether an address, a code, words or a saved page are theirs, always of what was asked last', async () => {
    const words = verificationWords(office.fingerprint as Fingerprint, (await loadWordList('english')).words);
    const code = fingerprintToQr(office.fingerprint as Fingerprint);
    const one = person();
    await one.look();
    await one.press('verify');
    expect(one.text).toContain('Here the server itself says yes or no');
    const { form } = one.hidden();
    const verdict = (): string | undefined => /class="verdict-head (\w+)"/.exec(one.html)?.[1];
    const ask = async (given: string, list = 'english'): Promise<string | undefined> => {
      await one.press('judge', { given, list });
      return verdict();
    };
    expect([await ask(address), one.html.includes('verdict-picture')]).toEqual(['yes', true]);
    expect(await ask(address.replace('aaad', 'abad'))).toBe('no');
    expect([one.text.includes('The real one'), one.hidden().form]).toEqual([true, form]);
    // From a page that the browser has kept: never the answer to what was asked between.
    const late = { form: 'old', for: 'verify', given: address, list: 'english', go: 'judge', end: '1' };
    await one.send(new URLSearchParams(late).toString());
    expect([verdict(), one.typedIn('given'), one.notice]).toEqual(['yes', address, '']);
    expect(await ask(code)).toBe('yes');
    expect(await ask(code.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))).toBe('no');
    expect(await ask(words.join(' '))).toBe('yes');
    expect([await ask([...words.slice(0, 7), 'zoo'].join(' ')), one.text.includes('Wrong: word 8')]).toEqual([
      'no',
      true,
    ]);
    expect([await ask(words.join(' '), 'french'), one.html.includes('value="french" lang="fr" selected')]).toEqual([
      'unsure',
      true,
    ]);
    const phrase = Array.from({ length: 12 }, () => words[0]).join(' ');
    expect([await ask(phrase), one.typedIn('given'), one.text.includes('never enter them')]).toEqual([
      'unsure',
      '',
      true,
    ]);
    expect([await ask(phrase, 'french'), one.typedIn('given')]).toEqual(['unsure', '']);
    for (const hostile of ['', '<b>"x".y</b>', `${'a.'.repeat(20_000)} x`, '\u202e\0'])
      expect([hostile.slice(0, 9), await ask(hostile), one.html.includes('<b>')]).toEqual([
        hostile.slice(0, 9),
        'unsure',
        false,
      ]);
    await one.attach([new File(['<!doctype html>'], 'postern-offline.html')], {}, 'judge');
    expect([verdict(), one.text.includes('has not signed an offline page')]).toEqual(['unsure', true]);
    // A form of an ended visit is answered all the same, and it is said that the visit has ended.
    const [pid = 0] = visitPids(server).slice(-1);
    await endProcess(pid);
    await one.press('judge', { given: address, list: 'english' });
    expect([one.notice.includes('Your visit has ended'), verdict()]).toEqual([true, 'yes']);
  }, 60_000);

  it('[PLN-9] says that there is none when the operator has switched it off', async () => {
    await server.stop();
    server = await office.serve();
    const page = await (await fetch(`${server.origin}/en/`)).text();
    expect(page).toContain('does not take messages without them');
    expect(page).not.toContain('/plain/');
    expect((await fetch(`${server.origin}/plain/en/`)).status).toBe(404);
    people.length = 0;
  });
});
