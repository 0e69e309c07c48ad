/** What the server of an organisation serves, by this release and by the organisation's roster. */

import { fileURLToPath } from 'node:url';
import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { signedOrigins } from '@postern/protocol/keys/addresses';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { readBuiltPages } from '@postern/server/files/page-files';
import { fillPage } from '@postern/server/http/fill-page';
import { policyHeader } from '@postern/server/http/headers';

export interface ExpectedFile {
  readonly type: string;
  readonly bytes: Uint8Array;
  /** In place of the common headers of the same name. */
  readonly headers?: readonly (readonly [string, string])[];
}

/** By address. The page at `/` is one of the pages by language, whichever the operator has chosen. */
export type ExpectedSite = ReadonlyMap<string, ExpectedFile>;

const builtFolder = fileURLToPath(new URL('../../../source/dist', import.meta.url));

/**
 * @param forms whether the server has the mode without scripts, which the pages say
 * @throws Error if the pages have not been built
 */
export async function expectedSite(
  roster: VerifiedRoster,
  forms: boolean,
  folder = builtFolder,
): Promise<ExpectedSite> {
  const { pages, assets } = await readBuiltPages(folder);
  const site = new Map<string, ExpectedFile>();
  const headers = [policyHeader(signedOrigins(roster))];
  for (const page of pages) {
    const bytes = utf8ToBytes(await fillPage(page, roster, { forms }));
    site.set(`/${page.language}/`, { type: page.contentType, bytes, headers });
  }
  for (const { path, contentType, bytes } of assets) site.set(`/${path}`, { type: contentType, bytes, headers });
  return site;
}
