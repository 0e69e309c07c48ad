/** What should be settled before a campaign is signed. */

import type { CallProblem } from '@postern/desk/calls/workshop';
import { bytesToHex } from '@postern/protocol/bytes/encode';
import { WireError } from '@postern/protocol/bytes/wire-error';
import type { Campaign } from '@postern/protocol/campaign/campaign';
import { encodeCampaign } from '@postern/protocol/campaign/campaign';
import { sha256 } from '@postern/protocol/primitives/hash';
import type { Day } from '@postern/protocol/time';
import { refused } from '../terminal/failure.ts';
import { unwrittenIn } from './unwritten.ts';

export interface CampaignCheck {
  readonly payload: Uint8Array;
  /** 64 digits. */
  readonly hash: string;
  /** Empty when nothing stands in the way of signing. */
  readonly problems: readonly CallProblem[];
}

/** In plain words. */
export function problemText({ code, language, field }: CallProblem): string {
  switch (code) {
    case 'unwritten':
      return `The text in ${language} is not written: "${field}" still says what a new call says, or what another language says.`;
    case 'unreviewed':
      return `The text in ${language} has been reviewed by nobody.`;
    case 'no-page':
      return `There is no page for sources in ${language}: nobody would see that text.`;
    case 'past':
      return 'Its last day is past.';
  }
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
  const problems: CallProblem[] = [
    ...unwrittenIn(campaign).map((found) => ({ code: 'unwritten', ...found }) as const),
    ...drafts.map((language) => ({ code: 'unreviewed', language }) as const),
    ...pageless.map((language) => ({ code: 'no-page', language }) as const),
    ...(campaign.lastDay < today ? [{ code: 'past', language: '' } as const] : []),
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
