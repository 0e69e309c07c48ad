// Vectors of day keys, transport keys and the bundle, under the roster that stands beside them.
import { encodeKeyConfig } from '@postern/protocol/http/ohttp';
import { claimBundle } from '@postern/protocol/keys/bundle';
import { signTransportKey, verifyTransportKey } from '@postern/protocol/keys/transport-key';
import { hpkeKeyPair } from '@postern/protocol/primitives/hpke';
import { testBundle, testOrganisation } from '@postern/protocol/testing/organisation';
import type { VectorSection } from './section.ts';

export const bundle: VectorSection = {
  name: 'bundle',
  spec: '2.3, 2.4, 2.5',
  make: async (random) => {
    const organisation = await testOrganisation('bundle: organisation', { devices: 1 });
    const { verifiedRoster, signedRoster, fingerprint, day } = organisation;
    const server = await hpkeKeyPair(random(32));
    const keyConfig = encodeKeyConfig({ keyId: 7, publicKey: server.publicKey });
    const { bytes, dayKeys } = await testBundle(organisation, verifiedRoster, { day, keyConfig, laneDepth: 2 });
    const { hash } = await claimBundle(bytes, verifiedRoster);

    const [desk] = organisation.desks;
    const [device] = desk?.devices ?? [];
    if (desk === undefined || device === undefined) throw new Error('the example organisation has no device');
    const transport = await hpkeKeyPair(random(32));
    const transportFields = { rosterHash: verifiedRoster.hash, desk: desk.id, day, logLength: 5, head: random(32) };
    const signedTransport = await signTransportKey(
      { fingerprint, ...transportFields, publicKey: transport.publicKey },
      device,
      random,
    );
    const verifiedTransport = await verifyTransportKey(signedTransport, verifiedRoster, day);

    return {
      fingerprint,
      roster: signedRoster,
      bundle: { day, laneDepth: 2, keyConfigSeed: server.seed, keyConfig, hash, bytes },
      dayKeys: dayKeys.map(({ desk: id, pair, signed: document }) => ({
        desk: id,
        day,
        seed: pair.seed,
        signed: document,
      })),
      transportKey: { ...transportFields, seed: transport.seed, hash: verifiedTransport.hash, signed: signedTransport },
    };
  },
};
