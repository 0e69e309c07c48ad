// An office whose server stands behind an onion service of a private Tor network, with and without scripts.
import { setTimeout as wait } from 'node:timers/promises';
import { ensureOnionKey } from '@postern/server/onion/onion-key';
import { type RunningOnion, startOnion } from '@postern/server/onion/start-onion';
import { machineTimer } from '@postern/server/options';
import { openDesk, publishDayKeys, type RunningDesk } from '../e2e/desk.ts';
import { makeOffice, type Office, random, type ServerProcess } from '../e2e/office.ts';
import type { TorNetwork } from './network.ts';

export interface OnionOffice extends AsyncDisposable {
  readonly office: Office;
  /** Reads at the first desk, and reaches the server without Tor. */
  readonly desk: RunningDesk;
  readonly onion: RunningOnion;
  /** `http://….onion` */
  readonly origin: string;
  /** The server without Tor. */
  readonly upstream: string;
  /** Ends the server as a power failure would. */
  readonly killServer: () => Promise<void>;
  /** At the same port. */
  readonly startServer: () => Promise<void>;
  /** Until the network has the address. */
  readonly published: () => Promise<void>;
}

/** Late enough for a page that comes over Tor to a busy machine; then as in real use but for the speed. */
const schedule = { moments: [6, 10, 14], thenEvery: 4, envelopeEvery: 2, epochSeconds: 20 };
const patienceMs = 120_000;

/** @param mirrors other addresses that its roster lists before its own; none of them is listed unless there is one */
export async function startOnionOffice(network: TorNetwork, mirrors: readonly string[] = []): Promise<OnionOffice> {
  const addresses = async (folder: string): Promise<readonly string[]> =>
    mirrors.length === 0 ? [] : [...mirrors, `http://${await ensureOnionKey(folder, 'public', random)}`];
  const office = await makeOffice(2, schedule, addresses);
  let server: ServerProcess = await office.serve({ plain: {} });
  const { port } = server;
  const onion = await startOnion({
    dataFolder: office.folder,
    target: { port },
    tor: { lines: network.lines },
    timer: machineTimer,
    random,
    lookSeconds: 1,
    stuckSeconds: 20,
  });
  const [first, ...others] = office.desks;
  if (first === undefined) throw new Error('make an office: it has no desk');
  for (const other of others) await publishDayKeys(office, other, server.origin);
  const desk = await openDesk(office, first, server.origin);
  return {
    office,
    desk,
    onion,
    upstream: server.origin,
    origin: `http://${onion.addresses.public}`,
    published: () => untilPublished(onion),
    killServer: async () => {
      process.kill(server.pid, 'SIGKILL');
      await server.ended;
    },
    startServer: async () => {
      server = await office.serve({ plain: {}, port });
    },
    [Symbol.asyncDispose]: async () => {
      await onion.stop();
      await server.stop();
      office.remove();
    },
  };
}

/** Until the network has the address for everybody. @throws Error after two minutes, with the reason */
export async function untilPublished(onion: RunningOnion): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (onion.state('public').kind !== 'published') {
    if (Date.now() > deadline) throw new Error(`publish an address: ${JSON.stringify(onion.state('public'))}`);
    await wait(50);
  }
}
