/** Which tor holds the onion addresses: one that is started for the server, or one that runs already (decision 0013). */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ControlAddress } from '@postern/server/onion/control';
import type { ManagedTor, RunningTor } from '@postern/server/onion/start-onion';
import { InvalidArgumentError } from 'commander';
import { usage } from '../terminal/failure.ts';
import { firstLineOf } from '../terminal/passphrase.ts';

export interface TorOptions {
  readonly torControl?: ControlAddress;
  readonly torPasswordFile?: string;
  readonly torConfig?: string;
}

/** What says how tor gets to its network. All else is ours to set: logs, ports, folders, services. */
const ofTheWay = [
  'Bridge',
  'UseBridges',
  'ClientTransportPlugin',
  'Socks4Proxy',
  'Socks5Proxy',
  'Socks5ProxyUsername',
  'Socks5ProxyPassword',
  'HTTPSProxy',
  'HTTPSProxyAuthenticator',
  'ReachableAddresses',
  'ReachableORAddresses',
  'ClientUseIPv4',
  'ClientUseIPv6',
  'ClientPreferIPv6ORPort',
  'DisableNetwork',
].map((name) => name.toLowerCase());

/** A port of this machine, or the path of a socket. */
export function readControlAddress(value: string): ControlAddress {
  const port = Number(/^(?:127\.0\.0\.1|localhost):(\d{1,5})$/.exec(value)?.[1] ?? 0);
  if (port > 0 && port <= 65_535) return { port };
  if (value.includes('/')) return { socketPath: resolve(value) };
  throw new InvalidArgumentError('wanted 127.0.0.1:<port>, or the path of a socket.');
}

/** @throws Failure for options that do not go together, and for lines that are not about the way to the network */
export async function chosenTor({
  torControl,
  torPasswordFile,
  torConfig,
}: TorOptions): Promise<ManagedTor | RunningTor> {
  if (torControl === undefined) {
    if (torPasswordFile !== undefined) throw usage('--tor-password-file is for the tor of --tor-control: give both.');
    return torConfig === undefined ? {} : { lines: linesOfTheWay(await readFile(torConfig, 'utf8')) };
  }
  if (torConfig !== undefined)
    throw usage('--tor-config is for a tor that is started here, --tor-control for another.');
  if (torPasswordFile === undefined) return { control: torControl, credentials: { cookieFile: null } };
  return { control: torControl, credentials: { password: await firstLineOf(torPasswordFile) } };
}

function linesOfTheWay(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const told = lines.filter((line) => line !== '' && !line.startsWith('#'));
  for (const line of told) {
    const [name = ''] = line.split(/\s/);
    if (!ofTheWay.includes(name.toLowerCase()))
      throw usage(`--tor-config may say how tor gets to its network (bridges, transports, proxies); not ${name}.`);
    if (line.endsWith('\\')) throw usage(`--tor-config: write each line whole, without \\ at its end: ${name}.`);
  }
  return told;
}
