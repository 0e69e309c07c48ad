/** Seals content that was made on this device, chunk by chunk, so that it is kept as any other file. */

import { CHUNK_DATA_BYTES, FILE_KEY_BYTES } from '@postern/protocol/constants';
import { FileSealer } from '@postern/protocol/files/chunks';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import type { Random } from '@postern/protocol/primitives/random';
import { type FileFolder, keptName } from './file-folder.ts';

/** What is to be sealed, asked for chunk by chunk. */
export interface Content {
  readonly bytes: number;
  readonly read: (from: number, bytes: number) => Promise<Uint8Array>;
}

export function contentOf(bytes: Uint8Array): Content {
  return { bytes: bytes.length, read: async (from, length) => bytes.subarray(from, from + length) };
}

/** @param as what it is then @throws an error of the disk, or what reading throws, and nothing is kept then */
export async function keepContent(
  folder: FileFolder,
  about: Pick<FileDescriptor, 'name' | 'type' | 'day'>,
  content: Content,
  { fingerprint, random }: { readonly fingerprint: Uint8Array; readonly random: Random },
  as: 'whole' | 'draft' = 'whole',
): Promise<FileDescriptor> {
  const key = random(FILE_KEY_BYTES);
  const sealer = new FileSealer(key, fingerprint, content.bytes);
  const name = await keptName(key);
  const begun = as === 'whole' ? 'part' : as;
  const kept = await folder.openKept(name, begun);
  try {
    for (let index = 0; index < sealer.chunks; index++) {
      const data = await content.read(index * CHUNK_DATA_BYTES, CHUNK_DATA_BYTES);
      await kept.write(index, (await sealer.seal(index, data)).chunk);
    }
    await kept.close();
    if (begun !== as) await folder.rename(name, begun, as);
  } catch (error) {
    await kept.close().catch(() => undefined);
    await folder.remove(name, begun).catch(() => undefined);
    throw error;
  }
  return { ...about, bytes: content.bytes, hash: await sealer.contentHash(), key };
}
