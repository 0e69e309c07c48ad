// A real server with its pages on a Unix socket, and an onion service in front of it, on a private Tor network.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import { createDataFolder } from '@postern/server/files/data-folder';
import { type RunningServer, startServer } from '@postern/server/main';
import type { OnionName } from '@postern/server/onion/onion-key';
import { type RunningOnion, startOnion } from '@postern/server/onion/start-onion';
import { machineTimer } from '@postern/server/options';
import { ask, makeOrganisation, random } from '@postern/server/testing/organisation';
import type { TorNetwork } from './network.ts';

export interface OnionServer extends AsyncDisposable {
  readonly folder: string;
  readonly roster: VerifiedRoster;
  /** Until the network has it. @throws Error after two minutes, with the reason */
  readonly published: (name: OnionName) => Promise<void>;
  /** Until it has what `change` leads to: the address is published once more. @throws as published */
  readonly publishedAfter: (name: OnionName, change: () => Promise<unknown>) => Promise<void>;
  readonly onion: () => RunningOnion;
  readonly restartServer: () => Promise<void>;
  readonly restartAll: () => Promise<void>;
}

const daySeconds = 86_400;
const patienceSeconds = 120;

export async function startOnionServer(network: TorNetwork): Promise<OnionServer> {
  const today = Math.floor(Date.now() / 1_000 / daySeconds);
  const organisation = await makeOrganisation(2, today - 1);
  const folder = join(mkdtempSync(join(tmpdir(), 'postern-onion-')), 'data');
  const settings = { fingerprint: organisation.fingerprint, host: '127.0.0.1', port: 0 };
  const { seed } = await createDataFolder(folder, settings, random);
  const { publicKey } = await hybridKey(seed);
  // As in a roster of real use but for the moments, which are sooner.
  const roster = await organisation.sign(publicKey, { moments: [8, 14, 20], thenEvery: 6, envelopeEvery: 1 });
  const socketPath = join(folder, 'http.sock');
  const serve = (): Promise<RunningServer> => startServer({ folder, socketPath, print: () => undefined });
  const publications: Record<OnionName, number> = { public: 0, desk: 0 };
  const publish = (): Promise<RunningOnion> =>
    startOnion({
      dataFolder: folder,
      target: { socketPath },
      tor: { lines: network.lines },
      timer: machineTimer,
      random,
      lookSeconds: 1,
      stuckSeconds: 20,
      onChange: (name, state) => {
        if (state.kind === 'published') publications[name] += 1;
      },
    });
  let server = await serve();
  let onion = await publish();
  await server.addRoster(roster.signed);
  // A request is signed in whole seconds, and must not seem to be from before the server started (DEV-1).
  await wait(1_000);
  // A day may end meanwhile.
  for (const day of [today, today + 1]) {
    for (const device of organisation.devices) {
      const dayKey = await organisation.dayKey(device, roster, day);
      await ask(server.origin, device, { kind: 'publish-day-key', dayKey }, Date.now() / 1_000);
    }
  }
  await server.compressed();
  const restartServer = async (): Promise<void> => {
    await server.stop();
    server = await serve();
  };
  return {
    folder,
    roster,
    onion: () => onion,
    published: (name) =>
      untilPublished(
        () => onion,
        name,
        () => onion.state(name).kind === 'published',
      ),
    publishedAfter: async (name, change) => {
      const before = publications[name];
      await change();
      await untilPublished(
        () => onion,
        name,
        () => publications[name] > before,
      );
    },
    restartServer,
    restartAll: async () => {
      await onion.stop();
      await restartServer();
      onion = await publish();
    },
    [Symbol.asyncDispose]: async () => {
      await onion.stop();
      await server.stop();
      rmSync(join(folder, '..'), { recursive: true, force: true });
    },
  };
}

async function untilPublished(onion: () => RunningOnion, name: OnionName, is: () => boolean): Promise<void> {
  for (let waited = 0; !is(); waited += 0.05) {
    if (waited > patienceSeconds) throw new Error(`publish an address: ${JSON.stringify(onion().state(name))}`);
    await wait(50);
  }
}
