/** What is deleted on which day (protocol 1, ENV-6). Whole days only: nothing in the server knows a finer time. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import {
  ENVELOPE_LIFE_DAYS,
  LOG_LIFE_DAYS,
  PARCEL_LIFE_DAYS,
  PASS_AFTER_DAYS,
  REPLY_LIFE_DAYS,
} from '@postern/protocol/constants';
import { activeDesks, type Roster } from '@postern/protocol/keys/roster';
import type { Day } from '@postern/protocol/time';
import type { ExpiryLimits, Storage } from '../ports/storage.ts';

/** @param passedDays days whose envelopes every desk has passed */
export function expiryLimits(today: Day, passedDays: readonly Day[]): ExpiryLimits {
  const through = (days: number): Day => Math.max(0, today - days);
  return {
    today,
    passedDays,
    envelopesThrough: through(ENVELOPE_LIFE_DAYS),
    repliesThrough: through(REPLY_LIFE_DAYS),
    logThrough: through(LOG_LIFE_DAYS),
    parcelsThrough: through(PARCEL_LIFE_DAYS),
  };
}

/** Whether a desk may say that it has passed this day [ENV-6]. */
export function mayBePassed(day: Day, today: Day): boolean {
  return day + PASS_AFTER_DAYS <= today;
}

/** The days with envelopes that every desk that is not paused has passed. */
export async function findPassedDays(
  storage: Pick<Storage, 'envelopeCounts' | 'desksPassed'>,
  roster: Roster,
  today: Day,
): Promise<Day[]> {
  const passed: Day[] = [];
  for (const day of (await storage.envelopeCounts()).keys()) {
    if (!mayBePassed(day, today)) continue;
    const desks = new Set((await storage.desksPassed(day)).map(bytesToHex));
    if (activeDesks(roster).every(({ id }) => desks.has(bytesToHex(id)))) passed.push(day);
  }
  return passed;
}
