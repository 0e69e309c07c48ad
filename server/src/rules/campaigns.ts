/** The campaigns that a roster lists, out of those that the operator has stored (protocol 2.7). */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import type { Campaign, VerifiedCampaign } from '@postern/protocol/campaign/campaign';
import {
  type ListedCampaigns,
  openAllListed,
  openListed,
  openWithNewer,
} from '@postern/protocol/campaign/campaign-list';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { sha256Native } from '@postern/protocol/primitives/hmac-native';
import type { DocumentRow, Storage } from '../ports/storage.ts';

/** Stored campaigns stand under their own hash, so that one may be there before the roster that lists it. */
const campaignDocuments = 'campaign';

/** How many of the roster are stored and cannot be shown: other servers and pages do not read them either. */
export async function unreadableCampaigns(
  storage: Pick<Storage, 'documents'>,
  roster: VerifiedRoster,
): Promise<number> {
  const listed = new Set(roster.campaigns.map(({ hash }) => bytesToHex(hash)));
  const rows = (await storage.documents(campaignDocuments)).filter(({ key }) => listed.has(key));
  const payloads = rows.map(({ bytes }) => bytes);
  return payloads.length - (await openAllListed(payloads, roster)).length;
}

/** Who comes by an old poster is told for this long that the call has ended. */
export const keptDays = 366;

/** A withdrawn campaign is shown as such for as long as it would have run, and the roster lists it. */
export function campaignRow({ lastDay }: Pick<Campaign, 'lastDay'>, payload: Uint8Array): DocumentRow {
  const key = bytesToHex(sha256Native(payload));
  return { kind: campaignDocuments, key, lastDay: lastDay + keptDays, bytes: payload };
}

/**
 * Those that are stored and listed, each id once, sorted by name. Whatever else is stored is left out [CAM-1]; of two
 * with one name, only the first.
 * @param newer the newest roster of the day, which may have withdrawn some before it is in use [CAM-15]
 * @throws StorageError
 */
export async function listedCampaigns(
  storage: Pick<Storage, 'documents'>,
  roster: VerifiedRoster,
  newer: VerifiedRoster | null = null,
): Promise<ListedCampaigns> {
  if (roster.campaigns.length === 0) return { campaigns: [], newer: null };
  const rows = await storage.documents(campaignDocuments);
  const payloads = rows.map(({ bytes }) => bytes);
  const byName = new Map<string, VerifiedCampaign>();
  const listed = await openWithNewer(payloads, roster, newer);
  for (const campaign of listed.campaigns) {
    if (!byName.has(campaign.name)) byName.set(campaign.name, campaign);
  }
  return { campaigns: [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), newer: listed.newer };
}

/** The one of this id, if it is stored and listed; also one that stands behind another of its name. @throws StorageError */
export async function listedCampaign(
  storage: Pick<Storage, 'document'>,
  roster: VerifiedRoster,
  id: Uint8Array,
): Promise<VerifiedCampaign | null> {
  const listed = roster.campaigns.find((campaign) => equal(campaign.id, id));
  const payload = listed && (await storage.document(campaignDocuments, bytesToHex(listed.hash)));
  return payload ? openListed(payload, roster) : null;
}
