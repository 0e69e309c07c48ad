/** Which roster and day keys the bundle of a day holds (protocol 2.5). */

import { bytesToHex, concat } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { WireError } from '@postern/protocol/bytes/wire-error';
import { type VerifiedDayKey, verifyDayKey } from '@postern/protocol/keys/day-key';
import { DocumentError } from '@postern/protocol/keys/document-error';
import { activeDesks } from '@postern/protocol/keys/roster';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import type { Day } from '@postern/protocol/time';
import { rostersOfDay } from './rosters.ts';

export interface BundleContent {
  readonly roster: VerifiedRoster;
  readonly dayKeys: readonly VerifiedDayKey[];
}

/**
 * The newest roster of the day for which every desk that is not paused has a day key, with all of its day keys; null
 * if there is none.
 * @param signedDayKeys of any day and roster
 */
export async function chooseBundle(
  chain: readonly VerifiedRoster[],
  signedDayKeys: readonly Uint8Array[],
  day: Day,
): Promise<BundleContent | null> {
  for (const roster of rostersOfDay(chain, day)) {
    const dayKeys = await dayKeysUnder(roster, signedDayKeys, day);
    const hasKey = ({ id }: { readonly id: Uint8Array }): boolean => dayKeys.some(({ desk }) => equal(desk, id));
    if (activeDesks(roster).every(hasKey)) return { roster, dayKeys };
  }
  return null;
}

/** One for each desk and X-Wing key: devices that were given the same private half may each have signed it. */
async function dayKeysUnder(
  roster: VerifiedRoster,
  signedDayKeys: readonly Uint8Array[],
  day: Day,
): Promise<VerifiedDayKey[]> {
  const found = new Map<string, VerifiedDayKey>();
  for (const signed of signedDayKeys) {
    const dayKey = await verifyDayKey(signed, roster, day).catch(nullIfRefused);
    if (dayKey !== null) found.set(bytesToHex(concat(dayKey.desk, dayKey.publicKey)), dayKey);
  }
  return [...found.values()];
}

function nullIfRefused(error: unknown): null {
  if (error instanceof DocumentError || error instanceof WireError) return null;
  throw error;
}
