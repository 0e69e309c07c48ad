// The tor of `serve --onion`: one of ours with further lines, or one that runs already. Real ones, without a network.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlError } from '@postern/server/onion/control-error';
import { readTorKey } from '@postern/server/onion/onion-key';
import { startLoneTor, until } from '@postern/server/testing/lone-tor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../../tools/build.ts';
import { lacks } from '../../../tools/debian.ts';
import { firstLine, freePort, Place, runHere, start, stop } from '../testing/run.ts';

const place = new Place();
const data = place.path('org', 'server');
beforeAll(async () => {
  await ensureBuilt();
  await place.init(await freePort());
}, 300_000);
afterAll(() => place.remove());

describe.skipIf(lacks('tor'))('the tor of serve --onion', () => {
  it('is given the lines about bridges', async () => {
    const file = place.write('lines', '# from a friend\nDisableNetwork 1\nUseBridges 1\n\nbridge 192.0.2.1:443\n');
    const server = start('serve', data, '--onion', '--tor-config', file, '--no-plain', '--json');
    try {
      await firstLine(server);
      await until(() => existsSync(join(data, 'tor', 'control')));
      expect(readFileSync(join(data, 'tor', 'torrc'), 'utf8')).toMatch(/\nUseBridges 1\nbridge 192\.0\.2\.1:443\n/);
    } finally {
      expect(await stop(server)).toBe(0);
    }
  }, 90_000);

  it('is the running one that --tor-control names, which gives the address back at the end', async () => {
    await using tor = await startLoneTor();
    const observer = await tor.open();
    const holds = async (): Promise<boolean> => {
      try {
        const { lines } = await observer.command(`ADD_ONION ${await readTorKey(data, 'public')} Port=80`);
        await observer.command(`DEL_ONION ${lines[0]?.text.replace('ServiceID=', '')}`);
        return false;
      } catch (error) {
        if (error instanceof ControlError && error.status === 550) return true;
        throw error;
      }
    };
    const comes = async (wanted: boolean): Promise<void> => {
      for (let tries = 0; (await holds()) !== wanted; tries++) {
        if (tries > 200) throw new Error('the address does not change hands');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const control = join(tor.folder, 'control');
    const server = start('serve', data, '--onion', '--tor-control', control, '--no-plain', '--json');
    await firstLine(server);
    await comes(true);
    expect(await stop(server)).toBe(0);
    await comes(false);
    observer.close();
  }, 90_000);
});

it('refuses lines that are not about the way to the network, and options that do not go together', async () => {
  const refused = async (text: string): Promise<string> => {
    const words = ['serve', data, '--onion', '--tor-config', place.write('lines', text)];
    const { code, err } = await runHere(words);
    expect(code).toBe(2);
    return err;
  };
  for (const line of [
    'Log info file /tmp/log',
    'SafeLogging 0',
    '+SocksPort 9050',
    '%include /etc/tor/torrc',
    'HiddenServiceDir /x',
  ])
    expect(await refused(`UseBridges 1\n${line}\n`)).toContain(`not ${line.split(' ')[0]}`);
  expect(await refused('Bridge \\\nLog\n')).toContain('whole');
  const file = place.write('lines', 'UseBridges 1\n');
  const control = ['--tor-control', '127.0.0.1:9051'];
  for (const words of [
    ['--tor-config', file],
    control,
    ['--onion', '--tor-password-file', file],
    ['--onion', ...control, '--tor-config', file],
    ['--onion', ...control, '--clear-page'],
    ['--onion', '--tor-control', 'tor.example:9051'],
  ])
    expect([words, (await runHere(['serve', data, ...words])).code]).toEqual([words, 2]);
});
