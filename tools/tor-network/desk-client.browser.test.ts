// The desks' own onion address as people set it up: a key by the command, in the folder that the desk's tor reads.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere } from '@postern/cli/testing/run';
import { deskClients } from '@postern/server/onion/desk-access';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../debian.ts';
import { startTorNetwork, type TorNetwork } from './network.ts';
import { type OnionServer, startOnionServer } from './onion-server.ts';
import { fetchOverTor, untilReached } from './over-tor.ts';

describe.skipIf(lacks('tor'))("the desks' own onion address", () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-desk-client-'));
  let network: TorNetwork;
  let server: OnionServer;
  beforeAll(async () => {
    network = await startTorNetwork({ clients: 2 });
    server = await startOnionServer(network);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await network?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is reached with a key that was added, not without one, and no more when it was removed', async () => {
    const [listed, stranger] = network.clients;
    const address = server.onion().addresses.desk;
    const at = `http://${address}/healthy`;
    const file = join(folder, 'desk.auth_private');
    const { json } = await runHere(['onion', 'client', 'new', file, '--address', address, '--json']);
    const key = String(json.key);
    const keys = join(folder, 'keys');
    mkdirSync(keys, { mode: 0o700 });
    copyFileSync(file, join(keys, 'desk.auth_private'));
    await (await listed!.control()).command(`SETCONF ClientOnionAuthDir="${keys}"`);

    const change = async (verb: 'add' | 'remove', which: string): Promise<void> => {
      await server.publishedAfter('desk', async () => {
        const { code } = await runHere(['onion', 'client', verb, which, '--data', server.folder, '--json']);
        expect(code).toBe(0);
      });
    };
    await change('add', key);
    expect((await untilReached(listed!.socksPort, at)).status).toBe(204);
    await expect(fetchOverTor(stranger!.socksPort, at, { secondsMax: 30 })).rejects.toThrow();

    // Another one stays, so the address goes on.
    const other = await runHere([
      'onion',
      'client',
      'new',
      join(folder, 'other.auth_private'),
      '--address',
      address,
      '--json',
    ]);
    await change('add', String(other.json.key));
    await change('remove', key);
    expect(await deskClients(server.folder)).toHaveLength(1);
    await expect(fetchOverTor(listed!.socksPort, at, { circuit: 'new', secondsMax: 30 })).rejects.toThrow();
  });
});
