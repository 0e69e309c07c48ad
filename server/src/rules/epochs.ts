/** What the server knows of the current epoch and the two before: tags to publish, claims to answer (protocol 5.1, 6). */

import { CLAIM_EPOCHS, HASH_BYTES, REPLY_BODY_BYTES } from '@postern/protocol/constants';
import { hmacSha256Native, streamOf } from '@postern/protocol/primitives/hmac-native';
import type { Random } from '@postern/protocol/primitives/random';
import type { ClaimTable } from './claim-table.ts';
import { type EpochTags, makeEpochTags } from './index-maker.ts';
import { claimsOf, type LiveReplies, type Pause } from './live-replies.ts';

/** What to read for a claim, and what to answer if that gives nothing. */
export interface ClaimPlan {
  /** 32 bytes: the tag key of the reply, or one that no reply has. */
  readonly tagKey: Uint8Array;
  /** 2,048 bytes that look like a body, the same for the same claim within an epoch [REQ-6]. */
  readonly otherwise: Uint8Array;
}

/**
 * Held in memory only. Replies that come during an epoch stand in the next one's index and can be claimed from then on:
 * within an epoch nothing changes, so nobody can watch when a reply is posted.
 */
export class Epochs {
  readonly #random: Random;
  #tags: EpochTags | null = null;
  #claims: readonly ClaimTable[] = [];
  #secret: Uint8Array;

  constructor(random: Random) {
    this.#random = random;
    this.#secret = random(32);
  }

  /** Of the current epoch; null before the first. */
  get tags(): EpochTags | null {
    return this.#tags;
  }

  /** Makes an epoch's tags and claims, and the claims of the two before it that are not held yet [IDX-4]. */
  async advance(epoch: number, live: LiveReplies, step: number, fillerKey: Uint8Array, pause: Pause): Promise<void> {
    const tags = await makeEpochTags(live, epoch, step, this.#tags?.laneDepth ?? 0, fillerKey, pause);
    const claims: ClaimTable[] = [];
    for (let past = 0; past < CLAIM_EPOCHS; past++) {
      const held = this.#claims.find((table) => table.epoch === epoch - past);
      // A table that is made later than its epoch holds replies that were posted since: they are claimed no sooner
      // than their first index, and a claim of an older epoch than that is nobody's.
      claims.push(held ?? (await claimsOf(live, epoch - past, pause)));
    }
    this.#tags = tags;
    this.#claims = claims;
    this.#secret.fill(0);
    this.#secret = this.#random(32);
  }

  /** The same work for every claim: all tables are asked and the answer to an unknown one is made in any case. */
  plan(claim: Uint8Array): ClaimPlan {
    const found = this.#claims.map((table) => table.find(claim)).find((tagKey) => tagKey !== null);
    const stream = streamOf(hmacSha256Native(this.#secret, claim), HASH_BYTES + REPLY_BODY_BYTES);
    return { tagKey: found ?? stream.subarray(0, HASH_BYTES), otherwise: stream.subarray(HASH_BYTES) };
  }

  /** Overwrites the secret; answers to unknown claims cannot be told from replies by it any more. */
  erase(): void {
    this.#secret.fill(0);
  }
}
