import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { concat } from '../bytes/encode.ts';
import { compare } from '../bytes/equal.ts';
import { WireError } from '../bytes/wire-error.ts';
import { DocumentError } from '../keys/document-error.ts';
import { signDocument } from '../keys/signed.ts';
import { sha256 } from '../primitives/hash.ts';
import { importHmacKey } from '../primitives/hmac.ts';
import { type HybridKey, hybridKey } from '../primitives/hybrid-signature.ts';
import { hmacByNode, joined, u32 } from '../testing/correspondence.ts';
import { bitFlips, extensions, truncations } from '../testing/damage.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  claimOf,
  decodeIndex,
  encodeIndexHead,
  findInIndex,
  type IndexSigner,
  type IndexTerms,
  lanePrefix,
  lanesMeet,
  type ReplyIndex,
  requireCurrent,
  signIndex,
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
let expected: IndexSigner;
const terms: IndexTerms = { laneDepth: 3, lane: 5, indexStep: 6, epochSeconds };

beforeAll(async () => {
  serverKey = await hybridKey(random(64));
  const { fingerprint, bundleHash } = index;
  expected = { fingerprint, bundleHash, serverKey: serverKey.publicKey };
});

const signed = (fields: Partial<ReplyIndex> = {}) => signIndex({ ...index, ...fields }, serverKey, random);

/** A head of any content, signed by the server, before any tags. */
const served = async (head: Uint8Array, tags: Uint8Array): Promise<Uint8Array> => {
  const document = await signDocument('index', head, serverKey, random);
  return concat(Uint8Array.of(document.length >> 8, document.length & 0xff), document, tags);
};

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
  it('have the layout of the specification', async () => {
    const { fingerprint, bundleHash, tags } = index;
    const head = [Buffer.of(1), fingerprint, bundleHash, u32(epoch), Buffer.of(3, 0, 5, 2), u32(128)];
    const hash = createHash('sha256').update(tags).digest();
    const encoded = await encodeIndexHead(index);
    expect(Buffer.from(encoded)).toEqual(Buffer.concat([...head, hash]));
    expect(await decodeIndex(encoded, tags)).toEqual(index);
    const bytes = Buffer.from(await signed());
    expect(bytes.subarray(0, 7)).toEqual(Buffer.concat([u32(5 + 109 + 3373).subarray(2), Buffer.of(1), u32(109)]));
    expect(bytes.subarray(7, 7 + 109)).toEqual(Buffer.from(encoded));
    expect(bytes.subarray(2 + 5 + 109 + 3373)).toEqual(Buffer.from(tags));
  });

  it('[ENC-1] fail with their own error on any bytes', async () => {
    const bytes = await signed();
    for (const damaged of [...truncations(bytes, 53), ...extensions(bytes), ...bitFlips(bytes, 53)]) {
      await expect(verifyIndex(damaged, expected)).rejects.toSatisfy(isOwnError);
    }
    const head = await encodeIndexHead(index);
    for (const damaged of [...truncations(head), ...extensions(head), ...bitFlips(head)]) {
      const attempt = decodeIndex(damaged, index.tags);
      await attempt.catch((error: unknown) => expect(error).toSatisfy(isOwnError));
    }
  });

  it('[DOC-2] with other tags than those whose hash was signed are refused, before their order is looked at', async () => {
    const bytes = await signed();
    const refused = expect.objectContaining({ name: 'DocumentError', code: 'signature' });
    const { tags } = index;
    const swapped = concat(tags.subarray(6, 12), tags.subarray(0, 6), tags.subarray(12));
    const fewer = tags.subarray(0, 6 * 64);
    for (const other of [swapped, fewer, tags.subarray(0, -1), concat(tags, random(6)), new Uint8Array(0)]) {
      const attempt = verifyIndex(concat(bytes.subarray(0, -tags.length), other), expected);
      await expect(attempt).rejects.toEqual(refused);
    }
  });

  it('[IDX-1] are refused if their number of tags is no capacity', async () => {
    const tagged = (count: number) => ({ ...index, tags: sorted(Array.from({ length: count }, () => random(6))) });
    for (const count of [64, 256, 4096]) {
      const { tags } = tagged(count);
      expect((await verifyIndex(await signed({ tags }), expected)).tags).toEqual(tags);
    }
    const start = (await encodeIndexHead(index)).subarray(0, 73);
    for (const count of [0, 32, 63, 65, 127]) {
      const { tags } = tagged(count);
      await expect(encodeIndexHead(tagged(count)), `${count}`).rejects.toThrow(RangeError);
      const bytes = await served(concat(start, u32(count), await sha256(tags)), tags);
      await expect(verifyIndex(bytes, expected), `${count}`).rejects.toThrow(WireError);
    }
  });

  it('[IDX-2] are refused if their tags are not strictly ascending', async () => {
    const swapped = concat(index.tags.subarray(6, 12), index.tags.subarray(0, 6), index.tags.subarray(12));
    const repeated = concat(index.tags.subarray(0, 6), index.tags.subarray(0, 6), index.tags.subarray(12));
    for (const tags of [swapped, repeated]) {
      const attempt = verifyIndex(await signed({ tags }), expected);
      await expect(attempt).rejects.toMatchObject({ name: 'WireError', code: 'bad-order' });
    }
  });

  it('[IDX-2] are refused when too old, too early or of another bundle, lane or organisation', async () => {
    expect(await verifyIndex(await signed(), expected)).toEqual(index);
    const start = epoch * epochSeconds;
    for (const fine of [start - epochSeconds, start, now, start + 1800]) requireCurrent(index, terms, fine);
    requireCurrent(index, { ...terms, lane: null }, now);
    const refuses = (code: string, attempt: () => unknown): Promise<void> =>
      expect((async () => attempt())(), code).rejects.toMatchObject({ name: 'MessageError', code });
    await refuses('index-old', () => requireCurrent(index, terms, start + 1801));
    await refuses('index-early', () => requireCurrent(index, terms, start - epochSeconds - 1));
    await refuses('index-lane', () => requireCurrent(index, { ...terms, lane: 4 }, now));
    await refuses('index-lane', () => requireCurrent(index, { ...terms, laneDepth: 4, lane: null }, now));
    await refuses('index-capacity', () => requireCurrent(index, { ...terms, indexStep: 8 }, now));
    await refuses('index-bundle', async () => verifyIndex(await signed({ bundleHash: random(32) }), expected));
    await refuses('index-fingerprint', async () => verifyIndex(await signed({ fingerprint: random(32) }), expected));
  });

  it('are refused if another key has signed them', async () => {
    const other = await hybridKey(random(64));
    const attempt = verifyIndex(await signed(), { ...expected, serverKey: other.publicKey });
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

function isOwnError(error: unknown): boolean {
  return error instanceof WireError || error instanceof DocumentError;
}
