/** Rosters in a server's data folder: the newest one, and one more. A running server takes it up by its control socket. */

import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { type DataFolder, openDataFolder } from '@postern/server/files/data-folder';
import { withDefaults } from '@postern/server/options';
import type { Storage } from '@postern/server/ports/storage';
import { addRoster, openRosterOfAnyDay } from '@postern/server/rules/rosters';
import { unreachable } from '../terminal/failure.ts';
import { sendToServer } from './control-socket.ts';

/** Rosters are kept for ever, as the server does. */
const forEver = 0xffff_ffff;

/** Opens what the server itself would open. @throws DataFolderError, StorageError */
export async function withStorage<Result>(
  path: string,
  use: (folder: DataFolder, storage: Storage) => Promise<Result>,
): Promise<Result> {
  const folder = await openDataFolder(path);
  folder.seed.fill(0);
  const storage = await withDefaults({ folder: path }).openStorage(path);
  try {
    return await use(folder, storage);
  } finally {
    await storage.close();
  }
}

/** All rosters, in order of number. @throws DocumentError, WireError for one that is damaged */
export async function readChain(storage: Storage, fingerprint: Uint8Array): Promise<readonly VerifiedRoster[]> {
  let chain: readonly VerifiedRoster[] = [];
  const rows = await storage.documents('roster');
  for (const { bytes } of rows.sort((a, b) => Number(a.key) - Number(b.key))) {
    chain = addRoster(chain, await openRosterOfAnyDay(bytes, fingerprint));
  }
  return chain;
}

/** The newest roster of a data folder. */
export async function newestRosterIn(path: string): Promise<VerifiedRoster> {
  const chain = await withStorage(path, ({ settings }, storage) => readChain(storage, settings.fingerprint));
  const newest = chain.at(-1);
  if (newest === undefined) throw unreachable('The data folder holds no roster yet.');
  return newest;
}

/**
 * Adds a signed roster, by the running server if there is one.
 * @returns whether a server runs and has taken it up
 * @throws DocumentError, WireError for one that does not follow
 */
export async function publishInFolder(path: string, signed: Uint8Array): Promise<boolean> {
  const isRunning = await withStorage(path, async ({ settings }, storage) => {
    const roster = await openRosterOfAnyDay(signed, settings.fingerprint);
    addRoster(await readChain(storage, settings.fingerprint), roster);
    if (await sendToServer(path, signed)) return true;
    const row = { kind: 'roster', key: String(roster.number), lastDay: forEver, bytes: roster.signed };
    await storage.write([{ kind: 'document', row }]);
    return false;
  });
  return isRunning;
}
