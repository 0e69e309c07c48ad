// How a tor is looked after, with real ones that may not use the network: what the network sees is tools/tor-network.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lacks } from '../../../tools/debian.ts';
import { machineTimer } from '../options.ts';
import { offline, startLoneTor, until } from '../testing/lone-tor.ts';
import { random } from '../testing/organisation.ts';
import { type Control, openControl } from './control.ts';
import { ControlError } from './control-error.ts';
import { addDeskClient, deskAccessFile, deskClients, removeDeskClient } from './desk-access.ts';
import { type OnionName, readTorKey } from './onion-key.ts';
import { type OnionOptions, type RunningOnion, startOnion } from './start-onion.ts';

let folder: string;
const running: RunningOnion[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-onion-'));
});
afterEach(async () => {
  for (const onion of running.splice(0)) await onion.stop();
  rmSync(folder, { recursive: true });
});

async function start(options: Partial<OnionOptions> = {}): Promise<RunningOnion> {
  const target = { socketPath: join(folder, 'http') };
  const tor = { lines: offline };
  const all = { dataFolder: folder, target, tor, timer: machineTimer, random, lookSeconds: 0.1, ...options };
  const onion = await startOnion(all);
  running.push(onion);
  return onion;
}

const isGone = (pid: number): boolean => !existsSync(`/proc/${pid}`);
const reason = (onion: RunningOnion): string => {
  const state = onion.state('public');
  return state.kind === 'failed' ? state.reason : '';
};
/** Whether a tor holds the address: then it refuses the same key from another controller. */
async function holds(control: Control, name: OnionName): Promise<boolean> {
  try {
    const { lines } = await control.command(`ADD_ONION ${await readTorKey(folder, name)} Port=80`);
    await control.command(`DEL_ONION ${lines[0]?.text.replace('ServiceID=', '')}`);
    return false;
  } catch (error) {
    if (error instanceof ControlError && error.status === 550) return true;
    throw error;
  }
}

/** Beside the server, to the tor in its folder. */
function observe(): Promise<Control> {
  const address = { socketPath: join(folder, 'tor', 'control') };
  return openControl(address, { credentials: { cookieFile: null }, random, timer: machineTimer });
}

describe.skipIf(lacks('tor'))('a tor of our own', () => {
  it('runs with a folder for itself alone, holds the address, and is gone when it is stopped', async () => {
    const onion = await start();
    // The last of what it does at the beginning.
    await until(() => onion.state('desk').kind === 'closed');
    const pid = onion.torPid() ?? 0;
    expect(onion.hasProofOfWork()).not.toBe(null);
    expect(onion.state('public').kind).toBe('starting');
    expect(onion.torVersion()).toMatch(/^0\.\d+/);
    const observer = await observe();
    expect(await holds(observer, 'public')).toBe(true);
    for (const path of ['', ...globSync('**/*', { cwd: join(folder, 'tor') })])
      expect([path, statSync(join(folder, 'tor', path)).mode & 0o077]).toEqual([path, 0]);
    expect(globSync('**/*.log', { cwd: folder })).toEqual([]);
    await onion.stop();
    expect(isGone(pid)).toBe(true);
  });

  it('that is killed is started again under the same address', async () => {
    const onion = await start();
    await until(() => onion.hasProofOfWork() !== null);
    const first = onion.torPid() ?? 0;
    const seen: string[] = [];
    process.kill(first, 'SIGKILL');
    await until(() => {
      seen.push(reason(onion));
      return onion.torPid() !== first && onion.hasProofOfWork() !== null;
    });
    expect(seen.find((text) => text !== '')).toMatch(/^tor (ended \(SIGKILL\)|closed the control connection)/);
    expect(isGone(first)).toBe(true);
    expect(onion.state('public').kind).toBe('starting');
    await onion.stop();
    const again = await start();
    expect(again.addresses).toEqual(onion.addresses);
  });

  it('ends with the process that started it, even when that is killed', async () => {
    const script = join(folder, 'child.ts');
    const at = (path: string): string => new URL(path, import.meta.url).href;
    writeFileSync(
      script,
      `import { startOnion } from '${at('./start-onion.ts')}';
       import { machineTimer } from '${at('../options.ts')}';
       import { random } from '${at('../testing/organisation.ts')}';
       const onion = await startOnion({ dataFolder: '${folder}', target: { port: 1 }, tor: { lines: ['DisableNetwork 1'] }, timer: machineTimer, random });
       const wait = setInterval(() => {
         if (onion.hasProofOfWork() === null) return;
         clearInterval(wait);
         process.stdout.write(String(onion.torPid()));
         process.kill(process.pid, 'SIGKILL');
       }, 20);`,
    );
    let printed = '';
    try {
      execFileSync(process.execPath, ['--no-warnings', script], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    } catch (error) {
      printed = String((error as { stdout: string }).stdout);
    }
    const pid = Number(printed);
    expect(pid).toBeGreaterThan(1);
    await until(() => isGone(pid));
  });

  it('without being published for long is begun anew, and says how far it came', async () => {
    const onion = await start({ stuckSeconds: 0.3 });
    await until(() => onion.torPid() !== null);
    const first = onion.torPid();
    await until(() => reason(onion) !== '');
    expect(reason(onion)).toMatch(/^tor has not reached its network \(\d+ %\)$/);
    await until(() => onion.torPid() !== null && onion.torPid() !== first);
  });

  it('says in plain words what is wrong, and goes on trying', async () => {
    const missing = await start({ tor: { program: join(folder, 'no-tor') } });
    await until(() => reason(missing) !== '');
    expect(reason(missing)).toBe('tor is not installed');
    await missing.stop();
    const wrong = await start({ tor: { lines: ['NoSuchOption 1'] } });
    await until(() => reason(wrong) !== '');
    expect(reason(wrong)).toMatch(/^tor ended \(exit code 1\): .*(NoSuchOption|parse|config)/i);
    await wrong.stop();
    await expect(start({ target: { socketPath: `/${'x'.repeat(120)}` } })).rejects.toThrow(/121 bytes/);
    await expect(start({ target: { socketPath: '/tmp/a b' } })).rejects.toThrow(RangeError);
    chmodSync(join(folder, 'onion.key'), 0o644);
    await expect(start()).rejects.toEqual(expect.objectContaining({ code: 'open' }));
  });

  it('takes over who may reach the desks, without a restart', async () => {
    const onion = await start();
    await until(() => onion.state('desk').kind === 'closed');
    const pid = onion.torPid();
    const [a, b] = [random(32), random(32)];
    const observer = await observe();
    expect(await holds(observer, 'desk')).toBe(false);
    // Both at once: published for the one alone, it would be published anew while it is looked at here.
    const made = join(folder, 'made');
    mkdirSync(made);
    await addDeskClient(made, a);
    await addDeskClient(made, b);
    renameSync(join(made, deskAccessFile), join(folder, deskAccessFile));
    await until(() => onion.state('desk').kind === 'starting');
    expect(await holds(observer, 'desk')).toBe(true);
    await removeDeskClient(folder, a);
    await removeDeskClient(folder, b);
    expect(await deskClients(folder)).toEqual([]);
    await until(() => onion.state('desk').kind === 'closed');
    expect(await holds(observer, 'desk')).toBe(false);
    expect(onion.torPid()).toBe(pid);
  });
});

describe.skipIf(lacks('tor'))('a tor that somebody else runs', () => {
  it('holds the address as long as the server is there, and gets it again after a restart', async () => {
    await using tor = await startLoneTor();
    const credentials = { cookieFile: join(tor.folder, 'control-cookie') };
    const onion = await start({ tor: { control: tor.address, credentials }, target: { port: 8080 } });
    const observer = await tor.open();
    await until(() => onion.hasProofOfWork() !== null);
    expect(await holds(observer, 'public')).toBe(true);
    expect(existsSync(join(folder, 'tor'))).toBe(false);
    await onion.stop();
    let isHeld = true;
    for (let tries = 0; isHeld && tries < 100; tries++) isHeld = await holds(observer, 'public');
    expect(isHeld).toBe(false);
    const again = await start({ tor: { control: tor.address, credentials }, target: { port: 8080 } });
    await until(() => again.hasProofOfWork() !== null);
    expect(await holds(observer, 'public')).toBe(true);
    expect(again.addresses).toEqual(onion.addresses);
    observer.close();
  });

  it('that does not let us in, or is not there, is told as such', async () => {
    await using tor = await startLoneTor();
    writeFileSync(join(folder, 'cookie'), random(32));
    const refused = await start({ tor: { control: tor.address, credentials: { cookieFile: join(folder, 'cookie') } } });
    await until(() => reason(refused) !== '');
    expect(reason(refused)).toMatch(/does not accept/);
    const socketPath = join(folder, 'nobody');
    const absent = await start({ tor: { control: { socketPath }, credentials: { password: 'x' } } });
    await until(() => reason(absent) !== '');
    expect(reason(absent)).toMatch(/nobody answers/);
    expect(readFileSync(join(folder, 'onion.key'))).toHaveLength(32);
  });
});
