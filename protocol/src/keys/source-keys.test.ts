/** What a phrase derives: the same again, and nothing shared between desks and organisations. */

import { createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DeskId, deskId } from '../bytes/brand.ts';
import { bytesToHex } from '../bytes/encode.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { replyKeysOf } from './reply-links.ts';
import { conversationKey, importPhrase, laneOf, rootOf, rootsOf } from './source-keys.ts';

const random = seededRandom('source keys');
const mk = random(16);
const phrase = await importPhrase(mk);
const fingerprint = random(32);
const desk = deskId(random(8));
const day = 20_780;

/** All that anybody but the source can come to know of it at a desk. */
async function seenAt(secret: Uint8Array, at: Uint8Array, of: DeskId): Promise<string[]> {
  const own = await importPhrase(secret);
  const { id } = await conversationKey(own, at, of);
  const roots = await rootsOf(own, at, [of], day);
  const [first] = roots;
  const keys = await replyKeysOf(first!.root, at, of, first!.day);
  const chain = keys.flatMap(({ tagKey, ackKey, replyKey }) => [tagKey, ackKey, replyKey]);
  return [id, ...roots.map(({ root }) => root), ...chain].map(bytesToHex);
}

describe('a source', () => {
  test('derives the same from the same phrase, on another device too', async () => {
    const elsewhere = await importPhrase(mk.slice());
    expect((await conversationKey(elsewhere, fingerprint, desk)).id).toEqual(
      (await conversationKey(phrase, fingerprint, desk)).id,
    );
    expect(await rootOf(elsewhere, fingerprint, desk, day)).toEqual(await rootOf(phrase, fingerprint, desk, day));
    expect(await laneOf(elsewhere, fingerprint)).toBe(await laneOf(phrase, fingerprint));
  });

  test('the conversation id is the public key of its signatures', async () => {
    const { id, sign } = await conversationKey(phrase, fingerprint, desk);
    const x = Buffer.from(id).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const message = random(100);
    expect(verify(null, message, key, await sign(message))).toBe(true);
    expect(verify(null, random(100), key, await sign(message))).toBe(false);
  });

  test('[SRC-3] nothing that one desk, organisation or day sees is seen at another', async () => {
    const everywhere = await Promise.all([
      seenAt(mk, fingerprint, desk),
      seenAt(mk, fingerprint, deskId(random(8))),
      seenAt(mk, random(32), desk),
      seenAt(random(16), fingerprint, desk),
    ]);
    const all = everywhere.flat();
    expect(new Set(all).size).toBe(all.length);
    expect(all).toHaveLength(4 * (1 + 64 + 24));
  });

  test('[SRC-3] one changed bit of phrase, organisation or desk gives another conversation, root and lane', async () => {
    const lanes = new Set<number>();
    const position = fc.record({ input: fc.constantFrom(0, 1, 2), bit: fc.nat(63) });
    const original = await seenAt(mk, fingerprint, desk);
    await fc.assert(
      fc.asyncProperty(position, async ({ input, bit }) => {
        const inputs = [mk.slice(), fingerprint.slice(), desk.slice()] as const;
        const changed = inputs[input as 0 | 1 | 2];
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        lanes.add(await laneOf(await importPhrase(inputs[0]), inputs[1]));
        const seen = await seenAt(inputs[0], inputs[1], deskId(inputs[2]));
        expect(seen.filter((value) => original.includes(value))).toEqual([]);
      }),
      { numRuns: 30 },
    );
    expect(lanes.size).toBeGreaterThan(5);
  });

  test('[CHN-3] the roots of the last 64 days are there for each desk, each the root of its day', async () => {
    const desks = [desk, deskId(random(8)), deskId(random(8))];
    const roots = await rootsOf(phrase, fingerprint, desks, day);
    expect(roots).toHaveLength(3 * 64);
    for (const of of desks) {
      const days = roots.filter((dated) => dated.desk === of).map((dated) => dated.day);
      expect(days).toEqual(Array.from({ length: 64 }, (_, back) => day - back));
    }
    for (const dated of [roots[0]!, roots[63]!, roots[100]!, roots.at(-1)!]) {
      expect(dated.root).toEqual(await rootOf(phrase, fingerprint, dated.desk, dated.day));
    }
  });

  test('inputs of another length are the caller’s mistake', async () => {
    await expect(importPhrase(random(15))).rejects.toThrow(RangeError);
    await expect(rootOf(phrase, random(31), desk, day)).rejects.toThrow(RangeError);
    await expect(conversationKey(phrase, fingerprint, random(9))).rejects.toThrow(RangeError);
    await expect(laneOf(phrase, random(8))).rejects.toThrow(RangeError);
  });
});
