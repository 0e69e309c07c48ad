/** The live replies of an epoch as flat arrays, and the tags and claims made of them (protocol 5.1). */

import { concat, lengthPrefixed, u32be } from '@postern/protocol/bytes/encode';
import { CLAIM_BYTES, TAG_BYTES } from '@postern/protocol/constants';
import { hmacSha256Native } from '@postern/protocol/primitives/hmac-native';
import type { ReplyTag } from '../ports/storage.ts';
import { ClaimTable } from './claim-table.ts';

const tagKeyBytes = 32;

export interface LiveReplies {
  readonly count: number;
  /** 32 bytes each. */
  readonly tagKeys: Uint8Array;
  /** How many lane bits the desk gave for each, and those bits as a number. */
  readonly laneDepths: Uint8Array;
  readonly lanePrefixes: Uint16Array;
}

/** Lets other work run; awaited between the pieces of a long one. */
export type Pause = () => Promise<void>;

/** How many replies are worked on between two pauses: some milliseconds. */
const pieceSize = 1_000;

export function packReplies(replies: readonly ReplyTag[]): LiveReplies {
  const count = replies.length;
  const tagKeys = new Uint8Array(count * tagKeyBytes);
  const laneDepths = new Uint8Array(count);
  const lanePrefixes = new Uint16Array(count);
  replies.forEach((reply, at) => {
    tagKeys.set(reply.tagKey, at * tagKeyBytes);
    laneDepths[at] = reply.laneDepth;
    lanePrefixes[at] = reply.lanePrefix;
  });
  return { count, tagKeys, laneDepths, lanePrefixes };
}

/** `tag(T, e)` of each reply, 6 bytes each, one after the other. */
export function tagsOf(live: LiveReplies, epoch: number, pause: Pause): Promise<Uint8Array> {
  return macs(live, 'tag', epoch, TAG_BYTES, pause);
}

/** `claim(T, e)` of each reply, with what it stands for. */
export async function claimsOf(live: LiveReplies, epoch: number, pause: Pause): Promise<ClaimTable> {
  return new ClaimTable(epoch, await macs(live, 'claim', epoch, CLAIM_BYTES, pause), live.tagKeys);
}

async function macs(
  live: LiveReplies,
  label: string,
  epoch: number,
  length: number,
  pause: Pause,
): Promise<Uint8Array> {
  const message = concat(lengthPrefixed(label), u32be(epoch));
  const bytes = new Uint8Array(live.count * length);
  for (let at = 0; at < live.count; at++) {
    if (at % pieceSize === pieceSize - 1) await pause();
    const key = live.tagKeys.subarray(at * tagKeyBytes, (at + 1) * tagKeyBytes);
    bytes.set(hmacSha256Native(key, message).subarray(0, length), at * length);
  }
  return bytes;
}
