// Vectors of campaigns: one with every kind of question, its bytes and its hash.
import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { encodeCampaignList } from '@postern/protocol/campaign/campaign-list';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign } from '@postern/protocol/testing/campaign-samples';
import { testOrganisation } from '@postern/protocol/testing/organisation';
import type { VectorSection, VectorValue } from './section.ts';

export const campaign: VectorSection = {
  name: 'campaign',
  spec: '2.7',
  make: async () => {
    const { verifiedRoster, day } = await testOrganisation('campaign: organisation');
    const fields = sampleCampaign(verifiedRoster, day);
    const payload = encodeCampaign(fields);
    const list = encodeCampaignList([payload]);
    return { fields: fields as unknown as VectorValue, payload, hash: await sha256(payload), list };
  },
};
