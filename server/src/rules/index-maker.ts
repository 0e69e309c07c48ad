/** Which tags stand in which lane, and what fills a lane up (protocol 5.1). */

import { concat, lengthPrefixed, u32be } from '@postern/protocol/bytes/encode';
import { INDEX_CAPACITY_MAX, LANE_DEPTH_MAX, TAG_BYTES } from '@postern/protocol/constants';
import { hmacSha256Native, streamOf } from '@postern/protocol/primitives/hmac-native';
import { type LiveReplies, type Pause, tagsOf, tagToNumber } from './live-replies.ts';

/** The tags of one epoch, unsigned: what stays the same when the bundle changes within it. */
export interface EpochTags {
  readonly epoch: number;
  readonly laneDepth: number;
  /** One for each lane, 2^depth of them: capacity × 6 bytes, sorted. */
  readonly lanes: readonly Uint8Array[];
  /** Replies that found no room in a lane this time. */
  readonly leftOut: number;
}

/** A lane that is full on the average overflows in every second case: depths beyond 0 leave an eighth of room. */
const splitShare = 7 / 8;

/**
 * @param step the smallest capacity is 2 to this many tags
 * @param fillerSeed 32 bytes, the same all day: a server that starts again within an epoch must not draw other filler,
 * or whoever compares both indices counts what stands in both
 */
export async function makeEpochTags(
  live: LiveReplies,
  epoch: number,
  step: number,
  fillerSeed: Uint8Array,
  pause: Pause,
): Promise<EpochTags> {
  const tags = await tagsOf(live, epoch, pause);
  const laneDepth = depthFor(live);
  const counts = laneCounts(live, laneDepth);
  const capacity = capacityFor(Math.max(...counts), step);
  const dealt = dealTags(live, tags, laneDepth, counts);
  const lanes: Uint8Array[] = [];
  for (const [lane, real] of dealt.entries()) {
    await pause();
    lanes.push(fillLane(real, capacity, laneStream(fillerSeed, epoch, lane)));
  }
  const leftOut = counts.reduce((sum, count) => sum + Math.max(0, count - capacity), 0);
  return { epoch, laneDepth, lanes, leftOut };
}

/** The least depth whose lanes hold all replies; replies with fewer lane bits stand in several lanes. */
export function depthFor(live: LiveReplies): number {
  let depth = 0;
  const fits = (count: number): boolean => count <= INDEX_CAPACITY_MAX * 2 ** depth * (depth === 0 ? 1 : splitShare);
  while (depth < LANE_DEPTH_MAX && !fits(live.count)) depth += 1;
  for (let deeper = depth; deeper <= LANE_DEPTH_MAX; deeper++) {
    if (Math.max(...laneCounts(live, deeper)) <= INDEX_CAPACITY_MAX) return deeper;
  }
  return depth;
}

/** The least power of two from 2^step to 4,096 that holds a lane's tags. */
export function capacityFor(count: number, step: number): number {
  let capacity = 2 ** step;
  while (capacity < count && capacity < INDEX_CAPACITY_MAX) capacity *= 2;
  return capacity;
}

/** The lanes of a depth in which a reply stands: a run of `width` beginning at `first` [IDX-3]. */
function lanesOf(live: LiveReplies, at: number, depth: number): { first: number; width: number } {
  const given = live.laneDepths[at] ?? 0;
  const prefix = live.lanePrefixes[at] ?? 0;
  if (given >= depth) return { first: prefix >> (given - depth), width: 1 };
  return { first: prefix << (depth - given), width: 2 ** (depth - given) };
}

function laneCounts(live: LiveReplies, depth: number): number[] {
  const counts = new Array<number>(2 ** depth).fill(0);
  for (let at = 0; at < live.count; at++) {
    const { first, width } = lanesOf(live, at, depth);
    for (let lane = first; lane < first + width; lane++) counts[lane] = (counts[lane] ?? 0) + 1;
  }
  return counts;
}

function dealTags(live: LiveReplies, tags: Float64Array, depth: number, counts: readonly number[]): Float64Array[] {
  const lanes = counts.map((count) => new Float64Array(count));
  const filled = new Uint32Array(lanes.length);
  for (let at = 0; at < live.count; at++) {
    const { first, width } = lanesOf(live, at, depth);
    for (let lane = first; lane < first + width; lane++) {
      const place = filled[lane] ?? 0;
      const target = lanes[lane];
      if (target !== undefined) target[place] = tags[at] ?? 0;
      filled[lane] = place + 1;
    }
  }
  return lanes;
}

/** All tags that have room and as many others as it takes, each once, sorted: exactly `capacity` of them [IDX-1]. */
function fillLane(real: Float64Array, capacity: number, draw: () => number): Uint8Array {
  const standing = new Set<number>();
  // Live replies come in order of tag key, so who is left out would be the same at every epoch.
  const start = real.length > capacity ? draw() % real.length : 0;
  for (let i = 0; i < Math.min(real.length, capacity); i++) standing.add(real[(start + i) % real.length] ?? 0);
  while (standing.size < capacity) standing.add(draw());
  return writeTags(Float64Array.from(standing).sort());
}

function writeTags(sorted: Float64Array): Uint8Array {
  const bytes = new Uint8Array(sorted.length * TAG_BYTES);
  sorted.forEach((tag, at) => {
    let rest = tag;
    for (let i = TAG_BYTES - 1; i >= 0; i--) {
      bytes[at * TAG_BYTES + i] = rest % 0x100;
      rest = Math.floor(rest / 0x100);
    }
  });
  return bytes;
}

/** Pseudorandom tags without end. */
function laneStream(seed: Uint8Array, epoch: number, lane: number): () => number {
  let block = new Uint8Array(0);
  let blocks = 0;
  let offset = 0;
  return () => {
    if (offset + TAG_BYTES > block.length) {
      const label = concat(lengthPrefixed('filler'), u32be(epoch), u32be(lane), u32be(blocks));
      block = new Uint8Array(streamOf(hmacSha256Native(seed, label), INDEX_CAPACITY_MAX * TAG_BYTES));
      blocks += 1;
      offset = 0;
    }
    offset += TAG_BYTES;
    return tagToNumber(block, offset - TAG_BYTES);
  };
}
