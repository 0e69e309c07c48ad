/** What should be settled before a campaign is signed. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { WireError } from '@postern/protocol/bytes/wire-error';
import type { Campaign } from '@postern/protocol/campaign/campaign';
import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { sha256 } from '@postern/protocol/primitives/hash';
import type { Day } from '@postern/protocol/time';
import { refused } from '../terminal/failure.ts';

export interface CampaignCheck {
  readonly payload: Uint8Array;
  /** 64 digits. */
  readonly hash: string;
  /** In plain words; empty when nothing stands in the way of signing. */
  readonly problems: readonly string[];
}

/** @param pageLanguages in which there is a page for sources @throws Failure for what no campaign may have */
export async function checkCampaign(
  campaign: Campaign,
  pageLanguages: readonly string[],
  today: Day,
): Promise<CampaignCheck> {
  const payload = encode(campaign);
  const drafts = campaign.texts.filter(({ state }) => state === 'draft').map(({ language }) => language);
  const pageless = campaign.texts
    .map(({ language }) => language)
    .filter((language) => !pageLanguages.includes(language));
  const problems = [
    ...drafts.map((language) => `The text in ${language} has been reviewed by nobody.`),
    ...pageless.map((language) => `There is no page for sources in ${language}: nobody would see that text.`),
    ...(campaign.lastDay < today ? ['Its last day is past.'] : []),
  ];
  return { payload, hash: bytesToHex(await sha256(payload)), problems };
}

function encode(campaign: Campaign): Uint8Array {
  try {
    return encodeCampaign(campaign);
  } catch (error) {
    if (error instanceof WireError) throw refused(`The campaign cannot be made: ${error.message}.`);
    if (error instanceof RangeError) throw refused('The campaign cannot be made: a text in it is too long.');
    throw error;
  }
}
