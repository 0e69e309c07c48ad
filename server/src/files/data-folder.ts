/** The server's folder: its settings, its own key and the secrets that live for days; SQLite's database lies beside them. */

import { chmod, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { bytesToHex, hexToBytes } from '@postern/protocol/bytes/encode';
import { HYBRID_SEED_BYTES } from '@postern/protocol/constants';
import type { Random } from '@postern/protocol/primitives/random';
import type { KeyFiles } from '../ports/files.ts';

/** What the operator decides; `organisation.json`. */
export interface Settings {
  /** 32 bytes: of the organisation whose rosters are served. */
  readonly fingerprint: Uint8Array;
  /** Where to listen; a loopback address behind an onion service or proxy. */
  readonly host: string;
  readonly port: number;
  /** Of the page at `/`; by default the first page's language in which the organisation has a name. */
  readonly language?: string;
}

export interface DataFolder {
  readonly path: string;
  readonly settings: Settings;
  /** Of the server's hybrid key, 64 bytes. */
  readonly seed: Uint8Array;
  readonly keys: KeyFiles;
}

/** `exists`: there is one already. `missing`: there is none. `damaged`: a file is not what was written. `open`: others may read it. */
export type DataFolderErrorCode = 'exists' | 'missing' | 'damaged' | 'open';

/** The message names what was attempted, never a path or content. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
  readonly code: DataFolderErrorCode;

  constructor(code: DataFolderErrorCode, attempted: string) {
    super(`${attempted}: data folder ${code}`);
    this.code = code;
  }
}

const settingsName = 'organisation.json';
const serverKeyName = 'server.key';
const keysName = 'keys';
const ownerOnly = 0o077;

/**
 * Makes a new folder with a new server key, readable by its owner only.
 * @throws DataFolderError exists
 */
export async function createDataFolder(path: string, settings: Settings, random: Random): Promise<DataFolder> {
  process.umask(ownerOnly);
  await makeFolder(path);
  if ((await readdir(path)).length > 0) throw new DataFolderError('exists', 'create');
  await chmod(path, 0o700);
  await mkdir(join(path, keysName), { mode: 0o700 });
  const { fingerprint, ...others } = settings;
  const json = { version: 1, fingerprint: bytesToHex(fingerprint), ...others };
  const seed = random(HYBRID_SEED_BYTES);
  await writeDurably(path, serverKeyName, seed);
  await writeDurably(path, settingsName, new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`));
  seed.fill(0);
  return openDataFolder(path);
}

/** @throws DataFolderError missing, damaged, open */
export async function openDataFolder(path: string): Promise<DataFolder> {
  process.umask(ownerOnly);
  const mode = await stat(path).then(
    (found) => found.mode,
    () => {
      throw new DataFolderError('missing', 'open');
    },
  );
  if ((mode & ownerOnly) !== 0) throw new DataFolderError('open', 'open');
  const settings = readSettings(await readOr(join(path, settingsName), 'missing'));
  const seed = await readOr(join(path, serverKeyName), 'damaged');
  if (seed.length !== HYBRID_SEED_BYTES) throw new DataFolderError('damaged', 'read the server key');
  await mkdir(join(path, keysName), { recursive: true, mode: 0o700 });
  return {
    path,
    settings,
    seed,
    keys: keyFiles(join(path, keysName)),
  };
}

function readSettings(bytes: Uint8Array): Settings {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const { version, fingerprint, host, port, language } = json as Record<string, unknown>;
    if (version === 1 && typeof fingerprint === 'string' && typeof host === 'string' && isPort(port)) {
      const settings = { fingerprint: hexToBytes(fingerprint), host, port };
      if (settings.fingerprint.length === 32)
        return typeof language === 'string' ? { ...settings, language } : settings;
    }
  } catch {
    // The reason would quote the file.
  }
  throw new DataFolderError('damaged', 'read the settings');
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535;
}

async function readOr(path: string, code: DataFolderErrorCode): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch {
    throw new DataFolderError(code, 'read a file');
  }
}

/** Each secret in a file of its own, since a database page or a rewritten file would keep what was erased. */
function keyFiles(folder: string): KeyFiles {
  const fileOf = (name: string): string => {
    if (!/^[a-z0-9-]{1,64}$/.test(name)) throw new RangeError('name a key file: not of a-z, 0-9 and hyphens');
    return join(folder, name);
  };
  return {
    names: async () => (await readdir(folder)).filter((name) => /^[a-z0-9-]{1,64}$/.test(name)).sort(),
    read: async (name) => readFile(fileOf(name)).then((bytes) => new Uint8Array(bytes), nullIfMissing),
    write: async (name, bytes) => {
      fileOf(name);
      await writeDurably(folder, name, bytes);
    },
    erase: async (name) => {
      const file = await open(fileOf(name), 'r+').catch(nullIfMissing);
      if (file === null) return;
      try {
        const { size } = await file.stat();
        await file.write(new Uint8Array(size), 0, size, 0);
        await file.sync();
      } finally {
        await file.close();
      }
      await rm(fileOf(name));
      await syncFolder(folder);
    },
  };
}

/** A whole file that only its owner may read; on the disk when it resolves, and never half there. */
export async function writeDurably(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, name);
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  await syncFolder(folder);
}

/** Makes a folder of the owner's and those that it stands in; each is on the disk, under its name, when it resolves. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = resolve(path); made.length >= resolve(first).length; made = dirname(made)) {
    await syncFolder(dirname(made));
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** For `catch` of a file that need not be there. */
export function nullIfMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
