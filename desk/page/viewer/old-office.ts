/** What files of the Office programs of 1997 to 2003 say, by what is in them. */

import { MetadataError } from '@postern/protocol/metadata/report';
import { CompoundFile } from './compound-file.ts';
import { oldWordText, wordStream } from './old-word.ts';

/** Null for what is none that we can read. @throws MetadataError encrypted also for newer files, which are put into such a file to be locked */
export async function oldOfficeText(bytes: Uint8Array): Promise<string | null> {
  const file = new CompoundFile(bytes);
  if (file.has('EncryptedPackage')) throw new MetadataError('encrypted', 'read Office: it is locked with a password');
  return file.has(wordStream) ? oldWordText(file) : null;
}
