import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { concat } from '../bytes/encode.ts';
import { compare } from '../bytes/equal.ts';
import { WireError } from '../bytes/wire-error.ts';
import { DocumentError } from '../keys/document-error.ts';
import { signDocument } from '../keys/signed.ts';
import { importHmacKey } from '../primitives/hmac.ts';
import { type HybridKey, hybridKey } from '../primitives/hybrid-signature.ts';
import { hmacByNode, joined, u32 } from '../testing/correspondence.ts';
import { readerFaults } from '../testing/reader-faults.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  claimOf,
  decodeIndex,
  encodeIndex,
  findInIndex,
  type IndexExpectation,
  lanePrefix,
  lanesMeet,
  type ReplyIndex,
  tagLookup,
  tagOf,
  verifyIndex,
} from './reply-index.ts';

const random = seededRandom('index');
const epochSeconds = 600;
const epoch = 2_992_400;
const now = epoch * epochSeconds + 100;
const sorted = (tags: readonly Uint8Array[]): Uint8Array => concat(...[...tags].sort(compare));

const index: ReplyIndex = {
  fingerprint: random(32),
  bundleHash: random(32),
  epoch,
  laneDepth: 3,
  lane: 5,
  puzzleBits: 2,
  tags: sorted(Array.from({ length: 128 }, () => random(6))),
};

let serverKey: HybridKey;
let expected: IndexExpectation;

beforeAll(async () => {
  serverKey = await hybridKey(random(64));
  const { fingerprint, bundleHash, laneDepth, lane } = index;
  expected = { fingerprint, bundleHash, laneDepth, lane, serverKey: serverKey.publicKey, indexStep: 6, epochSeconds };
});

const signed = (fields: Partial<ReplyIndex> = {}) =>
  signDocument('index', encodeIndex({ ...index, ...fields }), serverKey, random);

describe('tags and claims', () => {
  it('are those of the specification, by another implementation', async () => {
    const tagKey = random(32);
    for (const at of [0, epoch, 0xffff_ffff]) {
      const tag = hmacByNode(tagKey, joined('tag'), u32(at)).subarray(0, 6);
      const claim = hmacByNode(tagKey, joined('claim'), u32(at)).subarray(0, 16);
      for (const key of [tagKey, await importHmacKey(tagKey)]) {
        expect(Buffer.from(await tagOf(key, at))).toEqual(tag);
        expect(Buffer.from(await claimOf(key, at))).toEqual(claim);
      }
    }
  });
});

describe('indexes', () => {
  it('have the layout of the specification', () => {
    const { fingerprint, bundleHash, tags } = index;
    const head = [Buffer.of(1), fingerprint, bundleHash, u32(epoch), Buffer.of(3, 0, 5, 2), u32(128)];
    expect(Buffer.from(encodeIndex(index))).toEqual(Buffer.concat([...head, tags]));
    expect(decodeIndex(encodeIndex(index))).toEqual(index);
  });

  it('[ENC-1] fail with their own error on any bytes', () => {
    const payload = encodeIndex(index);
    expect(readerFaults(payload, (changed) => encodeIndex(decodeIndex(changed)))).toEqual([]);
    expect(() => decodeIndex(concat(payload.subarray(0, 77), random(12)))).toThrow(WireError);
  });

  it('[IDX-1] are refused if their number of tags is no capacity', () => {
    const tagged = (count: number) => ({ ...index, tags: sorted(Array.from({ length: count }, () => random(6))) });
    for (const count of [64, 256, 4096]) expect(decodeIndex(encodeIndex(tagged(count))).tags).toHaveLength(6 * count);
    for (const count of [0, 32, 63, 65, 127]) {
      expect(() => encodeIndex(tagged(count)), `${count}`).toThrow(RangeError);
      const payload = concat(encodeIndex(index).subarray(0, 73), u32(count), tagged(count).tags);
      expect(() => decodeIndex(payload), `${count}`).toThrow(WireError);
    }
  });

  it('[IDX-2] are refused if their tags are not strictly ascending', () => {
    const swapped = concat(index.tags.subarray(6, 12), index.tags.subarray(0, 6), index.tags.subarray(12));
    const repeated = concat(index.tags.subarray(0, 6), index.tags.subarray(0, 6), index.tags.subarray(12));
    for (const tags of [swapped, repeated]) {
      expect(() => decodeIndex(encodeIndex({ ...index, tags }))).toThrow(
        expect.objectContaining({ code: 'bad-order' }),
      );
    }
  });

  it('[IDX-2] are refused when too old, too early or of another bundle, lane or organisation', async () => {
    expect(await verifyIndex(await signed(), expected, now)).toEqual(index);
    expect(await verifyIndex(await signed(), { ...expected, lane: null }, now)).toEqual(index);
    const bytes = await signed();
    const start = epoch * epochSeconds;
    for (const fine of [start - epochSeconds, start, start + 1800]) await verifyIndex(bytes, expected, fine);
    const refuses = (code: string, attempt: Promise<unknown>): Promise<void> =>
      expect(attempt, code).rejects.toMatchObject({ name: 'MessageError', code });
    await refuses('index-old', verifyIndex(bytes, expected, start + 1801));
    await refuses('index-early', verifyIndex(bytes, expected, start - epochSeconds - 1));
    await refuses('index-bundle', verifyIndex(await signed({ bundleHash: random(32) }), expected, now));
    await refuses('index-lane', verifyIndex(await signed({ lane: 4 }), expected, now));
    await refuses('index-lane', verifyIndex(await signed({ laneDepth: 4 }), { ...expected, lane: null }, now));
    await refuses('index-fingerprint', verifyIndex(await signed({ fingerprint: random(32) }), expected, now));
    await refuses('index-capacity', verifyIndex(bytes, { ...expected, indexStep: 8 }, now));
  });

  it('are refused if another key has signed them', async () => {
    const other = await hybridKey(random(64));
    const attempt = verifyIndex(await signed(), { ...expected, serverKey: other.publicKey }, now);
    await expect(attempt).rejects.toBeInstanceOf(DocumentError);
  });
});

describe('looking up', () => {
  it('finds the tags that stand in an index and no others', () => {
    const has = tagLookup(index.tags);
    for (let at = 0; at < index.tags.length; at += 6) expect(has(index.tags.slice(at, at + 6))).toBe(true);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), fc.nat(127), fc.nat(47), (foreign, at, bit) => {
        const near = index.tags.slice(6 * at, 6 * at + 6);
        near[bit >> 3]! ^= 1 << (bit & 7);
        expect([has(foreign), has(near)]).toEqual([false, false]);
      }),
    );
    for (const end of [0x00, 0xff]) expect(has(new Uint8Array(6).fill(end))).toBe(false);
  });

  it('finds the replies of a source among all that it could have', async () => {
    const candidates = await Promise.all(
      Array.from({ length: 600 }, async (_, at) => ({ at, mac: await importHmacKey(random(32)) })),
    );
    const live = candidates.filter(({ at }) => at % 97 === 0);
    const tags = await Promise.all(live.map(({ mac }) => tagOf(mac, epoch)));
    const filled = sorted([...tags, ...Array.from({ length: 64 - tags.length }, () => random(6))]);
    expect(await findInIndex({ ...index, tags: filled }, candidates)).toEqual(live);
    expect(await findInIndex({ ...index, tags: filled, epoch: epoch + 1 }, candidates)).toEqual([]);
  });
});

describe('lanes', () => {
  it('[IDX-3] meet if one has the other, whichever is deeper', () => {
    const depths = fc.integer({ min: 0, max: 8 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), depths, depths, (lane, depth, other) => {
        expect(lanesMeet(depth, lanePrefix(lane, depth), other, lanePrefix(lane, other))).toBe(true);
      }),
    );
    expect(lanesMeet(1, 0b1, 3, 0b101)).toBe(true);
    expect(lanesMeet(3, 0b101, 1, 0b1)).toBe(true);
    expect(lanesMeet(3, 0b101, 1, 0b0)).toBe(false);
    expect(lanesMeet(1, 0b0, 3, 0b101)).toBe(false);
    expect(lanesMeet(2, 0b10, 2, 0b11)).toBe(false);
    expect(lanesMeet(0, 0, 8, 255)).toBe(true);
  });
});
