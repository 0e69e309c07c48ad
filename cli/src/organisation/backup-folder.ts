/**
 * A backup of a server, as a folder: what the storage held, and the few files without which nothing of it could be served.
 * Keys that must not outlive their day (filler keys, OHTTP keys) are not in it.
 */

import { chmod, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HYBRID_SEED_BYTES } from '@postern/protocol/constants';
import { createDataFolder, type DataFolder, openDataFolder, type Settings } from '@postern/server/files/data-folder';
import { webcatFolder } from '@postern/server/files/webcat-files';
import { deskAccessFile } from '@postern/server/onion/desk-access';
import { onionKeyFiles } from '@postern/server/onion/onion-key';
import { withDefaults } from '@postern/server/options';
import { refused } from '../terminal/failure.ts';
import { requireEmpty } from './device-folder.ts';
import { withStorage } from './roster-store.ts';

const storageName = 'storage.backup';
/** The same names as in a data folder. */
const plainFiles = ['organisation.json', 'server.key'] as const;
/** Of a server with onion addresses. */
const onionFiles = [onionKeyFiles.public, onionKeyFiles.desk, deskAccessFile] as const;
/** What need not be there. */
const furtherNames = [...onionFiles, webcatFolder] as const;
const keysName = 'keys';
/** Issuer keys, by which tokens that people hold stay good. */
const isKept = (name: string): boolean => /^(reply|admission)-\d+$/.test(name);

/** Copies a data folder, also while its server runs. @throws Failure if the target is not empty */
export async function writeBackupFolder(data: string, target: string): Promise<void> {
  await requireEmpty(target, 'The folder');
  await withStorage(data, async (_folder, storage) => {
    await mkdir(join(target, keysName), { recursive: true, mode: 0o700 });
    await chmod(target, 0o700);
    await storage.backup(join(target, storageName));
    for (const name of plainFiles) await cp(join(data, name), join(target, name));
    await copyFurther(data, target);
    for (const name of await readdir(join(data, keysName))) {
      if (isKept(name)) await cp(join(data, keysName, name), join(target, keysName, name));
    }
  });
}

/** Makes a new data folder from a backup. @throws Failure, StorageError, DataFolderError; then there is none */
export async function restoreBackupFolder(source: string, data: string): Promise<Settings> {
  await requireEmpty(data, 'The folder');
  const seed = new Uint8Array(await readFile(join(source, 'server.key')));
  if (seed.length !== HYBRID_SEED_BYTES) throw refused("The server's key in the backup is damaged.");
  const settings = await settingsIn(source);
  try {
    // The new folder's key is the one from the backup.
    const folder = await createDataFolder(data, settings, () => seed.slice());
    folder.seed.fill(0);
    await fill(source, folder);
    return settings;
  } catch (error) {
    // It was empty, so nothing is lost; half a restored server would be served by mistake.
    await rm(data, { recursive: true, force: true });
    throw error;
  } finally {
    seed.fill(0);
  }
}

async function fill(source: string, { path, keys }: DataFolder): Promise<void> {
  for (const name of await readdir(join(source, keysName))) {
    if (isKept(name)) await keys.write(name, new Uint8Array(await readFile(join(source, keysName, name))));
  }
  await copyFurther(source, path);
  const storage = await withDefaults({ folder: path }).openStorage(path);
  try {
    await storage.restore(join(source, storageName));
  } finally {
    await storage.close();
  }
}

async function copyFurther(from: string, to: string): Promise<void> {
  for (const name of furtherNames) {
    const isThere = await stat(join(from, name)).catch(() => null);
    if (isThere !== null) await cp(join(from, name), join(to, name), { recursive: true });
  }
}

/** A backup has the form of a data folder, so the server's own reader checks it. */
async function settingsIn(source: string): Promise<Settings> {
  const { settings, seed } = await openDataFolder(source);
  seed.fill(0);
  return settings;
}

/** Beside the data, for whoever finds the folder years later. */
export async function explainBackup(target: string): Promise<void> {
  const text =
    'A backup of a Postern server. "postern restore <this folder> <new data folder>" makes a server of it.\n';
  await writeFile(join(target, 'README.txt'), text, { flag: 'wx', mode: 0o600 });
}
