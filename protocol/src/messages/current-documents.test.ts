/** Bundle and index together: one signature vouches for both, and no bundle is used that it does not name. */

import { beforeAll, describe, expect, it } from 'vitest';
import { concat } from '../bytes/encode.ts';
import { encodeBundle, type VerifiedBundle } from '../keys/bundle.ts';
import { signRoster, type VerifiedRoster, verifyRoster } from '../keys/roster-chain.ts';
import { keyHashOf } from '../keys/signed.ts';
import { sha256 } from '../primitives/hash.ts';
import { type HybridKey, hybridKey } from '../primitives/hybrid-signature.ts';
import { type TestOrganisation, testBundle, testOrganisation } from '../testing/organisation.ts';
import { verifyDocuments, verifyNextIndex } from './current-documents.ts';
import { buildIndex } from './index-build.ts';
import { type ReplyIndex, signIndex } from './reply-index.ts';

let organisation: TestOrganisation;
let roster: VerifiedRoster;
let otherServer: HybridKey;
let bundle: Uint8Array;
let now: number;

beforeAll(async () => {
  organisation = await testOrganisation('current documents', { devices: 1 });
  const { random, rootKey, serverKey, fingerprint, day } = organisation;
  otherServer = await hybridKey(random(64));
  const servers = await Promise.all(
    [serverKey, otherServer].map(async ({ publicKey }) => ({ keyHash: await keyHashOf(publicKey), addresses: [] })),
  );
  servers.sort((one, other) => Buffer.compare(one.keyHash, other.keyHash));
  roster = await verifyRoster(await signRoster({ ...organisation.roster, servers }, rootKey, random), fingerprint, day);
  ({ bytes: bundle } = await testBundle(organisation, roster, { day, keyConfig: random(1225), laneDepth: 1 }));
  now = day * 86_400 + 40_000;
});

async function indexOf(named: Uint8Array, changes: Partial<ReplyIndex> = {}, by = organisation.serverKey) {
  const { random, fingerprint } = organisation;
  const epoch = Math.floor(now / roster.epochSeconds);
  const head = { fingerprint, bundleHash: await sha256(named), epoch, laneDepth: 1, lane: 1, puzzleBits: 0 };
  const { tags } = await buildIndex(head, roster.indexStep, [], random(32));
  return signIndex({ ...head, tags, ...changes }, by, random);
}

const verify = (served: { readonly bundle: Uint8Array; readonly index: Uint8Array }, lane: number | null = null) =>
  verifyDocuments(served, roster, lane, now);

describe('bundle and index', () => {
  it('[BUN-3] are taken when the index names the bundle, of the lane asked for or of any', async () => {
    const index = await indexOf(bundle);
    for (const lane of [1, null]) {
      const verified = await verify({ bundle, index }, lane);
      expect(verified.bundle.hash).toEqual(await sha256(bundle));
      expect(verified.bundle.dayKeys).toHaveLength(2);
      expect(verified.index.lane).toBe(1);
    }
    await expect(verify({ bundle, index }, 0)).rejects.toMatchObject({ code: 'index-lane' });
    const shallow = await indexOf(bundle, { laneDepth: 0, lane: 0 });
    await expect(verify({ bundle, index: shallow })).rejects.toMatchObject({ code: 'index-lane' });
  });

  it('[BUN-3] do not belong together if the bundle is another, by one bit anywhere', async () => {
    const index = await indexOf(bundle);
    for (let at = 2_060; at < bundle.length; at += 997) {
      const changed = bundle.with(at, (bundle[at] ?? 0) ^ 1);
      await expect(verify({ bundle: changed, index })).rejects.toMatchObject({ code: 'index-bundle' });
    }
  });

  it('[BUN-1] are refused if a stranger has signed, or another server than the bundle is of', async () => {
    const stranger = await hybridKey(organisation.random(64));
    for (const by of [stranger, otherServer]) {
      const index = await indexOf(bundle, {}, by);
      await expect(verify({ bundle, index })).rejects.toMatchObject({ name: 'DocumentError', code: 'signature' });
    }
    const { bundle: read } = await verify({ bundle, index: await indexOf(bundle) });
    const dayKeys = read.dayKeys.map(({ signed }) => signed);
    const foreign = encodeBundle({ ...read, dayKeys, serverPublicKey: stranger.publicKey });
    const itsIndex = await indexOf(foreign, {}, stranger);
    await expect(verify({ bundle: foreign, index: itsIndex })).rejects.toMatchObject({ code: 'unknown-signer' });
    // The roster lists both servers, and each may speak for itself.
    const moved = encodeBundle({ ...read, dayKeys, serverPublicKey: otherServer.publicKey });
    await verify({ bundle: moved, index: await indexOf(moved, {}, otherServer) });
  });

  it('are told apart by whose fault a refusal is', async () => {
    const index = await indexOf(bundle);
    const faults: [string, { bundle: Uint8Array; index: Uint8Array }][] = [
      ['bundle', { bundle: bundle.subarray(0, 9), index }],
      ['index', { bundle, index: index.subarray(0, 9) }],
      ['index', { bundle, index: await indexOf(bundle, { lane: 0, laneDepth: 0 }) }],
      ['bundle', await withoutDayKeys()],
    ];
    for (const [wanted, served] of faults) {
      let blamed = '';
      const attempt = verifyDocuments(served, roster, null, now, (what, step) => {
        blamed = what;
        return step();
      });
      await expect(attempt).rejects.toThrow();
      expect(blamed).toBe(wanted);
    }
  });

  it('[BUN-3] [IDX-2] go on with a further index of the same bundle only, and of the lane asked for', async () => {
    const first = await verify({ bundle, index: await indexOf(bundle) });
    const current = { roster, bundle: first.bundle as VerifiedBundle };
    expect((await verifyNextIndex(await indexOf(bundle), current, 1, now)).lane).toBe(1);
    const other = await indexOf(concat(bundle, Uint8Array.of(0)));
    await expect(verifyNextIndex(other, current, 1, now)).rejects.toMatchObject({ code: 'index-bundle' });
    await expect(verifyNextIndex(await indexOf(bundle), current, 0, now)).rejects.toMatchObject({ code: 'index-lane' });
  });
});

async function withoutDayKeys(): Promise<{ bundle: Uint8Array; index: Uint8Array }> {
  const { bundle: read } = await verify({ bundle, index: await indexOf(bundle) });
  const empty = encodeBundle({ ...read, dayKeys: [] });
  return { bundle: empty, index: await indexOf(empty) };
}
