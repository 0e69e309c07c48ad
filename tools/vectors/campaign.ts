// Vectors of campaigns: one with every kind of question and a film, their bytes and its hash.
import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { encodeCampaignList } from '@postern/protocol/campaign/campaign-list';
import { encodeFilm } from '@postern/protocol/campaign/film';
import { signRoster, verifyRoster } from '@postern/protocol/keys/roster-chain';
import { documentHash } from '@postern/protocol/keys/signed';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign, sampleFilm } from '@postern/protocol/testing/campaign-samples';
import { testOrganisation } from '@postern/protocol/testing/organisation';
import type { VectorSection, VectorValue } from './section.ts';

export const campaign: VectorSection = {
  name: 'campaign',
  spec: '2.7',
  make: async () => {
    const { fingerprint, verifiedRoster, roster, rootKey, random, day } =
      await testOrganisation('campaign: organisation');
    const film = sampleFilm(['ar', 'en', 'zh-Hans']);
    const document = encodeFilm(film);
    const fields = { ...sampleCampaign(verifiedRoster, day), film: documentHash(await sha256(document)) };
    const payload = encodeCampaign(fields);
    const list = encodeCampaignList([payload]);
    const listing = { ...roster, campaigns: [{ id: fields.id, hash: await sha256(payload) }] };
    const inUse = await verifyRoster(await signRoster(listing, rootKey, random), fingerprint, day);
    const withdrawn = encodeCampaign({ ...fields, withdrawn: true });
    const newer = await signRoster(
      {
        ...listing,
        number: 2,
        previous: inUse.hash,
        campaigns: [{ id: fields.id, hash: await sha256(withdrawn) }],
      },
      rootKey,
      random,
    );
    const asValue = (value: object): VectorValue => value as unknown as VectorValue;
    return {
      fields: asValue(fields),
      payload,
      hash: await sha256(payload),
      list,
      withdrawal: {
        day,
        roster: inUse.signed,
        payload: withdrawn,
        newer,
        list: encodeCampaignList([withdrawn, newer]),
      },
      film: { fields: asValue(film), document },
    };
  },
};
