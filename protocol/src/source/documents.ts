/** What a visit takes from roster, bundle and index (spec/protocol.md, sections 2.5 and 5.1). */

import { dayKeysOf, type VerifiedBundle } from '../keys/bundle.ts';
import type { VerifiedRoster } from '../keys/roster-chain.ts';
import type { EnvelopeDesk } from '../messages/envelope.ts';
import { type ReplyIndex, verifyIndex } from '../messages/reply-index.ts';

/** Whichever lane was asked for: one that is not the phrase's is never searched. */
export function openIndex(
  bytes: Uint8Array,
  roster: VerifiedRoster,
  bundle: VerifiedBundle,
  now: number,
): Promise<ReplyIndex> {
  const { fingerprint, indexStep, epochSeconds } = roster;
  const { serverPublicKey: serverKey, hash: bundleHash, laneDepth } = bundle;
  const expected = { fingerprint, serverKey, bundleHash, laneDepth, lane: null, indexStep, epochSeconds };
  return verifyIndex(bytes, expected, now);
}

export function envelopeDesk(bundle: VerifiedBundle, desk: Uint8Array): EnvelopeDesk {
  return { desk, dayKeys: dayKeysOf(bundle, desk).map(({ publicKey }) => publicKey) };
}
