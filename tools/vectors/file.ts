// Vectors of files: two contents, one of them with a second chunk, their ids and chunks. Of a chunk only ends and hash.
import { FileSealer } from '@postern/protocol/files/chunks';
import { sha256 } from '@postern/protocol/primitives/hash';
import type { VectorSection, VectorValue } from './section.ts';

export const file: VectorSection = {
  name: 'file',
  spec: '6.3',
  make: async (random) => {
    const fingerprint = random(32);
    const files: VectorValue[] = [];
    for (const bytes of [0, 262_129]) {
      const key = random(32);
      // The content counts its bytes: 0, 1 … 255, 0, 1 …
      const content = Uint8Array.from({ length: bytes }, (_, at) => at % 256);
      const sealer = new FileSealer(key, fingerprint, bytes);
      const chunks: VectorValue[] = [];
      for (let index = 0; index < sealer.chunks; index++) {
        const { id, chunk } = await sealer.seal(index, content.subarray(index * 262_128, (index + 1) * 262_128));
        chunks.push({ id, begins: chunk.slice(0, 32), ends: chunk.slice(-16), hash: await sha256(chunk) });
      }
      files.push({ key, bytes, hash: await sealer.contentHash(), chunks });
    }
    return { fingerprint, files };
  },
};
