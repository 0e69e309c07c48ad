/** All campaigns that a server has, in one document for every visitor alike (spec/protocol.md section 2.7). */

import { equal } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import { CAMPAIGN_BYTES_MAX } from '../constants.ts';
import { DocumentError } from '../keys/document-error.ts';
import { type VerifiedRoster, verifyRoster } from '../keys/roster-chain.ts';
import type { Day } from '../time.ts';
import { type VerifiedCampaign, verifyCampaign } from './campaign.ts';

/** What is shown of the organisation's campaigns. */
export interface ListedCampaigns {
  /** Those of the roster in use; where `newer` lists one as withdrawn, that one in its place. */
  readonly campaigns: readonly VerifiedCampaign[];
  /** A later roster, not in use yet, that has withdrawn some of them; null if there is none. */
  readonly newer: VerifiedRoster | null;
}

const version = 1;
const itemsMax = 0xff;

/** `u8 version, campaigns: list8 of var32`. Nobody signs the list: the rosters list each. @throws RangeError for more than 255 */
export function encodeCampaignList(payloads: readonly Uint8Array[]): Uint8Array {
  return writePayloads(new Writer().u8(version), payloads).done();
}

/** As a list or a pack carries them: the later roster last. Where there is no room for it, readers leave out what it has withdrawn. */
export function payloadsOf({ campaigns, newer }: ListedCampaigns): Uint8Array[] {
  const payloads = campaigns.map(({ payload }) => payload);
  return newer === null || payloads.length === itemsMax ? payloads : [...payloads, newer.signed];
}

/** `list8 of var32`, as it also stands in a pack. @throws RangeError for more than 255 */
export function writePayloads(writer: Writer, payloads: readonly Uint8Array[]): Writer {
  return writer.list8(payloads, (payload, w) => w.var32(payload));
}

/** @throws WireError */
export function readPayloads(reader: Reader): Uint8Array[] {
  return reader.list8(itemsMax, (r) => r.var32(CAMPAIGN_BYTES_MAX));
}

/**
 * Those of the list that this roster lists; whatever else stands in it is left out, so that one that is wrong takes no
 * other away [CAM-1].
 * @param roster in use @param day today, by the client's own clock
 * @throws WireError for bytes that are no list
 */
export async function openCampaignList(bytes: Uint8Array, roster: VerifiedRoster, day: Day): Promise<ListedCampaigns> {
  const reader = new Reader(bytes);
  reader.version(version);
  const payloads = readPayloads(reader);
  reader.end();
  return openPayloads(payloads, roster, day);
}

/** What {@link payloadsOf} gave, whoever passed it on: only the last can be a roster. */
export async function openPayloads(
  payloads: readonly Uint8Array[],
  roster: VerifiedRoster,
  day: Day,
): Promise<ListedCampaigns> {
  const last = payloads.at(-1);
  const newer = last === undefined ? null : await orNull(() => verifyRoster(last, roster.fingerprint, day));
  return openWithNewer(payloads, roster, newer);
}

/**
 * Those that the roster in use lists, and of a later one only that it has withdrawn some of them: that comes before
 * every desk has signed under it, and can open nothing [CAM-15].
 * @param newer may be of any number: one that is not later counts for nothing
 */
export async function openWithNewer(
  payloads: readonly Uint8Array[],
  roster: VerifiedRoster,
  newer: VerifiedRoster | null,
): Promise<ListedCampaigns> {
  const opened = await openAllListed(payloads, roster);
  if (newer === null || newer.number <= roster.number) return { campaigns: opened, newer: null };
  const changed = (await openAllListed(payloads, newer)).filter(
    ({ id, hash, withdrawn }) =>
      withdrawn && roster.campaigns.some((listed) => equal(listed.id, id) && !equal(listed.hash, hash)),
  );
  if (changed.length === 0) return { campaigns: opened, newer: null };
  const stays = opened.filter(({ id }) => !changed.some((one) => equal(one.id, id)));
  return { campaigns: [...stays, ...changed], newer };
}

/** Those that this roster lists, without the rest [CAM-1]. */
export async function openAllListed(
  payloads: readonly Uint8Array[],
  roster: Parameters<typeof verifyCampaign>[1],
): Promise<VerifiedCampaign[]> {
  const opened = await Promise.all(payloads.map((payload) => openListed(payload, roster)));
  return opened.filter((campaign) => campaign !== null);
}

/** @returns null for a campaign that this roster does not list, or that is none */
export function openListed(
  payload: Uint8Array,
  roster: Parameters<typeof verifyCampaign>[1],
): Promise<VerifiedCampaign | null> {
  return orNull(() => verifyCampaign(payload, roster));
}

async function orNull<Opened>(open: () => Promise<Opened>): Promise<Opened | null> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof WireError || error instanceof DocumentError) return null;
    throw error;
  }
}
