// Vectors of the pack: a roster that lists a campaign, that campaign, and the keys of one day.

import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { encodeKeyConfig } from '@postern/protocol/http/ohttp';
import { encodePack } from '@postern/protocol/keys/pack';
import { signRoster, verifyRoster } from '@postern/protocol/keys/roster-chain';
import { documentHash } from '@postern/protocol/keys/signed';
import { sha256 } from '@postern/protocol/primitives/hash';
import { hpkeKeyPair } from '@postern/protocol/primitives/hpke';
import { sampleCampaign } from '@postern/protocol/testing/campaign-samples';
import { testBundle, testOrganisation } from '@postern/protocol/testing/organisation';
import type { VectorSection } from './section.ts';

export const pack: VectorSection = {
  name: 'pack',
  spec: '2.6',
  make: async (random) => {
    const organisation = await testOrganisation('pack: organisation', { devices: 1 });
    const { roster: fields, rootKey, verifiedRoster, fingerprint, day } = organisation;
    const sample = sampleCampaign(verifiedRoster, day);
    const campaign = encodeCampaign(sample);
    const listed = [{ id: sample.id, hash: documentHash(await sha256(campaign)) }];
    const roster = await signRoster({ ...fields, campaigns: listed }, rootKey, random);
    const verified = await verifyRoster(roster, fingerprint, day);
    const { publicKey } = await hpkeKeyPair(random(32));
    const { dayKeys } = await testBundle(organisation, verified, {
      day,
      keyConfig: encodeKeyConfig({ keyId: 7, publicKey }),
    });
    const signed = dayKeys.map(({ signed: of }) => of);
    return {
      fingerprint,
      day,
      roster,
      campaign,
      dayKeys: signed,
      pack: encodePack({ roster, campaigns: [campaign], dayKeys: signed }),
    };
  },
};
