/** Fills reply indexes to their capacity, so that none shows how many replies are live (spec/protocol.md, section 5.1, IDX-1, IDX-3). */

import { u16be, u32be } from '../bytes/encode.ts';
import { INDEX_CAPACITY_MAX, INDEX_STEP_MAX, INDEX_STEP_MIN, LANE_DEPTH_MAX, TAG_BYTES } from '../constants.ts';
import { importKdfSecret, type Kdf } from '../keys/kdf.ts';
import { indexCapacityEnd, lanesMeet, type ReplyIndex } from './reply-index.ts';

/** A live reply as the index sees it. */
export interface LiveTag {
  /** Of the index's epoch, 6 bytes. */
  readonly tag: Uint8Array;
  /** With which it was posted. */
  readonly laneDepth: number;
  /** The lane at that depth. */
  readonly lanePrefix: number;
}

/** Tags that one derivation gives. */
const batchTags = 1024;

/**
 * The smallest capacity that holds so many tags: 2^step, 2^(step+1), … Once there are lanes, none is smaller than 4,096.
 * @throws RangeError for more tags than an index can have, 65,536
 */
export function capacityFor(live: number, step: number, laneDepth = 0): number {
  if (!Number.isInteger(step) || step < INDEX_STEP_MIN || step > INDEX_STEP_MAX) {
    throw new RangeError(`choose a capacity: step ${step}, wanted ${INDEX_STEP_MIN} to ${INDEX_STEP_MAX}`);
  }
  let capacity = laneDepth > 0 ? INDEX_CAPACITY_MAX : 2 ** step;
  while (capacity < live) capacity *= 2;
  if (capacity > indexCapacityEnd) throw new RangeError(`choose a capacity: ${live} tags are too many for an index`);
  return capacity;
}

/**
 * How deep the lanes must be for so many live replies: 4,096 for each lane on average. It counts all replies and not
 * the fullest lane, since replies from before a split fill both halves until they expire, however deep the lanes are.
 * @param current the depth in use; it goes back only when the replies fill a quarter of the room, lest it come and go
 */
export function laneDepthFor(live: number, current = 0): number {
  let depth = current;
  while (depth > 0 && live <= (INDEX_CAPACITY_MAX * 2 ** depth) / 4) depth -= 1;
  while (depth < LANE_DEPTH_MAX && live > INDEX_CAPACITY_MAX * 2 ** depth) depth += 1;
  return depth;
}

/**
 * Builds the index of one lane.
 *
 * Filling comes from the filler key, not from fresh randomness: an index that is built again in its epoch, after a
 * restart or a new reply, has the same filling, and what stays would otherwise be the live tags. For the same reason
 * replies that stand in several lanes are filled up to a power of two of their own with tags that stand in the same
 * lanes: two lanes would otherwise share exactly the live ones.
 *
 * @param head all of the index but its tags
 * @param step the roster's index step
 * @param live all live replies, of every lane
 * @param fillerKey 32 secret bytes, of the server alone, kept at least as long as an epoch
 * @throws RangeError for more tags than an index can have
 */
export async function buildIndex(
  head: Omit<ReplyIndex, 'tags'>,
  step: number,
  live: readonly LiveTag[],
  fillerKey: Uint8Array,
): Promise<ReplyIndex> {
  const { epoch, laneDepth, lane } = head;
  const derive = await importKdfSecret(fillerKey);
  const here = live.filter((reply) => lanesMeet(reply.laneDepth, reply.lanePrefix, laneDepth, lane));
  const tags = new DistinctTags(here.map(({ tag }) => tag));
  for (let depth = 0; depth < laneDepth; depth++) {
    const shared = here.filter((reply) => reply.laneDepth === depth).length;
    const filling = fillerTags(derive, epoch, depth, lane >>> (laneDepth - depth));
    await tags.addUpTo(tags.size + capacityFor(shared, step) - shared, filling);
  }
  await tags.addUpTo(capacityFor(tags.size, step, laneDepth), fillerTags(derive, epoch, laneDepth, lane));
  return { ...head, tags: tags.sorted() };
}

/** Tags as numbers, which 48 bits fit exactly: engines tell numbers apart and sort them many times as fast as bytes. */
class DistinctTags {
  readonly #tags = new Set<number>();

  constructor(tags: readonly Uint8Array[]) {
    for (const tag of tags) this.#add(tag);
  }

  get size(): number {
    return this.#tags.size;
  }

  async addUpTo(size: number, more: AsyncIterable<Uint8Array>): Promise<void> {
    if (this.size >= size) return;
    for await (const tags of more) {
      for (let at = 0; at < tags.length; at += TAG_BYTES) {
        this.#add(tags.subarray(at, at + TAG_BYTES));
        if (this.size >= size) return;
      }
    }
  }

  sorted(): Uint8Array {
    const sorted = new Uint8Array(TAG_BYTES * this.size);
    Float64Array.from(this.#tags)
      .sort()
      .forEach((tag, at) => {
        let rest = tag;
        for (let i = TAG_BYTES - 1; i >= 0; i--) {
          sorted[TAG_BYTES * at + i] = rest % 0x100;
          rest = Math.floor(rest / 0x100);
        }
      });
    return sorted;
  }

  #add(tag: Uint8Array): void {
    if (tag.length !== TAG_BYTES) throw new RangeError(`build an index: a tag of ${tag.length} bytes`);
    this.#tags.add(tag.reduce((number, byte) => number * 0x100 + byte, 0));
  }
}

/** Batches of tags without end that look like any other, the same whenever the same key, epoch and lane are given. */
async function* fillerTags(derive: Kdf, epoch: number, depth: number, lane: number): AsyncGenerator<Uint8Array> {
  for (let batch = 0; ; batch++) {
    const parts = [u32be(epoch), Uint8Array.of(depth), u16be(lane), u32be(batch)];
    yield await derive('postern/1 index', 'filler', parts, TAG_BYTES * batchTags);
  }
}
