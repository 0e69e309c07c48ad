import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex } from '../bytes/encode.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { buildIndex, capacityFor, type LiveTag, laneDepthFor } from './index-build.ts';
import { decodeIndex, encodeIndexHead, lanePrefix, type ReplyIndex } from './reply-index.ts';

const random = seededRandom('build');
const fillerKey = random(32);
const head = { fingerprint: random(32), bundleHash: random(32), epoch: 100, laneDepth: 0, lane: 0, puzzleBits: 0 };

/** Replies posted at a depth, in lanes drawn at random. */
function liveTags(count: number, laneDepth = 0): LiveTag[] {
  return Array.from({ length: count }, () => {
    const [high = 0, low = 0] = random(2);
    return { tag: random(6), laneDepth, lanePrefix: lanePrefix(high * 256 + low, laneDepth) };
  });
}

function tagsOf(index: ReplyIndex): Set<string> {
  const tags = new Set<string>();
  for (let at = 0; at < index.tags.length; at += 6) tags.add(bytesToHex(index.tags.slice(at, at + 6)));
  return tags;
}

function shared(a: ReplyIndex, b: ReplyIndex): number {
  const [first, second] = [tagsOf(a), tagsOf(b)];
  return [...first].filter((tag) => second.has(tag)).length;
}

describe('capacityFor', () => {
  it('[IDX-1] climbs a ladder of powers of two', () => {
    const ladder = [0, 1, 64, 65, 128, 129, 4096].map((live) => capacityFor(live, 6));
    expect(ladder).toEqual([64, 64, 64, 128, 128, 256, 4096]);
    expect(capacityFor(0, 12)).toBe(4096);
    expect(capacityFor(5000, 6)).toBe(8192);
    expect(capacityFor(0, 6, 1)).toBe(4096);
    for (const [live, step] of [
      [65_537, 6],
      [0, 5],
      [0, 13],
    ] as const)
      expect(() => capacityFor(live, step)).toThrow(RangeError);
  });
});

describe('laneDepthFor', () => {
  it('grows by one whenever 4,096 for each lane are exceeded, and ends at eight', () => {
    expect([0, 4096, 4097, 8192, 8193, 2 ** 20, 2 ** 22].map((live) => laneDepthFor(live))).toEqual([
      0, 0, 1, 1, 2, 8, 8,
    ]);
  });

  it('does not come and go with a few replies', () => {
    expect(laneDepthFor(4096, 1)).toBe(1);
    expect(laneDepthFor(2049, 1)).toBe(1);
    expect(laneDepthFor(2048, 1)).toBe(0);
    fc.assert(
      fc.property(fc.nat(2 ** 21), fc.nat(8), (live, current) => {
        const depth = laneDepthFor(live, current);
        for (const near of [live - 500, live + 500]) {
          const next = laneDepthFor(Math.max(0, near), depth);
          expect(Math.abs(next - depth)).toBeLessThanOrEqual(1);
          if (next !== depth) expect(laneDepthFor(live, next)).toBe(next);
        }
      }),
    );
  });
});

describe('buildIndex', () => {
  it('[IDX-1] holds exactly a capacity of tags in one order, whatever is live', async () => {
    for (const count of [0, 1, 63, 64, 65, 500]) {
      const live = liveTags(count);
      const index = await buildIndex(head, 6, live, fillerKey);
      expect(index.tags).toHaveLength(6 * capacityFor(count, 6));
      expect(await decodeIndex(await encodeIndexHead(index), index.tags)).toEqual(index);
      const tags = tagsOf(index);
      expect(live.every(({ tag }) => tags.has(bytesToHex(tag)))).toBe(true);
    }
  });

  it('[IDX-1] lets live tags stand anywhere among the others', async () => {
    const places: number[] = [];
    for (let epoch = 0; epoch < 40; epoch++) {
      const live = liveTags(8);
      const tags = [...tagsOf(await buildIndex({ ...head, epoch }, 6, live, fillerKey))];
      places.push(...live.map(({ tag }) => tags.indexOf(bytesToHex(tag))));
    }
    const quarters = [0, 1, 2, 3].map((quarter) => places.filter((place) => Math.floor(place / 16) === quarter).length);
    const chiSquare = quarters.reduce((sum, count) => sum + (count - 80) ** 2 / 80, 0);
    expect(chiSquare).toBeLessThan(16.27); // the upper 0.1 % point for three degrees of freedom
  });

  it('[IDX-1] does not show what is live when the same epoch is built again', async () => {
    const live = liveTags(20);
    const first = await buildIndex(head, 6, live, fillerKey);
    expect(await buildIndex(head, 6, live, fillerKey)).toEqual(first);
    // One more reply takes the place of one filling, so the difference says that one came, and not how many there are.
    expect(shared(first, await buildIndex(head, 6, [...live, ...liveTags(1)], fillerKey))).toBe(63);
    // Fresh filling would have left the live ones as all that is common.
    expect(shared(first, await buildIndex(head, 6, live, random(32)))).toBe(20);
  });

  it('fills every epoch and lane with other tags', async () => {
    const first = await buildIndex(head, 6, [], fillerKey);
    expect(shared(first, await buildIndex({ ...head, epoch: 101 }, 6, [], fillerKey))).toBe(0);
    const lanes = [0, 1].map((lane) => buildIndex({ ...head, laneDepth: 1, lane }, 6, [], fillerKey));
    expect(shared(await lanes[0]!, await lanes[1]!)).toBe(64); // the smallest capacity, of depth 0
  });

  it('[IDX-1] does not show by what lanes have in common how many replies are older than the lanes', async () => {
    const common: number[] = [];
    for (const older of [0, 1, 40, 64, 65, 128]) {
      const live = [...liveTags(older), ...liveTags(30, 1)];
      const [a, b] = await Promise.all(
        [0, 1].map((lane) => buildIndex({ ...head, laneDepth: 1, lane }, 6, live, fillerKey)),
      );
      expect([a!.tags.length, b!.tags.length]).toEqual([6 * 4096, 6 * 4096]);
      common.push(shared(a!, b!));
    }
    expect(common).toEqual([64, 64, 64, 64, 128, 128]);
  });

  it('[IDX-3] shows a reply in every lane that has its lane or is had by it, and in no other', async () => {
    const live: LiveTag[] = [
      { tag: random(6), laneDepth: 0, lanePrefix: 0 },
      { tag: random(6), laneDepth: 1, lanePrefix: 0b1 },
      { tag: random(6), laneDepth: 2, lanePrefix: 0b10 },
      { tag: random(6), laneDepth: 3, lanePrefix: 0b101 },
      { tag: random(6), laneDepth: 4, lanePrefix: 0b0110 },
    ];
    const standing = async (laneDepth: number, lane: number): Promise<boolean[]> => {
      const tags = tagsOf(await buildIndex({ ...head, laneDepth, lane }, 6, live, fillerKey));
      return live.map(({ tag }) => tags.has(bytesToHex(tag)));
    };
    expect(await standing(0, 0)).toEqual([true, true, true, true, true]);
    expect(await standing(2, 0b00)).toEqual([true, false, false, false, false]);
    expect(await standing(2, 0b01)).toEqual([true, false, false, false, true]);
    expect(await standing(2, 0b10)).toEqual([true, true, true, true, false]);
    expect(await standing(2, 0b11)).toEqual([true, true, false, false, false]);
  });

  it('grows a lane beyond 4,096 tags after a split rather than leave a reply out', async () => {
    const live = [...liveTags(4090), ...liveTags(20, 1)];
    const index = await buildIndex({ ...head, laneDepth: 1, lane: 0 }, 6, live, fillerKey);
    expect(index.tags).toHaveLength(6 * 8192);
    const tags = tagsOf(await decodeIndex(await encodeIndexHead(index), index.tags));
    expect(live.filter((reply) => reply.laneDepth === 0).every(({ tag }) => tags.has(bytesToHex(tag)))).toBe(true);
  });

  it('holds two replies with the same tag once', async () => {
    const [one] = liveTags(1);
    const index = await buildIndex(head, 6, [one!, { ...one! }], fillerKey);
    expect(tagsOf(index).size).toBe(64);
  });
});
