// Against Debian's tor, and against listeners that are no tor.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../../../tools/debian.ts';
import { machineTimer } from '../options.ts';
import { type LoneTor, startLoneTor, until } from '../testing/lone-tor.ts';
import { random } from '../testing/organisation.ts';
import { type Control, openControl } from './control.ts';
import type { Credentials } from './control-auth.ts';
import type { ControlErrorCode } from './control-error.ts';
import type { Reply } from './control-lines.ts';

const code = (wanted: ControlErrorCode) => expect.objectContaining({ name: 'ControlError', code: wanted });

describe.skipIf(lacks('tor'))('the control port of tor', () => {
  let tor: LoneTor;
  let control: Control;
  beforeAll(async () => {
    tor = await startLoneTor();
    control = await tor.open();
  });
  afterAll(async () => {
    control.close();
    await tor[Symbol.asyncDispose]();
  });

  it('answers what it is asked, in the order of the questions', async () => {
    const [version, text, current] = await Promise.all([
      control.info('version'),
      control.info('config-text'),
      control.info('onions/current'),
    ]);
    expect(version).toMatch(/^0\.\d+\.\d+/);
    expect(text.split('\n')).toContain('DisableNetwork 1');
    expect(current).toBe('');
  });

  it('logs with every address scrubbed, opens no port, and leaves nothing of a log on the disk', async () => {
    const lines = (await control.info('config-text')).split('\n');
    const { lines: said } = await control.command('GETCONF SafeLogging');
    expect(said.map(({ text }) => text)).toEqual(['SafeLogging=1']);
    expect(lines).toContain('SocksPort 0');
    expect(lines.filter((line) => line.startsWith('Log '))).toEqual(['Log warn stdout']);
    for (const kind of ['socks', 'dns', 'trans', 'natd', 'or', 'dir'])
      expect([kind, await control.info(`net/listeners/${kind}`)]).toEqual([kind, '']);
    expect(await control.info('net/listeners/control')).toMatch(/^"unix:/);
  });

  it('is told apart from an answer when it refuses, by the status alone', async () => {
    const refusal = await control.command('GETINFO nonsense-key').catch((error: unknown) => error);
    expect(refusal).toEqual(code('refused'));
    expect(refusal).toEqual(expect.objectContaining({ status: 552 }));
    expect(String(refusal)).not.toContain('nonsense-key');
    expect(await control.info('version')).not.toBe('');
  });

  it('is sent one line at a time: nothing can be smuggled in behind it', () => {
    for (const line of ['GETINFO version\r\nSIGNAL HALT', 'GETINFO version\n', 'GETINFO vérsion', ''])
      expect(() => control.command(line)).toThrow(RangeError);
  });

  it('gives its events to whoever asked for them', async () => {
    const events: Reply[] = [];
    const listening = await tor.open({ cookieFile: null }, { onEvent: (event) => events.push(event) });
    await listening.command('SETEVENTS CONF_CHANGED');
    await control.command('SETCONF MaxCircuitDirtiness=601');
    await until(() => events.length > 0);
    expect(events[0]?.status).toBe(650);
    expect(events[0]?.lines.map(({ text }) => text)).toContain('MaxCircuitDirtiness=601');
    listening.close();
  });

  it('lets nobody in with another cookie, or with a file that is no cookie', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'postern-cookie-'));
    const attempt = async (bytes: Uint8Array): Promise<unknown> => {
      const path = join(folder, 'cookie');
      writeFileSync(path, bytes);
      return tor.open({ cookieFile: path }).catch((error: unknown) => error);
    };
    expect(await attempt(random(32))).toEqual(code('authentication'));
    expect(await attempt(random(31))).toEqual(code('authentication'));
    expect(await tor.open({ cookieFile: join(folder, 'none') }).catch((error: unknown) => error)).toEqual(
      code('authentication'),
    );
    expect(await tor.open({ password: 'wrong' }).catch((error: unknown) => error)).toEqual(code('authentication'));
    rmSync(folder, { recursive: true });
  });

  it('lets in who knows the password', async () => {
    const hashed = execFileSync('tor', ['--hash-password', 'correct "horse" ', '--quiet'], { encoding: 'utf8' }).trim();
    await using other = await startLoneTor([`HashedControlPassword ${hashed}`]);
    const opened = await other.open({ password: 'correct "horse" ' });
    expect(await opened.info('version')).toMatch(/^0\./);
    opened.close();
    expect(await other.open({ password: 'correct horse' }).catch((error: unknown) => error)).toEqual(
      code('authentication'),
    );
  });

  it('that is gone is noticed by those who wait, and by those who come', async () => {
    await using other = await startLoneTor();
    const opened = await other.open();
    const asked = opened.command('SIGNAL HALT').then(() => opened.command('GETINFO version'));
    await expect(asked).rejects.toEqual(code('closed'));
    await opened.closed;
    await expect(opened.command('GETINFO version')).rejects.toEqual(code('closed'));
    await other.ended;
    await expect(other.open()).rejects.toEqual(code('unavailable'));
  });
});

describe('what answers like no tor', () => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
  });

  /** Sends these answers, one for each line that it receives. */
  async function pretend(answers: readonly string[], credentials: Credentials, seconds = 30): Promise<string[]> {
    const received: string[] = [];
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        for (const line of data.toString('latin1').split('\r\n').filter(Boolean)) {
          received.push(line);
          socket.write(answers[received.length - 1] ?? '');
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    const { port } = server.address() as { port: number };
    const options = { credentials, random, timer: machineTimer, answerSecondsMax: seconds };
    const failure = await openControl({ port }, options).catch((error: unknown) => error);
    return [...received, failure instanceof Error && 'code' in failure ? String(failure.code) : 'opened'];
  }

  const cookieFile = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'postern-cookie-'));
    open.push(async () => rmSync(folder, { recursive: true }));
    const path = join(folder, 'cookie');
    writeFileSync(path, random(32));
    return path;
  };
  const info = (auth: string): string =>
    `250-PROTOCOLINFO 1\r\n250-AUTH ${auth}\r\n250-VERSION Tor="0.4.9.1"\r\n250 OK\r\n`;

  it('is sent neither cookie nor password when it does not know the cookie', async () => {
    const path = cookieFile();
    const lie = `250 AUTHCHALLENGE SERVERHASH=${'0A'.repeat(32)} SERVERNONCE=${'0B'.repeat(32)}\r\n`;
    const lines = await pretend([info(`METHODS=COOKIE,SAFECOOKIE COOKIEFILE="${path}"`), lie], { cookieFile: null });
    expect(lines.at(-1)).toBe('authentication');
    expect(lines.filter((line) => line.startsWith('AUTHENTICATE'))).toEqual([]);
    expect(lines.join()).not.toContain(readFileSync(path).toString('hex'));
  });

  it('is not controlled when it wants no proof at all, or only the plain cookie', async () => {
    for (const methods of ['METHODS=NULL', 'METHODS=COOKIE COOKIEFILE="/dev/null"'])
      expect((await pretend([info(methods)], { cookieFile: cookieFile() })).at(-1)).toBe('authentication');
  });

  it('is left when it says something else, too much, or nothing', async () => {
    const credentials = { cookieFile: null };
    expect((await pretend(['HTTP/1.1 400 Bad Request\r\n\r\n'], credentials)).at(-1)).toBe('malformed');
    expect((await pretend([`${info('METHODS=SAFECOOKIE')}250 OK\r\n`], { cookieFile: cookieFile() })).at(-1)).toBe(
      'malformed',
    );
    expect((await pretend(['x'.repeat(100_000)], credentials)).at(-1)).toBe('malformed');
    expect((await pretend([], credentials, 0.2)).at(-1)).toBe('slow');
  });
});
