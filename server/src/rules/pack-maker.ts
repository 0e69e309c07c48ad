/** What a person takes along to write without a network: roster, calls and day keys, from today on (protocol 2.6). */

import { bytesToHex, concat, u32be } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { type ListedCampaigns, payloadsOf } from '@postern/protocol/campaign/campaign-list';
import { type DayKey, decodeDayKey } from '@postern/protocol/keys/day-key';
import { encodePack } from '@postern/protocol/keys/pack';
import { activeDesks } from '@postern/protocol/keys/roster';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { payloadOf } from '@postern/protocol/keys/signed';
import type { Day } from '@postern/protocol/time';

/** Stored, and verified before [DEV-4]. */
type PackSources = {
  readonly roster: VerifiedRoster;
  readonly listed: ListedCampaigns;
  readonly signedDayKeys: readonly Uint8Array[];
};

/**
 * All days from today on of which every desk that is not paused has a key under this roster, and all calls that are
 * listed: who comes by a poster of one that has ended or was withdrawn is told so [CAM-4].
 */
export function makePack({ roster, listed, signedDayKeys }: PackSources, today: Day): Uint8Array {
  const found = new Map<string, { readonly dayKey: DayKey; readonly signed: Uint8Array }>();
  for (const signed of signedDayKeys) {
    const dayKey = decodeDayKey(payloadOf(signed));
    if (dayKey.day < today || !equal(dayKey.rosterHash, roster.hash)) continue;
    // Devices that were given the same private half may each have signed it.
    found.set(bytesToHex(concat(u32be(dayKey.day), dayKey.desk, dayKey.publicKey)), { dayKey, signed });
  }
  const all = [...found.values()];
  const isWhole = ({ day }: DayKey): boolean =>
    activeDesks(roster).every(({ id }) => all.some(({ dayKey }) => dayKey.day === day && equal(dayKey.desk, id)));
  const dayKeys = all.filter(({ dayKey }) => isWhole(dayKey)).map(({ signed }) => signed);
  return encodePack({ roster: roster.signed, campaigns: payloadsOf(listed), dayKeys });
}
