/** Stores a file at a test's server as a source does. */

import { CHUNK_DATA_BYTES } from '@postern/protocol/constants';
import { FileSealer } from '@postern/protocol/files/chunks';
import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { type DeskWorld, random } from '../engine/testing/desk-world.ts';

export async function storeFile(
  { fingerprint, origin }: Pick<DeskWorld, 'fingerprint' | 'origin'>,
  name: string,
  content: Uint8Array,
): Promise<FileDescriptor> {
  const key = random(32);
  const sealer = new FileSealer(key, fingerprint, content.length);
  for (let index = 0; index < sealer.chunks; index++) {
    const data = content.subarray(index * CHUNK_DATA_BYTES, (index + 1) * CHUNK_DATA_BYTES);
    const { id, chunk } = await sealer.seal(index, data);
    const { status } = await fetch(`${origin}/chunk`, { method: 'POST', body: Buffer.concat([id, chunk]) });
    if (status !== 204) throw new Error(`store a chunk: status ${status}, wanted 204`);
  }
  return { name, type: '', bytes: content.length, day: 0, hash: await sealer.contentHash(), key };
}
