/** A real tor that is not allowed to use the network, for what its control port does. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Control, type ControlAddress, type ControlOptions, openControl } from '../onion/control.ts';
import type { Credentials } from '../onion/control-auth.ts';
import { startTor } from '../onion/tor-process.ts';
import { controlSocketOf } from '../onion/torrc.ts';
import { machineTimer } from '../options.ts';
import { random } from './organisation.ts';

export interface LoneTor extends AsyncDisposable {
  readonly folder: string;
  readonly pid: number;
  readonly address: ControlAddress;
  readonly ended: Promise<string>;
  readonly open: (credentials?: Credentials, options?: Partial<ControlOptions>) => Promise<Control>;
}

export const offline = ['DisableNetwork 1'];

/** @param lines further ones of its configuration */
export async function startLoneTor(lines: readonly string[] = []): Promise<LoneTor> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-tor-'));
  const all = [...offline, ...lines];
  const options = { folder, ownerPid: process.pid, timer: machineTimer, program: 'tor', lines: all };
  const tor = await startTor(options);
  const address = { socketPath: controlSocketOf(folder) };
  const open: LoneTor['open'] = (credentials = { cookieFile: null }, more = {}) =>
    openControl(address, { credentials, random, timer: machineTimer, ...more });
  let hasEnded = false;
  void tor.ended.then(() => {
    hasEnded = true;
  });
  for (let tries = 0; tries < 800 && !hasEnded; tries++) {
    const control = await open().catch(() => null);
    control?.close();
    if (control !== null) break;
    await wait(50);
  }
  const stop = async (): Promise<void> => {
    await tor.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, pid: tor.pid, address, ended: tor.ended, open, [Symbol.asyncDispose]: stop };
}

/** Until it holds, looked at every 20 ms. */
export async function until(holds: () => boolean, seconds = 45): Promise<void> {
  for (let waited = 0; !holds(); waited += 0.02) {
    if (waited > seconds) throw new Error(`wait: ${seconds} s were not enough`);
    await wait(20);
  }
}
