/** Archives other than ZIP: what tells them, and how their lists are shown. */

import { latinOf } from '@postern/protocol/metadata/file-view';
import type { ListedEntry } from '@postern/protocol/metadata/zip-file';

/** What is shown of one. */
export type NamedEntry = Pick<ListedEntry, 'name' | 'bytes'>;

export type ArchiveList =
  | { readonly kind: 'listed'; readonly entries: readonly NamedEntry[]; readonly isCut: boolean }
  | { readonly kind: 'failed'; readonly problem: 'unknown' | 'damaged' | 'locked' };

export const entriesShownMax = 2_000;
const nameShownMax = 300;
/** RAR 4 and 5, 7z, and what one file or a tar is packed with: gzip, xz, bzip2, Zstandard. */
const heads = ['Rar!\x1a\x07', '7z\xbc\xaf\x27\x1c', '\x1f\x8b\x08', '\xfd7zXZ\0', '\x28\xb5\x2f\xfd'];
const bzip2 = /^BZh[1-9]1AY&SY/;
const tarAt = 257;
/** What can turn a name around, or end its line: `a<202e>txt.exe` would look like a text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const misleading = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

export function isArchive(bytes: Uint8Array): boolean {
  const head = latinOf(bytes.subarray(0, tarAt + 5));
  return heads.some((sign) => head.startsWith(sign)) || bzip2.test(head) || head.slice(tarAt) === 'ustar';
}

/** Of a file in any archive, on one line, with what misleads made visible. */
export function shownName(name: string): string {
  return name.slice(0, nameShownMax).replace(misleading, '\ufffd');
}
