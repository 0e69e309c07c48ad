import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, utf8ToBytes } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { deflate, inflate } from './deflate.ts';

const random = seededRandom('deflate');

async function codeOf(inflating: Promise<Uint8Array>): Promise<string> {
  try {
    await inflating;
    return 'inflated';
  } catch (error) {
    if (error instanceof WireError) return error.code;
    throw error;
  }
}

describe('raw deflate', () => {
  test('comes back, and zlib understands it and is understood', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000, max: 7 }), async (bytes) => {
        const deflated = await deflate(bytes);
        expect(await inflate(deflated, bytes.length)).toEqual(bytes);
        expect(new Uint8Array(inflateRawSync(deflated))).toEqual(bytes);
        expect(await inflate(deflateRawSync(bytes), bytes.length)).toEqual(bytes);
      }),
      { numRuns: 50 },
    );
  });

  test('[ENV-7] one byte over the cap is refused, while it is inflated', async () => {
    const bytes = random(65_537);
    expect(await codeOf(inflate(await deflate(bytes), 65_537))).toBe('inflated');
    expect(await codeOf(inflate(await deflate(bytes), 65_536))).toBe('too-many');
    expect(await codeOf(inflate(await deflate(Uint8Array.of(1)), 0))).toBe('too-many');
    expect(await codeOf(inflate(await deflate(new Uint8Array()), 0))).toBe('inflated');
  });

  test('[ENV-7] a bomb of a gigabyte stops long before it is all in memory', async () => {
    // One deflated block of 1 MiB of zeros, not final, a thousand times: each repeats from an empty window of zeros.
    const piece = deflateRawSync(new Uint8Array(1 << 20), { finishFlush: 2, level: 9 });
    const bomb = concat(...new Array<Uint8Array>(1024).fill(piece));
    expect(inflateRawSync(concat(piece, piece), { finishFlush: 2 }).length).toBe(2 << 20);
    const before = process.memoryUsage();
    expect(await codeOf(inflate(bomb, 65_536))).toBe('too-many');
    const after = process.memoryUsage();
    expect(after.rss - before.rss).toBeLessThan(200 * (1 << 20));
  });

  test('every truncation is refused', async () => {
    const deflated = await deflate(utf8ToBytes('ein Text, der sich wiederholt, der sich wiederholt'));
    for (let length = 0; length < deflated.length; length++) {
      expect(await codeOf(inflate(deflated.subarray(0, length), 1000))).toBe('bad-value');
    }
  });

  test('anything after the end of the stream is refused', async () => {
    const deflated = await deflate(utf8ToBytes('text'));
    for (const more of [Uint8Array.of(0), deflated, random(100)]) {
      expect(await codeOf(inflate(concat(deflated, more), 1000))).toBe('bad-value');
    }
  });

  test('arbitrary bytes give bytes or a WireError and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        expect(['inflated', 'bad-value', 'too-many']).toContain(await codeOf(inflate(bytes, 500)));
      }),
    );
  });
});
