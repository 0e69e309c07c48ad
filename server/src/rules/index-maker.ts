/** The tags of every lane of one epoch, from the live replies (protocol 5.1). */

import { FINGERPRINT_BYTES, HASH_BYTES, TAG_BYTES } from '@postern/protocol/constants';
import { buildIndex, type LiveTag, laneDepthFor } from '@postern/protocol/messages/index-build';
import { type LiveReplies, type Pause, tagsOf } from './live-replies.ts';

/** The tags of one epoch, unsigned: what stays the same when the bundle changes within it. */
export interface EpochTags {
  readonly epoch: number;
  readonly laneDepth: number;
  /** One for each lane, 2^depth of them: a capacity's number of tags of 6 bytes, sorted. */
  readonly lanes: readonly Uint8Array[];
}

/**
 * @param step the smallest capacity is 2 to this many tags
 * @param depthBefore lanes in use so far
 * @param fillerKey 32 bytes, the same all day: a server that starts again within an epoch must not draw other filler,
 * or whoever compares both indices counts what stands in both
 */
export async function makeEpochTags(
  live: LiveReplies,
  epoch: number,
  step: number,
  depthBefore: number,
  fillerKey: Uint8Array,
  pause: Pause,
): Promise<EpochTags> {
  const tags = await tagsOf(live, epoch, pause);
  const laneDepth = laneDepthFor(live.count, depthBefore);
  const lanes: Uint8Array[] = [];
  for (const [lane, here] of deal(live, tags, laneDepth).entries()) {
    await pause();
    // Organisation, bundle and puzzle are filled in when the lane is signed.
    const fields = { fingerprint: new Uint8Array(FINGERPRINT_BYTES), bundleHash: new Uint8Array(HASH_BYTES) };
    const index = await buildIndex({ ...fields, epoch, laneDepth, lane, puzzleBits: 0 }, step, here, fillerKey);
    lanes.push(index.tags);
  }
  return { epoch, laneDepth, lanes };
}

/** For each lane of a depth the replies that stand in it: a reply with fewer lane bits in a run of lanes [IDX-3]. */
function deal(live: LiveReplies, tags: Uint8Array, depth: number): LiveTag[][] {
  const lanes = Array.from({ length: 2 ** depth }, (): LiveTag[] => []);
  for (let at = 0; at < live.count; at++) {
    const laneDepth = live.laneDepths[at] ?? 0;
    const lanePrefix = live.lanePrefixes[at] ?? 0;
    const tag = tags.subarray(at * TAG_BYTES, (at + 1) * TAG_BYTES);
    const spread = Math.max(0, depth - laneDepth);
    const first = laneDepth > depth ? lanePrefix >> (laneDepth - depth) : lanePrefix << spread;
    for (let lane = first; lane < first + 2 ** spread; lane++) lanes[lane]?.push({ tag, laneDepth, lanePrefix });
  }
  return lanes;
}
