/** Campaigns in a server's data folder: stored before the roster that lists them, and found again by name. */

import { equal } from '@postern/protocol/bytes/equal';
import type { VerifiedCampaign } from '@postern/protocol/campaign/campaign';
import type { RosterCampaign } from '@postern/protocol/keys/roster';
import { sha256 } from '@postern/protocol/primitives/hash';
import { campaignRow, listedCampaigns } from '@postern/server/rules/campaigns';
import { filmRows } from '@postern/server/rules/films';
import { newestRosterIn, withStorage } from '../organisation/roster-store.ts';
import type { CampaignWithFilm } from './campaign-folder.ts';

/** Its film before it, if it has one of its own: a server that finds the one finds the other. */
export async function storeCampaign(
  path: string,
  { campaign, film }: CampaignWithFilm,
  payload: Uint8Array,
): Promise<void> {
  const rows = [...(film === null ? [] : filmRows(campaign, film)), campaignRow(campaign, payload)];
  await withStorage(path, async (_folder, storage) => {
    // One by one: all pieces together would be as much again in memory.
    for (const row of rows) await storage.write([{ kind: 'document', row }]);
  });
}

/** The campaigns of a data folder that its newest roster lists. */
export async function campaignsIn(path: string): Promise<readonly VerifiedCampaign[]> {
  const roster = await newestRosterIn(path);
  return withStorage(path, async (_folder, storage) => (await listedCampaigns(storage, roster)).campaigns);
}

/** What the next roster lists: this campaign in place of one with its id. */
export async function listWith(
  before: readonly RosterCampaign[],
  id: Uint8Array,
  payload: Uint8Array,
): Promise<RosterCampaign[]> {
  return [...before.filter((listed) => !equal(listed.id, id)), { id, hash: await sha256(payload) }];
}
