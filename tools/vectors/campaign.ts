// Vectors of campaigns: one with every kind of question and a film, their bytes and its hash.
import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { encodeCampaignList } from '@postern/protocol/campaign/campaign-list';
import { encodeFilm } from '@postern/protocol/campaign/film';
import { documentHash } from '@postern/protocol/keys/signed';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign, sampleFilm } from '@postern/protocol/testing/campaign-samples';
import { testOrganisation } from '@postern/protocol/testing/organisation';
import type { VectorSection, VectorValue } from './section.ts';

export const campaign: VectorSection = {
  name: 'campaign',
  spec: '2.7',
  make: async () => {
    const { verifiedRoster, day } = await testOrganisation('campaign: organisation');
    const film = sampleFilm(['ar', 'en', 'zh-Hans']);
    const document = encodeFilm(film);
    const fields = { ...sampleCampaign(verifiedRoster, day), film: documentHash(await sha256(document)) };
    const payload = encodeCampaign(fields);
    const list = encodeCampaignList([payload]);
    const asValue = (value: object): VectorValue => value as unknown as VectorValue;
    return {
      fields: asValue(fields),
      payload,
      hash: await sha256(payload),
      list,
      film: { fields: asValue(film), document },
    };
  },
};
