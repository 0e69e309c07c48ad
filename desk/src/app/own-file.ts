/** Files that only their owner may read, written whole or not at all. */

import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const ownerOnly = 0o600;

/** Null if there is none. @throws Error for one that is larger */
export async function readOwnFile(file: string, bytesMax: number): Promise<Uint8Array | null> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return null;
  try {
    const { size } = await handle.stat();
    if (size > bytesMax) throw new Error(`read a file: ${size} bytes, wanted at most ${bytesMax}`);
    return new Uint8Array(await handle.readFile());
  } finally {
    await handle.close();
  }
}

/** @returns false, and changes nothing, if there is one already */
export async function createOwnFile(file: string, bytes: Uint8Array): Promise<boolean> {
  try {
    await write(file, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  await sync(dirname(file));
  return true;
}

/** After a crash there is the old file or the new one. */
export async function replaceOwnFile(file: string, bytes: Uint8Array): Promise<void> {
  const next = `${file}.new`;
  await rm(next, { force: true });
  await write(next, bytes);
  await rename(next, file);
  await sync(dirname(file));
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', ownerOnly);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
