// What is said of desks that are silent, of calls that were signed for another version, and of the offline page of another release.

import { deskId } from '@postern/protocol/bytes/brand';
import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import type { RosterDesk, RosterDevice } from '@postern/protocol/keys/roster';
import { documentHash } from '@postern/protocol/keys/signed';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign } from '@postern/protocol/testing/campaign-samples';
import { testOrganisation } from '@postern/protocol/testing/organisation';
import type { Storage } from '@postern/server/ports/storage';
import { campaignRow } from '@postern/server/rules/campaigns';
import { expect, it } from 'vitest';
import { checkCampaigns, checkDayKeys, checkOfflinePage } from './organisation-checks.ts';

const { verifiedRoster, day } = await testOrganisation('organisation checks');
const campaign = sampleCampaign(verifiedRoster, day);
const payload = encodeCampaign(campaign);
// As one of another version is: not to be read to its end.
const older = payload.slice(0, -1);

async function said(stored: readonly Uint8Array[], listed: readonly Uint8Array[]) {
  const campaigns = await Promise.all(
    listed.map(async (one) => ({ id: campaign.id, hash: documentHash(await sha256(one)) })),
  );
  const storage = { documents: async () => stored.map((one) => campaignRow(campaign, one)) };
  return checkCampaigns(storage, [{ ...verifiedRoster, campaigns }]);
}

it('tells of listed calls that cannot be read, and of no others', async () => {
  expect(await said([payload, older], [payload, older])).toMatchObject([
    { check: 'campaigns', state: 'warning', text: expect.stringMatching(/^1 of the calls/) },
  ]);
  expect(await said([payload, older], [payload])).toEqual([]);
  expect(await said([], [payload])).toEqual([]);
});

it('tells of an offline page that the roster does not name, also where it names none', () => {
  const [listed, other, none] = [1, 2, 0].map((byte) => new Uint8Array(32).fill(byte)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const said = (offlinePage: Uint8Array, built: Uint8Array) =>
    checkOfflinePage([verifiedRoster, { ...verifiedRoster, offlinePage }], built).map(({ state, text }) => [
      state,
      /another release|names no|$/.exec(text)?.[0],
    ]);
  expect(said(listed, listed)).toEqual([['ok', '']]);
  expect(said(other, listed)).toEqual([['warning', 'another release']]);
  expect(said(none, listed)).toEqual([['warning', 'names no']]);
  expect(said(listed, none)).toEqual([]);
});

it('tells how many devices of a silent desk must be started, and that it can be paused if there are others', async () => {
  const storage = { documents: async () => [] } as unknown as Storage;
  const [first] = verifiedRoster.desks as [RosterDesk];
  const [device] = first.devices as [RosterDevice];
  const said = async (...counts: number[]) => {
    const desks = counts.map((count, at) => ({
      ...first,
      id: deskId(new Uint8Array(8).fill(at)),
      devices: Array<RosterDevice>(count).fill(device),
    }));
    return (await checkDayKeys(storage, [{ ...verifiedRoster, desks }], day)).map(({ text }) => text);
  };
  const [alone] = await said(1);
  expect(alone).toContain('start its device.');
  const [one, three] = await said(1, 3);
  expect(one).toContain('start its device, or close it: postern roster desk <desk> --pause');
  expect(three).toContain('start two of its devices, or close it');
});
