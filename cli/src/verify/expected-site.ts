/** What the server of an organisation serves, by this release and by the organisation's roster. */

import { fileURLToPath } from 'node:url';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { readBuiltPages } from '@postern/server/files/page-files';
import { Pages } from '@postern/server/http/pages';

export interface ExpectedFile {
  readonly type: string;
  readonly bytes: Uint8Array;
  /** In place of the common headers of the same name. */
  readonly headers?: readonly (readonly [string, string])[];
  /** A page on which nothing can run. */
  readonly isStill?: boolean;
}

/** By address. The page at `/` is one of the pages by language, whichever the operator has chosen. */
export type ExpectedSite = ReadonlyMap<string, ExpectedFile>;

const builtFolder = fileURLToPath(new URL('../../../source/dist', import.meta.url));

/**
 * The pages of this release, filled in as its server does.
 * @param forms whether the server has the mode without scripts, which the pages say
 * @throws Error if the pages have not been built
 */
export async function filledPages(roster: VerifiedRoster, forms: boolean, folder = builtFolder): Promise<Pages> {
  const pages = new Pages(await readBuiltPages(folder), undefined, forms, null, false);
  await pages.fill(roster);
  return pages;
}

/** All that they are asked for by path: before calls are filled in the pages with scripts alone, and what these load. */
export function expectedSite(pages: Pages): ExpectedSite {
  const site = new Map<string, ExpectedFile>();
  for (const path of pages.paths) {
    const file = pages.find(path);
    if (file === null || file === 'no-roster') continue;
    const { type, codings, headers = [] } = file;
    site.set(path, { type, bytes: codings.identity, headers });
  }
  return site;
}
