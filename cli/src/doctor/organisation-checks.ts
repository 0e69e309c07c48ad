/** Checks of what a data folder holds: the storage, the roster's days, the desks' day keys, the clock. */

import { bytesToHex } from '@postern/protocol/bytes/encode';
import { equal } from '@postern/protocol/bytes/equal';
import { verifyDayKey } from '@postern/protocol/keys/day-key';
import { activeDesks, type RosterDesk, serverOf } from '@postern/protocol/keys/roster';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { keyHashOf } from '@postern/protocol/keys/signed';
import { hybridKey } from '@postern/protocol/primitives/hybrid-signature';
import type { Day } from '@postern/protocol/time';
import type { Storage } from '@postern/server/ports/storage';
import { unreadableCampaigns } from '@postern/server/rules/campaigns';
import { rostersOfDay } from '@postern/server/rules/rosters';
import { unlistedOnion } from '../organisation/listed-onion.ts';
import { isNoPage, namesOfflinePage, otherOfflinePage } from '../organisation/offline-page.ts';
import { deskLabel } from '../organisation/roster-text.ts';
import { dayText } from '../terminal/context.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

const renewWithinDays = 7;
/** Fewer days of keys than this and the desk has not been online for a while. */
const keysAheadWanted = 3;
/** Before this version was written no clock can be right. */
const earliestDay = 20_760;

export async function checkStorage(storage: Storage): Promise<Finding> {
  const problems = await storage.check();
  if (problems.length === 0) return ok('storage', 'The database is sound.');
  return failed(
    'storage',
    `The database is not sound: ${problems.join('; ')}. Restore the newest backup into a new folder.`,
  );
}

export async function checkServerKey(seed: Uint8Array, chain: readonly VerifiedRoster[]): Promise<Finding> {
  const { publicKey } = await hybridKey(seed);
  const hash = await keyHashOf(publicKey);
  const newest = chain.at(-1);
  if (newest !== undefined && serverOf(newest, hash) !== null)
    return ok('server-key', "The roster lists this server's key.");
  return failed('server-key', "The newest roster does not list this server's key: pages will refuse what it serves.");
}

export function checkRoster(chain: readonly VerifiedRoster[], today: Day): Finding {
  const newest = chain.at(-1);
  if (newest === undefined) return failed('roster', 'There is no roster.');
  const { number, lastDay, firstDay } = newest;
  const left = lastDay - today;
  if (left < 0)
    return failed(
      'roster',
      `Roster ${number} expired on ${dayText(lastDay)}: pages refuse it. Sign the next one: postern roster renew.`,
    );
  if (rostersOfDay(chain, today).length === 0)
    return failed('roster', `Roster ${number} is not valid before ${dayText(firstDay)}.`);
  const text = `Roster ${number} is valid until ${dayText(lastDay)}, ${left} more days`;
  return left <= renewWithinDays
    ? warning('roster', `${text}. Sign the next one: postern roster renew.`)
    : ok('roster', `${text}.`);
}

/** @param address of the server's onion key, with `.onion`; null if it has none */
export function checkListedOnion(chain: readonly VerifiedRoster[], address: string | null): Finding[] {
  const newest = chain.at(-1);
  const text = newest === undefined || address === null ? null : unlistedOnion(newest, `http://${address}`);
  return text === null ? [] : [warning('listed-onion', text)];
}

/** @param built hash of the offline page of this release; zeros if it was built without */
export function checkOfflinePage(chain: readonly VerifiedRoster[], built: Uint8Array): Finding[] {
  const newest = chain.at(-1);
  if (newest === undefined || isNoPage(built)) return [];
  return [
    namesOfflinePage(newest, built)
      ? ok('offline-page', 'The roster names the offline page of this release.')
      : warning('offline-page', otherOfflinePage(newest)),
  ];
}

/** Through which day each desk has keys, under the newest roster of today, and under the one that would be served. */
export async function checkDayKeys(storage: Storage, chain: readonly VerifiedRoster[], today: Day): Promise<Finding[]> {
  const rosters = rostersOfDay(chain, today);
  const [newest] = rosters;
  if (newest === undefined) return [];
  const signed = (await storage.documents('day-key')).map(({ bytes }) => bytes);
  const findings: Finding[] = [];
  for (const desk of activeDesks(newest)) findings.push(await checkDesk(desk, rosters, signed, today));
  return findings;
}

async function checkDesk(
  desk: RosterDesk,
  rosters: readonly VerifiedRoster[],
  signed: readonly Uint8Array[],
  today: Day,
): Promise<Finding> {
  const [newest] = rosters;
  const check = `day-keys ${bytesToHex(desk.id)}`;
  const name = deskLabel(desk);
  const throughs = await Promise.all(rosters.map((roster) => keysThrough(desk, roster, signed, today)));
  const [through = null] = throughs;
  if (through !== null) {
    const text = `${name} has day keys through ${dayText(through)}`;
    if (through - today >= keysAheadWanted) return ok(check, `${text}.`);
    return warning(check, `${text}: ${remedy(desk, newest)}, or sources cannot write after that day.`);
  }
  if (throughs.some((other) => other !== null)) {
    return warning(
      check,
      `${name} has not signed its day keys under roster ${newest?.number} yet; the one before is served.`,
    );
  }
  return failed(
    check,
    `${name} has no day key for today: sources cannot write to any desk. To mend it, ${remedy(desk, newest)}.`,
  );
}

/** A key is published only when a second device has it, if there is one (spec DAY-1). */
function remedy({ devices }: RosterDesk, roster: VerifiedRoster | undefined): string {
  const start = devices.length > 1 ? 'start two of its devices' : 'start its device';
  const isOnlyOne = roster === undefined || activeDesks(roster).length < 2;
  return isOnlyOne ? start : `${start}, or close it: postern roster desk <desk> --pause`;
}

/** The last day from today on without a gap; null if there is none for today. */
async function keysThrough(desk: RosterDesk, roster: VerifiedRoster, signed: readonly Uint8Array[], today: Day) {
  const days = new Set<Day>();
  for (const bytes of signed) {
    const dayKey = await verifyDayKey(bytes, roster, today, today + 30).catch(() => null);
    if (dayKey !== null && equal(dayKey.desk, desk.id)) days.add(dayKey.day);
  }
  let through: Day | null = null;
  for (let day = today; days.has(day); day++) through = day;
  return through;
}

/** What was signed for another version is left out by every server and page, without a word. */
export async function checkCampaigns(
  storage: Pick<Storage, 'documents'>,
  chain: readonly VerifiedRoster[],
): Promise<Finding[]> {
  const newest = chain.at(-1);
  const count = newest === undefined ? 0 : await unreadableCampaigns(storage, newest);
  if (count === 0) return [];
  const text = `${count} of the calls that the newest roster lists cannot be read, and are not shown: make and sign them anew.`;
  return [warning('campaigns', text)];
}

/** The machine's clock against what others have signed. */
export async function checkClock(storage: Storage, chain: readonly VerifiedRoster[], today: Day): Promise<Finding> {
  if (today < earliestDay) return failed('clock', `The clock says ${dayText(today)}, which is past: set it.`);
  const days = [...(await storage.envelopeCounts()).keys()];
  const latest = Math.max(...days, ...chain.map(({ firstDay }) => firstDay).filter((day) => day <= today + 30), 0);
  if (latest > today + 1)
    return failed('clock', `The clock says ${dayText(today)}, but there is something of ${dayText(latest)}: set it.`);
  return ok('clock', `The clock says ${dayText(today)} (UTC), which agrees with what is stored.`);
}
