// What the pack holds of the organisation's calls.
import { encodeCampaign, verifyCampaign } from '@postern/protocol/campaign/campaign';
import { decodePack } from '@postern/protocol/keys/pack';
import { documentHash } from '@postern/protocol/keys/signed';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign } from '@postern/protocol/testing/campaign-samples';
import { testOrganisation } from '@postern/protocol/testing/organisation';
import { expect, it } from 'vitest';
import { makePack } from './pack-maker.ts';

const { verifiedRoster, day } = await testOrganisation('pack maker');

async function campaignWith(change: { readonly firstDay?: number; readonly lastDay?: number; withdrawn?: boolean }) {
  const sample = sampleCampaign(verifiedRoster, day - 5);
  const payload = encodeCampaign({ ...sample, ...change });
  const campaigns = [{ id: sample.id, hash: documentHash(await sha256(payload)) }];
  return verifyCampaign(payload, { ...verifiedRoster, campaigns });
}

it('[PAK-3] holds the calls that can be answered now or later, and no others', async () => {
  const open = await campaignWith({});
  const later = await campaignWith({ firstDay: day + 3 });
  const ended = await campaignWith({ lastDay: day - 1 });
  const withdrawn = await campaignWith({ withdrawn: true });
  const campaigns = [withdrawn, open, ended, later];
  const pack = decodePack(makePack({ roster: verifiedRoster, campaigns, signedDayKeys: [] }, day));
  expect(pack.campaigns.map((one) => Buffer.from(one))).toEqual(
    [open, later].map(({ payload }) => Buffer.from(payload)),
  );
});
