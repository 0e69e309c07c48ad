// The table of claims against a plain map.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random } from '../testing/organisation.ts';
import { ClaimTable } from './claim-table.ts';
import { claimsOf, packReplies, tagsOf } from './live-replies.ts';

const atOnce = async (): Promise<void> => undefined;
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('a claim table', () => {
  it('finds what it holds and nothing else, also when claims begin alike', () => {
    // Few different first bytes, so that probes run into each other.
    const claim = fc
      .tuple(fc.integer({ min: 0, max: 3 }), bytes(13))
      .map(([head, rest]) => Uint8Array.of(0, 0, head, ...rest));
    fc.assert(
      fc.property(fc.uniqueArray(claim, { selector: String, maxLength: 60 }), claim, (claims, other) => {
        const keys = claims.map(() => random(32));
        const table = new ClaimTable(7, Buffer.concat(claims), Buffer.concat(keys));
        claims.forEach((held, at) => {
          expect(Buffer.from(table.find(held) ?? []).equals(keys[at] ?? random(1))).toBe(true);
        });
        if (!claims.some((held) => Buffer.from(held).equals(other))) expect(table.find(other)).toBeNull();
      }),
    );
  });
});

it('tags and claims are those of the specification, computed another way', async () => {
  const keys = Array.from({ length: 1_500 }, () => random(32));
  const live = packReplies(keys.map((tagKey) => ({ tagKey, ackId: random(32), day: 1, laneDepth: 0, lanePrefix: 0 })));
  const epoch = 0x01020304;
  const mac = (key: Uint8Array, label: string): Buffer =>
    createHmac('sha256', key)
      .update(Uint8Array.of(0, label.length))
      .update(label)
      .update(Uint8Array.of(1, 2, 3, 4))
      .digest();
  const tags = await tagsOf(live, epoch, atOnce);
  const claims = await claimsOf(live, epoch, atOnce);
  for (const at of [0, 1, 998, 999, 1_000, 1_499]) {
    const key = keys[at]!;
    expect(Buffer.from(tags.slice(at * 6, at * 6 + 6))).toEqual(mac(key, 'tag').subarray(0, 6));
    expect(Buffer.from(claims.find(mac(key, 'claim').subarray(0, 16)) ?? [])).toEqual(Buffer.from(key));
  }
});
