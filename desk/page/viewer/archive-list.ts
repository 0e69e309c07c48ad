/** Lists what is in archives other than ZIP by libarchive (decision 0143): names and sizes, of which nothing is kept unpacked. */

import { latinOf } from '@postern/protocol/metadata/file-view';
import { type ArchiveList, entriesShownMax, type NamedEntry } from './archive-kind.ts';

/** @param bytes of an archive; nothing but what is shown is kept of it, and reading ends behind it */
export async function listArchive(bytes: Uint8Array): Promise<ArchiveList> {
  const { disableWarning, extract } = await import('archive-wasm');
  disableWarning();
  const entries: NamedEntry[] = [];
  try {
    for (const { path, size } of extract(bytes, { normalize: false })) {
      if (entries.length === entriesShownMax) return { kind: 'listed', entries, isCut: true };
      entries.push({ name: path ?? '', bytes: Number(size) });
    }
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    if (/encrypt/i.test(said)) return { kind: 'failed', problem: 'locked' };
    return { kind: 'failed', problem: /unrecognized/i.test(said) ? 'unknown' : 'damaged' };
  }
  // One file that is packed by itself, say, and holds no archive.
  return entries.length === 0
    ? { kind: 'failed', problem: 'unknown' }
    : { kind: 'listed', entries, isCut: isCutRar5(bytes) };
}

/** The library takes the end of the bytes for the end of the archive. There a block must stand that says that no other volume follows. */
function isCutRar5(bytes: Uint8Array): boolean {
  const isRar5 = latinOf(bytes.subarray(0, 8)) === 'Rar!\x1a\x07\x01\0';
  return isRar5 && !(bytes.at(-4) === 3 && bytes.at(-3) === 5 && bytes.at(-1) === 0);
}
