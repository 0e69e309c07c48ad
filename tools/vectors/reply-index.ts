// Vectors of the reply index: tags and claims of one key over epochs, and indexes of lanes at two depths.
import { lengthPrefixed } from '@postern/protocol/bytes/encode';
import { buildIndex, capacityFor } from '@postern/protocol/messages/index-build';
import { claimOf, encodeIndexHead, lanePrefix, signIndex, tagOf } from '@postern/protocol/messages/reply-index';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import type { VectorSection, VectorValue } from './section.ts';

export const index: VectorSection = {
  name: 'index',
  spec: '5.1',
  make: async (random) => {
    const tagKey = random(32);
    const tags: VectorValue[] = [];
    for (const epoch of [0, 1, 2_992_320, 0xffff_ffff]) {
      tags.push({ epoch, tag: await tagOf(tagKey, epoch), claim: await claimOf(tagKey, epoch) });
    }
    const lanes = [0, 1, 4, 8].map((depth) => ({ depth, lane: lanePrefix(0xa5c3, depth) }));
    const capacities = [0, 64, 65, 4096, 4097].map((live) => ({ live, step: 6, capacity: capacityFor(live, 6) }));
    const fillerKey = random(32);
    const live = [{ tag: random(6), laneDepth: 0, lanePrefix: 0 }];
    const head = {
      fingerprint: random(32),
      bundleHash: random(32),
      epoch: 2_992_320,
      laneDepth: 0,
      lane: 0,
      puzzleBits: 5,
    };
    const built = await buildIndex(head, 6, live, fillerKey);
    const serverSeed = random(64);
    const served = await signIndex(built, await hybridKey(serverSeed), random);
    const labels = { tag: lengthPrefixed('tag'), claim: lengthPrefixed('claim') };
    return {
      labels,
      tagKey,
      tags,
      lanes: { bytes: 'a5c3', prefixes: lanes },
      capacities,
      index: { ...head, fillerKey, live, serverSeed, signedHead: await encodeIndexHead(built), served },
    };
  },
};
