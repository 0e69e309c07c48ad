/** Reads what the operator has put into the data folder for WEBCAT, which its extension fetches from the site (http 1). */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuiltPages } from '../ports/files.ts';

/** In the data folder. */
export const webcatFolder = 'webcat';
const nameForm = /^[a-z]+(-[a-z]+)?(\.[A-Za-z0-9_-]{1,64})?\.json$/;

/**
 * Signed elsewhere, and served as they are; none where there is no such folder.
 * @throws Error of the system, with the path, if one cannot be read: a site without it is one that the extension refuses
 */
export async function readWebcatFiles(dataFolder: string): Promise<BuiltPages['assets']> {
  const folder = join(dataFolder, webcatFolder);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return Promise.all(
    names
      .filter((name) => nameForm.test(name))
      .map(async (name) => ({
        path: `.well-known/webcat/${name}`,
        contentType: 'application/json',
        bytes: await read(join(folder, name)),
      })),
  );
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    // Where a folder lies in its place, the system names none.
    throw Object.assign(error as NodeJS.ErrnoException, { path });
  }
}
