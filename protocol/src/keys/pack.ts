/** The pack: all that is needed to seal a message without a network (spec/protocol.md, section 2.6). */

import { fingerprint as asFingerprint, type Fingerprint } from '../bytes/brand.ts';
import { concat, u32be } from '../bytes/encode.ts';
import { equal } from '../bytes/equal.ts';
import { Reader } from '../bytes/reader.ts';
import { requireSorted, sortByKey } from '../bytes/sorted.ts';
import { Writer } from '../bytes/writer.ts';
import type { VerifiedCampaign } from '../campaign/campaign.ts';
import { openPayloads, readPayloads, writePayloads } from '../campaign/campaign-list.ts';
import { CLOCK_DAYS, DAY_KEYS_AHEAD_DAYS, HYBRID_PUBLIC_KEY_BYTES, PACK_AGE_DAYS } from '../constants.ts';
import type { Day } from '../time.ts';
import { type DayKey, decodeDayKey, type VerifiedDayKey, verifyDayKey } from './day-key.ts';
import { DocumentError } from './document-error.ts';
import { fingerprintOf } from './fingerprint.ts';
import { activeDesks } from './roster.ts';
import { type VerifiedRoster, verifyRoster } from './roster-chain.ts';
import { payloadOf } from './signed.ts';

/** Signed documents; nobody signs the pack itself, so whoever passes it on can only leave it out or make it older. */
export interface Pack {
  readonly roster: Uint8Array;
  /** Which the roster lists, and at most one later roster that has withdrawn some of them. */
  readonly campaigns: readonly Uint8Array[];
  readonly dayKeys: readonly Uint8Array[];
}

declare const verified: unique symbol;

/** A pack whose every document has been verified, for the one day to whose keys messages are sealed. */
export type VerifiedPack = {
  readonly roster: VerifiedRoster;
  /** Those that the roster lists. */
  readonly campaigns: readonly VerifiedCampaign[];
  readonly day: Day;
  /** Of that day; every desk that is not paused has one or more. */
  readonly dayKeys: readonly VerifiedDayKey[];
  readonly [verified]: true;
};

const version = 1;
const rosterBytesMax = 262_144;
const dayKeysMax = 4096;

/** Writes a pack, its day keys sorted by day, desk and key. @throws WireError for a day key of another form or one that is there twice */
export function encodePack({ roster, campaigns, dayKeys }: Pack): Uint8Array {
  const sorted = requireSorted(sortByKey(dayKeys, signedOrder), signedOrder);
  const writer = new Writer().u8(version).var32(roster);
  return writePayloads(writer, campaigns)
    .list16(sorted, (dayKey, w) => w.var16(dayKey))
    .done();
}

/** @throws WireError. Nothing in it has been verified. */
export function decodePack(bytes: Uint8Array): Pack {
  const reader = new Reader(bytes);
  reader.version(version);
  const roster = reader.var32(rosterBytesMax);
  const campaigns = readPayloads(reader);
  const pack = { roster, campaigns, dayKeys: reader.list16(dayKeysMax, (r) => r.var16()) };
  reader.end();
  return pack;
}

/**
 * Whose pack it says it is: to be compared with the verification words or the QR code, which is what makes it true.
 * @throws WireError
 */
export async function claimedFingerprint(bytes: Uint8Array): Promise<Fingerprint> {
  const reader = new Reader(payloadOf(decodePack(bytes).roster));
  reader.version(version);
  return fingerprintOf(reader.bytes(HYBRID_PUBLIC_KEY_BYTES));
}

/**
 * Verifies a pack by the fingerprint that a person has confirmed, and chooses the day to seal to: today's or the newest
 * before it that is complete (PAK-1, PAK-2).
 * @param today by the device's own clock
 * @throws WireError; DocumentError as of rosters and day keys; expired or not-yet-valid if no day of the pack can be used
 */
export async function verifyPack(bytes: Uint8Array, fingerprint: Uint8Array, today: Day): Promise<VerifiedPack> {
  const pack = decodePack(bytes);
  const roster = await verifyRoster(pack.roster, asFingerprint(fingerprint), today);
  // Only the keys of the chosen day are used, but one bad signature shows that somebody has changed the pack.
  const [first, last] = [today - DAY_KEYS_AHEAD_DAYS - PACK_AGE_DAYS - 1, today + DAY_KEYS_AHEAD_DAYS + CLOCK_DAYS];
  const dayKeys = await Promise.all(pack.dayKeys.map((dayKey) => verifyDayKey(dayKey, roster, first, last)));
  requireSorted(dayKeys, order);
  const days = [...new Set(dayKeys.map(({ day }) => day))].filter((day) => isComplete(day, dayKeys, roster));
  const day = days.filter((of) => of <= today).at(-1) ?? days.find((of) => of <= today + CLOCK_DAYS);
  if (day === undefined) {
    const code = days.length > 0 ? 'not-yet-valid' : 'incomplete';
    throw new DocumentError(code, `use a pack: ${days.length} of its days are complete, none is today's or before`);
  }
  if (today - day > PACK_AGE_DAYS) {
    throw new DocumentError('expired', `use a pack: its newest day is ${today - day} days past`);
  }
  const chosen = dayKeys.filter((dayKey) => dayKey.day === day);
  const { campaigns } = await openPayloads(pack.campaigns, roster, today);
  return { roster, campaigns, day, dayKeys: chosen } as unknown as VerifiedPack;
}

/** A desk that is left out would single out those who write to it. */
function isComplete(day: Day, dayKeys: readonly VerifiedDayKey[], roster: VerifiedRoster): boolean {
  return activeDesks(roster).every(({ id }) => dayKeys.some((key) => key.day === day && equal(key.desk, id)));
}

function order({ day, desk, publicKey }: DayKey): Uint8Array {
  return concat(u32be(day), desk, publicKey);
}

/** For documents that the caller has verified. */
function signedOrder(signed: Uint8Array): Uint8Array {
  return order(decodeDayKey(payloadOf(signed)));
}
