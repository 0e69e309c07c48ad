/** All campaigns that a server has, in one document for every visitor alike (spec/protocol.md section 2.7). */

import { Reader } from '../bytes/reader.ts';
import { WireError } from '../bytes/wire-error.ts';
import { Writer } from '../bytes/writer.ts';
import { CAMPAIGN_BYTES_MAX } from '../constants.ts';
import { DocumentError } from '../keys/document-error.ts';
import { type VerifiedCampaign, verifyCampaign } from './campaign.ts';

const version = 1;
const campaignsMax = 0xff;

/** `u8 version, campaigns: list8 of var32`. Nobody signs the list: the roster lists each. @throws RangeError for more than 255 */
export function encodeCampaignList(payloads: readonly Uint8Array[]): Uint8Array {
  return writePayloads(new Writer().u8(version), payloads).done();
}

/** `list8 of var32`, as it also stands in a pack. @throws RangeError for more than 255 */
export function writePayloads(writer: Writer, payloads: readonly Uint8Array[]): Writer {
  return writer.list8(payloads, (payload, w) => w.var32(payload));
}

/** @throws WireError */
export function readPayloads(reader: Reader): Uint8Array[] {
  return reader.list8(campaignsMax, (r) => r.var32(CAMPAIGN_BYTES_MAX));
}

/**
 * Those of the list that this roster lists; whatever else stands in it is left out, so that one that is wrong takes no
 * other away [CAM-1].
 * @throws WireError for bytes that are no list
 */
export async function openCampaignList(
  bytes: Uint8Array,
  roster: Parameters<typeof verifyCampaign>[1],
): Promise<VerifiedCampaign[]> {
  const reader = new Reader(bytes);
  reader.version(version);
  const payloads = readPayloads(reader);
  reader.end();
  return openAllListed(payloads, roster);
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
export async function openListed(
  payload: Uint8Array,
  roster: Parameters<typeof verifyCampaign>[1],
): Promise<VerifiedCampaign | null> {
  try {
    return await verifyCampaign(payload, roster);
  } catch (error) {
    if (error instanceof WireError || error instanceof DocumentError) return null;
    throw error;
  }
}
