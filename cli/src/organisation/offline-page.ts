/** The offline page of this release, as the roster names it (spec/protocol.md, section 2.2). */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { equal } from '@postern/protocol/bytes/equal';
import { HASH_BYTES } from '@postern/protocol/constants';
import { sha256 } from '@postern/protocol/primitives/hash';

const path = join(import.meta.dirname, '..', '..', '..', 'source', 'dist', 'offline.html');

/** 32 bytes; zeros, which is none, for a release that was built without it. */
export async function hashOfOfflinePage(): Promise<Uint8Array> {
  const page = await readFile(path).catch(() => null);
  return page === null ? new Uint8Array(HASH_BYTES) : sha256(page);
}

/** Zeros stand for none. */
export const isNoPage = (hash: Uint8Array): boolean => hash.every((byte) => byte === 0);

/** Whether a roster names the page that a server of this release gives out; true for a release that was built without it. */
export function namesOfflinePage(roster: { readonly offlinePage: Uint8Array }, built: Uint8Array): boolean {
  return isNoPage(built) || equal(roster.offlinePage, built);
}

/** What an operator is told if not: after an upgrade it is so until somebody with the root key has renewed. */
export function otherOfflinePage({ offlinePage }: { readonly offlinePage: Uint8Array }): string {
  const what = isNoPage(offlinePage)
    ? 'names no offline page: nobody can check the one that is given out here'
    : 'names the offline page of another release: the genuine one that is given out here is judged false by pages and by postern verify';
  return `The newest roster ${what}. Sign the next one: postern roster renew.`;
}
