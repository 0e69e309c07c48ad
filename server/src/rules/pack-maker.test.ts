// What the pack holds of the organisation's calls.
import { encodeCampaign, verifyCampaign } from '@postern/protocol/campaign/campaign';
import { decodePack } from '@postern/protocol/keys/pack';
import { documentHash } from '@postern/protocol/keys/signed';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign } from '@postern/protocol/testing/campaign-samples';
import { testOrganisation } from '@postern/protocol/testing/organisation';
import { dayOf } from '@postern/protocol/time';
import { expect, it } from 'vitest';
import { getBytes, makeWorld } from '../testing/world.ts';
import { campaignRow } from './campaigns.ts';
import { makePack } from './pack-maker.ts';

const { verifiedRoster, day } = await testOrganisation('pack maker');

async function campaignWith(change: { readonly firstDay?: number; readonly lastDay?: number; withdrawn?: boolean }) {
  const sample = sampleCampaign(verifiedRoster, day - 5);
  const payload = encodeCampaign({ ...sample, ...change });
  const campaigns = [{ id: sample.id, hash: documentHash(await sha256(payload)) }];
  return verifyCampaign(payload, { ...verifiedRoster, campaigns });
}

it('[PAK-3] holds every call that is listed, so that a client can say of each whether it can be answered', async () => {
  const open = await campaignWith({});
  const later = await campaignWith({ firstDay: day + 3 });
  const ended = await campaignWith({ lastDay: day - 1 });
  const withdrawn = await campaignWith({ withdrawn: true });
  const campaigns = [withdrawn, open, ended, later];
  const listed = { campaigns, newer: null };
  const pack = decodePack(makePack({ roster: verifiedRoster, listed, signedDayKeys: [] }, day));
  expect(pack.campaigns.map((one) => Buffer.from(one))).toEqual(campaigns.map(({ payload }) => Buffer.from(payload)));
});

it('[PAK-3] holds a call that was stored beside the running server, as its page is shown', async () => {
  const world = await makeWorld();
  try {
    const today = dayOf(world.clock.now());
    const campaign = sampleCampaign(world.roster, today);
    const payload = encodeCampaign(campaign);
    const campaigns = [{ id: campaign.id, hash: documentHash(await sha256(payload)) }];
    world.roster = await world.organisation.sign(world.serverKey, { campaigns });
    await world.server.addRoster(world.roster.signed);
    await world.publishDayKeys(today);
    await world.server.tick();
    const held = async (): Promise<number> => decodePack(await getBytes(world.server.origin, '/pack')).campaigns.length;
    expect(await held()).toBe(0);
    await world.storage().write([{ kind: 'document', row: campaignRow(campaign, payload) }]);
    for (let minute = 0; minute < 2; minute++) await world.server.tick();
    expect(await held()).toBe(1);
  } finally {
    await world.remove();
  }
});
