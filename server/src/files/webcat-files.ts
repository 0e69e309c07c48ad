/** Reads what the operator has put into the data folder for WEBCAT, which its extension fetches from the site (http 1). */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuiltPages } from '../ports/files.ts';

const folderName = 'webcat';
const nameForm = /^[a-z]+(-[a-z]+)?(\.[A-Za-z0-9_-]{1,64})?\.json$/;

/** Signed elsewhere, and served as they are; none where there is no such folder. */
export async function readWebcatFiles(dataFolder: string): Promise<BuiltPages['assets']> {
  const folder = join(dataFolder, folderName);
  const names = await readdir(folder).catch(() => []);
  return Promise.all(
    names
      .filter((name) => nameForm.test(name))
      .map(async (name) => ({
        path: `.well-known/webcat/${name}`,
        contentType: 'application/json',
        bytes: new Uint8Array(await readFile(join(folder, name))),
      })),
  );
}
