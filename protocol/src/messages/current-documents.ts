/** Bundle and index together, of which the index alone is signed and names the bundle (spec/protocol.md, sections 2.5 and 5.1). */

import { type ClaimedBundle, claimBundle, dayKeysOf, type VerifiedBundle, verifyBundle } from '../keys/bundle.ts';
import type { VerifiedRoster } from '../keys/roster-chain.ts';
import { dayOf } from '../time.ts';
import type { EnvelopeDesk } from './envelope.ts';
import { type IndexSigner, type ReplyIndex, requireCurrent, verifyIndex } from './reply-index.ts';

/** As a server gives them. */
export type ServedDocuments = { readonly bundle: Uint8Array; readonly index: Uint8Array };

export type CurrentDocuments = { readonly bundle: VerifiedBundle; readonly index: ReplyIndex };

/** Runs one step, and may say of which document it was that it failed. */
export type Blame = <Value>(what: 'bundle' | 'index', attempt: () => Promise<Value>) => Promise<Value>;

/**
 * Verifies the index by a server key that the roster lists, then the bundle whose hash it names (BUN-1 to BUN-3, IDX-2).
 * @param lane that was asked for; null if any will do
 * @param now the client's clock, unix seconds
 * @throws WireError; DocumentError; MessageError `index-…`, of which `index-bundle` means that these two do not belong
 *   together
 */
export async function verifyDocuments(
  served: ServedDocuments,
  roster: VerifiedRoster,
  lane: number | null,
  now: number,
  blame: Blame = (_what, attempt) => attempt(),
): Promise<CurrentDocuments> {
  const claim = await blame('bundle', () => claimBundle(served.bundle, roster));
  const index = await blame('index', () => verifyIndex(served.index, signerOf(roster, claim)));
  const bundle = await blame('bundle', () => verifyBundle(claim, index.bundleHash, roster, dayOf(now)));
  // After the bundle's day, which tells a clock that is off from an index that is old.
  await blame('index', async () => requireCurrent(index, { ...roster, laneDepth: bundle.laneDepth, lane }, now));
  return { bundle, index };
}

/** Verifies a further index of the bundle in use. @throws as verifyDocuments */
export async function verifyNextIndex(
  bytes: Uint8Array,
  { roster, bundle }: { readonly roster: VerifiedRoster; readonly bundle: VerifiedBundle },
  lane: number | null,
  now: number,
): Promise<ReplyIndex> {
  const index = await verifyIndex(bytes, signerOf(roster, bundle));
  return requireCurrent(index, { ...roster, laneDepth: bundle.laneDepth, lane }, now);
}

/** To whom a message for this desk is sealed. */
export function envelopeDesk(bundle: VerifiedBundle, desk: Uint8Array): EnvelopeDesk {
  return { desk, dayKeys: dayKeysOf(bundle, desk).map(({ publicKey }) => publicKey) };
}

function signerOf(
  { fingerprint }: VerifiedRoster,
  { hash: bundleHash, serverPublicKey: serverKey }: Pick<ClaimedBundle, 'hash' | 'serverPublicKey'>,
): IndexSigner {
  return { fingerprint, serverKey, bundleHash };
}
