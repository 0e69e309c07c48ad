/** The offline page of this release, as the roster names it (spec/protocol.md, section 2.2). */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HASH_BYTES } from '@postern/protocol/constants';
import { sha256 } from '@postern/protocol/primitives/hash';

const path = join(import.meta.dirname, '..', '..', '..', 'source', 'dist', 'offline.html');

/** 32 bytes; zeros, which is none, for a release that was built without it. */
export async function hashOfOfflinePage(): Promise<Uint8Array> {
  const page = await readFile(path).catch(() => null);
  return page === null ? new Uint8Array(HASH_BYTES) : sha256(page);
}
