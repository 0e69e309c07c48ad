/** A draft under a fresh key, where the one that it has must not be used any more. */

import { equal } from '@postern/protocol/bytes/equal';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { FileError } from '@postern/protocol/files/file-error';
import type { Random } from '@postern/protocol/primitives/random';
import { type FileFolder, keptName } from './file-folder.ts';
import { keepContent } from './kept-content.ts';
import { readKept } from './plain-files.ts';

/**
 * The one before stays. Nothing is kept when it fails.
 * @param isOver asked before each chunk: whether it is to be given up
 * @throws FileError if the draft is not what was sealed; an error of the disk, and one when it is given up
 */
export async function sealDraftAnew(
  folder: FileFolder,
  file: FileDescriptor,
  options: { readonly fingerprint: Uint8Array; readonly random: Random },
  isOver: () => boolean,
): Promise<FileDescriptor> {
  const content = readKept(folder, file, 'draft');
  const read = async (): Promise<Uint8Array> => {
    if (isOver()) throw new Error('seal a draft anew: it is given up');
    return (await content.next()).value ?? new Uint8Array(0);
  };
  try {
    const anew = await keepContent(folder, file, { bytes: file.bytes, read }, options, 'draft');
    if (equal(anew.hash, file.hash)) return anew;
    await folder.remove(await keptName(anew.key), 'draft');
    throw new FileError('hash', 'seal a draft anew: it is another content');
  } finally {
    await content.return(undefined);
  }
}
