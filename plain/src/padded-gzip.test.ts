import { gunzipSync } from 'node:zlib';
import { seededRandom } from '@postern/protocol/testing/seeded-random';
import { describe, expect, it } from 'vitest';
import { paddedBytes, padGzip } from './padded-gzip.ts';

const random = seededRandom('padded gzip');
const dataBytes = 262_128;

async function* piecesOf(content: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += dataBytes) yield content.slice(at, at + dataBytes);
}

describe('[PLN-13] a file on its way to a browser', () => {
  it('has a size that only the number of its chunks gives, and comes out as it was', async () => {
    for (const [length, chunks] of [
      [0, 1],
      [1, 1],
      [4, 1],
      [65_536, 1],
      [dataBytes, 1],
      [dataBytes + 1, 2],
      [8 * dataBytes + 3, 10],
    ] as const) {
      const content = random(length);
      const pieces = [];
      for await (const piece of padGzip(piecesOf(content), length)) pieces.push(Buffer.from(piece));
      const packed = Buffer.concat(pieces);
      expect([length, packed.length, paddedBytes(length)]).toEqual([length, chunks * 262_148 + 30, packed.length]);
      expect(gunzipSync(packed).equals(Buffer.from(content))).toBe(true);
    }
  });
});
