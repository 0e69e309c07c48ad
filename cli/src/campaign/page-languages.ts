/** The languages in which a server of this release shows campaigns. */

import { fileURLToPath } from 'node:url';
import { readBuiltPages } from '@postern/server/files/page-files';

export const builtPages = fileURLToPath(new URL('../../../source/dist', import.meta.url));

/** @throws Error if the pages have not been built */
export async function pageLanguages(): Promise<string[]> {
  return (await readBuiltPages(builtPages)).campaigns.map(({ language }) => language);
}
