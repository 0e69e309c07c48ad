// A whole Tor network on 127.0.0.1 for tests: authorities, relays and clients from Debian's tor, and nothing left of it.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Control } from '@postern/server/onion/control';
import { freePorts } from '../free-ports.ts';
import { putAuthorityKeys } from './authority-keys.ts';
import { type Role, TorNode } from './tor-node.ts';
import { type NetworkLines, networkLines, type Ports, voting } from './torrc-lines.ts';

export interface TorNetwork extends AsyncDisposable {
  /** Configuration for another tor that shall use this network. */
  readonly lines: readonly string[];
  readonly clients: readonly TorClient[];
  /** Until all was ready. */
  readonly seconds: number;
  readonly stop: () => Promise<void>;
}

interface TorClient {
  readonly socksPort: number;
  readonly control: () => Promise<Control>;
}

export interface NetworkSize {
  readonly authorities: number;
  readonly relays: number;
  readonly clients: number;
}

const attemptsMax = 3;
const secondsMax = 75;

type Authority = { readonly node: TorNode; readonly ports: Ports; readonly line: string };

/** Ready in about fifteen seconds; begun anew when it is not in seventy-five. */
export async function startTorNetwork(size: Partial<NetworkSize> = {}): Promise<TorNetwork> {
  const whole = { authorities: 3, relays: 4, clients: 1, ...size };
  for (let attempt = 1; ; attempt++) {
    const folder = mkdtempSync(join(tmpdir(), 'postern-net-'));
    const nodes: TorNode[] = [];
    const killAll = (): void => {
      for (const node of nodes) node.kill();
    };
    process.once('exit', killAll);
    const stop = async (): Promise<void> => {
      process.off('exit', killAll);
      await Promise.all(nodes.map((node) => node.stop()));
      rmSync(folder, { recursive: true, force: true });
    };
    try {
      const started = Date.now();
      const { lines, clients } = await build(folder, whole, nodes);
      return { lines, clients, seconds: (Date.now() - started) / 1_000, stop, [Symbol.asyncDispose]: stop };
    } catch (error) {
      await stop();
      if (attempt === attemptsMax) throw new Error('start a private Tor network', { cause: error });
    }
  }
}

async function build(
  folder: string,
  size: NetworkSize,
  nodes: TorNode[],
): Promise<{ readonly lines: readonly string[]; readonly clients: readonly TorClient[] }> {
  const deadline = Date.now() + secondsMax * 1_000;
  const make = (role: Role, count: number): TorNode[] => {
    const made = Array.from({ length: count }, (_, i) => new TorNode(`${role}${i}`, role, folder));
    nodes.push(...made);
    return made;
  };
  const ports = await freePorts(2 * size.authorities + size.relays);
  const take = (): number => ports.pop() ?? 0;
  const authorities = await Promise.all(
    make('authority', size.authorities).map((node) => makeAuthority(node, { orPort: take(), dirPort: take() })),
  );
  const lines = networkLines(authorities.map(({ line }) => line));
  const routers = startRouters(lines, authorities, make('relay', size.relays), take);
  await agree(authorities, routers, deadline);
  // Without a consensus relays have put off asking for one.
  for (const node of routers) await (await node.control()).command('SIGNAL RELOAD');
  const clients = make('client', size.clients);
  for (const node of clients) {
    node.configure([...lines.user, ...lines.node(node), 'SocksPort 127.0.0.1:auto']);
    // Only now: a client that finds no consensus waits long before it asks again.
    node.start();
  }
  await Promise.all(clients.map((node) => node.bootstrap(deadline)));
  return { lines: lines.user, clients: await Promise.all(clients.map(clientOf)) };
}

async function makeAuthority(node: TorNode, ports: Ports): Promise<Authority> {
  const keys = join(node.folder, 'keys');
  mkdirSync(keys, { mode: 0o700 });
  const identity = await putAuthorityKeys(keys, node.name);
  const fingerprint = await fingerprintOf(node);
  const { orPort, dirPort } = ports;
  const line = `DirAuthority ${node.name} orport=${orPort} no-v2 v3ident=${identity} 127.0.0.1:${dirPort} ${fingerprint}`;
  return { node, ports, line };
}

/** Makes the node's identity key. */
async function fingerprintOf({ name, folder }: TorNode): Promise<string> {
  const nobody = `nobody 127.0.0.1:1 ${'f'.repeat(40)}`;
  const { stdout } = await promisify(execFile)('tor', [
    ...['-f', join(folder, 'none'), '--ignore-missing-torrc', '--defaults-torrc', join(folder, 'none'), '--quiet'],
    ...['--list-fingerprint', '--DataDirectory', folder, '--Nickname', name, '--ORPort', '1', '--DirAuthority', nobody],
  ]);
  return (
    stdout
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^\S+\s+/, '')
      .replaceAll(' ', '') ?? ''
  );
}

/** The first vote is as far away as it can be: it is pulled in when every descriptor is there. */
function startRouters(
  lines: NetworkLines,
  authorities: readonly Authority[],
  relays: readonly TorNode[],
  port: () => number,
): readonly TorNode[] {
  const offset = offsetOf(Date.now() / 1_000 - 2);
  for (const { node, ports } of authorities) {
    const own = [...lines.authority(node, offset), `DirPort 127.0.0.1:${ports.dirPort} IPv4Only`];
    node.configure([...lines.user, ...lines.node(node), ...lines.relay(ports), ...own]);
  }
  for (const node of relays)
    node.configure([...lines.user, ...lines.node(node), ...lines.relay({ orPort: port(), dirPort: 0 })]);
  const routers = [...authorities.map(({ node }) => node), ...relays];
  for (const node of routers) node.start();
  return routers;
}

/** For a vote that begins at this second. Votes are counted from midnight. */
function offsetOf(second: number): number {
  return Math.floor(second + voting.delay + voting.distribution) % voting.interval;
}

/** Waits for all descriptors, votes, and waits for a consensus in which every node can be used for everything. */
async function agree(authorities: readonly Authority[], routers: readonly TorNode[], deadline: number): Promise<void> {
  const everywhere = async (what: string, count: (dirPort: number) => Promise<number>): Promise<void> => {
    for (const { ports } of authorities) {
      for (let found = 0; found < routers.length; await wait(100)) {
        for (const node of routers) node.checkRuns();
        found = await count(ports.dirPort);
        if (Date.now() > deadline) throw new Error(`wait for ${what}: ${found}, wanted ${routers.length}`);
      }
    }
  };
  await everywhere('descriptors', async (port) => (await fingerprintsAt(port)).length);
  const fingerprints = await fingerprintsAt(authorities[0]?.ports.dirPort ?? 0);
  // Without measured weights one node has nearly all of the weight; with it as guard there is no path left.
  const weights = fingerprints.map((fingerprint) => `node_id=$${fingerprint} bw=10000\n`).join('');
  for (const { node } of authorities)
    writeFileSync(join(node.folder, 'bandwidths'), `${Math.floor(Date.now() / 1_000)}\n${weights}`);
  const offset = offsetOf(Date.now() / 1_000 + 2);
  for (const { node } of authorities)
    await (await node.control()).command(`SETCONF TestingV3AuthVotingStartOffset=${offset}`);
  await everywhere('usable nodes', usableAt);
}

async function fingerprintsAt(dirPort: number): Promise<readonly string[]> {
  const lines = await directory(dirPort, 'server/all');
  return lines.filter((line) => line.startsWith('fingerprint ')).map((line) => line.slice(12).replaceAll(' ', ''));
}

async function usableAt(dirPort: number): Promise<number> {
  const lines = await directory(dirPort, 'status-vote/current/consensus-microdesc');
  const wanted = ['Running', 'Valid', 'Guard', 'HSDir', 'V2Dir'];
  return lines.filter((line) => line.startsWith('s ') && wanted.every((flag) => line.split(' ').includes(flag))).length;
}

async function directory(dirPort: number, path: string): Promise<readonly string[]> {
  try {
    const response = await fetch(`http://127.0.0.1:${dirPort}/tor/${path}`, { signal: AbortSignal.timeout(2_000) });
    return response.ok ? (await response.text()).split('\n') : [];
  } catch {
    return [];
  }
}

async function clientOf(node: TorNode): Promise<TorClient> {
  const listeners = await (await node.control()).info('net/listeners/socks');
  const port = /^"127\.0\.0\.1:(\d+)"$/.exec(listeners)?.[1];
  if (port === undefined) throw new Error(`use ${node.name}: it has no SOCKS port`);
  return { socksPort: Number(port), control: () => node.control() };
}
